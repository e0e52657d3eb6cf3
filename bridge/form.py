"""What is observed of a file's form by the office's list: types that may not travel, and types that nobody knows."""

from bridge.policy import Policy
from validation.codes import Code
from validation.finding import Observation
from validation.inspected import Inspected

_FORM_SAYS_ENOUGH = frozenset(
    {Code.FORMAT_EXECUTABLE, Code.FORMAT_EMPTY, Code.FORMAT_ENCRYPTED, Code.FORMAT_BOMB, Code.ARCHIVE_UNOPENED}
)
# A signature in a file of its own is no document: what it is worth is told of it, or of the mail that it signs.
_SIGNATURE = "application/pkcs7-signature"


def form_observations(file: Inspected, policy: Policy) -> tuple[Observation, ...]:
    """A finding where the file is of a type that the office does not take."""
    if any(observation.code in _FORM_SAYS_ENOUGH for observation in file.observations):
        return ()
    media_type = file.format.media_type
    if media_type in policy.accepted_types or media_type == _SIGNATURE:
        return ()
    code = Code.FORMAT_UNKNOWN if media_type in ("", "application/octet-stream") else Code.FORMAT_REFUSED
    return (Observation(code, file.path, {"media_type": media_type}),)

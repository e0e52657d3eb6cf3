"""All targets, by name."""

from tests.fuzz.imap import MAILBOXES
from tests.fuzz.packages import PACKAGES
from tests.fuzz.readers import READERS
from tests.fuzz.smtp import DOORS
from tests.fuzz.target import Target
from tests.fuzz.xml import XML

TARGETS: dict[str, Target] = {target.name: target for target in (*DOORS, *MAILBOXES, *READERS, *PACKAGES, XML)}

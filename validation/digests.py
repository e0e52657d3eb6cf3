"""The digests of one content by their algorithms' names, each computed once however often it is asked for."""

import hashlib

#: SHAKE in CMS has outputs of a fixed length (RFC 8702 section 3.1, RFC 8419 section 2.3).
_SHAKES = {"shake128": ("shake_128", 32), "shake256": ("shake_256", 64)}


class Digests:
    """Of `content`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._known: dict[str, bytes] = {}

    def __call__(self, name: str) -> bytes:
        """The digest, by asn1crypto's name of the algorithm ("sha256", "sha3_256").

        Raises:
            NotImplementedError: nobody here knows it.
        """
        if name not in self._known:
            self._known[name] = digest_of(name, self.content)
        return self._known[name]


def digest_of(name: str, *pieces: bytes | memoryview) -> bytes:
    """The digest of all `pieces` together, by asn1crypto's name of the algorithm.

    Raises:
        NotImplementedError: nobody here knows it.
    """
    shake = _SHAKES.get(name)
    if shake is None and (name not in hashlib.algorithms_available or name.startswith("shake")):
        raise NotImplementedError(name)
    state = hashlib.new(name if shake is None else shake[0])
    for piece in pieces:
        state.update(piece)
    # Only those of variable length take one.
    return state.digest() if shake is None else state.digest(shake[1])  # type: ignore[call-arg]

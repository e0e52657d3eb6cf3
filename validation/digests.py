"""The digests of one content by their algorithms' names, each computed once however often it is asked for."""

import hashlib


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
            if name not in hashlib.algorithms_available or name.startswith("shake"):
                raise NotImplementedError(name)
            self._known[name] = hashlib.new(name, self.content).digest()
        return self._known[name]

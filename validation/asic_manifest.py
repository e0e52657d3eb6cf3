"""What an ASiC manifest says (ETSI EN 319 162-1 section A.4): which signature or time stamp is over which files.

Promise: a digest that does not match, and a file that is not there, are told by name; the manifest itself is never
believed further than the signature over it reaches.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from validation.digests import Digests
from validation.foreign import Unchecked, attempt
from validation.package import name_of
from validation.xml_algorithms import digest_of
from validation.xml_tree import DSIG, local, octets_of, parse

#: A manifest's place (section 4.4.3.2): its name holds the word, and in the wild also stands before or after it.
MANIFEST = re.compile(r"META-INF/[^/]*(?:ASiCManifest|ASiCArchiveManifest)[^/]*\.xml", re.IGNORECASE)
_MOST = 30_000


@dataclass(frozen=True, slots=True)
class Reference:
    """One file that a manifest names."""

    name: str | None  #: the part; None = outside the container
    uri: str
    algorithm: str  #: the digest's name as `Digests` knows it
    digest: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest as read."""

    name: str  #: of the part that it is
    signature: str | None  #: the part that signs it
    references: tuple[Reference, ...]


def manifests_of(parts: Mapping[str, bytes]) -> tuple[Manifest | Unchecked, ...]:
    """Every manifest of the container, in the order of its names, until there is too much to follow."""
    found: list[Manifest | Unchecked] = []
    room = _MOST
    for name in sorted(parts):
        if MANIFEST.fullmatch(name) and room > 0:
            one = attempt(_read, name, parts[name])
            room -= 1 if isinstance(one, Unchecked) else 1 + len(one.references)
            found.append(one)
    return tuple(found)


def _read(name: str, octets: bytes) -> Manifest:
    root = parse(octets).root
    # By local names: old and own namespaces of manifests are in use.
    signatures = [one for one in root.iter() if local(one) == "SigReference"]
    if len(signatures) != 1:
        raise ValueError("a manifest that names no signature, or several")
    named = [one for one in root.iter() if local(one) == "DataObjectReference"]
    if len(named) > _MOST:
        raise RecursionError("more references than are followed")
    # Relative to the container's root (section A.4.1), wherever the manifest is.
    return Manifest(name, name_of(signatures[0].get("URI", "")), tuple(_reference(one) for one in named))


def _reference(one: etree._Element) -> Reference:
    uri = one.get("URI", "")
    method, value = one.find(f"{{{DSIG}}}DigestMethod"), one.find(f"{{{DSIG}}}DigestValue")
    if method is None or value is None:
        raise ValueError("a reference without a digest")
    return Reference(name_of(uri), uri, digest_of(method.get("Algorithm", "")), octets_of(value))


@dataclass(frozen=True, slots=True)
class Followed:
    """What a manifest covers of the container as it is."""

    covered: frozenset[str]  #: parts whose digest matches
    changed: tuple[str, ...]  #: parts whose digest does not, and files that are not there, by name


def followed(manifest: Manifest, parts: Mapping[str, bytes], digests: dict[str, Digests]) -> Followed | Unchecked:
    """Compare every digest; `digests` remembers those that were computed."""
    covered, changed = set(), []
    for one in manifest.references:
        name = one.name if one.name in parts else _unquoted(one.uri, parts)
        if name is None or name not in parts:
            changed.append(posixpath.basename(one.uri) or one.uri)
            continue
        of_part = digests.setdefault(name, Digests(parts[name]))
        computed = attempt(of_part, one.algorithm)
        if isinstance(computed, Unchecked):
            return computed
        if computed == one.digest:
            covered.add(name)
        else:
            changed.append(name)
    return Followed(frozenset(covered), tuple(changed))


def _unquoted(uri: str, parts: Mapping[str, bytes]) -> str | None:
    """A file of exactly the reference's name: some writers escape nothing, so that `100%25.txt` may be itself."""
    return uri if uri in parts else None

"""The signatures and time stamps of an ASiC container (ETSI EN 319 162-1): XAdES, CAdES, time-stamp tokens, manifests.

Promise: every file of the container is accounted for.  One that nobody signed, one that is not as it was signed and
one that is missing are told by name; a container that two programs could read as two is never sound.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from validation.asic_manifest import MANIFEST, Manifest, followed, manifests_of
from validation.cms import Timestamp, check_timestamp
from validation.cms_signatures import Container, judged, opened
from validation.digests import Digests
from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.package import Package
from validation.package_signature import MOST_SIGNATURES, PackageSignature, told_of, unread
from validation.package_xml import signed_in
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading
from validation.xml_reference import Effort

_META = "META-INF/"
_XADES = re.compile(r"META-INF/[^/]*signatures?[^/]*\.xml", re.IGNORECASE)
_CADES = re.compile(r"META-INF/[^/]*\.p7[sm]", re.IGNORECASE)
_STAMP = re.compile(r"META-INF/[^/]*\.tst", re.IGNORECASE)
_SIMPLE = b"application/vnd.etsi.asic-s+zip"
_SINGLE = re.compile(r"META-INF/(?:signature\.p7s|timestamp\.tst)", re.IGNORECASE)  # of ASiC-S, section 4.3.3.2
_NO_CONTENT = Unchecked(Problem.CONTENT_MISSING, "neither a manifest nor a single file says what it is over")


@dataclass(frozen=True, slots=True)
class _Asic:
    """The container as it is read."""

    parts: Mapping[str, bytes]
    files: frozenset[str]  #: what is to be signed: all but the mimetype and META-INF
    manifests: Sequence[Manifest]
    digests: dict[str, Digests]
    effort: Effort

    def of(self, part: str) -> Digests:
        """The digests of one part."""
        return self.digests.setdefault(part, Digests(self.parts[part]))


def claims(names: Sequence[str]) -> tuple[str, ...]:
    """Those parts of a zip that make it a signed container."""
    kinds = (_XADES, _CADES, _STAMP)
    return tuple(
        name for name in sorted(names) if not MANIFEST.fullmatch(name) and any(kind.fullmatch(name) for kind in kinds)
    )


def signatures_of(package: Package, evidence: Evidence) -> SignatureReading:
    """Every signature and every time stamp."""
    parts = package.parts
    read = manifests_of(parts)
    asic = _Asic(
        parts,
        frozenset(name for name in parts if name != "mimetype" and not name.startswith(_META)),
        [one for one in read if isinstance(one, Manifest)],
        {},
        Effort.for_file(package.octets),
    )
    every = (one for part in claims(tuple(parts)) for one in _of_part(part, asic))
    found = list(islice(every, MOST_SIGNATURES))
    doubt = [Problem.SHADOWED] if package.doubt else []
    if _SIMPLE in parts.get("mimetype", b"") and (len(asic.files) != 1 or any("/" in name for name in asic.files)):
        doubt.append(Problem.UNPARSABLE)  # section 4.3.3.1: one file, in the root folder
    told = [replace(one, more=(*one.more, *doubt)) for one in _accounted(found, asic.files)]
    return told_of(told, evidence)


def _of_part(part: str, asic: _Asic) -> Iterator[PackageSignature]:
    if _XADES.fullmatch(part):
        yield from signed_in(part, asic.parts, Carrier.ASIC, asic.effort)
    elif _CADES.fullmatch(part):
        yield from _cades(part, asic)
    else:
        yield _stamp(part, asic)


@dataclass(frozen=True, slots=True)
class _Over:
    """What a signature or a token without a content of its own is over."""

    content: Digests
    covered: frozenset[str]  #: parts that it reaches, unchanged
    changed: tuple[str, ...]


def _over(part: str, asic: _Asic) -> _Over | Unchecked:
    """The manifest that names `part`, and through it the files; of ASiC-S the one file (sections 4.3.3.2, 4.4.3.2)."""
    naming = [one for one in asic.manifests if one.signature == part]
    if len(naming) > 1:
        return Unchecked(Problem.UNPARSABLE, "two manifests name one signature")
    if naming:
        through = followed(naming[0], asic.parts, asic.digests)
        if isinstance(through, Unchecked):
            return through
        return _Over(asic.of(naming[0].name), through.covered | {naming[0].name}, through.changed)
    if len(asic.files) == 1 and _SINGLE.fullmatch(part):
        (single,) = asic.files
        return _Over(asic.of(single), frozenset({single}), ())
    return _NO_CONTENT


def _cades(part: str, asic: _Asic) -> Iterator[PackageSignature]:
    container = opened(asic.parts[part])
    if container is None or isinstance(container, Unchecked) or not container.signers:
        why = container if isinstance(container, Unchecked) else Unchecked(Problem.UNPARSABLE, "nobody has signed")
        yield unread(Carrier.ASIC, part, why)
        return
    over = _over(part, asic)
    if isinstance(over, Unchecked):
        yield unread(Carrier.ASIC, part, over)
        return

    def place(name: str) -> str:
        short = name if container.signers > 1 else name.removeprefix("signer 1").removeprefix(", ")
        return f"{part}, {short}" if short else part

    for one in judged(container, over.content, Carrier.ASIC):
        if one.countersigns:
            above = place(one.countersigns)
            yield PackageSignature(place(one.where), Carrier.ASIC, one.cryptography, part, countersigns=above)
            continue
        yield PackageSignature(
            where=place(one.where),
            carrier=Carrier.ASIC,
            cryptography=one.cryptography,
            part=part,
            covered=over.covered,
            more=(*one.more, *_problems(over, container)),
            left_out=over.changed,
        )


def _problems(over: _Over, container: Container) -> tuple[Problem, ...]:
    changed = (Problem.DIGEST_MISMATCH,) if over.changed else ()
    # It shows one content and signs it, while the container shows another (RFC 5652 section 5.2 lets it carry one).
    other = container.content is not None and container.content != over.content.content
    return (*changed, Problem.SHADOWED) if other else changed


def _stamp(part: str, asic: _Asic) -> PackageSignature:
    token = opened(asic.parts[part])
    if token is None or isinstance(token, Unchecked):
        why = token if isinstance(token, Unchecked) else Unchecked(Problem.UNPARSABLE, "no time-stamp token")
        return unread(Carrier.TIMESTAMP, part, why)
    over = _over(part, asic)
    if isinstance(over, Unchecked):
        return unread(Carrier.TIMESTAMP, part, over)
    stamp: Timestamp | Unchecked = attempt(check_timestamp, token.signed, over.content)
    changed = (Problem.DIGEST_MISMATCH,) if over.changed else ()
    return PackageSignature(part, Carrier.TIMESTAMP, stamp, part, over.covered, changed, left_out=over.changed)


def _accounted(found: Sequence[PackageSignature], files: frozenset[str]) -> Iterator[PackageSignature]:
    """Each with what it leaves out: a file that others sign is theirs to answer for, one that nobody signs is all's."""
    signatures = [one for one in found if one.carrier is not Carrier.TIMESTAMP and not one.countersigns]
    stamped_alone = not signatures
    signatures = signatures or list(found)
    signed = frozenset().union(*(one.covered for one in signatures))
    alone = tuple(sorted(files - signed))
    for one in found:
        answers = stamped_alone or one.carrier is not Carrier.TIMESTAMP
        if one.countersigns or isinstance(one.cryptography, Unchecked):
            yield one
        elif answers and (alone or not (one.covered or one.covers or one.left_out)):
            # A signature of nothing but itself, taken from elsewhere, would fit any container.
            left_out = tuple(dict.fromkeys((*one.left_out, *(alone or sorted(files)))))
            yield replace(one, more=(*one.more, Problem.PARTIAL_COVERAGE), left_out=left_out)
        elif files - one.covered and not one.left_out:
            yield replace(one, covers=tuple(sorted(one.covered & files or one.covered or one.covers)))
        else:
            yield one

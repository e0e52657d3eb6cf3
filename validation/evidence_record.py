"""Evidence records (RFC 4998) that a CMS signature carries: archive time stamps over hash trees, chained for decades.

Promise: a record is never a proof of time here; it can only speak against a signature, where a time stamp of it does
not verify, or is not the root of the tree that it claims.  What it covers is not reckoned out.
"""

from collections.abc import Iterator

from asn1crypto import algos, cms, core

from validation.cms import Timestamp, check_timestamp
from validation.digests import Digests
from validation.foreign import Unchecked, attempt

_RECORDS = frozenset({"1.2.840.113549.1.9.16.2.49", "1.2.840.113549.1.9.16.2.50"})  #: RFC 4998 appendix A
_MOST = 50  # time stamps of one signature


class _PartialTree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _Tree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _PartialTree


class _ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012 - as asn1crypto declares structures
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_tree", _Tree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _ArchiveTimeStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Chain


class _EvidenceRecord(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("digest_algorithms", cms.DigestAlgorithms),
        ("crypto_infos", core.Sequence, {"implicit": 0, "optional": True}),
        ("encryption_info", core.Sequence, {"implicit": 1, "optional": True}),
        ("chains", _Chains),
    ]


def stamps_of(signer: cms.SignerInfo) -> Iterator[Timestamp | Unchecked]:
    """The time stamps of all records that the signer carries.  Never raises."""
    found = attempt(_archived, signer)
    if isinstance(found, Unchecked):
        yield found
        return
    for one in found[:_MOST]:
        yield attempt(_stamp, one)


def _archived(signer: cms.SignerInfo) -> list[_ArchiveTimeStamp]:
    records = [
        _EvidenceRecord.load(value.dump(), strict=True)
        for attribute in signer["unsigned_attrs"] or ()
        if attribute["type"].dotted in _RECORDS
        for value in attribute["values"]
    ]
    return [stamp for record in records for chain in record["chains"] for stamp in chain]


def _stamp(archived: _ArchiveTimeStamp) -> Timestamp:
    token = archived["time_stamp"]["content"]
    tree = archived["reduced_tree"]
    if isinstance(tree, core.Void):
        # Without a tree the stamp is of the object itself, which is not reckoned out: its own word is taken.
        stamped = token["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
        return check_timestamp(token, lambda _: stamped)
    leaves = [[leaf.native for leaf in part] for part in tree]
    return check_timestamp(token, lambda name: _root(leaves, name))


def _root(tree: list[list[bytes]], name: str) -> bytes:
    """RFC 4998 section 4.3: each list with the root of the one before it, sorted and hashed together."""
    root = b""
    for number, leaves in enumerate(tree):
        together = sorted([*leaves, root] if number else leaves)
        # A list of one is that hash itself.
        root = together[0] if len(together) == 1 else Digests(b"".join(together))(name)
    return root

"""What a judgement knew of the world, kept so that it can be repeated offline years later.

Certificates, lists of revocation and answers are kept once, under their digest, however many judgements had them: of a
list of many megabytes that a thousand mails were judged by there is one.  A judgement names what it had; the trust
directory as it was is one set, which all judgements of its time name.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from store.connection import Database
from store.contents import Content, Contents
from store.schema import contents as content_rows
from store.schema import evidence, evidence_items, evidence_uses, trust_sets
from validation.evidence import Anchor, Evidence, TrustStore
from validation.signature import Signature

_ANCHOR, _INTERMEDIATE, _LIST, _FETCHED = "anchor", "intermediate", "crl", "fetched"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was known when a mail was judged, and what was said of the mail's own signatures."""

    evidence: Evidence
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """Evidence whose octets a transaction can name."""

    kept: Kept
    fresh: Mapping[str, Content]  #: by digest; the others are there already
    trust: str  #: the id of the set
    members: tuple[dict[str, object], ...]  #: rows of the set, where it is new
    uses: tuple[dict[str, object], ...]


def ready(db: Database, contents: Contents, kept: Kept) -> Ready:
    """Bring all octets to where a transaction can name them: large ones are on disk afterwards."""
    known, octets = kept.evidence, dict[str, bytes]()

    def named(content: bytes) -> str:
        digest = _digest(content)
        octets[digest] = content
        return digest

    members = [
        *(_member(_ANCHOR, named(one.certificate), one.list_name, one.ended_at) for one in known.trust.anchors),
        *(_member(_INTERMEDIATE, named(one)) for one in known.trust.intermediates),
    ]
    trust = hashlib.sha256("\n".join(map(str, members)).encode()).hexdigest()
    uses = [
        *(_use(_LIST, "", named(one)) for one in known.trust.crls),
        *(_use(_FETCHED, key, named(one) if one else "") for key, one in known.fetched.items()),
    ]
    with db.reading() as connection:
        asked = select(evidence_items.c.sha256).where(evidence_items.c.sha256.in_(octets))
        there = set(connection.execute(asked).scalars())
        is_known = connection.execute(select(trust_sets.c.id).where(trust_sets.c.id == trust).limit(1)).one_or_none()
    # In one order for everybody: two who write the same pieces wait for each other, and never both ways round.
    fresh = {digest: contents.ready(octets[digest]) for digest in sorted(octets.keys() - there)}
    return Ready(kept, fresh, trust, () if is_known else tuple(members), tuple(uses))


def write(connection: Connection, ready: Ready, mail_id: str, number: int, now: datetime) -> None:
    """Write the rows of one judgement's evidence, within its transaction."""
    # Whoever judges another mail by the same list may write it at this very moment.
    items: list[dict[str, object]] = [
        {"sha256": one.sha256, "size": one.size, "kept_at": now} for one in ready.fresh.values()
    ]
    small: list[dict[str, object]] = [
        {"id": one.sha256, "content": one.small} for one in ready.fresh.values() if one.small is not None
    ]
    _unless_there(connection, evidence_items, items)
    _unless_there(connection, content_rows, small)
    rows = ({"id": ready.trust, "position": position, **one} for position, one in enumerate(ready.members))
    _unless_there(connection, trust_sets, list(rows))
    known = ready.kept.evidence
    connection.execute(
        insert(evidence).values(
            mail_id=mail_id,
            number=number,
            moment=known.moment,
            arrived=known.arrived,
            trust=ready.trust,
            dns=dict(known.dns),
            spf=known.spf,
            spf_of=known.spf_of,
            signatures=ready.kept.signatures,
        )
    )
    if ready.uses:
        head = {"mail_id": mail_id, "number": number}
        used = [{**head, "position": position, **one} for position, one in enumerate(ready.uses)]
        connection.execute(insert(evidence_uses), used)


def read(db: Database, contents: Contents, mail_id: str, number: int) -> Kept | None:
    """The evidence of one judgement; None = none was kept.  Nobody is to be asked for what it lacks.

    Raises:
        Unavailable: octets are not there.
    """
    with db.reading() as connection:
        of_it = (evidence.c.mail_id == mail_id, evidence.c.number == number)
        head = connection.execute(select(evidence).where(*of_it)).one_or_none()
        if head is None:
            return None
        asked = select(trust_sets).where(trust_sets.c.id == head.trust).order_by(trust_sets.c.position)
        members = connection.execute(asked).all()
        of_it = (evidence_uses.c.mail_id == mail_id, evidence_uses.c.number == number)
        uses = connection.execute(select(evidence_uses).where(*of_it).order_by(evidence_uses.c.position)).all()

    def octets(digest: str) -> bytes:
        return contents.read(digest, digest) if digest else b""

    trust = TrustStore(
        tuple(Anchor(octets(one.sha256), one.list_name, one.ended_at) for one in members if one.kind == _ANCHOR),
        tuple(octets(one.sha256) for one in members if one.kind == _INTERMEDIATE),
        tuple(octets(one.sha256) for one in uses if one.kind == _LIST),
    )
    fetched = {one.key: octets(one.sha256) for one in uses if one.kind == _FETCHED}
    known = Evidence(head.moment, trust, head.dns, head.spf, head.spf_of, fetched, offline=True, arrived=head.arrived)
    return Kept(known, head.signatures)


def used(known: Evidence, digests: Iterable[str]) -> Evidence:
    """Without the lists of the trust directory that nothing was judged by: `digests` name those that were relied on."""
    relied = frozenset(digests)
    return Evidence(
        known.moment,
        TrustStore(known.trust.anchors, known.trust.intermediates, tuple(_named(known.trust.crls, relied))),
        known.dns,
        known.spf,
        known.spf_of,
        known.fetched,
        known.offline,
        known.arrived,
    )


def _named(lists: Iterable[bytes], relied: frozenset[str]) -> Iterator[bytes]:
    return (one for one in lists if relied and _digest(one) in relied)


@lru_cache(maxsize=256)
def _digest(octets: bytes) -> str:
    """The trust directory's lists are the same for thousands of mails."""
    return hashlib.sha256(octets).hexdigest()


def _member(kind: str, digest: str, list_name: str = "", ended_at: datetime | None = None) -> dict[str, object]:
    return {"kind": kind, "list_name": list_name, "ended_at": ended_at, "sha256": digest}


def _use(kind: str, key: str, digest: str) -> dict[str, object]:
    return {"kind": kind, "key": key, "sha256": digest}


def _unless_there(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)

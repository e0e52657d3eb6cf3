"""The way out: a packet of the province becomes one finished letter for each receiver with a registered address.

A receiver without one is a finding, and a person must look: nobody is written to at an address that a packet alone
names unless policy says so.  Files are handed on byte for byte.  A status packet is filed, and noted of the envelope
that it speaks of.  A recall, an update, a replacement waits for a person (`bridge.recalling`).  What bears a mark of
state secrecy goes nowhere, and nobody can release it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bridge import parties, recalling
from bridge.addressee import addressee, find, present
from bridge.answered import answered_wanted, thread_of
from bridge.axis.settings import BY_HAND
from bridge.decided import released_by
from bridge.edxml.forms import document_id
from bridge.edxml.packet import Concerned, DocumentPacket, Party, Recall, StatusPacket
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from bridge.edxml.tree import NotEdxml
from bridge.fields.fields import Field, Source
from bridge.job import DocumentMade, EnvelopeMade, Job, LetterMade, Outcome, Wanted
from bridge.judging import judge, weigh
from bridge.letters.document_letter import document_letter
from bridge.letters.texts import shown_size
from bridge.our_status import answered
from bridge.parties import unasked
from bridge.routing import succeeded
from bridge.sealing import seal_packet, uncleared
from bridge.secrecy import of_packet
from bridge.telling import Told
from outbound.header import UnfitLetterError
from outbound.letter import compose
from store.mail import AxisOrigin, MailState
from store.statuses import Said
from validation.codes import Code
from validation.finding import Observation
from validation.secrecy import Suspicion
from validation.verdict import Accepted, word

#: Decree 63/2026: state secrets travel in a system of their own.
NOT_BY_MAIL = "Văn bản nghi có dấu chỉ độ mật; không được gửi qua thư điện tử."


def handle_packet(job: Job, raw: bytes, folder: Path) -> Outcome | Wanted:
    """What becomes of one packet that came from the axis."""
    told = Told()
    try:
        packet = read(raw)
    except NotEdxml as problem:
        return _held(job, told, (Observation(Code.PACKET_INVALID, evidence={"reason": problem.reason.says}),))
    match packet:
        case StatusPacket():
            told.step("read", "packet", "status", str(packet.status))
            if packet.status is StatusCode.RECALL_ASKED:
                return _asked_back(job, packet, folder, told)
            return Outcome(MailState.FILED, "status", "", (), steps=told.steps, said=said_of(packet))
        case DocumentPacket():
            suspicion = uncleared(job, told, of_packet(packet, raw))
            if suspicion:
                refusal = _refusal(job, packet, folder) if suspicion is Suspicion.STRONG else ()
                return seal_packet(told, suspicion, refusal)
            return _letters(job, packet, folder, told)


def _letters(job: Job, packet: DocumentPacket, folder: Path, told: Told) -> Outcome | Wanted:
    if wanted := unasked(job.snapshot, parties.of_packet(packet)):
        return wanted
    other = (job.known_documents or {}).get(key_of(packet), "")
    if other and not released_by(job.decisions):
        return _held(job, told, (Observation(Code.DOCUMENT_DUPLICATE, evidence={"other": other}),), packet)
    said = recalling.follows(packet)
    if said:
        if wanted := recalling.earlier_wanted(job, said):
            return wanted
        if doubt := recalling.doubt(job, said):
            return _held(job, told, (doubt,), packet, recalling.frozen(job))
    if isinstance(packet.business, Recall):
        return _recalled(job, told, recalling.concerned(packet), packet.sender, packet.business.reason, packet, folder)
    # A list: businesses and persons among the receivers share one id.
    addressed = by_hand(job) or [(party.organ_id, addresses_of(job, party)) for party in packet.receivers]
    missing = tuple(
        Observation(Code.PACKET_UNADDRESSED, evidence={"organ": organ_id}) for organ_id, found in addressed if not found
    )
    if missing or not addressed:
        return _held(job, told, missing or (Observation(Code.PACKET_UNADDRESSED),), packet)
    if asked := answered_wanted(job, packet):
        return asked
    recipients = tuple(dict.fromkeys(address for _, found in addressed for address in found))
    for_each = [(packet, one, recalling.reference(job, one) or thread_of(job, one)) for one in recipients]
    for_each += recalling.notices(job, packet.sender, packet.business.reason, recipients) if said else ()
    made = _composed(job, told, for_each, folder)
    if isinstance(made, Wanted):
        return made
    if isinstance(made, Observation):
        return _held(job, told, (made,), packet)
    today, organs = job.evidence.moment.date(), job.snapshot.organs
    notes = succeeded(addressee(party.organ_id, organs, today) for party in packet.receivers if party.organ_id)
    return Outcome(
        MailState.RELEASED if released_by(job.decisions) else MailState.ACCEPTED,
        "packet",
        "",
        tuple(weigh(note, "agency", job.snapshot.policy) for note in notes),
        documents=(document_of(job, packet, "accepted"),),
        envelopes=recalling.agreed(job, recalling.concerned(packet), folder) if said and said.answers else (),
        letters=made,
        steps=told.steps,
    )


def _asked_back(job: Job, packet: StatusPacket, folder: Path, told: Told) -> Outcome | Wanted:
    """Status 13: whoever sent a document asks for it back."""
    said = recalling.asked_back(packet)
    if wanted := recalling.earlier_wanted(job, said):
        return wanted
    if doubt := recalling.doubt(job, said):
        return _held(job, told, (doubt,), packet, recalling.frozen(job))
    about = replace(packet.about, organ_id=packet.sender.organ_id)
    return _recalled(job, told, about, packet.sender, packet.description, packet, folder)


def _recalled(
    job: Job,
    told: Told,
    about: Concerned,
    sender: Party,
    reason: str,
    packet: DocumentPacket | StatusPacket,
    folder: Path,
) -> Outcome | Wanted:
    """A person has agreed that a document is taken back: its recipients are told, and the axis."""
    made = _composed(job, told, recalling.notices(job, sender, reason), folder)
    if isinstance(made, Wanted):
        return made
    if isinstance(made, Observation):
        return _held(job, told, (made,), packet)
    return Outcome(
        MailState.RELEASED,
        _kind_of(packet),
        "",
        (),
        documents=(document_of(job, packet, "accepted"),),
        envelopes=recalling.agreed(job, about, folder),
        letters=made,
        steps=told.steps,
    )


def _composed(
    job: Job, told: Told, for_each: Sequence[tuple[DocumentPacket, str, str]], folder: Path
) -> tuple[LetterMade, ...] | Wanted | Observation:
    """One letter for each (packet, recipient, Message-ID of the letter that it follows)."""
    if len(job.slots) < len(for_each):
        return Wanted(slots=len(for_each))
    made = []
    for slot, (packet, recipient, following) in zip(job.slots, for_each, strict=False):
        try:
            letter = document_letter(
                packet,
                recipient,
                job.snapshot.office,
                sender=job.snapshot.sender,
                message_id=slot.message_id,
                reply_to=slot.reply_to,
                date=job.evidence.moment,
                own=Path(job.snapshot.templates) if job.snapshot.templates else None,
                letters=job.snapshot.letters,
            )
            octets = compose(replace(letter, in_reply_to=following) if following else letter)
        except UnfitLetterError as unfit:
            return Observation(Code.PACKET_INVALID, evidence={"reason": str(unfit)})
        most = job.snapshot.letters.largest_of(recipient)
        if len(octets) > most and not released_by(job.decisions):
            told_of = {"recipient": recipient, "size": shown_size(len(octets)), "most": shown_size(most)}
            return Observation(Code.LETTER_TOO_LARGE, evidence=told_of)
        name = f"{slot.letter_id}.eml"
        (folder / name).write_bytes(octets)
        made.append(LetterMade(slot, recipient, name))
        told.step("wrap", "registered address", packet.document_id, slot.delivery_id)
    return tuple(made)


def _refusal(job: Job, packet: DocumentPacket, folder: Path) -> tuple[EnvelopeMade, ...]:
    """The status that tells the axis of a packet that may not go out by mail; nothing of the document is in it."""
    about = Concerned(packet.sender.organ_id, document_id=packet.document_id)
    return answered(job, about, StatusCode.REFUSED, NOT_BY_MAIL, folder, word="refused")


def by_hand(job: Job) -> list[tuple[str, tuple[str, ...]]]:
    """The addresses that a person of ours wrote to; empty = he left it to the registers."""
    origin = job.mail.origin
    named = isinstance(origin, AxisOrigin) and origin.axis == BY_HAND
    return [("", (path.address,)) for path in origin.rcpt_to] if named else []


def addresses_of(job: Job, party: Party) -> tuple[str, ...]:
    """Where letters for that receiver go: the first registered address of its correspondent or organ."""
    correspondents, organs = job.snapshot.correspondents, job.snapshot.organs
    # Businesses and persons share the id of the body that manages their accounts (Circular 01/2022/TT-BTTTT): where
    # the packet names a registered address, that tells them apart.
    named = party.email.lower()
    if named and any(named == known.lower() for one in correspondents for known in one.addresses):
        return (party.email,)
    wanted = party.organ_id.strip().casefold()
    owners = [one for one in correspondents if one.organ_id.casefold() == wanted and one.addresses] if wanted else []
    if len(owners) == 1:
        return owners[0].addresses[:1]
    organ = None if owners else find(party.organ_id, organs)
    if organ:
        # A dissolved body's mail goes to the one in its place, as long as that has an address.
        for one in (present(organ, organs), organ):
            if one.addresses:
                return one.addresses[:1]
    return (party.email,) if party.email and job.snapshot.policy.trust_packet_addresses else ()


def key_of(packet: DocumentPacket) -> str:
    """What an axis that delivers twice shows twice, whatever it calls the packet; "" = nothing tells documents apart.

    A recall or an update is another packet about the same document, and each replacement of it names another.
    """
    return recalling.key_of(packet.sender.organ_id, packet.document_id, recalling.word_of(packet))


def said_of(packet: StatusPacket) -> Said:
    """What a status says, and what the document may be called that it speaks of."""
    about = packet.about
    number, _, notation = about.code.partition("/")
    known = about.organ_id and about.issued and number and notation
    derived = document_id(about.organ_id, about.issued, number, notation) if known and about.issued else ""
    names = tuple(dict.fromkeys(name for name in (about.document_id, derived) if name))
    return Said(names, packet.sender.organ_id, packet.status.value, packet.description, packet.moment)


def document_of(job: Job, packet: DocumentPacket | StatusPacket, verdict: str) -> DocumentMade:
    """The packet as a document of the books; a status that goes back takes its words from here."""
    match packet:
        case DocumentPacket():
            said = _said_of_document(packet)
            key = key_of(packet)
        case StatusPacket():
            said = _said_of_asked(packet)
            key = recalling.key_of(packet.sender.organ_id, packet.about.document_id, recalling.ASKED)
    files = packet.files if isinstance(packet, DocumentPacket) else ()
    fields = {key: Field(value, Source.SIDECAR, 1.0) for key, value in said.items() if value}
    name = job.mail.origin.packet if isinstance(job.mail.origin, AxisOrigin) else "packet.edxml"
    annexes = tuple((name, file.name) for file in files)
    return DocumentMade(str(uuid.uuid5(uuid.UUID(job.mail.id), name)), (name,), annexes, verdict, fields, key)


def _said_of_document(packet: DocumentPacket) -> Mapping[str, str]:
    return {
        "OrganId": packet.sender.organ_id,
        "OrganName": packet.sender.name,
        "CodeNumber": packet.code.number,
        "CodeNotation": packet.code.notation,
        "IssuedDate": packet.issued.isoformat() if packet.issued else "",
        "Subject": packet.subject,
        "DocumentId": packet.document_id,
        "Priority": str(packet.priority) if packet.priority is not None else "",
    }


def _said_of_asked(packet: StatusPacket) -> Mapping[str, str]:
    """Of the document that is asked back: its issuer is whoever asks."""
    number, _, notation = packet.about.code.partition("/")
    return {
        "OrganId": packet.sender.organ_id,
        "OrganName": packet.sender.name,
        "CodeNumber": number,
        "CodeNotation": notation,
        "IssuedDate": packet.about.issued.isoformat() if packet.about.issued else "",
        "DocumentId": packet.about.document_id,
    }


def _kind_of(packet: DocumentPacket | StatusPacket) -> str:
    return "status" if isinstance(packet, StatusPacket) else "packet"


def _held(
    job: Job,
    told: Told,
    observed: tuple[Observation, ...],
    packet: DocumentPacket | StatusPacket | None = None,
    freezes: tuple[str, ...] = (),
) -> Outcome:
    policy = job.snapshot.policy
    findings = tuple(weigh(observation, "agency", policy) for observation in observed)
    verdict = judge(findings, "agency", policy, job.waited)
    kind = _kind_of(packet) if packet else "packet"
    told.findings(verdict.findings)
    told.step("judge", "the worst finding decides", kind, word(verdict))
    state = MailState.HELD if isinstance(verdict, Accepted) else MailState(word(verdict))
    documents = (document_of(job, packet, str(state)),) if packet else ()
    return Outcome(state, kind, "", verdict.findings, documents=documents, steps=told.steps, freezes=freezes)

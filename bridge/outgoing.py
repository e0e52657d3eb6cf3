"""The way out: a packet of the province becomes one finished letter for each receiver with a registered address.

A receiver without one is a finding, and a person must look: nobody is written to at an address that a packet alone
names unless policy says so.  Files are handed on byte for byte.  A status packet is filed.  What bears a mark of state
secrecy goes nowhere, and nobody can release it.
"""

import uuid
from pathlib import Path

from bridge import parties
from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import BUSINESS_WORDS, Concerned, DocumentPacket, Party, StatusPacket
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from bridge.edxml.tree import NotEdxml
from bridge.edxml.write import write
from bridge.fields.fields import Field, Source
from bridge.job import DocumentMade, EnvelopeMade, Job, LetterMade, Outcome, Wanted
from bridge.judging import judge, weigh
from bridge.letters.document_letter import document_letter
from bridge.parties import unasked
from bridge.sealing import seal_packet, uncleared
from bridge.secrecy import of_packet
from bridge.telling import Told
from outbound.header import UnfitLetterError
from outbound.letter import compose
from store.judgement import DecisionVerb
from store.mail import AxisOrigin, MailState
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
            return Outcome(MailState.FILED, "status", "", (), steps=told.steps)
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
    if other and not any(decision.verb is DecisionVerb.RELEASE for decision in job.decisions):
        return _held(job, told, (Observation(Code.DOCUMENT_DUPLICATE, evidence={"other": other}),), packet)
    # A list: businesses and persons among the receivers share one id.
    addressed = [(party.organ_id, addresses_of(job, party)) for party in packet.receivers]
    missing = tuple(
        Observation(Code.PACKET_UNADDRESSED, evidence={"organ": organ_id}) for organ_id, found in addressed if not found
    )
    if missing or not addressed:
        return _held(job, told, missing or (Observation(Code.PACKET_UNADDRESSED),), packet)
    recipients = tuple(dict.fromkeys(address for _, found in addressed for address in found))
    if len(job.slots) < len(recipients):
        return Wanted(slots=len(recipients))
    made = []
    for slot, recipient in zip(job.slots, recipients, strict=False):
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
            )
            octets = compose(letter)
        except UnfitLetterError as unfit:
            return _held(job, told, (Observation(Code.PACKET_INVALID, evidence={"reason": str(unfit)}),), packet)
        name = f"{slot.letter_id}.eml"
        (folder / name).write_bytes(octets)
        made.append(LetterMade(slot, recipient, name))
        told.step("wrap", "registered address", packet.document_id, slot.delivery_id)
    return Outcome(
        MailState.ACCEPTED,
        "packet",
        "",
        (),
        documents=(document_of(job, packet, "accepted"),),
        letters=tuple(made),
        steps=told.steps,
    )


def _refusal(job: Job, packet: DocumentPacket, folder: Path) -> tuple[EnvelopeMade, ...]:
    """The status that tells the axis of a packet that may not go out by mail; nothing of the document is in it."""
    origin, office = job.mail.origin, job.snapshot.office
    if not isinstance(origin, AxisOrigin) or origin.axis == BY_HAND:
        return ()
    status = StatusPacket(
        sender=Party(office.organ_id, office.name, email=next(iter(office.addresses), "")),
        about=Concerned(packet.sender.organ_id, document_id=packet.document_id),
        status=StatusCode.REFUSED,
        description=NOT_BY_MAIL,
        moment=job.evidence.moment,
    )
    id_ = str(uuid.uuid5(uuid.UUID(job.mail.id), "refused"))
    name = f"{id_}.edxml"
    with (folder / name).open("wb") as out:
        write(status, out)
    return (EnvelopeMade(id_, "", origin.axis, name, (packet.sender.organ_id,), (), kind="status"),)


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
    for organ in organs if not owners else ():
        if organ.addresses and any(known.value.casefold() == wanted for known in organ.ids):
            return organ.addresses[:1]
    return (party.email,) if party.email and job.snapshot.policy.trust_packet_addresses else ()


def key_of(packet: DocumentPacket) -> str:
    """What an axis that delivers twice shows twice, whatever it calls the packet; "" = nothing tells documents apart.

    A recall or an update is another packet about the same document, and each replacement of it names another.
    """
    if not packet.document_id:
        return ""
    sender = packet.sender.organ_id.strip().casefold()
    return "|".join(("packet", sender, packet.document_id, BUSINESS_WORDS[type(packet.business)]))


def document_of(job: Job, packet: DocumentPacket, verdict: str) -> DocumentMade:
    """The packet as a document of the books; a status that goes back takes its words from here."""
    said = {
        "OrganId": packet.sender.organ_id,
        "OrganName": packet.sender.name,
        "CodeNumber": packet.code.number,
        "CodeNotation": packet.code.notation,
        "IssuedDate": packet.issued.isoformat() if packet.issued else "",
        "Subject": packet.subject,
        "DocumentId": packet.document_id,
    }
    fields = {key: Field(value, Source.SIDECAR, 1.0) for key, value in said.items() if value}
    name = job.mail.origin.packet if isinstance(job.mail.origin, AxisOrigin) else "packet.edxml"
    annexes = tuple((name, file.name) for file in packet.files)
    return DocumentMade(
        str(uuid.uuid5(uuid.UUID(job.mail.id), name)), (name,), annexes, verdict, fields, key_of(packet)
    )


def _held(job: Job, told: Told, observed: tuple[Observation, ...], packet: DocumentPacket | None = None) -> Outcome:
    policy = job.snapshot.policy
    findings = tuple(weigh(observation, "agency", policy) for observation in observed)
    verdict = judge(findings, "agency", policy, job.waited)
    told.findings(verdict.findings)
    told.step("judge", "the worst finding decides", "packet", word(verdict))
    state = MailState.HELD if isinstance(verdict, Accepted) else MailState(word(verdict))
    documents = (document_of(job, packet, str(state)),) if packet else ()
    return Outcome(state, "packet", "", verdict.findings, documents=documents, steps=told.steps)

"""Whatever a packet holds comes back from its own bytes, and those bytes conform."""

import uuid
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.edxml.conform import conform
from bridge.edxml.forms import clean
from bridge.edxml.names import safe_names
from bridge.edxml.packet import (
    Business,
    ChangedReceiver,
    Code,
    Concerned,
    DocumentPacket,
    DocumentType,
    New,
    Packet,
    PacketFile,
    PacketSigner,
    Party,
    Recall,
    Replace,
    Replaced,
    Staff,
    StatusPacket,
    Trace,
    Update,
)
from bridge.edxml.packing import media_type_of
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from tests.edxml.samples import written

line = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: clean(text)[:50].strip())
word = line.filter(bool)
organ_id = word.map(lambda text: text[:35].strip()).filter(bool)
day = st.dates(date(1945, 9, 2), date(2999, 12, 31))
moment = st.datetimes(datetime(1990, 1, 1), datetime(2999, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
whole = st.none() | st.integers(0, 999_999_999)

organ_ids = st.lists(organ_id, max_size=2).map(tuple)
parties = st.builds(Party, organ_id, line, line, line, line, line, line, line)
concerned = st.builds(Concerned, organ_id, line, st.none() | day, line)
staff = st.none() | st.builds(Staff, word, line, line, line)
businesses: st.SearchStrategy[Business] = st.one_of(
    st.builds(New, line),
    st.builds(Recall, line, line),
    st.builds(
        Update,
        line,
        line,
        st.booleans(),
        st.booleans(),
        st.lists(st.builds(ChangedReceiver, organ_id, st.booleans()), max_size=3).map(tuple),
    ),
    st.builds(
        Replace,
        line,
        st.lists(st.builds(Replaced, word, organ_ids), min_size=1, max_size=2).map(tuple),
    ),
)
extensions = st.sampled_from([".pdf", ".docx", ".xlsx", ".zip", ".txt", "", ".PDF"])


@st.composite
def files(draw: st.DrawFn) -> tuple[PacketFile, ...]:
    names = safe_names(draw(st.lists(st.builds(str.__add__, line, extensions), max_size=4)))
    return tuple(
        PacketFile(
            name,
            draw(st.binary(max_size=200).filter(lambda content: not content.startswith(b"PK\x03\x04"))),
            media_type_of(name, ""),
            draw(line),
            str(uuid.UUID(int=number)),
        )
        for number, name in enumerate(names)
    )


documents = st.builds(
    DocumentPacket,
    sender=parties,
    receivers=st.lists(parties, min_size=1, max_size=3).map(tuple),
    code=st.builds(Code, line, line),
    issued=st.none() | day,
    place=line,
    type=st.builds(DocumentType, line, whole, whole),
    subject=line,
    content=line,
    signer=st.builds(PacketSigner, line, line, line),
    due=st.none() | day,
    to_places=st.lists(word, max_size=3).map(tuple),
    priority=st.none() | st.integers(0, 4),
    sphere=line,
    typist=line,
    copies=whole,
    pages=whole,
    appendixes=st.lists(word, max_size=2).map(tuple),
    answers=st.lists(concerned, max_size=2).map(tuple),
    steering=st.none() | st.integers(0, 3),
    document_id=word,
    traces=st.lists(st.builds(Trace, organ_id, st.none() | moment), max_size=2).map(tuple),
    business=businesses,
    paper=whole,
    staff=staff,
    files=files(),
)
statuses = st.builds(
    StatusPacket,
    sender=parties,
    about=concerned,
    status=st.sampled_from(StatusCode),
    description=line,
    moment=st.none() | moment,
    staff=staff,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of(documents, statuses))
def test_a_packet_comes_back_as_it_was_and_conforms(packet: Packet) -> None:
    content = written(packet)
    assert read(content) == packet
    assert conform(content) == []

"""Text in an old Vietnamese code page that nobody declared is read; text that is right is never touched."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.legacy import PAGES, SENTENCES, written
from validation.mime_words import words
from validation.vietnamese_guess import guess, guess_text

UNDECLARED = [(page, sentence) for page in PAGES for sentence in SENTENCES]


@pytest.mark.parametrize(("page", "sentence"), UNDECLARED, ids=[f"{page}: {text[:30]}" for page, text in UNDECLARED])
def test_a_text_is_read_though_nothing_says_what_it_is(page: str, sentence: str) -> None:
    """By its spelling alone, also when its octets were taken for Western letters on the way."""
    raw = written(sentence, page)
    for found in (guess(raw), guess_text(raw.decode("cp1252", "ignore")) if page != "viscii" else guess(raw)):
        assert found is not None
        assert found.text == sentence or (page == "tcvn3" and found.text.casefold() == sentence.casefold())


#: Sentences whose marked letters are those of old code pages' marked letters too.
RIGHT = {
    "Vietnamese": SENTENCES,
    "Vietnamese of letters that windows-1252 has": (
        "Thông báo",
        "Công tác hành chính",
        "xã là ông bà cô chú",
        "Giám sát, báo cáo tài chính quý",
    ),
    "French": (
        "Réunion à Paris",
        "Où êtes-vous ? À bientôt, là-bas à l'été",
        "Le procès-verbal de la séance a été adopté à l'unanimité",
        "Veuillez agréer, Monsieur, l'expression de mes salutations distinguées",
        "Théâtre, forêt, Noël, français, garçon, œuvre, août",
    ),
    "German": (
        "Grüße aus München",
        "Über die Änderung des Gesetzes für größere Städte",
        "Bitte prüfen Sie die beigefügten Unterlagen bis spätestens übermorgen",
        "schöne Bäume, süße Äpfel",
    ),
    "English": ("The naïve café owner's résumé", "Price: £35 · 20°C ± 1 µm, §4 «as is» ®", "It’s “fine” – really…"),
    "Spanish": ("El año pasado señaló que el niño está aquí", "¿Cómo estás? ¡Qué día más bonito!"),
    "Portuguese": ("A reunião não será amanhã; é só às três", "Informações sobre a criação de órgãos públicos"),
    "Swedish": ("Hör av dig på måndag", "Räksmörgås på Åland är gott"),
    "Turkish as Latin-1 shows it": ("Þöyle bir þey yapýlýr", "Türkçe öðretmeni çok güzel"),
    "Polish as Latin-1 shows it": ("Za¿ó³æ gê¶l± ja¼ñ", "Proszê o odpowied¼"),
    "Russian as Latin-1 shows it": ("Ïðèâåò, êàê äåëà", "ðÒÉ×ÅÔ, ËÁË ÄÅÌÁ"),
    "signs alone": ("§ 4", "© ® ™", "½ · ×"),
    "one word": ("Müller", "é", "à", "José", "Ý", "ñ"),
}
TEXTS = [(language, text) for language, texts in RIGHT.items() for text in texts]


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[f"{name}: {text[:30]}" for name, text in TEXTS])
def test_a_text_that_is_right_stays(text: str) -> None:
    """As characters, and as the octets of windows-1252."""
    assert guess_text(text) is None
    assert guess_text(text.upper()) is None
    try:
        raw = text.encode("cp1252")
    except UnicodeEncodeError:
        return
    assert guess(raw) is None


WORDS = sorted({word for language, text in TEXTS if not language.startswith("Vietnamese") for word in text.split()})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_no_choice_of_foreign_words_is_taken_for_vietnamese(chosen: list[str]) -> None:
    """Whatever stands beside whatever."""
    assert guess_text(" ".join(chosen)) is None


VIETNAMESE = sorted({word for sentence in SENTENCES for word in sentence.split()})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(VIETNAMESE), min_size=1, max_size=12))
def test_unicode_is_never_read_again(chosen: list[str]) -> None:
    """Vietnamese that is right needs no second reading, however short."""
    assert guess_text(" ".join(chosen)) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_octets_harm(raw: bytes) -> None:
    """A guess is text or none."""
    found = guess(raw)
    assert found is None or found.text


def test_the_time_grows_with_the_text() -> None:
    """Headings without end, and a subject of words in two character sets by turns."""

    def work(size: int) -> float:
        started = time.process_time()
        guess("VIÖT NAM ë ".encode("cp1252") * size)
        words(b"=?latin1?Q?=E9a?= =?cp1252?Q?=E9?= " * size)
        return time.process_time() - started

    work(1_000)
    assert work(20_000) < 60 * work(2_000)


MIXED = {
    "a quotation in another language": "Kính gửi quý cơ quan\n> Grüße aus München, schöne Bäume, süße Äpfel",
    "one word": "Khải",
}


@pytest.mark.parametrize("text", MIXED.values(), ids=MIXED.keys())
def test_what_is_in_doubt_is_kept(text: str) -> None:
    """A reader sees what was sent rather than what we would have liked."""
    lines = text.split("\n")
    raw = b"\n".join([written(lines[0], "tcvn3"), *(line.encode("cp1252") for line in lines[1:])])
    assert guess(raw) is None

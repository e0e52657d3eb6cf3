"""How Vietnamese a text is, by its spelling: every written syllable is an onset, a rime and a tone, and few fit.

Mojibake and other languages fail this at nearly every marked word, which a count of frequent words would not show in
a subject of three words.  Used to tell readings of the same bytes from one another, never to correct anybody.
"""

import re
import unicodedata
from dataclasses import dataclass

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong oong op ot oăc oăn oăng oăt
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uy uya uych uynh uyt uyu uyên uyêt uân uâng uât uây uê uêch uênh uơ uôc uôi uôm uôn uông uôt
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
y yêm yên yêng yêt yêu ynh yt ych
"""
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOPPED = frozenset("\u0301\u0323")  # syllables that end in c, ch, p or t are said with sắc or nặng alone
_SYLLABLE = re.compile(
    rf"(?:{'|'.join(sorted(_ONSETS.split(), key=len, reverse=True))})?(?:{'|'.join(_RIMES.split())})\Z"
)
#: A word as far as mojibake may reach: letters, and every sign above ASCII but quotes, dashes and blanks.
_TOKEN = re.compile(r"(?:[A-Za-z]|[^\x00-\x7f\xa0\u2013\u2014\u2018-\u201e\u2026\u2022])+")
#: ASCII words of names and subjects in every language.
_NEUTRAL = """
doc docx eml fw fwd htm html jpg pdf png ppt pptx rar re rtf txt xls xlsx zip
"""
_FREQUENT = """
ban bản báo bùi các cáo chính cho chủ có công cộng của dẫn dân dương được đã đặng đề đến định độc đỗ đồng gửi giấy hải
hạnh hòa hoà hoàng hội hồ huyện huỳnh hướng kế kính không là lập liệu lý mời năm nghị nghĩa ngày người ngô nguyễn nhân
nhận những nơi nội phạm phòng phố phúc phủ quyết số sở sơ tại tài tháng thành thị theo thông thủ tịch tỉnh tờ trần trình
trưởng tướng tự từ ủy uỷ và văn về việc việt với xã
"""
_NEUTRALS = frozenset(_NEUTRAL.split())
_FREQUENTS = frozenset(_FREQUENT.split())


@dataclass(frozen=True, slots=True)
class Spelling:
    """The distinct words of a text, weighed."""

    marked: frozenset[str]  #: words with a mark that are Vietnamese syllables, lower case
    strange: frozenset[str]  #: words with a sign above ASCII that are none
    plain: int  #: ASCII words that could be Vietnamese
    foreign: int  #: ASCII words that could not

    @property
    def share(self) -> float:
        """How many of the marked words are Vietnamese; 0 where there is none."""
        every = len(self.marked) + len(self.strange)
        return len(self.marked) / every if every else 0.0

    @property
    def frequent(self) -> int:
        """How many of its words every official letter has."""
        return len(self.marked & _FREQUENTS)


def is_syllable(word: str) -> bool:
    """Whether `word` (NFC, any case but a mixed one) is spelt as Vietnamese syllables are."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in apart if char in _TONES]
    bare = unicodedata.normalize("NFC", "".join(char for char in apart if char not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.match(bare):
        return False
    return not bare.endswith(("c", "ch", "p", "t")) or (bool(tones) and tones[0] in _STOPPED)


def spelling(text: str, cap: int) -> Spelling:
    """The first `cap` characters of `text`, weighed.  `ĐỀ`, `đề` and `Đề` are one word."""
    marked: set[str] = set()
    strange: set[str] = set()
    plain: set[str] = set()
    foreign: set[str] = set()
    for token in set(_TOKEN.findall(text[:cap])):
        syllable = is_syllable(token)
        if not token.isascii():
            (marked if syllable else strange).add(token.lower())
        elif syllable:
            plain.add(token.lower())
        elif len(token) > 1 and not token.isupper() and token.lower() not in _NEUTRALS:  # UBND is of no language
            foreign.add(token.lower())
    return Spelling(frozenset(marked), frozenset(strange), len(plain), len(foreign))

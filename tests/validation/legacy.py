"""Vietnamese text in the old code pages, written by glibc's iconv where it knows them, else by a table of the tests."""

import subprocess
import unicodedata

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
#: All letters that Vietnamese adds to ASCII, and the twelve vowels themselves, in both cases.
LETTERS = SMALL + [letter.upper() for letter in SMALL]

# VNI as its keyboard manual prints it: each letter of SMALL in the same order.
_VNI = """
a aù aø aû aõ aï aê aé aè aú aü aë aâ aá aà aå aã aä e eù eø eû eõ eï eâ eá eà eå eã eä i í ì æ ó ò
o où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï u uù uø uû uõ uï ö öù öø öû öõ öï y yù yø yû yõ î ñ
"""
VNI = dict(zip(SMALL, _VNI.split(), strict=True))
VNI |= {letter.upper(): written.upper() for letter, written in VNI.items()}

SENTENCES = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam; Độc lập - Tự do - Hạnh phúc",
    "Ủy ban nhân dân tỉnh kính gửi các sở, ban, ngành và Ủy ban nhân dân các huyện, thành phố",
    "Quyết định về việc phê duyệt kế hoạch sử dụng đất năm 2026",
    "Giấy mời họp triển khai nhiệm vụ cải cách thủ tục hành chính",
    "CÔNG VĂN ĐỀ NGHỊ THẨM ĐỊNH DỰ ÁN ĐẦU TƯ XÂY DỰNG",
    "Báo cáo kết quả giải quyết hồ sơ của tổ chức, cá nhân quý III (kèm theo 02 phụ lục)",
    "Nguyễn Thị Hường, Trưởng phòng Nội vụ",
    "Tờ trình 35",
    "Đề nghị.pdf",
    "Thưa quý cơ quan,\nchúng tôi gửi kèm hồ sơ đăng ký kinh doanh để được hướng dẫn.\nTrân trọng.",
)


def iconv(text: str, page: str) -> bytes:
    """`text` in `page`, by the C library."""
    run = subprocess.run(["iconv", "-f", "UTF-8", "-t", page], input=text.encode(), capture_output=True, check=True)
    return run.stdout


def tcvn3(text: str) -> bytes:
    """As one types with the ABC fonts: there are no marked capitals but ĂÂÊÔƠƯĐ."""
    return iconv("".join(char if char in "ĂÂÊÔƠƯĐ" or char.isascii() else char.lower() for char in text), "TCVN5712-1")


def vni(text: str) -> bytes:
    """As one types with the VNI fonts, which are drawn over windows-1252."""
    return "".join(VNI.get(char, char) for char in text).encode("cp1252")


PAGES = ("tcvn3", "vni", "windows-1258", "viscii", "tcvn5712-1")


def written(text: str, page: str) -> bytes:
    """`text` in the page of that name."""
    match page:
        case "tcvn3":
            return tcvn3(text)
        case "vni":
            return vni(text)
        case _:
            return iconv(text, {"windows-1258": "CP1258"}.get(page, page.upper()))

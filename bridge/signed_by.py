"""Who signed a document: the competent person, the body, both or nobody, and so what kind of copy it is.

Decree 30/2020 Art. 5.1: signed by the person and by the body, an electronic document has the value of the original;
by the body alone it is a copy that the body made or an annex (Annex I.II.8, I.III.1d); by a person alone it is not
issued yet, or the paper of an individual.  A certificate does not say which of the two its holder is: the name does.
"""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from bridge.fields.fold import fold
from validation.attachments import clean_name
from validation.inspected import Inspected
from validation.signature import Carrier, Signature, Signer
from validation.signatures import is_of_other_files


class SignedBy(StrEnum):
    """As `mails show` says it."""

    BOTH = "person-and-body"  #: an original
    BODY = "body"  #: a copy or an annex
    PERSON = "person"  #: not issued yet, or of an individual
    NOBODY = "nobody"
    UNCLEAR = "unclear"  #: signed, and who signed cannot be told


class Holder(StrEnum):
    """What the holder of a certificate is."""

    PERSON = "person"
    BODY = "body"
    UNCLEAR = "unclear"


#: How names of bodies begin, NFC and case-folded.
_BODY_WORDS = (
    "sở|ủy ban|uỷ ban|ubnd|ub|hđnd|hội đồng|bộ|cục|chi cục|tổng cục|thuế|văn phòng|công ty|cty|tổng công ty|tập đoàn|"
    "doanh nghiệp|hợp tác xã|htx|chi nhánh|trung tâm|trường|học viện|đại học|bệnh viện|viện|trạm y tế|ban|phòng|"
    "kho bạc|công an|bảo hiểm|ngân hàng|quỹ|đảng ủy|tỉnh ủy|thành ủy|huyện ủy|đảng bộ|đoàn thanh niên|đoàn đại biểu|"
    "đoàn luật sư|hội|hiệp hội|liên đoàn|mặt trận|tòa án|viện kiểm sát|thanh tra|thi hành án|đài|báo|tạp chí|"
    "nhà xuất bản|hải quan|cơ quan|chính phủ|quốc hội|bưu điện|trại|nhà văn hóa|thư viện|bảo tàng|xí nghiệp"
)
_BODIES = tuple(f"{name} " for name in _BODY_WORDS.split("|"))
#: The same in ASCII, as older certificates have it, without what might be a person's name there.
_FOLDED_BODIES = tuple(
    f"{fold(name)} "
    for name in _BODIES
    if fold(name) not in {"truong", "ban", "bao", "vien", "hoi", "dai", "quy", "bo"}
)
#: Family names, folded: nine in ten people bear one of the first fourteen.
_FAMILY_NAMES = (
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dinh|dao|doan|trinh|lam|mai|to|ta|luong|"
    "ha|cao|chu|thai|quach|luu|vuong|trieu|kieu|ton|tong|la|au|cu|diep|dam|giang|hua|khuc|kim|lo|mac|nghiem|nong|ong|"
    "phung|quan|sam|tang|than|thach|tieu|truong|ung|vi|vien|yen|chau|van|lai|lu|ma|nghi|phi|bach|cam|cai|dien|lieu|mo|"
    "ninh|pho|sung|thi|vang|giap|hau|khong|lang|leo|lenh|ksor|rmah|rcham|siu"
)
_FAMILIES = frozenset(_FAMILY_NAMES.split("|"))


def holder_of(signer: Signer) -> Holder:
    """Is the certificate's holder a person or a body?"""
    name = unicodedata.normalize("NFC", signer.name).casefold()
    folded = fold(signer.name)
    if not folded:
        return Holder.BODY if signer.organisation else Holder.UNCLEAR
    if name.startswith(_BODIES) or (name.isascii() and f"{folded} ".startswith(_FOLDED_BODIES)):
        return Holder.BODY
    if folded == fold(signer.organisation):
        return Holder.BODY
    words = folded.split()
    if words[0] in _FAMILIES and 2 <= len(words) <= 6 and folded.replace(" ", "").isalpha():
        return Holder.PERSON
    return Holder.UNCLEAR


def placed_on(main: Inspected, others: Iterable[Inspected]) -> tuple[tuple[tuple[str, ...], Signature], ...]:
    """The signatures of a document with the file of each: in its main one, and detached among the others."""
    detached = ((file.path, one) for file in others for one in file.signatures if _is_over(file, one, main))
    every = (*((main.path, one) for one in main.signatures), *detached)
    return tuple((path, one) for path, one in every if one.carrier is not Carrier.TIMESTAMP and not one.countersigns)


def _is_over(file: Inspected, one: Signature, main: Inspected) -> bool:
    """May the signature in `file` be one of `main`?  A container says which of its files each signature is over."""
    if not is_of_other_files(one):
        return False
    if one.carrier is not Carrier.ASIC or not one.covers or main.path[:-1] != file.path:
        return True
    return any(clean_name(name.rpartition("/")[2]) == main.path[-1] for name in one.covers)


def signatures_on(main: Inspected, others: Iterable[Inspected]) -> tuple[Signature, ...]:
    """The signatures of a document."""
    return tuple(one for _, one in placed_on(main, others))


def signed_by(signatures: Iterable[Signature]) -> SignedBy:
    """By whom a document is signed; what is not sound is nobody's."""
    every = tuple(signatures)
    holders = {holder_of(one.signer) for one in every if one.sound}
    if {Holder.PERSON, Holder.BODY} <= holders:
        return SignedBy.BOTH
    if not every:
        return SignedBy.NOBODY
    if not holders or Holder.UNCLEAR in holders:
        return SignedBy.UNCLEAR
    return SignedBy.BODY if Holder.BODY in holders else SignedBy.PERSON

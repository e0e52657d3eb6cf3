"""Which language a text is in, by what only that language has; a text that could be two is in none."""

from collections.abc import Sequence

VIETNAMESE, ENGLISH = "Tiếng Việt", "Tiếng Anh"
_MARKED = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "in", "for", "is", "on", "with", "by", "that", "as", "are", "be", "this", "from", "at"]
)
_WORDS_ENOUGH = 20


def language_of(words: Sequence[str]) -> str:
    """Its name in Vietnamese; "" where the words do not tell."""
    if len(words) < _WORDS_ENOUGH:
        return ""
    lower = [word.lower() for word in words]
    marked = sum(1 for word in lower if _MARKED & set(word))
    if marked >= len(words) * 0.25:
        return VIETNAMESE
    little = sum(1 for word in lower if word.strip(".,;:()") in _ENGLISH)
    return ENGLISH if little >= len(words) * 0.2 and marked < len(words) * 0.05 else ""

"""What a refusal means: hard, soft or policy, and a sentence for the clerk."""

import pytest

from outbound.refusal import Kind, refusal_of
from store.reply import Reply


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "kind", "says"),
    [
        pytest.param(550, "5.1.1", "no such user", Kind.HARD, "không tồn tại", id="unknown user"),
        pytest.param(550, "5.0.0", "User unknown", Kind.HARD, "không tồn tại", id="unknown user, no code"),
        pytest.param(550, "5.7.1", "recipient address rejected: user unknown", Kind.HARD, "không tồn tại", id="a lie"),
        pytest.param(556, "5.1.10", "the domain takes no mail", Kind.HARD, "không nhận thư", id="null MX"),
        pytest.param(550, "5.1.2", "the domain does not exist", Kind.HARD, "Tên miền", id="no such domain"),
        pytest.param(552, "5.2.2", "mailbox full", Kind.SOFT, "đã đầy", id="full"),
        pytest.param(550, "5.0.0", "over quota", Kind.SOFT, "đã đầy", id="full, no code"),
        pytest.param(554, "5.3.4", "too large", Kind.POLICY, "dung lượng", id="too large"),
        pytest.param(554, "5.7.1", "blocked using zen.spamhaus.org RBL", Kind.POLICY, "thư rác", id="listed"),
        pytest.param(550, "5.7.26", "unauthenticated", Kind.POLICY, "SPF, DKIM", id="not authenticated"),
        pytest.param(550, "5.7.1", "relay access denied", Kind.POLICY, "không cho phép", id="relaying"),
        pytest.param(554, "5.6.7", "no SMTPUTF8", Kind.POLICY, "ngoài ASCII", id="address beyond ASCII"),
        pytest.param(451, "4.4.1", "connection timed out", Kind.SOFT, "kết nối", id="never answered"),
        pytest.param(451, "4.4.7", "delivery time expired", Kind.SOFT, "thời hạn", id="expired"),
        pytest.param(451, "4.7.5", "the domain's own policy forbids", Kind.POLICY, "mã hóa", id="MTA-STS"),
        pytest.param(550, "5.99.99", "computer says no", Kind.HARD, "không tồn tại", id="a code of nobody's"),
        pytest.param(554, "5.0.0", "transaction failed", Kind.HARD, "không nêu lý do", id="nothing said"),
        pytest.param(450, "4.0.0", "-", Kind.SOFT, "thời hạn", id="not now, nothing said"),
    ],
)
def test_a_refusal_has_a_kind_and_a_sentence(code: int, enhanced: str, text: str, kind: Kind, says: str) -> None:
    refusal = refusal_of(Reply(code, enhanced, text))
    assert refusal.kind is kind
    assert says in refusal.says

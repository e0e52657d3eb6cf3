"""Which list of anchors may speak for which class of senders: policy, apart from whether there is a path at all.

Agencies sign with certificates of the government's own hierarchy, everybody else with those of licensed public
authorities (Law 20/2023 Art. 22).  A path to the other list is a path all the same: the chain's answer stays, and a
person looks.
"""

from collections.abc import Iterable, Iterator

from bridge.policy import Policy
from validation.codes import Code
from validation.finding import Observation
from validation.signature import Carrier, Signature, Trust


def list_observations(
    placed: Iterable[tuple[tuple[str, ...], Signature]], sender_class: str, policy: Policy
) -> Iterator[Observation]:
    """One for each signature of a document (with the path of its file) whose list may not speak for such senders."""
    allowed = policy.trust_lists.get(sender_class)
    for path, signature in placed:
        if allowed is None or signature.trust is not Trust.TRUSTED or signature.carrier is Carrier.TIMESTAMP:
            continue
        if signature.sound and signature.anchor_list and signature.anchor_list not in allowed:
            facts = {"field": signature.where, "list": signature.anchor_list, "signer": signature.signer.name}
            yield Observation(Code.SIGNATURE_LIST, path, facts)

"""Has a mail been round already?  Signs in its header that it goes in a circle between machines.

Promise: pure, and only a reason not to answer; a mail that loops is still kept and judged.
"""

import collections
from collections.abc import Callable

from validation.headers import Headers

HOPS = (
    50  #: Received fields of one mail from where on it is taken to loop (Postfix hopcount_limit; RFC 5321 section 6.3)
)


def loop(headers: Headers, ours: Callable[[str], bool]) -> str:
    """Why the mail is thought to loop; "" = it is not.  `ours`: is an address one of our own?"""
    names = collections.Counter(name.lower() for name, _ in headers.fields)
    if names["received"] > HOPS:
        return f"it has come through more than {HOPS} mail servers"
    if names["x-loop"]:
        return "X-Loop says that a machine has handled it before"
    # A server writes the mailbox on top whenever it delivers there: once is how mail comes to us, twice is a circle.
    delivered = collections.Counter(address.strip().strip("<>").lower() for address in headers.all("Delivered-To"))
    if any(count > 1 and ours(address) for address, count in delivered.items()):
        return "Delivered-To says that it has been in our mailbox before"
    return ""

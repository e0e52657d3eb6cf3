"""A small name server on loopback, UDP and TCP: the zone is a dict, each name can be made to fail."""

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from tests.servers.wait import LOOPBACK

#: Names to record types to values: {"a.example": {"TXT": ["v=spf1 -all"], "MX": ["10 mx.a.example."]}}.
Zone = Mapping[str, Mapping[str, Sequence[str]]]

#: "timeout" never answers; the others answer with that code.
Failure = Literal["timeout", "servfail", "refused", "formerr"]

_CODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED, "formerr": dns.rcode.FORMERR}


@dataclass(slots=True)
class NameServer:
    """A running server; `zone` and `failures` may be changed while it runs."""

    #: UDP and TCP port on loopback.
    port: int
    #: Lower-case names without the last dot.
    zone: dict[str, Mapping[str, Sequence[str]]]
    #: Names that fail.
    failures: dict[str, Failure]
    #: Every question asked, in order: (name, type). For counting look-ups (RFC 7208 section 4.6.4).
    asked: list[tuple[str, str]] = field(default_factory=list)

    def resolver(self, lifetime: float = 1.0) -> dns.resolver.Resolver:
        """A resolver that asks this server and reads nothing of the machine's own settings."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers = [LOOPBACK]
        made.port = self.port
        made.lifetime = lifetime
        return made

    def answer(self, wire: bytes, *, room: int) -> bytes | None:
        """The answer to one question; None for silence. Longer than `room`: empty and marked as cut off."""
        question = dns.message.from_wire(wire)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(asked.rdtype)))
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA
        failure = self.failures.get(name)
        if failure == "timeout":
            return None
        if failure is not None:
            reply.set_rcode(_CODES[failure])
            return reply.to_wire()
        self._fill(reply, name, asked.rdtype)
        packed = reply.to_wire(max_size=65535)
        if len(packed) > room:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        return packed

    def _fill(self, reply: dns.message.Message, name: str, wanted: dns.rdatatype.RdataType) -> None:
        for _ in range(9):  # a chain of aliases, bounded
            records = self.zone.get(name)
            if records is None:
                below = any(known.endswith(f".{name}") for known in self.zone)
                if not below and not reply.answer:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                return
            kind = dns.rdatatype.to_text(wanted)
            if kind in records:
                reply.answer.append(_rrset(name, kind, records[kind]))
                return
            if "CNAME" not in records:
                return
            reply.answer.append(_rrset(name, "CNAME", records["CNAME"]))
            name = records["CNAME"][0].rstrip(".").lower()


def _rrset(name: str, kind: str, values: Sequence[str]) -> dns.rrset.RRset:
    owner = dns.name.from_text(name)
    if kind not in {"TXT", "SPF"}:
        return dns.rrset.from_text(owner, 60, "IN", kind, *values)
    # A TXT value is given as plain text; on the wire: strings of up to 255 octets (RFC 1035 section 3.3.14).
    made = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.from_text(kind))
    for value in values:
        octets = value.encode()
        strings = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]
        made.add(TXT(dns.rdataclass.IN, dns.rdatatype.from_text(kind), strings), ttl=60)
    return made


@contextlib.contextmanager
def name_server(zone: Zone, failures: Mapping[str, Failure] | None = None) -> Iterator[NameServer]:
    """Answer until the block ends."""
    server = NameServer(0, {name.rstrip(".").lower(): records for name, records in zone.items()}, {})
    server.failures.update(failures or {})

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, back = self.request
            if (reply := server.answer(wire, room=1232)) is not None:
                back.sendto(reply, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            with contextlib.suppress(OSError, struct.error):
                (length,) = struct.unpack("!H", self.rfile.read(2))
                if (reply := server.answer(self.rfile.read(length), room=65535)) is not None:
                    self.wfile.write(struct.pack("!H", len(reply)) + reply)

    with contextlib.ExitStack() as stack:
        for part in stack.enter_context(_bound_pair(Udp, Tcp, server)):
            thread = threading.Thread(target=part.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(part.shutdown)
        yield server


@contextlib.contextmanager
def _bound_pair(
    udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler], server: NameServer
) -> Iterator[tuple[socketserver.UDPServer, socketserver.TCPServer]]:
    """Both on the same port number, as resolvers expect."""
    for _ in range(50):
        first = socketserver.UDPServer((LOOPBACK, 0), udp)
        server.port = first.server_address[1]
        try:
            second = socketserver.TCPServer((LOOPBACK, server.port), tcp)
        except OSError:
            first.server_close()
            continue
        with first, second:
            yield first, second
            return
    raise OSError("no loopback port is free for both UDP and TCP")

"""A small SMTP server whose every answer is written down beforehand: for what no real server does on demand."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.servers.wait import LOOPBACK

#: Instead of an answer: close the connection; say nothing until the client goes; read nothing more either.
HANG_UP, SILENCE, DEAF = "hang up", "silence", "deaf"

OFFER = ("scripted.example", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


@dataclass(slots=True)
class Scripted:
    """A running server and what it heard."""

    port: int = 0
    commands: list[str] = field(default_factory=list)  #: lines, in order, over all connections
    messages: list[bytes] = field(default_factory=list)  #: bodies as they stood on the wire, dots still doubled
    connections: int = 0


@contextlib.contextmanager
def scripted(
    answers: Mapping[str, str | Sequence[str]],
    offer: Sequence[str] = OFFER,
    gate: threading.Event | None = None,
    place: tuple[str, int] = (LOOPBACK, 0),
) -> Iterator[Scripted]:
    """Serve until the block ends.

    `answers`: by verb ("MAIL", "RCPT", "DATA", "RSET", ...), "GREETING", "EHLO" and "." for the end of the message;
    a list is used up answer by answer, its last one stays.  "EARLY" answers in the middle of the message; "DRIP" takes
    it slowly.
    `gate`: the answer to the end of a message waits for it.  `place`: where it listens.
    """
    heard = Scripted()
    left = {verb: [said] if isinstance(said, str) else list(said) for verb, said in answers.items()}
    over = threading.Event()

    def take(verb: str, usual: str) -> str:
        lines = left.get(verb)
        if not lines:
            return usual
        return lines.pop(0) if len(lines) > 1 else lines[0]

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def say(self, verb: str, usual: str) -> bool:
            answer = take(verb, usual)
            if answer in (SILENCE, DEAF):
                if answer is SILENCE:
                    with contextlib.suppress(OSError):
                        self.rfile.read(1)
                else:
                    over.wait(20)
                return False
            if answer is HANG_UP:
                return False
            self.wfile.write(answer.replace("\n", "\r\n").encode() + b"\r\n")
            return True

        def handle(self) -> None:
            heard.connections += 1
            with contextlib.suppress(OSError):
                self.converse()

        def converse(self) -> None:
            if not self.say("GREETING", "220 scripted.example ESMTP"):
                return
            while line := self.rfile.readline().decode("utf-8", "replace").rstrip("\r\n"):
                heard.commands.append(line)
                verb = line.split()[0].upper()
                usual = "250 2.0.0 ok"
                if verb == "EHLO":
                    usual = "\n".join([*(f"250-{word}" for word in offer[:-1]), f"250 {offer[-1]}"])
                if verb == "DATA":
                    usual = "354 go on"
                if verb == "QUIT":
                    usual = "221 2.0.0 bye"
                if not self.say(verb, usual) or verb == "QUIT":
                    return
                if verb == "DATA" and take("DATA", "354").startswith("354") and not self.message():
                    return

        def message(self) -> bool:
            lines = []
            while "DRIP" in left and self.rfile.read(65536):
                over.wait(0.1)
            if "EARLY" in left:
                self.rfile.read(1000)
                return self.say("EARLY", "")
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            heard.messages.append(b"".join(lines))
            if gate is not None:
                gate.wait(20)
            return self.say(".", "250 2.0.0 taken as 4711")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(place, Handler) as server:
        heard.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            over.set()
            server.shutdown()
            thread.join(5)

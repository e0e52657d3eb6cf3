"""A scripted IMAP server with one mail in it, for answers that no sound server gives."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.imap.office import mail

MAIL = mail(1)


@dataclass
class Hostile:
    """What the scripted server does; a command that is not named is answered as it should be."""

    #: Command name -> what is written instead of an answer; "" = nothing and the line closed; None = silence.
    answers: dict[str, bytes | None]
    port: int = 0
    #: Whether the conversation goes on after an answer that is named.
    stays: bool = False
    #: The commands that came, by name.
    asked: list[str] = field(default_factory=list)
    #: What the server can, beside the base protocol.
    can: str = ""


def good(command: str, tag: str, line: str, can: str) -> bytes:
    """What a sound server answers."""
    match command:
        case "SELECT" | "EXAMINE":
            return (
                f"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n{tag} OK [READ-WRITE] done\r\n"
            ).encode()
        case "SEARCH":
            return f"* SEARCH 1\r\n{tag} OK done\r\n".encode()
        case "LISTING":
            item = f'(UID 1 RFC822.SIZE {len(MAIL)} FLAGS () INTERNALDATE " 1-Nov-2026 00:00:00 +0000")'
            return f"* 1 FETCH {item}\r\n{tag} OK done\r\n".encode()
        case "BODY":
            found = re.search(r"<(\d+)\.(\d+)>", line)
            assert found is not None
            piece = MAIL[int(found[1]) : int(found[1]) + int(found[2])]
            return b"* 1 FETCH (UID 1 BODY[]<%d> {%d}\r\n%b)\r\n%b OK done\r\n" % (
                int(found[1]),
                len(piece),
                piece,
                tag.encode(),
            )
        case "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1 {can}\r\n{tag} OK done\r\n".encode()
        case "IDLE":
            return b"+ idling\r\n"
        case _:
            return f"{tag} OK done\r\n".encode()


def name_of(line: str) -> str:
    """The command's name, FETCH by what it asks for."""
    words = line.upper().split()
    word = words[2] if words[1] == "UID" else words[1]
    if word == "FETCH":
        return "BODY" if "BODY.PEEK" in line.upper() else "LISTING"
    return word


@contextmanager
def serving(script: Hostile) -> Iterator[Hostile]:
    """The scripted server until the block ends."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def handle(self) -> None:
            greeting = script.answers.get("GREETING", b"* OK hello\r\n")
            self.wfile.write(greeting or b"")
            idle = ""
            while line := self.rfile.readline(100_000).decode("latin-1"):
                if line.strip() == "DONE":
                    tag, name = idle, "DONE"
                else:
                    tag, name = line.split()[0], name_of(line)
                idle = tag if name == "IDLE" else ""
                script.asked.append(name)
                answer = script.answers.get(name, good(name, tag, line, script.can))
                if answer is None:
                    self.rfile.read()  # silence until the client goes
                    return
                self.wfile.write(answer.replace(b"TAG", tag.encode()))
                if name in script.answers and not script.stays:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join(5)

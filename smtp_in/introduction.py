"""Who the peer is: the verbs by which it says its name, makes the line secret and shows that it is one of us."""

from smtp_in import replies
from smtp_in.connection import Connection, log
from smtp_in.credentials import ASK_NAME, ASK_PASSWORD, Credentials, login, plain, word
from store.reply import Reply

_MAX_HELO = 255


class Introduction(Connection):
    """The part of a conversation that comes before the mails."""

    helo = ""  #: the name as said; "" = not said yet
    extended = False  #: by EHLO
    user = ""  #: authenticated name
    _idle = 0  # commands since the last mail that moved nothing on

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        """HELO name."""
        if await self._called(hostname, extended=False):
            await self.push(f"250 {self.given.hostname}")

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        """EHLO name: the reply lists what we can."""
        await self.hello(hostname)

    async def hello(self, hostname: str) -> None:
        """EHLO, or what LMTP calls so."""
        if not await self._called(hostname, extended=True):
            return
        lines = [
            self.given.hostname,
            "PIPELINING",  # RFC 2920
            f"SIZE {self.given.settings.max_size}",  # RFC 1870
            "8BITMIME",  # RFC 6152
            "SMTPUTF8",  # RFC 6531
            "CHUNKING",  # RFC 3030
            "ENHANCEDSTATUSCODES",  # RFC 2034
            "DSN",  # RFC 3461
            *(["STARTTLS"] if self.given.certificate is not None and not self.tls else []),  # RFC 3207
            *(["AUTH PLAIN LOGIN"] if self.offers_auth else []),  # RFC 4954
            "HELP",
        ]
        said = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        await self.push("\r\n".join(said))

    async def _called(self, name: str, extended: bool) -> bool:
        """Both: a new beginning (RFC 5321 section 4.1.4). The name is kept as said; nobody trusts it."""
        if not name or len(name) > _MAX_HELO or not name.isprintable():
            await self.say(replies.BAD_HELO)
            return False
        await self.count_idle()
        self.drop()
        self.helo, self.extended = name, extended
        return True

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """STARTTLS: afterwards everything begins anew, and what was sent ahead in the clear is forgotten."""
        if arg:
            return await self.say(replies.NO_ARGUMENTS)
        if self.tls:
            return await self.say(replies.TLS_ALREADY)
        if self.given.certificate is None:
            return await self.say(replies.NO_TLS_NOW)
        await self.say(replies.READY_FOR_TLS)
        self.drop()
        self.helo, self.extended = "", False  # RFC 3207 section 4.2
        await self.shake_hands()
        return None

    @property
    def offers_auth(self) -> bool:
        """Where there are users, and nobody can listen."""
        return self.given.users is not None and bool(self.tls)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        """AUTH mechanism answer: for local systems that submit (RFC 4954)."""
        users = self.given.users
        if users is None:
            return await self.say(replies.NOT_IMPLEMENTED)
        if not self.tls:
            return await self.say(replies.AUTH_NEEDS_TLS)
        if not self.extended:
            return await self.say(replies.HELO_FIRST)
        if self.user:
            return await self.say(replies.AUTH_ALREADY)
        if self.mail is not None:
            return await self.say(replies.MAIL_NESTED)
        mechanism, _, answer = arg.partition(" ")
        credentials = await self._credentials(mechanism.upper(), answer.strip(" "))
        if isinstance(credentials, Reply):
            return await self.say(credentials)
        if not self.given.rates.may_guess(self.peer, self.loop.time()):
            return await self.say(replies.AUTH_LATER)
        self.deadline = float("inf")  # it is the peer who waits
        reply = await users.reply(credentials)
        log.info("smtp.auth", peer=self.peer, code=reply.code, cause=reply.cause)
        if reply.code == replies.AUTHENTICATED.code:
            self.user = credentials.name
        elif reply.code == replies.AUTH_FAILED.code:
            self.given.rates.guessed_wrong(self.peer, self.loop.time())
            await self.linger(self.given.settings.auth_delay.total_seconds())
        return await self.say(reply)

    async def _credentials(self, mechanism: str, answer: str) -> Credentials | Reply:
        """What the peer says it is; or why that is not understood."""
        questions = {"PLAIN": [""], "LOGIN": [ASK_NAME, ASK_PASSWORD]}.get(mechanism)
        if questions is None:
            return replies.AUTH_MECHANISM
        answers: list[str] = [answer] if answer else []
        for question in questions[len(answers) :]:
            said = await self.ask(replies.challenge(question))
            if isinstance(said, Reply):
                return said
            if said == "*":
                return replies.AUTH_CANCELLED
            answers.append(said)
        if mechanism == "PLAIN":
            return plain(answers[0]) or replies.AUTH_NOT_UNDERSTOOD
        name, password = map(word, answers)
        return login(name or "", password or "") or replies.AUTH_NOT_UNDERSTOOD

    def moved_on(self) -> None:
        """A mail is through."""
        self._idle = 0

    async def count_idle(self) -> None:
        """One more command that moved nothing on.

        Raises:
            Ended: it was one too many.
        """
        self._idle += 1
        if self._idle > self.given.settings.max_idle_commands:
            await self.end(replies.TOO_MANY_IDLE_COMMANDS)

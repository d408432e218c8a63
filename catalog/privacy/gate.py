"""The gate that checks every untrusted text on its way to a log, a table, a page or a report.

It knows the secrets that requests carry. A text that repeats one, in whatever encoding, is dropped whole: to cut the secret out would need to
know how it was written, and a status code tells the reader enough (docs/decisions/25-gate.md).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from traceback import format_exception
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from catalog.privacy.encodings import has_codes, meanings, normalize
from catalog.privacy.needles import Needles, needles
from catalog.text import LONGEST, cut, one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WITHHELD = "(text withheld: it repeats a credential)"

SHORTEST = 4  # letters and digits of a secret that is looked for: shorter ones are found in any text
SHORTEST_WORD = 6  # of one word of a header, which may be no secret at all
IN_MESSAGES = 8  # letters and digits of a longer secret: so much of it drops what a message quotes
IN_ROWS = 12  # and so much a row, a name, or a whole message
MAX_QUOTED = 16 * LONGEST  # characters of an untrusted text that are read for a message
MAX_TRACEBACK = 100_000  # characters
BATCH = 1 << 18  # characters of texts that are read together
_BETWEEN = "\n\x07\n"  # what ends any terminal sequence, so that none reaches into the next text

# Of `http.extraHeader`: what these say is no secret, and would be found in honest texts.
_PUBLIC_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "content-type",
        "git-protocol",
        "pragma",
        "user-agent",
    }
)
_SCHEMES = frozenset({"basic", "bearer", "token", "digest", "negotiate"})
_PLACEHOLDERS = frozenset({"", "x", "x-oauth-basic"})  # passwords that say: the user name is the token
_TOKEN_USER = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.-]{20,}")


class WithheldError(Exception):
    """In place of an error whose traceback cannot be shown as it is: what can be shown of it."""


class Gate:
    """The secrets of one visit, or of the requests to one source. Without any it lets everything pass, at no cost."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._needles: dict[int, Needles] = {}

    @property
    def is_learned(self) -> bool:
        """Whether it knows any secret."""
        return bool(self._secrets)

    @property
    def knows_numbers(self) -> bool:
        """Whether one of them could be written as a number."""
        return any(normalize(secret).isdecimal() for secret in self._secrets)

    def learn(self, *secrets: str) -> None:
        """These are secret: in messages and rows from now on."""
        fresh = {secret: None for secret in secrets if secret and secret not in self._secrets}
        if fresh:
            self._secrets |= fresh
            self._needles.clear()

    def learn_pair(self, user: str, password: str | None) -> None:
        """A password, its Base64 pair with the user name (RFC 7617), and that name where it is a token itself."""
        is_token = password is not None and password.lower() in _PLACEHOLDERS
        if is_token or _TOKEN_USER.fullmatch(user):
            self.learn(user)
        if password is not None:
            pair = f"{user}:{password}".encode("utf-8", "surrogateescape")
            self.learn(*(() if is_token else (password,)), b64encode(pair).decode("ascii"))

    def learn_url(self, url: str | None) -> None:
        """The user name and password in a URL, such as that of a proxy."""
        try:
            parts = urlsplit(url or "")
            user, password = parts.username, parts.password
        except ValueError:
            self.learn(url or "")
            return
        if user is not None:
            self.learn_pair(unquote(user), None if password is None else unquote(password))

    def learn_header(self, name: str, value: str) -> None:
        """The value of a header, its words, and the pair in Basic credentials."""
        if name.lower() in _PUBLIC_HEADERS:
            return
        words = [word for word in re.split(r"[\s,;]+", value) if word.lower() not in _SCHEMES]
        self.learn(" ".join(words))
        for word in words:
            part = word.partition("=")[2].strip("\"'") if "=" in word.rstrip("=") else word
            self.learn(*(secret for secret in (word, part) if len(normalize(secret)) >= SHORTEST_WORD))
        if value.lower().startswith("basic ") and words:
            with suppress(Error, ValueError):
                user, _, password = b64decode(words[0] + "==").decode("utf-8", "surrogateescape").partition(":")
                self.learn_pair(user, password)

    def quote(self, raw: bytes | str) -> str:
        """An untrusted text, fit for a message of ours: one clean line of at most 200 characters, or the word that it is withheld."""
        text = raw[: 2 * MAX_QUOTED]
        text_form = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if WITHHELD in (self.passed(text_form), self.passed(one_line(text_form))):
            return WITHHELD
        return cut(one_line(text_form[:MAX_QUOTED]))

    def passed(self, text: str) -> str:
        """A text of which a part is untrusted, as it is, or the word that it is withheld."""
        return WITHHELD if self._secrets and self._finds(text, IN_MESSAGES) else text

    def sentence(self, message: str, where: str = "") -> str:
        """A whole message of ours, on its way out: a second check, of what none of its parts held. `where` is what it may name."""
        stated = message.replace(where, " ") if where else message
        return f"{where}: {WITHHELD}".removeprefix(": ") if self.repeats(stated) else message

    def reportable(self, error: BaseException) -> BaseException:
        """The error, to be logged or raised; where its traceback repeats a secret or would act on a terminal, one that has the rest of it."""
        text = "".join(format_exception(error)).rstrip("\n")
        lines = [WITHHELD if self.repeats(line) else visible(line) for line in text[:MAX_TRACEBACK].splitlines()]
        shown = "\n".join(lines)
        if self.repeats(shown.replace(WITHHELD, "")):
            shown = WITHHELD
        return error if shown == text else WithheldError(shown)

    def repeats(self, text: str) -> bool:
        """Whether a text that becomes data repeats a secret."""
        return bool(self._secrets) and self._finds(text, IN_ROWS)

    def repeating(self, texts: Iterable[str]) -> frozenset[str]:
        """Those of many texts that repeat a secret. They are read together first, so that as a rule each costs little."""
        if not self._secrets:
            return frozenset()
        return frozenset(
            text for some in _batches(texts) if self.repeats(_BETWEEN.join(some)) for text in some if self.repeats(text)
        )

    def _finds(self, text: str, run: int) -> bool:
        if run not in self._needles:
            self._needles[run] = needles(frozenset(self._secrets), run=run, shortest=SHORTEST)
        searched = self._needles[run]
        if not searched.shortest or len(text) < searched.shortest:
            return False
        whole = run == IN_MESSAGES and len(text) <= 2 * MAX_QUOTED
        return any(
            searched.within(normalize(meaning)) or (searched.signs and searched.within_signs(meaning))
            for meaning in meanings(text, whole=whole)
        )


_OPEN = Gate()
_CURRENT: ContextVar[Gate] = ContextVar("GATE")


@contextmanager
def gating(gate: Gate) -> Iterator[None]:
    """Makes it the gate of what this thread reads."""
    token = _CURRENT.set(gate)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> Gate:
    """The gate of the visit that this thread makes; one without secrets outside of visits."""
    return _CURRENT.get(_OPEN)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts to read together: those that can be decoded apart from the others, of which each is read but once."""
    batches: dict[bool, list[str]] = {True: [], False: []}
    sizes = {True: 0, False: 0}
    for text in texts:
        kind = has_codes(text)
        batches[kind].append(text)
        sizes[kind] += len(text)
        if sizes[kind] >= BATCH:
            yield batches[kind]
            batches[kind], sizes[kind] = [], 0
    yield from batches.values()

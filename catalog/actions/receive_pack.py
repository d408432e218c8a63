"""Git's push protocol over HTTP, SSH and to a disk: refs and capabilities, then commands with a pack, then a report (gitprotocol-pack(5)).

Why not dulwich: docs/decisions/33-acting.md.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.errors import Broken, Gone, OriginError, Refused, TooBig
from catalog.git.objects import decode
from catalog.git.ref_fault import NO_OBJECT
from catalog.transport.address import Local, parse_address
from catalog.transport.http_client import Body
from catalog.transport.limits import Limits, Meter
from catalog.transport.packets import Garbled, Mark, Packets, frame
from catalog.transport.smart_http import HttpWire, Unfit
from catalog.transport.stream import GitConnection, StreamWire, run
from catalog.transport.wire import AGENT

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from catalog.transport.pool import Pool
    from catalog.transport.wire import Advertisement

MAX_PRINTED = 4096  # bytes of what the server's hooks print
MAX_REPORT = 1 << 20  # bytes of a report: a line of about a hundred for each tag

_REPORT, _PROGRESS, _FATAL = 1, 2, 3
_SERVICE = "git-receive-pack"
_REMOTE = re.compile(r"\s*(?:remote: ?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class RefCommand:
    """A change of one ref. `old` is what the server has to have now."""

    name: str
    old: str = NO_OBJECT
    new: str = NO_OBJECT


@dataclass(kw_only=True, slots=True)
class PushReport:
    """What the server did: for each ref None, or why not; and what its hooks printed."""

    refs: dict[str, str | None] = field(default_factory=dict)
    pack: str | None = None  # why the server did not take it
    printed: str = ""


class HttpPush(HttpWire):
    """A push over http or https: one request for the refs, and one for the commands, which is never made again."""

    service = _SERVICE
    version = 0
    repeats_posts = False

    def _react(self, response: BaseHTTPResponse, service: str) -> None:
        try:
            super()._react(response, service)
        except Refused as error:
            if response.status in {401, 403}:
                quotation = self._quotation(response)
                raise Refused(f"{error}{quotation}; expected a repository that you may push to") from error
            raise

    def _quotation(self, response: BaseHTTPResponse) -> str:
        """The part of a sentence with what the server wrote for people: text alone, as Git shows it."""
        if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "text/plain":
            return ""
        content = bytearray()
        with suppress(OriginError):  # the status says enough
            body = Body(response, self._meter)
            while len(content) < MAX_PRINTED and (piece := body.read()):
                content += piece
        text = one_sentence(content[:MAX_PRINTED].decode("utf-8", "replace"))
        return f"; the server says {self._meter.quote(text)!r}" if text else ""

    def _expect(self, response: BaseHTTPResponse, content_type: str) -> None:
        """Broken where the status is 200 and the content no report: the server may have taken the push."""
        try:
            super()._expect(response, content_type)
        except Unfit as error:
            if content_type == self._type("result"):
                raise Broken(str(error)) from error
            raise


class SshPush(StreamWire):
    """A push over SSH or Git's own protocol: one connection."""

    service = _SERVICE


class DiskPush(StreamWire):
    """A push to a repository on this machine, by Git's own `git receive-pack`: its hooks and settings count."""

    service = _SERVICE

    def __init__(self, address: Local, meter: Meter, pool: Pool) -> None:
        self._path, self._meter, self._git = address.path, meter, pool.git
        self._connection = self._advertisement = None

    def _connect(self) -> GitConnection:
        if not self._path.exists():
            raise Gone(f"{self._meter.where}: folder not found")
        if shutil.which("git") is None:
            raise Refused(f"{self._meter.where}: expected git on PATH: it alone pushes to a repository on this machine")
        return run(["git", "receive-pack", str(self._path)], "git receive-pack", self._meter, self._git)


class ReceivePack:
    """One push to one repository: refs, then at most one `send`."""

    def __init__(self, url: str, pool: Pool, limits: Limits) -> None:
        rewritten = pool.git.rewrite_for_push(url)
        address = parse_address(rewritten)
        self.stated = url
        self.url = address.shown  # for messages: rewritten, and without the user
        self._meter = Meter(self.url, limits)
        self._meter.gate.learn_url(rewritten)
        if isinstance(address, Local):
            self._wire: HttpWire | StreamWire = DiskPush(address, self._meter, pool)
        elif address.scheme in {"http", "https"}:
            self._wire = HttpPush(address, self._meter, pool)
        else:
            self._wire = SshPush(address, self._meter, pool)
        self._known: Advertisement | None = None
        self.is_undecided = False  # whether `send` raised, and the server may have carried the commands out
        self.has_pushed = False  # whether the server has carried out a command, or more

    @property
    def requests(self) -> int:
        """Requests so far: HTTP requests, or commands on a connection."""
        return self._meter.requests

    def refs(self) -> dict[str, str]:
        """The object of each branch and tag that the server lists for a push. Refused where it does not take pushes."""
        if self._known is None:
            self._known = self._wire.advertisement()
        listing = self._known.listing
        if listing is None or (listing.refs and not self._offers("report-status")):
            raise Refused(f"{self.url}: the server does not report what it does with a push, expected report-status")
        return {ref.name: ref.oid for ref in listing.refs}

    def _offers(self, capability: str) -> bool:
        return self._known is not None and capability in self._known.capabilities

    def send(self, commands: Sequence[RefCommand], pack: bytes) -> PushReport:
        """Sends commands, all or none of which the server carries out, where it can do that."""
        if any(command.new == NO_OBJECT for command in commands) and not self._offers("delete-refs"):
            raise Refused(f"{self.url}: the server deletes no refs, expected delete-refs")
        wanted = ["report-status", *(["atomic"] if len(commands) > 1 else []), "side-band-64k"]
        accepted = " ".join([*filter(self._offers, wanted), AGENT])
        first, *others = [f"{command.old} {command.new} {command.name}" for command in commands]
        request = frame([f"{first}\0 {accepted}", *others, Mark.FLUSH]) + pack
        report, is_answered = PushReport(), False
        try:
            with self._wire.ask(request, 0) as packets:
                is_answered = True
                lines = _sideband(packets, report, self._meter) if self._offers("side-band-64k") else packets
                _read_report(lines, report, {command.name for command in commands}, self._meter)
        except OriginError as error:
            # A status such as 403, 404 or 413 refuses the request before anything of it is done.
            self.is_undecided = is_answered or not isinstance(error, (Refused, Gone))
            raise
        return report

    def quote(self, text: str) -> str:
        """What the server wrote, fit for a message of ours."""
        return self._meter.quote(text)

    def close(self) -> None:
        self._wire.close()
        self._meter.close()


@contextmanager
def pushing(url: str, pool: Pool, limits: Limits) -> Iterator[ReceivePack]:
    """A push to the repository at `url`, with credentials as Git finds them."""
    push = ReceivePack(url, pool, limits)
    try:
        yield push
    finally:
        push.close()


def one_sentence(printed: str) -> str:
    """The lines that a server wrote for people, without Git's word before each, joined by semicolons."""
    return "; ".join(line for each in printed.splitlines() if (line := _REMOTE.sub("", each, count=1).strip()))


def _sideband(packets: Packets, report: PushReport, meter: Meter) -> Packets:
    """The report's own packets, from the first channel; what hooks print comes on the second."""
    content, printed = bytearray(), bytearray()
    while (packet := packets.read()) is not Mark.FLUSH:
        meter.turn()
        if isinstance(packet, Mark):
            raise Garbled(f"{meter.where}: the report of the push has a {packet.name} packet")
        if packet[0] == _FATAL:
            raise Refused(f"{meter.where}: the server ends the push and says {meter.quote(packet[1:])!r}")
        if packet[0] == _PROGRESS:
            printed += packet[1 : 1 + MAX_PRINTED - len(printed)]
        elif packet[0] == _REPORT:
            content += packet[1:]
            _check_size(len(content), meter)
    report.printed = printed.decode("utf-8", "replace")
    chunks = iter([bytes(content)])
    return Packets(lambda: next(chunks, b""), meter)


def _read_report(packets: Packets, report: PushReport, names: Collection[str], meter: Meter) -> None:
    """What the server did with the refs of these names."""
    size = 0
    while (line := packets.line()) is not Mark.FLUSH:
        meter.turn()
        if isinstance(line, Mark):
            raise Garbled(f"{meter.where}: the report of the push has a {line.name} packet")
        size += len(line)
        _check_size(size, meter)
        word, _, rest = decode(line).partition(" ")
        name, _, reason = rest.partition(" ")
        if word == "unpack":
            report.pack = None if rest == "ok" else rest
        elif word in {"ok", "ng"} and name in names:
            report.refs[name] = None if word == "ok" else reason or "no reason"


def _check_size(size: int, meter: Meter) -> None:
    if size > MAX_REPORT:
        raise TooBig(f"{meter.where}: the report of the push has more than {MAX_REPORT:,} bytes")

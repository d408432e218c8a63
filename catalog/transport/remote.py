"""A repository on a server: refs, then objects, over any transport and protocol version."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from catalog.errors import Absent, Broken, Down, Gone, Refused, Unheld
from catalog.git.snapshot import RefListing
from catalog.transport import legacy, wire
from catalog.transport.closing import Closing
from catalog.transport.head_start import HeadStart
from catalog.transport.pack import read_pack
from catalog.transport.packets import Garbled, Packets, ServerError
from catalog.transport.retry import Again
from catalog.transport.smart_http import HttpWire, Unfit
from catalog.transport.stream import StreamWire

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

    from catalog.git.objects import Objects
    from catalog.transport.address import GitServer
    from catalog.transport.answer_digest import AnswerDigest
    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool

_V2 = 2


class Wire(Protocol):
    """One way to reach a server. `shy`: its capabilities take a request of their own."""

    shy: bool

    def advertisement(self) -> wire.Advertisement: ...

    def ask(self, request: bytes, version: int = _V2) -> AbstractContextManager[Packets]: ...

    def close(self) -> None: ...


class RemoteOrigin(Closing):
    """A visit to a repository over HTTP, SSH or Git's own protocol. `own` is a pool that ends with the visit."""

    def __init__(
        self, remote: GitServer, meter: Meter, pool: Pool, own: Pool | None, start: HeadStart | None = None
    ) -> None:
        self.url = remote.shown
        self._site = remote.site
        self._meter, self._pool, self._own = meter, pool, own
        self._wire: Wire = (HttpWire if remote.scheme in {"http", "https"} else StreamWire)(remote, meter, pool)
        self._known: wire.Advertisement | None = None
        self._speaks_v2 = False
        self._filters: bool | None = None
        self.answer: AnswerDigest | None = None
        if start is not None:
            self._known, self._speaks_v2 = start.advertisement, start.speaks_v2
            meter.received, meter.requests = start.received, start.requests
            if start.filters:
                pool.learn_filters(remote.site)

    @property
    def received(self) -> int:
        return self._meter.received

    @property
    def requests(self) -> int:
        return self._meter.requests

    @property
    def filtered(self) -> bool:
        return self._filters is not False

    def refs(self) -> RefListing:
        listing = self.changed_refs(None)
        assert listing is not None
        return listing

    def changed_refs(self, last: AnswerDigest | None) -> RefListing | None:
        if self._wire.shy and self._known is None:
            guessed = self._guess(last)
            if guessed is not None:
                return guessed if isinstance(guessed, RefListing) else None
        advertisement = self._advertisement()
        if advertisement.listing is not None:
            return advertisement.listing
        with self._wire.ask(wire.LS_REFS) as packets:
            return wire.read_listing(packets)

    def fetch(
        self,
        wants: Sequence[str],
        *,
        filters: str | None = None,
        depth: int | None = None,
        haves: Collection[str] = (),
        most: int | None = None,
    ) -> Objects:
        if not wants:
            return {}
        request = wire.FetchRequest(wants=wants, filters=filters, depth=depth, haves=haves)
        with self._meter.within(most):
            objects = read_pack(self._pack(request), self._meter)
        absent = [] if haves else [oid for oid in wants if oid not in objects]
        if absent:
            raise Absent(
                f"{self.url}: {len(absent):,} of {len(wants):,} wanted objects did not arrive, such as {absent[0]}"
            )
        return objects

    def head_start(self, listing: RefListing) -> HeadStart:
        return HeadStart(
            listing=listing,
            seconds=self._meter.seconds,
            received=self.received,
            requests=self.requests,
            speaks_v2=self._speaks_v2,
            advertisement=self._known,
            filters=self._pool.filters(self._site),
        )

    def turn(self) -> None:
        self._meter.turn()

    def close(self) -> None:
        self._wire.close()
        self._meter.close()
        if self._own is not None:
            self._own.close()

    def _guess(self, last: AnswerDigest | None) -> RefListing | AnswerDigest | None:
        """Requests the refs in version 2 without a check whether the server supports it: one request instead of two. `last` where the answer is as before."""
        packets = None
        try:
            with self._wire.ask(wire.LS_REFS) as packets:
                answer, may_echo = packets.digesting(), self._meter.gate.is_learned
                if last is not None and not may_echo and packets.repeats(last):
                    return last
                listing = wire.read_listing(packets)
        except (Unfit, Gone, ServerError):
            return None
        except Garbled:
            if packets is not None and packets.begun:
                raise
            return None
        self._speaks_v2 = True
        self.answer = None if may_echo else answer.digest()
        return listing

    def _advertisement(self) -> wire.Advertisement:
        if self._known is None:
            self._known = self._wire.advertisement()
            self._speaks_v2 = self._known.version == _V2
        return self._known

    def _pack(self, request: wire.FetchRequest) -> bytearray:
        if request.filters and self._known is None and self._filters is None and self._pool.filters(self._site):
            try:
                return self._ask(request)
            except (Refused, Down):  # this repository may differ from the others of its server
                if self._advertisement().filters and self._speaks_v2:
                    raise
        if request.filters and not self._honours_filters():
            request = replace(request, filters=None)
        if not self._speaks_v2:
            self._advertisement()
        return self._ask(request)

    def _honours_filters(self) -> bool:
        if self._filters is None:
            advertisement = self._advertisement()
            self._filters = advertisement.filters
            if self._filters and advertisement.version == _V2:
                self._pool.learn_filters(self._site)
        return self._filters

    def _ask(self, request: wire.FetchRequest) -> bytearray:
        try:
            return self._ask_once(request)
        except ServerError as error:
            if error.oid in request.wants:
                raise Unheld(str(error), error.oid) from error
            raise

    def _ask_once(self, request: wire.FetchRequest) -> bytearray:
        advertisement = self._known
        if advertisement is not None and advertisement.version != _V2:
            with (
                self._wire.ask(legacy.fetch_request(request, advertisement), advertisement.version) as packets,
                _reading(),
            ):
                return legacy.read_fetch(packets, advertisement)
        with self._wire.ask(wire.fetch_request(request)) as packets, _reading():
            return wire.read_fetch(packets)


@contextmanager
def _reading() -> Iterator[None]:
    """An answer that breaks off is broken; one that never began was asked for again already."""
    try:
        yield
    except Again as error:
        raise Broken(str(error)) from error

"""The interface of the network: a repository's refs, then the missing objects, within limits of time and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from catalog.errors import Refused
from catalog.privacy.gate import Gate
from catalog.transport.address import Local, parse_address
from catalog.transport.gitconfig import GitConfig
from catalog.transport.head_start import HeadStart
from catalog.transport.limits import Limits, Meter
from catalog.transport.network_rules import NetworkRules
from catalog.transport.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType
    from typing import Self

    from catalog.git.objects import Objects
    from catalog.git.snapshot import RefListing
    from catalog.transport.answer_digest import AnswerDigest
    from catalog.transport.network_rules import Permits
    from catalog.transport.remote_files import RemoteFiles

__all__ = [
    "GitConfig",
    "HeadStart",
    "Limits",
    "NetworkRules",
    "ObjectSource",
    "Origin",
    "Pool",
    "open_origin",
    "open_remote_files",
]


class ObjectSource(Protocol):
    """What a repository's objects are fetched from. Every method raises OriginError, and nothing else."""

    @property
    def url(self) -> str:
        """Where the visit goes, after Git's `insteadOf`; never with credentials."""
        ...

    @property
    def filtered(self) -> bool:
        """Whether the server honours filters. Known after the first `fetch` with a filter; True until then."""
        ...

    def fetch(
        self,
        wants: Sequence[str],
        *,
        filters: str | None = None,
        depth: int | None = None,
        haves: Collection[str] = (),
        most: int | None = None,
    ) -> Objects:
        """The objects `wants` and what Git sends with them. `filters` is Git's filter-spec (`blob:none`).

        Oversized where the answer has more than `most` bytes; another question can be asked then.

        Without `haves`, a want that does not arrive is an error; with them, the caller decides. A local repository
        answers with a view of everything it has, valid until the origin is closed: look objects up, never iterate.
        """
        ...

    def turn(self) -> None:
        """One turn of a loop over what the repository holds: TooSlow where the visit has gone on for too long."""
        ...


class Origin(ObjectSource, Protocol):
    """One visit to one repository."""

    @property
    def received(self) -> int:
        """Bytes that came over the wire so far."""
        ...

    @property
    def requests(self) -> int:
        """Requests made so far: HTTP requests, or commands on a connection."""
        ...

    def refs(self) -> RefListing:
        """HEAD, branches, tags and experiments, sorted by name."""
        ...

    def changed_refs(self, last: AnswerDigest | None) -> RefListing | None:
        """As `refs`; None where the server's answer is, byte for byte, the one with this digest. Then nothing of it was parsed."""
        ...

    @property
    def answer(self) -> AnswerDigest | None:
        """The digest of the answer that listed the refs. None where none is compared: on a disk, on a connection that lasts, and where credentials are known that a server may have echoed."""
        ...

    def head_start(self, listing: RefListing) -> HeadStart:
        """What another process needs to go on with this visit without asking again."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_origin(
    url: str,
    limits: Limits | None = None,
    *,
    git: GitConfig | None = None,
    pool: Pool | None = None,
    permits: Permits | None = None,
    start: HeadStart | None = None,
    gate: Gate | None = None,
) -> Origin:
    """A visit to the repository at `url`: https, http, ssh, git, file, `user@host:path` or a plain path.

    The clock of `limits.total` starts here, or where another process began the visit: `start` is what that found out. `pool` is what
    many visits share (connections, credentials); without it the visit has its own, made from `git` or from Git's own configuration.
    `permits`, for an untrusted URL, says where connections may go; what Git's `insteadOf` makes of a URL is the operator's.
    `gate` learns every secret of the visit's requests.
    Raises Refused for any other kind of URL.
    """
    own = None if pool else Pool(git)
    shared = pool or own
    assert shared is not None
    rewritten = shared.git.rewrite(url)
    gate = gate or Gate()
    gate.learn_url(rewritten)
    address = parse_address(rewritten)
    limits = limits or Limits()
    is_untrusted = permits is not None and rewritten == url
    if isinstance(address, Local):
        if is_untrusted:
            raise Refused(
                f"{gate.quote(url)!r} is a path, expected an address: only repos.toml names folders of this machine"
            )
        from catalog.transport.local import LocalOrigin  # dulwich.repo costs 0.1 s to import

        return LocalOrigin(
            address, Meter(address.shown, limits, shared.memory_gate, spent=start.seconds if start else 0.0)
        )
    from catalog.transport.remote import RemoteOrigin  # and urllib3 as much again

    meter = Meter(address.shown, limits, shared.memory_gate, gate, spent=start.seconds if start else 0.0)
    meter.permits = permits if is_untrusted else None
    return RemoteOrigin(address, meter, shared, own, start)


def open_remote_files(url: str, limits: Limits, pool: Pool, permits: Permits, gate: Gate | None = None) -> RemoteFiles:
    """DVC's storage on the web, and Git LFS of the server of the repository at `url`, for one visit with bounds of its own.

    `permits` says which servers are requested that the repository or an answer names; `gate` learns the secrets of these requests.
    """
    from catalog.transport.remote_files import RemoteFiles  # urllib3 costs 0.1 s to import

    address = parse_address(pool.git.rewrite(url))
    return RemoteFiles(None if isinstance(address, Local) else address, limits, pool, permits, gate)

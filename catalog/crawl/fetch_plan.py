"""What a visit requests of the server, as values: each plan is one request, made by a function of refs, selection and what is known.

A later request depends on the answers of earlier ones, so there is no list of all of them in advance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catalog.crawl.ancestry import Past
from catalog.crawl.selection import RevisionSelection
from catalog.git.objects import Objects
from catalog.git.snapshot import Ref, RefListing
from catalog.transport.origin import ObjectSource

COMMITS_ALONE = "tree:0"  # commits, and nothing of what is in them
WITHOUT_FILES = "blob:none"  # commits and folders
MAX_BLOBS = 2_000  # wants in one request
MAX_ANSWER = 8 << 20  # bytes of one answer: a metafile of 11 KB is a large one
MAX_BLOB = 2 << 20  # bytes of an answer with a single file


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the last partition already holds, by object id: none of it is fetched or read again."""

    tags: Collection[str] = ()  # tag objects
    revisions: Collection[str] = ()  # commits whose files were read
    refs: Collection[tuple[str, str]] = ()  # experiments, and their commits
    commits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # commits of branches → their parents
    tips: tuple[str, ...] = ()  # of branches
    dates: Mapping[str, datetime] = field(default_factory=dict)  # commits → when they were made


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPlan:
    """One request: object ids, Git's filter-spec, generations of commits, commits that the server may leave out with all behind them, and the most bytes of its answer."""

    wants: tuple[str, ...]
    filters: str | None = None
    depth: int | None = None
    haves: tuple[str, ...] = ()
    most: int | None = None

    def __str__(self) -> str:
        bounds = {"filter": self.filters, "depth": self.depth, "haves": len(self.haves) or None, "most": self.most}
        stated = "".join(f", {name} {value}" for name, value in bounds.items() if value is not None)
        return f"fetch {' '.join(oid[:7] for oid in self.wants)}{stated}"

    def send(self, origin: ObjectSource) -> Objects:
        """Sends the request. Oversized where the answer has more than `most` bytes, Absent where a want does not arrive."""
        return origin.fetch(self.wants, filters=self.filters, depth=self.depth, haves=self.haves, most=self.most)


def bare_refs(selection: RevisionSelection, known: Known) -> list[Ref]:
    """The refs of which only the objects are requested: their commits were read before, or are perhaps not read at all."""
    refs = [ref for ref in selection.tags if ref.oid not in known.tags and ref.peeled in known.revisions]
    refs += [ref for ref in selection.experiments if (ref.name, ref.oid) not in known.refs]
    refs += [ref for ref in selection.undated() if (ref.peeled or ref.oid) not in known.dates]
    return refs


def dates_plan(selection: RevisionSelection, bare: Sequence[Ref]) -> FetchPlan | None:
    """Where dates decide which commits are read: the objects that have them."""
    if not selection.undated() or not bare:
        return None
    return FetchPlan(wants=_unique(ref.oid for ref in bare), filters=COMMITS_ALONE, depth=1)


def revisions_plan(commits: Sequence[str], listing: RefListing, selection: RevisionSelection) -> FetchPlan | None:
    """Commits to read, with their folders: requested by the objects that refs name, because some servers send no others."""
    wanted = set(commits)
    refs = (*selection.tags, *selection.releases, *selection.experiments)
    wants = [ref.oid for ref in refs if (ref.peeled or ref.oid) in wanted]
    tip = listing.tip()
    wants += [tip] if tip and tip in wanted else []
    return FetchPlan(wants=_unique(wants), filters=WITHOUT_FILES, depth=1) if wants else None


def tags_plan(selection: RevisionSelection, bare: Sequence[Ref], sent: FetchPlan | None) -> FetchPlan | None:
    """The objects that no plan before requested: tags whose commits were read before. `sent`: the plan of revisions."""
    if selection.undated():
        return None
    wants = _unique(ref.oid for ref in bare if sent is None or ref.oid not in set(sent.wants))
    return FetchPlan(wants=wants, filters=COMMITS_ALONE, depth=1) if wants else None


def first_plan(tips: Sequence[str]) -> FetchPlan:
    """The smallest request that shows whether a server honours filters."""
    return FetchPlan(wants=(tips[0],), filters=COMMITS_ALONE, depth=1)


def files_plan(missing: Sequence[str], likely: Sequence[str], past: Past | None) -> FetchPlan | None:
    """The missing files with those that they are likely to name, and the ancestry of the tips of `past`, in one request.

    None where there is nothing beside the files, or too much for one request.
    """
    guessed = likely[: max(0, MAX_BLOBS - len(missing))]
    wants = _unique((*missing, *guessed, *(past.wants() if past else ())))
    if len(wants) == len(missing) or len(missing) > MAX_BLOBS:
        return None
    filters, depth = (COMMITS_ALONE, past.limit) if past else (None, None)
    return FetchPlan(wants=wants, filters=filters, depth=depth, most=MAX_ANSWER)


def ancestry_plan(past: Past) -> FetchPlan | None:
    """The commits behind the tips without stored rows, without those that are announced as present."""
    wants = tuple(past.wants())
    if not wants:
        return None
    return FetchPlan(wants=wants, filters=COMMITS_ALONE, depth=past.limit, haves=tuple(past.haves()))


def whole_ancestry_plan(past: Past) -> FetchPlan:
    """The commits behind all tips: the stored ones may not reach far enough from the new tips."""
    return FetchPlan(wants=past.tips, filters=COMMITS_ALONE, depth=past.limit)


def blob_plans(missing: Sequence[str]) -> Iterator[FetchPlan]:
    """Files, so many in a request."""
    for start in range(0, len(missing), MAX_BLOBS):
        yield _blobs(tuple(missing[start : start + MAX_BLOBS]))


def halves(plan: FetchPlan) -> tuple[FetchPlan, FetchPlan]:
    """The two plans in the place of one of files whose answer was too big."""
    middle = len(plan.wants) // 2
    return _blobs(plan.wants[:middle]), _blobs(plan.wants[middle:])


def _blobs(wants: tuple[str, ...]) -> FetchPlan:
    return FetchPlan(wants=wants, most=MAX_ANSWER if len(wants) > 1 else MAX_BLOB)


def _unique(oids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(oids))

"""A repository on this machine, bare or with a working tree, read in place."""

from __future__ import annotations

import re
from ast import literal_eval
from functools import cache, partial
from typing import TYPE_CHECKING

from dulwich.config import ConfigFile
from dulwich.objects import ObjectID
from dulwich.refs import Ref as RefName
from dulwich.refs import RefsContainer, SymrefLoop

from catalog.errors import Down, Gone, Refused
from catalog.git.objects import decode, tagged
from catalog.git.ref_fault import without_target
from catalog.text import quote
from catalog.transport.closing import Closing
from catalog.transport.head_start import HeadStart
from catalog.transport.local_objects import DAMAGE, FileStore, StoredObjects
from catalog.transport.ref_files import NOTHING, FileRefs
from catalog.transport.wire import make_listing, make_ref, sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from catalog.git.objects import Objects
    from catalog.git.ref_fault import RefFault
    from catalog.git.snapshot import Ref, RefListing
    from catalog.transport.address import Local
    from catalog.transport.answer_digest import AnswerDigest
    from catalog.transport.limits import Meter

MAX_GITFILE = 4096  # bytes of a .git or commondir file: a path

# gitrepository-layout(5) and git-config(1), extensions.*. What they change is honoured, or does not concern a reader: a partial clone's
# filter, the settings of a working tree. At format version 0 Git ignores all others, but for those that came with version 1.
_OLD_EXTENSIONS = frozenset((b"noop", b"preciousobjects", b"partialclone", b"worktreeconfig"))
_NEW_EXTENSIONS = frozenset((b"noop-v1", b"objectformat", b"compatobjectformat", b"refstorage", b"relativeworktrees"))
_NOTHING = ""  # the name of no object
_MOST_DIGITS = 9  # of a format version
_OID = re.compile(r"[0-9a-f]{40}")

# How Python, and so dulwich, writes bytes.
_BYTES = re.compile(r"\bb(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")


class LocalOrigin(Closing):
    """A visit to a repository on disk. It costs neither bytes nor requests."""

    received = 0
    requests = 0
    filtered = True

    def __init__(self, address: Local, meter: Meter) -> None:
        self.url = address.shown
        self._meter = meter
        try:
            folder = git_folder(address)
            common = _common_folder(folder)
            self._container = _open_refs(folder, common, self._meter)
            self._store = FileStore(common / "objects")
        except DAMAGE as error:
            raise Refused(f"{self.url}: the repository cannot be opened: {quote(str(error))}") from error
        self._objects = StoredObjects(self._store, meter)
        self._present: dict[str, bool] = {}
        self._peeled: dict[str, str | None] = {_NOTHING: None}

    def refs(self) -> RefListing:
        try:
            names = self._container.allkeys()
            self._meter.count_refs(len(names))
            refs = {ref.name: ref for name in names if (ref := self._ref(name))}
            faults = [*self._without_targets(refs.values()), *_unread_lines(self._container)]
            head = self._container.read_ref(RefName(b"HEAD")) or b""
        except DAMAGE as error:
            raise Down(f"{self.url}: the refs cannot be read: {quote(_message(error))}") from error
        return make_listing(refs, decode(head[5:].strip()) if head.startswith(b"ref: ") else None, faults)

    def changed_refs(self, last: AnswerDigest | None) -> RefListing | None:  # noqa: ARG002 - there is no answer
        return self.refs()

    @property
    def answer(self) -> AnswerDigest | None:
        return None

    def fetch(
        self,
        wants: Sequence[str],  # noqa: ARG002 - everything is here already
        *,
        filters: str | None = None,  # noqa: ARG002 - as above
        depth: int | None = None,  # noqa: ARG002 - as above
        haves: Collection[str] = (),  # noqa: ARG002 - as above
        most: int | None = None,  # noqa: ARG002 - as above
    ) -> Objects:
        """A view of all objects. What a shallow or partial repository lacks behind the wants is absent, not an error."""
        return self._objects

    def close(self) -> None:
        self._store.close()
        self._meter.close()

    def head_start(self, listing: RefListing) -> HeadStart:
        return HeadStart(listing=listing, seconds=self._meter.seconds)

    def turn(self) -> None:
        self._meter.turn()

    def _ref(self, name: RefName) -> Ref | None:
        """A ref as a server would list it: one that names no object has the object name of zeros, one that leads to no ref is left out.

        One whose object is missing or damaged is listed, as by Git: left out, it would look like a ref that somebody deleted.
        """
        self._meter.turn()
        try:
            passed, oid = self._container.follow(name)
        except (SymrefLoop, LookupError, ValueError):
            return None
        oid = ObjectID((oid or b"").lower())
        if not _OID.fullmatch(decode(oid)) or (oid == NOTHING and len(passed) > 1):
            return None
        if oid == NOTHING:
            return make_ref(oid, name, None, self._meter)
        named = oid.decode("ascii")
        peeled = self._peel(named) if self._has(named) else named
        return make_ref(oid, name, peeled.encode("ascii") if peeled else None, self._meter)

    def _has(self, oid: str) -> bool:
        """Whether the object is there and whole; many tags may name one."""
        if oid not in self._present:
            self._present[oid] = oid in self._objects
        return self._present[oid]

    def _without_targets(self, refs: Iterable[Ref]) -> Iterator[RefFault]:
        """Annotated tags of objects that are not there; whether an object is whole is seen when it is read."""
        is_here = cache(lambda oid: self._store.has(ObjectID(oid.encode())))
        for ref in refs:
            self._meter.turn()
            if ref.peeled is not None and not ref.is_unreadable and not is_here(ref.peeled):
                yield without_target(ref.name, ref.peeled)

    def _peel(self, oid: str) -> str | None:
        """The object behind an annotated tag, however many tags lie between, as Git's `deref_tag_noverify` finds it.

        None where `oid` is not a tag, or the way there is broken.
        """
        passed: list[str] = []
        kind, peeled = "tag", oid
        while kind == "tag" and peeled not in self._peeled:
            self._meter.turn()
            raw = self._objects.get(peeled)
            if raw is not None and raw.kind != "tag":
                break
            passed.append(peeled)
            kind, peeled = (raw and tagged(raw.data)) or ("tag", _NOTHING)
        target = self._peeled.get(peeled, peeled) if kind == "tag" else peeled
        self._peeled.update(dict.fromkeys(passed, target))
        return target if passed else self._peeled.get(oid)


def _unread_lines(container: RefsContainer) -> Sequence[RefFault]:
    return container.packed.faults if isinstance(container, FileRefs) else ()


def _message(error: BaseException) -> str:
    """The message of dulwich, with its bytes as text."""
    return _BYTES.sub(_as_text, str(error)) or type(error).__name__


def _as_text(match: re.Match[str]) -> str:
    try:
        return repr(decode(literal_eval(match[0])))
    except (ValueError, SyntaxError):  # text that only looks so
        return match[0][1:]


def git_folder(address: Local) -> Path:
    """Where the refs are: the folder itself, its `.git`, or where a `.git` file leads (gitrepository-layout(5))."""
    for folder in (address.path / ".git", address.path):
        if folder.is_file():
            return folder.parent / _read_path(folder, "gitdir:", address)
        if (folder / "HEAD").is_file() and ((folder / "objects").is_dir() or (folder / "commondir").is_file()):
            return folder
    if not address.path.exists():
        raise Gone(f"{address.shown}: folder not found")
    raise Refused(f"{address.shown}: not a Git repository, expected a bare repository or a folder with .git")


def _common_folder(folder: Path) -> Path:
    """Where the objects are: elsewhere for a linked working tree."""
    pointer = folder / "commondir"
    if not pointer.is_file():
        return folder
    return folder / _read_line(pointer)


def _read_path(file: Path, prefix: str, address: Local) -> str:
    line = _read_line(file)
    if not line.startswith(prefix):
        raise Refused(f"{address.shown}: not a Git repository: {file.name} does not begin with {prefix!r}")
    return line.removeprefix(prefix).strip()


def _read_line(file: Path) -> str:
    """The content of a file that holds a path; a path that is cut short would lead elsewhere."""
    with file.open("rb") as content:
        line = content.read(MAX_GITFILE + 1)
    if len(line) > MAX_GITFILE:
        raise ValueError(f"{file.name} has more than {MAX_GITFILE:,} bytes, expected a path")
    return line.decode("utf-8", "surrogateescape").strip()


def _open_refs(folder: Path, common: Path, meter: Meter) -> RefsContainer:
    """The refs as this repository keeps them."""
    file = common / "config"
    config = _read_config(file) if file.is_file() else ConfigFile()
    extensions = {key.lower(): value.lower() for key, value in config.items((b"extensions",))}
    _check_format(config, extensions, meter)
    if extensions.get(b"objectformat", b"sha1") != b"sha1":
        raise sha256(meter)
    if extensions.get(b"refstorage", b"files") == b"reftable":
        from dulwich.reftable import ReftableRefsContainer  # rare

        return ReftableRefsContainer(str(common))
    return FileRefs(common, folder, partial(_count, meter))


def _count(meter: Meter, refs: int) -> None:
    meter.turn()
    meter.count_refs(refs)


def _read_config(file: Path) -> ConfigFile:
    """Its faults are not quoted: where it is a link, it is a file of this machine."""
    try:
        return ConfigFile.from_path(file, expand_includes=False)
    except ValueError as error:
        raise ValueError("config is not as Git writes it") from error


def _check_format(config: ConfigFile, extensions: Collection[bytes], meter: Meter) -> None:
    """Refused for a repository that Git does not read either: `verify_repository_format` (setup.c)."""
    try:
        stated = config.get((b"core",), b"repositoryformatversion")
    except KeyError:
        return
    version = int(stated) if stated.isdigit() and len(stated) <= _MOST_DIGITS else None
    if version is None or version > 1:
        raise Refused(f"{meter.where}: the repository has format version {meter.quote(stated)!r}, expected 0 or 1")
    foreign = set(extensions) - _OLD_EXTENSIONS - _NEW_EXTENSIONS if version == 1 else _NEW_EXTENSIONS & set(extensions)
    if foreign:
        names = ", ".join(decode(name) for name in sorted(foreign))
        known = "one that is known" if version == 1 else "none of it at format version 0"
        raise Refused(f"{meter.where}: the repository has the extension {meter.quote(names)!r}, expected {known}")

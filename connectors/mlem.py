"""`.mlem` files: what MLEM, until 2023, wrote beside models, or under `.mlem/`. After `mlem/core/objects.py` of its two generations.

The older one has `model_type`, the newer one `processors` and `call_orders`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.naming import public_url
from catalog.plugins.connector import Connector
from catalog.schema.record import replace
from catalog.schema.tables.cards import MlemObject
from catalog.schema.tables.problems import Problem
from connectors.formats.faults import Fault, fault_of, first_faults, problem
from connectors.formats.memo import BoundedCache
from connectors.formats.metadata import written
from connectors.formats.typed import cleaned, load_yaml, mapping, quoted, text, texts

NAME = "mlem"
SUFFIX = ".mlem"
MAX_REMEMBERED = 8 << 20  # bytes of rows
ROW = 2_000  # bytes of a row, about
MAX_LISTED = 1_000  # methods or requirements of one file
MAX_FAULTS = 100  # of one file
MAX_SIZE = (1 << 63) - 1  # what a column of whole numbers holds

_HASH = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_MAIN = ("data", "model")  # what MLEM calls the artifact or the processor, where there are several

Values = Mapping[Any, object]


class _MlemFile(NamedTuple):
    """What a file says, for any commit that has it at any place."""

    row: MlemObject | None
    faults: tuple[Fault, ...]


def _bytes_of(data: bytes, read: _MlemFile) -> int:
    return len(data) + ROW * (1 + len(read.faults))


_REMEMBERED: BoundedCache[bytes, _MlemFile] = BoundedCache(MAX_REMEMBERED, _bytes_of)


def wants_file(path: str) -> bool:
    """MLEM's objects, but not its settings."""
    return path.endswith(SUFFIX)


def read_revision(revision: RevisionFiles) -> Iterator[MlemObject | Problem]:
    """MLEM's objects at a commit, and what is wrong with them."""
    commit = revision.commit.oid
    for path in sorted(filter(wants_file, revision.files)):
        try:
            data = revision.read(path) or b""
        except MetafileError as error:
            yield problem(NAME, commit, path, error)
            continue
        row, faults = _REMEMBERED.get(data, partial(_read, data))
        if row:
            yield replace(row, commit=commit, file=path, name=path.removesuffix(SUFFIX))
        for fault in faults:
            yield problem(NAME, commit, path, fault)


CONNECTOR = Connector(name=NAME, version=5, wants_file=wants_file, read_revision=read_revision)


def _read(data: bytes) -> _MlemFile:
    faults: list[Fault] = []
    try:
        row = _FieldReader(mapping(load_yaml(data), ""), faults).row()
    except MetafileError as error:
        return _MlemFile(None, (fault_of(error),))
    return _MlemFile(row, first_faults(faults, MAX_FAULTS))


class _FieldReader:
    """Reads the fields; an invalid one is left out and reported."""

    def __init__(self, values: Values, faults: list[Fault]) -> None:
        self.values = values
        self.faults = faults

    def row(self) -> MlemObject:
        kind = text(self.values.get("object_type"), "object_type")
        artifact = self.main("artifacts")
        model = self.map(self.values, "model_type") or self.main("processors")
        return MlemObject(
            commit="",
            file="",
            name="",
            object_type=kind,
            framework=self.read(model, "type", text),
            methods=self.methods(model),
            requirements=tuple(self.requirements()),
            description=self.read(self.values, "description", text),
            labels=self.read(self.values, "labels", texts) or self.read(self.values, "tags", texts) or (),
            link=self.link() if kind == "link" else None,
            hash=self.read(artifact, "hash", _hash),
            size=self.read(artifact, "size", _size),
            stored_in=(self.read(artifact, "type", text) or "local") if artifact else None,
        )

    def read(self, values: Values, key: str, read: Callable[[object, str], Any]) -> Any:  # noqa: ANN401 - as `read` gives
        """What a key says; None where it says nothing, or nothing that can be read."""
        if values.get(key) is None:
            return None
        try:
            return read(values[key], cleaned(str(key)))
        except MetafileError as error:
            self.faults.append(fault_of(error))
            return None

    def map(self, values: Values, key: str) -> Values:
        return self.read(values, key, mapping) or {}

    def main(self, key: str) -> Values:
        """The one map of several that stands for the object: the first, where none has a well-known name."""
        several = self.map(self.values, key)
        name = next((name for name in (*_MAIN, *several) if name in several), None)
        return {} if name is None else self.map(several, name)

    def methods(self, model: Values) -> tuple[str, ...]:
        orders = self.map(self.values, "call_orders")
        names = [*(orders or self.map(model, "methods"))]
        place = "call_orders" if orders else "methods"
        return tuple(name for name in self.first(names, place) if isinstance(name, str))

    def requirements(self) -> Iterator[str]:
        """Packages with their versions, where those are stated."""
        stated = self.read(self.values, "requirements", _list) or []
        for index, item in enumerate(self.first(stated, "requirements")):
            try:
                yield _requirement(item, f"requirements[{index}]")
            except MetafileError as error:
                self.faults.append(fault_of(error))

    def first(self, items: list[Any], place: str) -> list[Any]:
        if len(items) > MAX_LISTED:
            message = f"found {len(items):,} items; those after the first {MAX_LISTED:,} are left out"
            self.faults.append(Fault(place, "too-many", message))
        return items[:MAX_LISTED]

    def link(self) -> str | None:
        """`path`, or `repo@rev:path`."""
        path, repo, rev = (self.read(self.values, key, text) for key in ("path", "repo", "rev"))
        if not path:
            return None
        where = public_url(repo or "") + (f"@{rev}" if rev else "")
        return f"{where}:{path}" if where else public_url(path)


def _requirement(item: object, place: str) -> str:
    if isinstance(item, str):
        return item
    stated = mapping(item, place)
    name = next((stated[key] for key in ("package_name", "module", "name") if stated.get(key)), None)
    version = stated.get("version")
    return text(name, place) if version is None else f"{text(name, place)}=={written(version)}"


def _list(value: object, place: str) -> list[object]:
    if isinstance(value, list):
        return value
    raise MetafileError(f"found {quoted(value)}, expected a list", place=place, rule="wrong-type")


def _hash(value: object, place: str) -> str:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return value
    raise MetafileError(f"found {quoted(value)}, expected 32 hexadecimal digits", place=place, rule="bad-hash")


def _size(value: object, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE:
        return value
    raise MetafileError(f"found {quoted(value)}, expected a number of bytes", place=place, rule="wrong-type")

"""The change of `dvc.yaml` that gives an artifact its metadata, as a patch. Comments, order and quotes of the file stay.

The file is read and written by ruamel.yaml, as DVC does: see docs/decisions/18-yaml.md.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from catalog.errors import InvalidArgument, Misuse, NotFound, StoreError
from catalog.store import files
from catalog.text import encodable, one_line

FILE = "dvc.yaml"
MAX_FILE = 4 << 20  # bytes
MAX_VALUES = 100_000  # with aliases written out, as in a crawl: to compare more of them would not end
_WIDTH = 1 << 20  # characters: no line is folded


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What is stated of an artifact, by DVC's names; None leaves a key as it is. `labels` are added to those that are there.

    InvalidArgument for what DVC would not take.
    """

    type: str | None = None
    path: str | None = None  # from the folder of dvc.yaml
    desc: str | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for option, value in _texts(self):
            if not value.strip() or encodable(value) != value or one_line(value) != " ".join(value.split()):
                raise InvalidArgument(option, repr(value), "text without control characters")
        if self.path is not None:
            path = PurePosixPath(self.path)
            if path.is_absolute() or ".." in path.parts:
                raise InvalidArgument(
                    "path", repr(self.path), "a path below the folder of dvc.yaml, such as models/churn.pkl"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A dvc.yaml before and after; `name` is its path in the repository."""

    file: Path
    name: str
    before: str | None
    after: str

    def patch(self) -> str:
        """For `git apply`; empty where nothing changes."""
        if self.before == self.after:
            return ""
        old = "/dev/null" if self.before is None else f"a/{self.name}"
        mode = "new file mode 100644\n" if self.before is None else ""
        before, after = (self.before or "").splitlines(keepends=True), self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(before, after, old, f"b/{self.name}")
        text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
        return f"diff --git a/{self.name} b/{self.name}\n{mode}{text}"

    def write(self) -> None:
        """Writes the file, whole or not at all. StoreError where the disk fails."""
        with files.writing(self.file.parent):
            files.write(self.file, self.after)


def annotate(root: Path, artifact: str, metadata: Metadata) -> Change:
    """The change in the checkout at `root` for an artifact, `name` or `folder:name`.

    NotFound where its folder is not there, StoreError for a dvc.yaml that cannot be read, or changed without changing more.
    """
    folder, _, name = artifact.rpartition(":")
    path = root / folder
    if not path.is_dir():
        raise NotFound(
            f"{root} has no folder {folder!r}, which {artifact!r} is of: expected a checkout of its repository"
        )
    file = (path / FILE).resolve()
    if not file.is_relative_to(root.resolve()):
        raise StoreError(f"{path / FILE} is a link out of {root}: expected a file of the repository")
    before = _read(file)
    after = _with_metadata(before or "", name, metadata, file)
    return Change(file=file, name=file.relative_to(root.resolve()).as_posix(), before=before, after=after)


def _texts(metadata: Metadata) -> Iterator[tuple[str, str]]:
    stated = (("type", metadata.type), ("path", metadata.path), ("description", metadata.desc))
    yield from ((option, value) for option, value in stated if value is not None)
    yield from (("label", label) for label in metadata.labels)


def _read(file: Path) -> str | None:
    try:
        with files.opened(file) as stream:
            content = stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise StoreError(f"{file}: more than {MAX_FILE:,} bytes")
        return content.decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{file} cannot be read: {error}") from error


def _with_metadata(text: str, name: str, metadata: Metadata, file: Path) -> str:
    """The text of dvc.yaml with the artifact's entry."""
    from ruamel.yaml.error import YAMLError

    try:
        before = _values(text)
        after = _changed(text, name, metadata)
        entry = _merged(_entry_of(before, name), metadata)
        if after == text or _values(after) == {**before, "artifacts": {**(before.get("artifacts") or {}), name: entry}}:
            return after
    except (YAMLError, ValueError, RecursionError) as error:
        raise StoreError(f"{file} cannot be read as YAML: {one_line(str(error))}") from error
    raise StoreError(f"{file} cannot be changed without changing more than {name!r}: change it by hand")


def _changed(text: str, name: str, metadata: Metadata) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, _WIDTH
    document, indent, dash = load_yaml_guess_indent(text, yaml=yaml) if text.strip() else ({}, 2, 0)
    yaml.indent(mapping=indent or 2, sequence=(dash or 0) + 2, offset=dash or 0)
    root = {} if document is None else document
    entry = _entry_of(root, name)
    merged = _merged(entry, metadata)
    if merged == entry and entry:
        return text
    if root.get("artifacts") is None:
        root["artifacts"] = {}
    if entry:
        entry.update({key: value for key, value in merged.items() if entry.get(key) != value})
    else:
        root["artifacts"][name] = merged
    out = io.StringIO()
    yaml.dump(root, out)
    # A file of nothing but comments has them no more once it has a value.
    return out.getvalue() if document is not None or not text.strip() else f"{text.rstrip()}\n{out.getvalue()}"


def _values(text: str) -> dict[str, Any]:
    """What a dvc.yaml says, as DVC reads it."""
    from ruamel.yaml import YAML

    values = YAML(typ="safe", pure=True).load(text)
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ValueError("expected a mapping")  # noqa: TRY004 - of what is in a file
    if (count := _count(values, {})) > MAX_VALUES:
        raise ValueError(f"{count:,} values with aliases written out, expected at most {MAX_VALUES:,}")
    return values


def _count(value: object, known: dict[int, int]) -> int:
    """How many values there are with aliases written out. ValueError for a value that contains itself."""
    if not isinstance(value, (dict, list)):
        return 1
    if (count := known.get(id(value))) == 0:
        raise ValueError("a value contains itself")
    if count is None:
        known[id(value)] = 0
        inside = value.values() if isinstance(value, dict) else value
        count = known[id(value)] = 1 + sum(_count(each, known) for each in inside)
    return count


def _entry_of(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a mapping that keeps its comments
    """The artifact's entry; an empty one where there is none."""
    artifacts = document.get("artifacts")
    if artifacts is None:
        return {}
    if not isinstance(artifacts, Mapping):
        raise ValueError("'artifacts' is not a mapping")  # noqa: TRY004
    entry = artifacts.get(name)
    if entry is not None and not isinstance(entry, Mapping):
        raise ValueError(f"'artifacts.{name}' is not a mapping")
    return {} if entry is None else entry


def _merged(entry: Mapping[str, Any], metadata: Metadata) -> dict[str, Any]:
    """The entry with what is stated. Misuse for a new one without type and path."""
    if not entry and (metadata.type is None or metadata.path is None):
        raise Misuse("no dvc.yaml states this artifact yet: expected --type and --path")
    labels = _labels(entry.get("labels"), metadata.labels)
    stated = {"path": metadata.path, "type": metadata.type, "desc": metadata.desc, "labels": labels or None}
    return {**entry, **{key: value for key, value in stated.items() if value is not None}}


def _labels(before: object, added: Sequence[str]) -> list[str]:
    labels = list(before) if isinstance(before, list) else []
    return list(dict.fromkeys([*labels, *added])) if added else labels

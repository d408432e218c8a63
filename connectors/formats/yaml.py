"""YAML that strangers wrote, within bounds and by the rules of YAML 1.2, so that it means the same as to DVC and GTO.

DVC and GTO use ruamel.yaml. PyYAML's C parser is far faster, but follows YAML 1.1 (`no` is false, `1e-3` is text), and some
input crashes it. So only its events are used, and the values are built and counted here: nothing is nested, repeated or merged
beyond the bounds, and an alias costs what it would cost if it were written out. What programs write is plainer than that and
is parsed line by line, in a quarter of the time: see `yaml_block`.
Why not ruamel.yaml: docs/decisions/18-yaml.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from catalog.errors import MetafileError
from catalog.git.snapshot import MAX_OBJECT
from catalog.text import cleaned, quoted
from connectors.formats.yaml_block import NotPlain, read_lines
from connectors.formats.yaml_scalars import LETTERS, MERGE, SCALAR_TAGS, TAG, old, plain, tagged

MAX_DEPTH = 100  # 50,000 brackets kill the process inside libyaml; the deepest metafile in public repositories has 10
MAX_INDEX = 1_000_000  # of a whole number as a key, above and below zero
MAX_ODD_KEYS = 1_000  # of one map, neither text nor within MAX_INDEX: some, such as multiples of 2^61 - 1, take square time to store
MAX_NODES = 100_000  # keys, values, lists and maps, each 64 characters once more; an alias as what it stands for

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may have been built without libyaml
_HALF = re.compile(r"(?<!\\)((?:\\\\)*)\\((?:u|U0000)[dD][89a-fA-F][0-9a-fA-F]{2})")
_COMMENT = re.compile(r"#[^\n]*")
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(slots=True)
class _OpenCollection:
    """A list, or a map whose keys and values come by turns, until its end was read."""

    event: Any
    items: list[Any] = field(default_factory=list)
    size: int = 1


def load_yaml(data: bytes) -> Any:  # noqa: ANN401 - whatever YAML can say
    """The one document of a file, None for an empty one: text, numbers, bool, None, dates, lists, and maps of these.

    All aliases of an anchor share one value. MetafileError where the file is not such a document, or goes over a bound.
    """
    if len(data) > MAX_OBJECT:
        raise MetafileError(f"found {len(data):,} bytes, expected at most {MAX_OBJECT:,}", rule="too-big")
    try:
        source = data.decode("utf-8-sig")
        try:
            return read_lines(source)
        except NotPlain:
            return _build(source)
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error
    except yaml.MarkedYAMLError as error:
        _reject(str(error.problem or error.context), error.problem_mark or error.context_mark)
    except yaml.reader.ReaderError as error:
        message = (
            f"not YAML: found the character U+{error.character:04X} at position {error.position + 1:,}, expected text"
        )
        raise MetafileError(message, rule="not-yaml") from error


def _build(source: str) -> Any:  # noqa: ANN401 - whatever YAML can say
    """The document. Half of a surrogate pair, which libyaml does not take as an escape, stays the text of its escape."""
    try:
        return _Builder(source).build()
    except yaml.MarkedYAMLError as error:
        if "Unicode character escape" not in str(error.problem) or not _HALF.search(source):
            raise
    return _Builder(_HALF.sub(r"\1\\\\\2", source)).build()


class _Builder:
    """Builds values from the parser's events, without recursion."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.path = [_OpenCollection(event=None, size=0)]  # from the document to the innermost open list or map
        self.anchors: dict[str, tuple[Any, int] | None] = {}  # None while the list or map is open
        self.old_rules = False

    def build(self) -> Any:  # noqa: ANN401 - whatever YAML can say
        events: Iterator[Any] = iter(_PARSER(self.source).get_event, None)
        for event in _without_tabs(self.source, events) if "\t" in self.source else events:
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                value = event.value if _is_text(event) else self._scalar(event)
                self._anchor(event, value, 1 + len(event.value) // 64)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._enter(event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._leave()
            elif kind is yaml.AliasEvent:
                self._repeat(event)
            elif kind is yaml.DocumentStartEvent:
                self._start(event)
        return _list(self.path[0])[0] if self.path[0].items else None

    def _start(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's stubs know no attributes
        if self.path[0].items:
            _reject("found a second document, expected one", event.start_mark)
        self.old_rules = event.version == (1, 1)

    def _enter(self, event: Any) -> None:  # noqa: ANN401 - a value or event of YAML
        wanted = "map" if event.__class__ is yaml.MappingStartEvent else "seq"
        if event.tag not in (None, "!", TAG + wanted):
            _reject(f"found the tag {quoted(event.tag)}, expected plain values", event.start_mark)
        if len(self.path) > MAX_DEPTH:
            _reject(f"nested deeper than {MAX_DEPTH}", event.start_mark, "too-deep")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.path.append(_OpenCollection(event=event))

    def _leave(self) -> None:
        done = self.path.pop()
        is_map = done.event.__class__ is yaml.MappingStartEvent
        self._anchor(done.event, _map(done) if is_map else _list(done), done.size)

    def _anchor(self, event: Any, value: Any, size: int) -> None:  # noqa: ANN401 - a value or event of YAML
        if event.anchor is not None:
            self.anchors[event.anchor] = value, size
        self._add(value, size, event)

    def _repeat(self, event: Any) -> None:  # noqa: ANN401 - a value or event of YAML
        if event.anchor not in self.anchors:
            _reject(f"found the alias {quoted(event.anchor)} without its anchor", event.start_mark)
        anchored = self.anchors[event.anchor]
        if anchored is None:
            _reject(f"the value {quoted(event.anchor)} contains itself", event.start_mark, "endless")
        self._add(*anchored, event)

    def _add(self, value: Any, size: int, event: Any) -> None:  # noqa: ANN401 - a value or event of YAML
        into = self.path[-1]
        into.items.append(value)
        into.size += size
        if into.size > MAX_NODES:
            _reject(f"found more than {MAX_NODES:,} values, with aliases written out", event.start_mark, "too-big")

    def _scalar(self, event: Any) -> Any:  # noqa: ANN401 - a value or event of YAML
        value, tag = event.value, event.tag
        try:
            if tag not in (None, "!"):
                return tagged(value, tag)
            if event.style:  # in quotes, or a block
                return value
            return old(value) if self.old_rules else plain(value)
        except (ValueError, OverflowError):
            if tag in (None, "!"):
                _reject(f"found {quoted(value)}, expected a value: YAML keeps that sign for itself", event.start_mark)
            if tag not in SCALAR_TAGS:
                _reject(f"found the tag {quoted(tag)}, expected plain values", event.start_mark)
            _reject(f"found {quoted(value)}, expected a value of its tag {quoted(tag)}", event.start_mark)


def _is_text(event: Any) -> bool:  # noqa: ANN401 - a value or event of YAML
    """The quick way for most scalars: in quotes, or beginning like nothing else."""
    return event.tag is None and (event.implicit[1] or event.value[:1] in LETTERS)


def _list(done: _OpenCollection) -> list[Any]:
    if any(item is MERGE for item in done.items):
        _reject("found '<<', expected a value", done.event and done.event.start_mark)
    return done.items


def _map(done: _OpenCollection) -> dict[Any, Any]:
    """Own keys come before merged ones, whatever their order in the file; no key may appear twice."""
    own: dict[Any, Any] = {}
    merged: dict[Any, Any] | None = None
    turns = iter(done.items)
    odd = 0
    for key, value in zip(turns, turns, strict=True):
        name = tuple(key) if isinstance(key, list) else key
        if value is MERGE or (name is MERGE and merged is not None):
            _reject("found a '<<' too many", done.event.start_mark)
        if name is MERGE:
            merged = _merged(value, done.event)
            continue
        if name.__class__ is not str and not (name.__class__ is int and -MAX_INDEX <= name <= MAX_INDEX):
            odd += 1
            if odd > MAX_ODD_KEYS:
                _reject(
                    f"found a map with more than {MAX_ODD_KEYS:,} keys that are neither text nor numbers up to {MAX_INDEX:,}",
                    done.event.start_mark,
                    "too-big",
                )
        try:
            is_duplicate = name in own
        except TypeError:
            _reject(f"found {quoted(key)} as a key, expected text", done.event.start_mark)
        if is_duplicate:
            _reject(f"the key {quoted(key)} appears twice in the map", done.event.start_mark, "duplicate-key")
        own[name] = value
    return own if merged is None else {**merged, **own}


def _merged(value: Any, event: Any) -> dict[Any, Any]:  # noqa: ANN401 - a value or event of YAML
    """The entries that `<<` merges: of one map, or of a list of maps of which the first takes precedence."""
    maps = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in maps):
        _reject(f"found {quoted(value)} after '<<', expected a map or a list of maps", event.start_mark)
    return {key: each[key] for each in reversed(maps) for key in each}


def _without_tabs(source: str, events: Iterator[Any]) -> Iterator[Any]:
    """Outside of brackets, YAML allows no tabs between tokens. libyaml accepts them where DVC's parser does not."""
    end, brackets = 0, 0
    for event in events:
        between = source[end : event.start_mark.index]
        if not brackets and "\t" in between and "\t" in _COMMENT.sub("", between):
            _reject("found a tab, expected spaces", event.start_mark)
        if getattr(event, "flow_style", False):
            brackets += 1
        elif brackets and event.__class__ in _ENDS:
            brackets -= 1
        end = event.end_mark.index
        yield event


def _reject(problem: str, mark: Any, rule: str = "not-yaml") -> NoReturn:  # noqa: ANN401 - a value or event of YAML
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    raise MetafileError(cleaned(f"not YAML: {problem}" if rule == "not-yaml" else problem) + where, rule=rule)

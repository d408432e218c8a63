"""No text of a server reaches a message but through the gate: what may be formatted into one is listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("catalog/transport", "catalog/discovery", "connectors/forges")
SOURCES = {str(file.relative_to(ROOT)): file.read_text("utf-8") for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))}  # fmt: skip

# Who may quote without a gate, and why.
WITHOUT_GATE = {
    "catalog/transport/address.py",  # URLs of repos.toml and Git's configuration; those of strangers go through `server_at`
    "catalog/transport/connections.py",  # the operator's proxy
    "catalog/transport/local.py",  # a repository on this machine, which gets no credential
    "catalog/transport/ref_files.py",  # as above
    "catalog/discovery/rules.py",  # of listings, whose echoes are left out before
    "connectors/forges/fields.py",  # all that a forge raises passes the gate in `discover._read`
    "connectors/forges/listing.py",  # as above
}
PARSES_ADDRESSES = {
    "catalog/transport/address.py",
    "catalog/transport/origin.py",  # of the inventory
    "catalog/transport/lfs_endpoint.py",  # drops what is raised
    "catalog/discovery/discover.py",  # of repos.toml
}

# What is ours, or is no text: numbers have a format, or are of one of these.
OURS = {
    *("where", "self.where", "meter.where", "self.meter.where", "self._meter.where", "packets.meter.where", "self.url", "address.shown"),
    *("source", "source.name", "source.token_env", "self.site", "expected", "known", "prefix", "NAME", "name", "unit", "KINDS", "key", "place"),
    *("status", "number", "version", "self._most", "len(last.listed)", "_span(wait)", "', '.join(_SCHEMES)", "scheme", "topic", "line.name"),
    *("path", "file", "file.name", "folder", "error", "error.strerror"),  # of this machine's files
    *("reason", "skipped[0].reason", "decode(oid)[:7]", "absent[0]"),  # of a pack, and of listings that were checked
    *("sentence", "who", "quoted", "kind", "to", "elsewhere"),  # made with the gate above the line
    *("explain(error, meter)", "explain_part(error, self._meter)", "_complaint(output, self._meter, self._name)", "_failure(state)"),  # with the gate inside
    "needed(entry, 'full_name')",  # as all that a forge raises
}  # fmt: skip
ERRORS = {"Down", "Refused", "Gone", "TooBig", "Oversized", "Again", "Absent", "Unfit", "Unanswered", "Garbled", "ServerError", "Stopped",
          "ConfigError", "StoreError", "tell", "kind"}  # fmt: skip


def ungated(path: str, source: str) -> Iterator[str]:
    """What a module does around the gate."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module="catalog.text", names=names) if path not in WITHOUT_GATE:
                yield from (
                    f"imports {alias.name}"
                    for alias in names
                    if alias.name not in {"describe", "encodable", "is_plain"}
                )
            case ast.Call(func=ast.Name(id="parse_address")) if path not in PARSES_ADDRESSES:
                yield "calls parse_address"
            case ast.Attribute(attr="exception", value=ast.Name(id="log")):
                yield "logs a traceback as it is"
            case ast.Raise() | ast.Call(func=ast.Name(id=_)) | ast.Call(func=ast.Attribute(attr="tell")) if is_message(
                node
            ):
                yield from (f"formats {text}" for text in formatted(node, path))


def is_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ERRORS
    return True


def formatted(node: ast.AST, path: str) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.FormattedValue) and part.format_spec is None:
            text = ast.unparse(part.value)
            is_gated = ".quote(" in text or ".passed(" in text
            is_quoted = path in WITHOUT_GATE and text.startswith(("quote(", "quoted("))
            if not (is_gated or is_quoted or text in OURS):
                yield text


@pytest.mark.parametrize("path", SOURCES)
def test_what_a_server_says_passes_the_gate(path):
    assert list(ungated(path, SOURCES[path])) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("from catalog.text import quote", ["imports quote"]),
        ("from catalog.text import cleaned, visible", ["imports cleaned", "imports visible"]),
        ("parse_address(target)", ["calls parse_address"]),
        ("log.exception('x')", ["logs a traceback as it is"]),
        ("raise Refused(f'{where}: {header}')", ["formats header", "formats header"]),
        ("error = Down(f'{response.reason!r}')", ["formats response.reason"]),
        ("self.tell(f'{name}: {words}')", ["formats words"]),
        ("raise Refused(f'{where}: {meter.quote(header)!r} and {size:,}')", []),
    ],
)
def test_a_way_around_the_gate_is_found(fault, found):
    assert list(ungated("catalog/transport/x.py", fault)) == found

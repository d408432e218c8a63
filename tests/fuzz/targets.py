"""What is fuzzed: readers of bytes that a stranger wrote. A target takes any bytes and returns; it raises where a reader has a bug.

The errors of `catalog/errors.py` are answers, not bugs. A row that cannot be stored is one, as is a connector that raises.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha1
from pathlib import Path

from catalog.crawl.ancestry import Reach
from catalog.crawl.extract import PreviousRows, extract_rows
from catalog.errors import CatalogError
from catalog.git import tag_grammar as grammar
from catalog.git.objects import parse_commit, parse_entries, parse_tag, tagged
from catalog.plugins.connector import Connector, installed
from catalog.plugins.forge import Ask, Response, Scope
from catalog.plugins.forge import installed as forges
from catalog.query.search.language import parse as parse_query
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.problems import Problem
from catalog.store.crawl_file import lines as crawl_lines
from catalog.store.observations import Observations
from catalog.store.partition_format import Damaged, pack, unpack
from catalog.transport.limits import Limits, Meter
from catalog.transport.netrc import parse_netrc
from catalog.transport.pack import read_pack
from catalog.transport.packets import Mark, Packets
from catalog.transport.wire import read_capabilities, read_fetch, read_listing
from fuzz.fetched import catalog_index, folder_list, lfs_answer
from fuzz.trust import gate, packed_refs, secrets
from support.worlds import World

Target = Callable[[bytes], None]

MOST_PACKETS = 1000  # of one input
ALONE = (
    "dvc.yaml",
    "dvc.lock",
    "data.dvc",
    ".dvc/config",
    "artifacts.yaml",
    ".gto",
    "params.yaml",
    "params.toml",
    "params.json",
    "params.py",
)
_OID = "0" * 40
_SCOPES = {
    "github": {"org": "acme"},
    "gitlab": {"group": "acme"},
    "gitea": {"org": "acme"},
    "bitbucket": {"workspace": "acme"},
    "azure": {"org": "acme"},
}
_DVC_YAML = "metrics: [m.json, m.yaml, m.toml]\nparams: [params.py]\nplots: [p.csv, p.tsv, p.json, p.yaml]\nartifacts: {m: {path: m.bin, type: model}}\n"


def tag_object(data: bytes) -> None:
    """A tag object, which a tag of GTO's leads to."""
    with suppress(CatalogError):
        parse_tag(_OID, data)
    tagged(data)
    world = World()
    world.commit({})
    world.raw_tag("churn@v1.0.0", data.replace(b"TIP", world.tip().encode()))
    _rows(world)


def commit_object(data: bytes) -> None:
    with suppress(CatalogError):
        parse_commit(_OID, data)


def tree_object(data: bytes) -> None:
    with suppress(CatalogError):
        for _ in parse_entries(data, ""):
            pass


def tag_name(data: bytes) -> None:
    """The name of a tag: what GTO's grammar makes of it, it makes of the name that it writes, too (`#06` is `#6`)."""
    name = data.decode("utf-8", "replace")
    with suppress(CatalogError):
        parsed = grammar.parse(name)
        assert parsed is None or grammar.parse(grammar.format(parsed)) == parsed
    grammar.foreign_digits(name)
    grammar.is_name(name)


def packets(data: bytes) -> None:
    """An answer of Git's protocol, in pkt-lines."""
    reader = _packets(data)
    with suppress(CatalogError):
        for _ in range(MOST_PACKETS):
            assert isinstance(reader.read(), bytes | Mark)


def advertisement(data: bytes) -> None:
    """What a server says first, its refs, and the packets around a pack."""
    for read in (read_capabilities, read_listing, read_fetch):
        with suppress(CatalogError):
            read(_packets(data))


def packfile(data: bytes) -> None:
    """A pack with its right checksum, as a server that wants to harm would send it."""
    with suppress(CatalogError):
        read_pack(bytearray(data), _meter())
    whole = b"PACK\0\0\0\2\0\0\0\4" + data
    with suppress(CatalogError):
        read_pack(bytearray(whole + sha1(whole, usedforsecurity=False).digest()), _meter())
    entries = (
        b"PACK\0\0\0\2\0\0\0\1" + bytes([0x30 | len(data) & 15 | 0x80, len(data) >> 4 & 127]) + zlib.compress(data, 1)
    )
    with suppress(CatalogError):
        read_pack(bytearray(entries + sha1(entries, usedforsecurity=False).digest()), _meter())


def metafile(data: bytes) -> None:
    """One file of every kind that connectors read, with these bytes."""
    place, _, content = data.partition(b"\n")
    name = ALONE[(place or b"\0")[0] % len(ALONE)]
    world = World()
    world.commit({".dvc/.gitignore": "", name: content})
    world.tag("m@v1.0.0")
    _rows(world)


def measures(data: bytes) -> None:
    """Metrics, parameters and plots in each format."""
    files = ("m.json", "m.yaml", "m.toml", "params.py", "p.csv", "p.tsv", "p.json", "p.yaml")
    world = World()
    world.commit({".dvc/.gitignore": "", "dvc.yaml": _DVC_YAML, files[data[0] % len(files) if data else 0]: data[1:]})
    world.tag("m@v1.0.0")
    _rows(world)


def model_card(data: bytes) -> None:
    """Front matter and Markdown of a card."""
    world = World()
    world.commit({"README.md": data, "LICENSE": data[:2000]})
    world.tag("m@v1.0.0")
    _rows(world)


def code_owners(data: bytes) -> None:
    world = World()
    world.commit(
        {".dvc/.gitignore": "", "dvc.yaml": _DVC_YAML, "CODEOWNERS": data, ".gitattributes": data, ".dvcignore": data}
    )
    world.tag("m@v1.0.0")
    _rows(world)


def mlem_object(data: bytes) -> None:
    world = World()
    world.commit({".mlem.yaml": "", "m.mlem": data, "m.bin": b"version https://git-lfs.github.com/spec/v1\n" + data})
    world.tag("m@v1.0.0")
    _rows(world)


def forge_listing(data: bytes) -> None:
    """One page of a forge's listing, of each kind."""
    with suppress(ValueError, RecursionError):
        value = json.loads(data)
        headers = {"link": data.decode("utf-8", "replace")}
        for name, words in _SCOPES.items():
            forge = forges()[name]
            scope = Scope(api=forge.url or "https://forge.example", words=words)
            with suppress(CatalogError):
                forge.read(scope, Response(ask=Ask(url="https://forge.example/x"), value=value, headers=headers))


def search_query(data: bytes) -> None:
    """A query of `catalog search`."""
    with suppress(CatalogError):
        parse_query(data.decode("utf-8", "surrogateescape"))


def journal_line(data: bytes) -> None:
    """Lines of a crawl's file, each with its right checksum, and as they are."""
    with _file(_checked(data) + data) as path, suppress(CatalogError):
        for _ in crawl_lines(path, {}):
            pass


def observations(data: bytes) -> None:
    """A repository's file of observations."""
    with _file(_checked(data)) as path, suppress(CatalogError):
        for _ in Observations(path.parent).load(path.name).rows():
            pass


def partition(data: bytes) -> None:
    """The bytes of a partition."""
    with suppress(Damaged):
        unpack(data)


def netrc(data: bytes) -> None:
    with suppress(CatalogError):
        parse_netrc(data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        tag_object,
        commit_object,
        tree_object,
        tag_name,
        packets,
        advertisement,
        packfile,
        metafile,
        measures,
        model_card,
        code_owners,
        mlem_object,
        forge_listing,
        search_query,
        journal_line,
        observations,
        partition,
        netrc,
        gate,
        secrets,
        packed_refs,
        folder_list,
        lfs_answer,
        catalog_index,
    )
}


def _rows(world: World) -> None:
    """All rows of the repository, as a crawl makes and stores them."""
    connectors = _connectors()
    snapshot = world.snapshot(lambda path: any(connector.wants_file(path) for connector in connectors))
    rows = extract_rows(snapshot, Reach(known=(), fetched=(), complete=False), connectors, PreviousRows(rows={}))
    for problem in rows.get(Problem, ()):
        assert problem.rule != "connector-bug", problem
    unpack(pack({table.TABLE: to_arrow(table, some, repo="h/o/n") for table, some in rows.items() if some}))


@cache
def _connectors() -> tuple[Connector, ...]:
    return installed()


def _packets(data: bytes) -> Packets:
    pieces = iter([data])
    return Packets(lambda: next(pieces, b""), _meter())


def _meter() -> Meter:
    return Meter("h/o/r", Limits(max_inflated=16 << 20))


def _checked(data: bytes) -> bytes:
    """Each line with its right checksum."""
    return b"".join(b"%08x %s\n" % (zlib.crc32(line), line) for line in data.splitlines())


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "000001.jsonl"
        path.write_bytes(data)
        yield path

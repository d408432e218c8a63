"""What a server can make of a secret before it sends it back, and a search for that in everything that was written."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from urllib.parse import quote

import duckdb

Change = Callable[[Random, str], str]


def _between(*signs: str) -> Change:
    """Puts one of the signs between characters, here and there."""
    return lambda random, text: "".join(c + random.choice(signs) * (random.random() < 0.6) for c in text)


def _each(spell: Callable[[int], str]) -> Change:
    return lambda _, text: "".join(map(spell, text.encode()))


def _base64(random: Random, text: str) -> str:
    encode = random.choice((b64encode, urlsafe_b64encode))
    return encode(b"ab:cd"[: random.randrange(4)] + text.encode() + b" z"[: random.randrange(3)]).decode()


# By where they may stand: the letters themselves, then what is put between or around them, then how it is all encoded.
CASES: dict[str, Change] = {
    "as it is": lambda _, text: text,
    "in capitals": lambda _, text: text.upper(),
    "in small letters": lambda _, text: text.lower(),
    "in any case": lambda random, text: "".join(random.choice((c.upper(), c.lower())) for c in text),
}
COVERS: dict[str, Change] = {
    "plainly": lambda _, text: text,
    "with characters of no width": _between("\u200b", "\u2060", "\ufeff", "\u00ad"),
    "with marks of direction": _between("\u202e", "\u2066", "\u200f"),
    "with terminal sequences": _between("\x1b[31m", "\x1b]0;t\x07", "\x9b1m"),
    "with spaces and line ends": _between(" ", "\t", "\r\n", "\u00a0"),
    "with quotes and signs": _between('"', "'", ",", ".", "-", "_", "+", "|", "\u201c"),
    "with controls": _between("\0", "\x08", "\x7f"),
    "with markup": _between("<b>", "</i>", "<!-- -->"),
    "with marks above": _between("\u0301", "\u0308"),
    "in full width": lambda _, text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "backwards": lambda _, text: text[::-1],
}
ENCODINGS: dict[str, Change] = {
    "percent signs": _each("%{:02x}".format),
    "percent signs where needed": lambda _, text: quote(text, safe=""),
    "Base64": _base64,
    "hexadecimal digits": lambda _, text: text.encode().hex(),
    "hexadecimal escapes": _each("\\x{:02x}".format),
    "JSON's escapes": lambda _, text: "".join(f"\\u{ord(c):04x}" for c in text),
    "decimal entities": lambda _, text: "".join(f"&#{ord(c)};" for c in text),
    "hexadecimal entities": lambda _, text: "".join(f"&#x{ord(c):X};" for c in text),
    "quoted-printable": _each("={:02X}".format),
}


def echo(random: Random, secret: str) -> str:
    """A secret as a server may repeat it: in some case, covered, and encoded up to twice."""
    text = random.choice([*CASES.values()])(random, secret)
    text = random.choice([*COVERS.values()])(random, text)
    for change in random.sample([*ENCODINGS.values()], random.randrange(3)):
        text = change(random, text)
    return random.choice(("you sent ", "", "token=")) + text + random.choice(("", ".", " and no more"))


def written(output: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and of a database or Parquet, which compress, also every row as text; each by its name."""
    for file in sorted(path for path in output.rglob("*") if path.is_file()):
        name = str(file.relative_to(output))
        yield name, file.read_bytes()
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as database:
                for schema, table in database.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                    yield f"{name}: {table}", _rows(database, f'"{schema}"."{table}"')
        elif file.suffix == ".parquet":
            with duckdb.connect() as database:
                yield f"{name}: rows", _rows(database, f"read_parquet('{file}')")


def _rows(database: duckdb.DuckDBPyConnection, source: str) -> bytes:
    return "\n".join(map(str, database.execute(f"from {source}").fetchall())).encode("utf-8", "replace")


def hits(texts: Iterable[tuple[str, bytes]], secrets: Mapping[str, str]) -> list[str]:
    """Where a secret stands, in any case, and in Base64, hexadecimal digits and percent signs; by the names of texts and of secrets."""
    forms = {(name, form) for name, secret in secrets.items() for form in _forms(secret)}
    return sorted(f"{where}: {name}" for where, raw in texts for name, form in forms if form in raw.lower())


def _forms(secret: str) -> set[bytes]:
    raws = {text.encode() for text in (secret, secret.lower(), secret.upper())}
    cores = {_core(raw, offset) for raw in raws for offset in range(3)}
    spelled = {form for raw in raws for form in (raw.hex(), "".join(f"%{byte:02x}" for byte in raw))}
    forms = {secret, secret[::-1], *cores, *(core.translate(str.maketrans("+/", "-_")) for core in cores), *spelled}
    return {form.lower().encode() for form in forms}


def _core(raw: bytes, offset: int) -> str:
    """What of the Base64 of other data with the secret in it the secret alone decides."""
    return b64encode(bytes(offset) + raw + bytes(3))[(offset * 8 + 5) // 6 : (offset + len(raw)) * 8 // 6].decode()

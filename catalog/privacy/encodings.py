"""How a text may hide a secret: what it says once it is decoded, and what the secret looks like when it is encoded."""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from base64 import b64encode
from binascii import Error, a2b_base64, unhexlify
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from catalog.text import without_sequences

LAYERS = 3  # how often one encoding inside another is undone
DIGESTS = frozenset({32, 40, 64})  # hexadecimal digits of MD5, SHA-1 and SHA-256: rows are full of them
MANY_SIGNS = 40  # of those outside of ASCII: up to so many, each is removed by itself
MIN_ENCODED = 6  # characters of an encoded secret below which it is looked for only by decoding

_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_LOWER = bytes(range(256)).lower()
_BYTE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_HEX_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")
_HEX_ENTITY = re.compile(r"&#[xX]0*([0-9A-Fa-f]{1,6});?")
_DECIMAL_ENTITY = re.compile(r"&#0*([0-9]{1,7});?")
_NAMED_ENTITY = re.compile(r"&[A-Za-z][A-Za-z0-9]{1,30};?")
_QUOTED = re.compile(r"=(?:\r?\n|([0-9A-Fa-f]{2}))")
_CODES = re.compile("[%&\\\\=<\x1b\x9b]")
_TAG = re.compile(r"<[^<>]{0,200}>")
_NOT_BASE64 = bytes(code for code in range(128) if not (chr(code).isalnum() or chr(code) in "+/-_"))
_NOT_HEX = bytes(code for code in range(128) if chr(code) not in "0123456789abcdefABCDEF")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{10,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}")
_ASCII = re.compile(rb"[\x00-\x7f]{8,}")
# Of no width, or of none that counts, in UTF-8.
_UNSEEN = re.compile(rb"\xe2(?:\x80[\x80-\xbf]|\x81[\xa0-\xaf])|\xef\xbb\xbf|\xc2[\x80-\xa0\xad]|\xcc[\x80-\xbf]")
_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}  # invisible characters that stand for ASCII
_FILLING = b"000"  # in either of them a digit, and a letter of Base64
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def normalize(text: str) -> str:
    """Letters and digits alone, in one case and one form: what is left when everything that can be put between them is gone."""
    if text.isascii():  # ten times as fast as what follows
        return text.encode("ascii").translate(_LOWER, _ASCII_SIGNS).decode("ascii")
    raw = _decomposed(text.translate(_TAGS)).casefold().encode("utf-8", "surrogatepass").translate(None, _ASCII_SIGNS)
    letters = raw.decode("utf-8", "surrogatepass")
    signs = [char for char in set(letters) if not char.isalnum()]
    if len(signs) > MANY_SIGNS:
        return "".join(filter(str.isalnum, letters))
    for sign in signs:
        letters = letters.replace(sign, "")
    return letters


def has_codes(text: str) -> bool:
    """Whether `readings` may find more in the text than it is."""
    return _CODES.search(text) is not None


def readings(text: str) -> Iterable[str]:
    """The text, and what it says once its percent signs, entities, escapes and quoted-printable are read, each alone and one inside another."""
    seen = {text: None}
    for chain in _CHAINS if has_codes(text) else ():
        reading = text
        for _ in range(LAYERS):
            before = reading
            for decode in chain:
                reading = decode(reading)
                seen[reading] = None
            if reading == before:
                break
    for reading in tuple(seen):
        seen[_TAG.sub("", reading) if "<" in reading else reading] = None
        seen[without_sequences(reading)] = None
    return seen


def meanings(text: str, *, whole: bool, depth: int = 2) -> Iterator[str]:
    """What the text says, and what the payloads in it say, one in another.

    Of payloads, `whole` reads all, whatever stands between their letters: for one short text. Else it reads long words, as far as they are text
    themselves, which costs little also where there are many texts: the rest of those is found by what a secret looks like encoded.
    """
    for reading in readings(text):
        yield reading
        for payload in _payloads(reading, whole=whole) if depth else ():
            yield from meanings(payload, whole=whole, depth=depth - 1)


def _payloads(text: str, *, whole: bool) -> Iterator[str]:
    """What the text says where it is Base64, of either alphabet, from any offset, or hexadecimal digits."""
    plain = _decomposed(text).encode("ascii", "ignore")
    if whole:
        letters, digits = plain.translate(_URL_SAFE, _NOT_BASE64), plain.replace(b"0x", b"").translate(None, _NOT_HEX)
    else:
        letters = b"".join(word for word in _BASE64.findall(plain) if _is_mixed(word)).translate(_URL_SAFE)
        digits = b"".join(word for word in _HEX.findall(plain) if not _is_digest(word))
    for decode, letters_of_it, size in ((a2b_base64, letters, 4), (unhexlify, digits, 2)):
        for offset in range(size):
            raw = _decoded(decode, letters_of_it[offset:], size)
            if reading := raw if whole else b"\n".join(_ASCII.findall(_UNSEEN.sub(b"", raw))):
                yield reading.decode("utf-8", "ignore")


def _is_digest(word: bytes) -> bool:
    return len(word) in DIGESTS and not unhexlify(word).isascii()


def _is_mixed(word: bytes) -> bool:
    """Whether a word may be the Base64 of a text, and is not one of a language, or the name of an object."""
    return word not in (word.lower(), word.upper())


def encoded(secret: str) -> set[str]:
    """What a secret, and the same in small and capital letters, looks like in Base64 and in hexadecimal digits, also inside of other data."""
    forms = set[str]()
    for variant in {secret, secret.lower(), secret.upper()}:
        raw = variant.encode("utf-8", "surrogateescape")
        forms.add(raw.hex())
        forms |= {_base64_core(raw, offset) for offset in range(3)}
    return {form for form in map(normalize, forms) if len(form) >= MIN_ENCODED}


def _base64_core(raw: bytes, offset: int) -> str:
    """The characters of Base64 that `raw` alone decides when so many bytes stand before it."""
    text = b64encode(bytes(offset) + raw).decode("ascii").rstrip("=")
    first = -(-offset * 8 // 6)
    return text[first : (offset + len(raw)) * 8 // 6]


def _decoded(decode: Callable[[bytes], bytes], text: bytes, size: int) -> bytes:
    try:
        return decode(text + _FILLING[: -len(text) % size])
    except (Error, ValueError):
        return b""


def _decomposed(text: str) -> str:
    is_decomposed = text.isascii() or unicodedata.is_normalized("NFKD", text)
    return text if is_decomposed else unicodedata.normalize("NFKD", text)


def _percents(text: str) -> str:
    return unquote(text, errors="replace") if "%" in text else text


def _entities(text: str) -> str:
    """`&#65;`, `&#x41;` and `&amp;`; control characters too, of which browsers make something else."""
    if "&" not in text:
        return text
    text = _characters(10, _DECIMAL_ENTITY, _characters(16, _HEX_ENTITY, text))
    return _NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _escapes(text: str) -> str:
    r"""`\x41`, `\u0041`, `\u{0041}`, `\U00000041` and `\101`, as JSON, Python, JavaScript and shells write them."""
    if "\\" not in text:
        return text
    text = _percents(_BYTE.sub(r"%\1", text))
    return _characters(8, _OCTAL_ESCAPE, _characters(16, _HEX_ESCAPE, text))


def _characters(base: int, pattern: re.Pattern[str], text: str) -> str:
    """The text with the characters whose codes the pattern finds."""

    def character(match: re.Match[str]) -> str:
        code = int(next(filter(None, match.groups())), base)
        return chr(code) if code <= sys.maxunicode else ""

    return pattern.sub(character, text)


def _quoted_printable(text: str) -> str:
    return _percents(_QUOTED.sub(lambda match: f"%{match[1]}" if match[1] else "", text)) if "=" in text else text


_DECODERS = (_percents, _entities, _escapes, _quoted_printable)
_CHAINS = (*((decode,) for decode in _DECODERS), _DECODERS, _DECODERS[::-1])

"""People's e-mail addresses in what is made for publication: hidden, replaced by a code, or shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from catalog.privacy.settings import HASH, SHOW

HIDDEN = "[e-mail hidden]"

UNMASKED = ("repo",)  # columns by which tables are joined

_WITH_TEXTS = (str, list, tuple, dict)

Mask = Callable[[str], str]

# Metrics of rankings are named by how many results they look at, and then by a part of the data: `ndcg@10.de`. Elsewhere a number
# before a dot is a domain (`163.com`), and so it is here before one of the common domains of the top.
_RANKINGS = ("ndcg", "recall", "precision", "mrr", "map", "hits", "hit_rate", "accuracy")
_RANKED = "".join(rf"(?<!\b{name}@)(?<!_{name}@)" for name in _RANKINGS)

# After `//` or before `:` and a path is the account of a server; after a GTO tag's `@` is a version; files of a `foreach` are no hosts.
_ADDRESS = re.compile(
    rf"(?<![\w.+%'/-])(?!git@)[\w.+%'-]{{1,64}}@(?!v?\d+\.\d)(?:(?!\d)|(?=\d+\.(?:com|net|org)\b)|(?i:{_RANKED}))(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}"
    r"(?!(?:csv|json|ya?ml|toml|txt|md|py|pkl|pt|onnx|parquet|tsv|html|git)\b)[A-Za-z]{2,24}(?![\w-]|:[\w~/.])"
)

# What every address has, for RE2, which knows no look-around: most columns of texts with an at sign are of registry tags.
MAY_HOLD = r"@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2}"


def mask(emails: str, key: bytes) -> Mask:
    """The function that masks e-mail addresses in a text, as `emails` in repos.toml says. `key` is that of the codes."""
    if emails == SHOW:
        return str
    if emails != HASH:
        return hide

    return _Codes(key)


class _Codes:
    """Replaces each address by a code. A class, since a closure cannot be sent to another process."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._code = lru_cache(maxsize=10_000)(self._make)

    def __reduce__(self) -> tuple[type[_Codes], tuple[bytes]]:
        return _Codes, (self._key,)

    def __call__(self, text: str) -> str:
        return _ADDRESS.sub(lambda match: self._code(match[0]), text) if "@" in text else text

    def _make(self, address: str) -> str:
        return f"e-mail:{blake2b(address.lower().encode(), key=self._key, digest_size=6).hexdigest()}"


def hide(text: str) -> str:
    """The text without e-mail addresses."""
    return _ADDRESS.sub(HIDDEN, text) if "@" in text else text


def masked(cell: object, mask: Mask) -> object:
    """A cell of a row, whatever its type, with its texts masked."""
    match cell:
        case str():
            return mask(cell) if "@" in cell else cell
        case list():
            has_texts = any(isinstance(item, _WITH_TEXTS) for item in cell)  # and is not the numbers of a plot
            return [masked(item, mask) for item in cell] if has_texts else cell
        case tuple():
            return tuple(masked(item, mask) for item in cell)
        case dict():
            return {masked(name, mask): masked(item, mask) for name, item in cell.items()}
        case _:
            return cell

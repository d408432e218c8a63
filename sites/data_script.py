"""Data for pages as classic scripts, `S("key", …)`: these also load where a page is opened from a folder, and fetched files do not."""

from __future__ import annotations

import json
import re

from catalog.text import visible_on_page

_PROTOTYPE = re.compile(r'(?<=[{,])"__proto__":')  # within a text, its quotation marks are escaped


def data_script(key: str, value: object) -> bytes:
    """The script that hands a value to the page under a key. Texts are visible, as they are on pages; nothing in it ends a script or a line."""
    return f"S({_json(visible_on_page(key))}, {_json(_visible(value))});\n".encode("ascii")


def _visible(value: object) -> object:
    match value:
        case str():
            return visible_on_page(value)
        case dict():
            return {visible_on_page(key): _visible(item) for key, item in value.items()}
        case list() | tuple():
            return [_visible(item) for item in value]
    return value


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return literal(text).replace("<", "\\u003c").replace("&", "\\u0026")


def literal(text: str) -> str:
    """Compact JSON as an object literal of JavaScript, in which `"__proto__":` is no key, but sets the prototype."""
    return _PROTOTYPE.sub('["__proto__"]:', text)

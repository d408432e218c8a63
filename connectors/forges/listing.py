"""A list of repositories: a file, or an address, with one URL a line; `#` begins a comment."""

from __future__ import annotations

from pathlib import PurePath

from catalog.errors import Refused
from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope, Skipped
from catalog.text import quoted

_SCHEMES = ("https", "http", "ssh", "git")


def begin(scope: Scope) -> tuple[Ask, ...]:
    return (Ask(url=scope.words.get("path") or scope.words["url"], reads="text"),)


def read(scope: Scope, answer: Response) -> ListPage:
    home = PurePath(scope.words["path"]).parent if "path" in scope.words else None
    listed, skipped = [], []
    for number, line in enumerate(answer.value.splitlines(), 1):
        url = _without_comment(line)
        try:
            if url:
                listed.append(Listed(url=_address(url, home, number)))
        except Refused as error:
            skipped.append(Skipped(reason=str(error)))
    return ListPage(listed=tuple(listed), skipped=tuple(skipped))


def _without_comment(line: str) -> str:
    words = line.split()
    hashes = [index for index, word in enumerate(words) if word.startswith("#")]
    return " ".join(words[: hashes[0]] if hashes else words)


def _address(url: str, home: PurePath | None, number: int) -> str:
    """Paths count from where the list lies. A list that came from elsewhere may name no file of this machine."""
    scheme, separator, _ = url.partition("://")
    if not url.isprintable() or " " in url:
        raise Refused(f"line {number} is {quoted(url)}, expected one URL")
    if separator and scheme.lower() in _SCHEMES:
        return url
    host, colon, _ = url.partition(":")
    if not separator and colon and "/" not in host and len(host) > 1:
        return url  # user@host:path
    if home is None:
        raise Refused(f"line {number} is {quoted(url)}, expected a URL that begins with one of {', '.join(_SCHEMES)}")
    return url if separator else str(home / url)


FORGE = Forge(name="list", version=1, scopes=(frozenset({"path"}), frozenset({"url"})), begin=begin, read=read)

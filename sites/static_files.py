"""The files that pages load, named by the digest of their bytes: a browser that has one of another version loads the new one, and keeps it for as long as it likes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, normpath, splitext

from sites.program import digest_of, digest_of_bytes

# Files that pages load. Texts, such as licences, keep their names: what leads to them is not made by a build.
_NAMED = frozenset((".css", ".gif", ".ico", ".jpg", ".js", ".otf", ".png", ".svg", ".ttf", ".webp", ".woff", ".woff2"))
_PATH = re.compile(r"static/[\w./-]+")  # in templates and scripts, from the root of the site
_IN_STYLES = re.compile(r"""(?<=url\()(["']?)([\w./-]+)\1(?=\))|(?<=@import )(["'])([\w./-]+)\3""")


@dataclass(frozen=True)
class StaticFiles:
    """The files by the names that they have in the program or theme, such as `static/site.css`.

    `plain`: those that are there by these names, too: a theme's may be named where no build looks, such as in `image-set("bar.png" 1x)`.
    """

    contents: Mapping[str, bytes]
    plain: frozenset[str] = frozenset()

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Where each is in the site. The digest is also that of the files which it names, so that its own bytes follow from its name."""
        return {path: self._path(path) for path in self.contents}

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """The bytes of each, by where it is in the site: with the names that those have which it leads to."""
        linked = {path: self._linked(path, data) for path, data in self.contents.items()}
        return {path: linked[path] for path in self.plain} | {self.paths[path]: linked[path] for path in linked}

    def named(self, text: str) -> str:
        """The text of a template or script, with files under the names that they have in the site."""
        return _PATH.sub(lambda match: self.paths.get(match[0], match[0]), text)

    def _path(self, path: str) -> str:
        stem, suffix = splitext(path)
        if suffix not in _NAMED:
            return path
        reached = {path}
        waiting = [path]
        while waiting:
            others = {*self._names(waiting.pop())} - reached
            reached |= others
            waiting += others
        digest = digest_of(*((each, self._digests[each]) for each in sorted(reached)))
        return f"{stem}.{digest[:12]}{suffix}"

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        return {path: digest_of_bytes(data) for path, data in self.contents.items()}

    def _names(self, path: str) -> Iterator[str]:
        """The files that a style sheet or script leads to."""
        text = self.contents[path].decode("utf-8", "replace") if path.endswith((".css", ".js")) else ""
        if path.endswith(".js"):
            yield from (match[0] for match in _PATH.finditer(text) if match[0] in self.contents)
        for match in _IN_STYLES.finditer(text) if path.endswith(".css") else ():
            if (other := _beside(path, match[2] or match[4])) in self.contents:
                yield other

    def _linked(self, path: str, data: bytes) -> bytes:
        if path.endswith(".css"):
            return _IN_STYLES.sub(lambda match: self._in_styles(path, match), _text(data)).encode(
                "utf-8", "surrogateescape"
            )
        return self.named(_text(data)).encode("utf-8", "surrogateescape") if path.endswith(".js") else data

    def _in_styles(self, path: str, match: re.Match[str]) -> str:
        name = match[2] or match[4]
        other = self.paths.get(_beside(path, name))
        return (
            match[0]
            if other is None
            else match[0].replace(name, f"{dirname(name)}/{other.rpartition('/')[2]}".lstrip("/"))
        )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _beside(path: str, name: str) -> str:
    """The path of a file that a style sheet names relative to its own folder."""
    return normpath(f"{dirname(path)}/{name}")

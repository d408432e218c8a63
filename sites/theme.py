"""The look of a site that its owner chose: a folder with templates, files, styles, a logo and a footer that stand in place of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from catalog.errors import ConfigError
from catalog.store.files import read as read_file
from catalog.text import plural
from sites.markdown import PREFIX, render
from sites.program import digest_of, digest_of_bytes

TEMPLATES, STATIC, STYLES, FOOTER, LOGO = "templates", "static", "custom.css", "footer.md", "logo"
MOST_FILES = 1_000  # of a theme
MOST_BYTES = 16 << 20  # of a theme's files together
LARGEST_LOGO = 200 << 10  # bytes: every first visit loads it
LARGEST_FOOTER = 16 << 10  # bytes: every page has it

_IMAGES = {
    ".svg": re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)\s*)*<svg[\s/>]", re.DOTALL),
    ".png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    ".webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    ".jpg": re.compile(rb"\xff\xd8\xff"),
}  # fmt: skip
_EXPECTED = f"{TEMPLATES}/, {STATIC}/, {STYLES}, {FOOTER}, and {LOGO} with one of {', '.join(_IMAGES)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """What a folder has of a site's look; nothing of it by default.

    `templates`: by their names, which are those of ours. `files`: by their paths in the site. `logo`, `styles`: paths in the site.
    """

    folder: Path | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    footer: Markup = Markup()  # noqa: RUF009 - immutable
    logo: str = ""
    styles: str = ""

    @property
    def digest(self) -> str:
        """The digest of all of it; empty where it is nothing. Pages name files by what is in them, and so follow from these, too."""
        files = sorted((path, digest_of_bytes(data)) for path, data in self.files.items())
        shown = (sorted(self.templates.items()), str(self.footer), self.logo, self.styles, files)
        return digest_of(*shown) if any(shown) else ""


NO_THEME = Theme()


def read(folder: Path | None) -> Theme:
    """The theme in a folder; ConfigError where it is missing, or has something else in it. Names that begin with a dot are left out."""
    if folder is None:
        return NO_THEME
    if not folder.is_dir():
        raise ConfigError(f"invalid theme {str(folder)!r}: expected a folder with some of {_EXPECTED}")
    contents = dict(_contents(folder))
    texts = {path: _text(folder, path, data) for path, data in contents.items() if path.startswith(f"{TEMPLATES}/")}
    files = {path: data for path, data in contents.items() if path.startswith(f"{STATIC}/")}
    others = contents.keys() - texts.keys() - files.keys()
    logos = sorted(path for path in others if Path(path).stem == LOGO and Path(path).suffix in _IMAGES)
    if unknown := sorted(others - {*logos, STYLES, FOOTER}):
        raise ConfigError(f"{folder}: unknown file {unknown[0]!r}: expected {_EXPECTED}")
    if len(logos) > 1:
        raise ConfigError(f"{folder}: found {' and '.join(logos)}, expected one logo")
    for name in [*logos, *({STYLES} & contents.keys())]:
        if f"{STATIC}/{name}" in files:
            raise ConfigError(
                f"{folder}: found {name} and {STATIC}/{name}, expected one: both are {STATIC}/{name} in the site"
            )
        files[f"{STATIC}/{name}"] = _image(folder / name, contents[name]) if name in logos else contents[name]
    return Theme(
        folder=folder,
        templates={path.removeprefix(f"{TEMPLATES}/"): text for path, text in texts.items()},
        files=files,
        footer=_footer(folder, contents.get(FOOTER, b"")),
        logo=f"{STATIC}/{logos[0]}" if logos else "",
        styles=f"{STATIC}/{STYLES}" if STYLES in contents else "",
    )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    count = size = 0
    for file in _files(folder):
        count, path = count + 1, file.relative_to(folder).as_posix()
        try:
            size += file.stat().st_size
            if count > MOST_FILES or size > MOST_BYTES:
                limit = f"{plural(MOST_FILES, 'file')} of {MOST_BYTES >> 20} MiB together"
                raise ConfigError(f"{folder}: more than a theme may have: expected at most {limit}")
            yield path, read_file(file)
        except OSError as error:
            raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from error


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read: {error.strerror or error}") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():  # a link may lead to a folder around it
            yield from _files(entry)
        else:
            yield entry


def _text(folder: Path, path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{folder / path}: cannot be read: expected text in UTF-8") from error


def _image(file: Path, data: bytes) -> bytes:
    if len(data) > LARGEST_LOGO:
        raise ConfigError(f"{file}: {len(data):,} bytes: expected a logo of at most {LARGEST_LOGO:,} bytes")
    if not _IMAGES[file.suffix].match(data):
        raise ConfigError(f"{file}: no image of this kind: expected the bytes of a {file.suffix} file")
    return data


def _footer(folder: Path, data: bytes) -> Markup:
    if len(data) > LARGEST_FOOTER:
        raise ConfigError(f"{folder / FOOTER}: {len(data):,} bytes: expected at most {LARGEST_FOOTER:,} bytes")
    return render(_text(folder, FOOTER, data), prefix=f"{PREFIX}footer:") if data.strip() else Markup()

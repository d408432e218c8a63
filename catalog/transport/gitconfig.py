"""Reads Git's configuration (system, user and environment) without a git binary."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from dulwich.config import ConfigFile, env_config, get_xdg_config_home_path

from catalog.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PORTS = {"http": 80, "https": 443}
_NO = frozenset({"false", "no", "off", "0", ""})


class ConfigEntry(NamedTuple):
    """One variable: `section.subsection.name = value`; `section` and `name` in lower case (git-config(1))."""

    section: str
    subsection: str
    name: str
    value: str


class GitConfig:
    """Variables in the order in which Git reads them: a later one wins. `environ` is the environment to go by."""

    def __init__(self, entries: Iterable[ConfigEntry] = (), environ: Mapping[str, str] | None = None) -> None:
        self._entries: dict[tuple[str, str], list[ConfigEntry]] = {}  # by section and name
        for entry in entries:
            self._entries.setdefault((entry.section, entry.name), []).append(entry)
        self.environ: Mapping[str, str] = {} if environ is None else environ

    @classmethod
    def load(cls) -> GitConfig:
        """What Git itself would read on this machine, outside of any repository. ConfigError where it is malformed."""
        environ = dict(os.environ)
        entries = [entry for path in _paths(environ) for entry in _read(path)]
        try:
            overrides = env_config(environ)
        except (ValueError, KeyError) as error:
            raise ConfigError(f"the environment's GIT_CONFIG_* variables: {error}") from error
        if overrides is not None:
            entries += _entries(overrides)
        return cls(entries, environ)

    def get(self, section: str, name: str, subsection: str = "") -> str | None:
        """The value that wins, or None where no file states one."""
        values = [entry.value for entry in self._all(section, name) if entry.subsection == subsection]
        return values[-1] if values else None

    def rewrite(self, url: str) -> str:
        """The URL after `url.<base>.insteadOf`: the longest match wins."""
        return self._rewritten(url, "insteadof") or url

    def rewrite_for_push(self, url: str) -> str:
        """The URL to push to: `url.<base>.pushInsteadOf` goes before `insteadOf`."""
        return self._rewritten(url, "pushinsteadof") or self.rewrite(url)

    def _rewritten(self, url: str, name: str) -> str | None:
        best = None
        for entry in self._all("url", name):
            if entry.value and url.startswith(entry.value) and (best is None or len(entry.value) > len(best.value)):
                best = entry
        return best.subsection + url[len(best.value) :] if best else None

    def every(self, section: str, name: str, url: str) -> tuple[str, ...]:
        """All values that apply to a URL, the most specific section last. An empty value resets the list."""
        ranked = self._ranked(section, name, url)
        values = [entry.value for _, entry in sorted(ranked, key=lambda pair: pair[0])]
        resets = [index for index, value in enumerate(values) if not value]
        return tuple(values[resets[-1] + 1 :] if resets else values)

    def most_specific(self, section: str, name: str, url: str) -> str | None:
        """The value of the most specific section that applies to a URL; it may be empty."""
        ranked = self._ranked(section, name, url)
        return max(enumerate(ranked), key=lambda pair: (pair[1][0], pair[0]))[1][1].value if ranked else None

    def yes(self, section: str, name: str, url: str, *, default: bool) -> bool:
        value = self.most_specific(section, name, url)
        return default if value is None else value.lower() not in _NO

    def _ranked(self, section: str, name: str, url: str) -> list[tuple[tuple[int, int, int], ConfigEntry]]:
        """The entries that apply to a URL, each with how well its section fits."""
        entries = self._all(section, name)
        if not entries:
            return []
        target = urlsplit(url)
        return [(rank, entry) for entry in entries if (rank := _rank(entry.subsection, target))]

    def _all(self, section: str, name: str) -> Sequence[ConfigEntry]:
        return self._entries.get((section, name), ())


def _paths(environ: Mapping[str, str]) -> list[str]:
    paths = []
    if "GIT_CONFIG_SYSTEM" in environ:
        paths.append(environ["GIT_CONFIG_SYSTEM"])
    elif environ.get("GIT_CONFIG_NOSYSTEM", "").lower() in _NO:
        paths.append("/etc/gitconfig")
    if "GIT_CONFIG_GLOBAL" in environ:
        return [*paths, environ["GIT_CONFIG_GLOBAL"]]
    return [*paths, get_xdg_config_home_path("git", "config"), str(Path("~/.gitconfig").expanduser())]


def _read(path: str) -> list[ConfigEntry]:
    try:
        return list(_entries(ConfigFile.from_path(path)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (ValueError, OSError) as error:
        raise ConfigError(f"Git's configuration file {path}: {error}") from error


def _entries(config: ConfigFile) -> Iterator[ConfigEntry]:
    for section in config.sections():
        name, subsection = section[0], section[1] if len(section) > 1 else b""
        for key, value in config.items(section):
            yield ConfigEntry(_text(name).lower(), _text(subsection), _text(key).lower(), _text(value))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _rank(pattern: str, target: SplitResult) -> tuple[int, int, int] | None:
    """How well a section's URL fits: by host, path, user. None where it does not (git-config(1), http.<url>.*)."""
    if not pattern:
        return (1, 0, 0)
    wanted = urlsplit(pattern)
    if wanted.scheme != target.scheme or not _same_host(wanted, target):
        return None
    path = wanted.path.rstrip("/")
    if target.path != path and not target.path.startswith(path + "/"):
        return None
    if wanted.username and wanted.username != target.username:
        return None
    exact = 2 + (wanted.hostname or "").count(".") - (wanted.hostname or "").count("*")
    return (max(exact, 2), len(path), 1 if wanted.username else 0)


def _same_host(wanted: SplitResult, target: SplitResult) -> bool:
    try:
        ports = [split.port or _PORTS.get(split.scheme) for split in (wanted, target)]
    except ValueError:
        return False
    names = [(split.hostname or "").split(".") for split in (wanted, target)]
    if ports[0] != ports[1] or len(names[0]) != len(names[1]):
        return False
    return all(want in ("*", name) for want, name in zip(*names, strict=True))

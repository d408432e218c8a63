"""The templates of files for schedulers and CI: each names the quotes that its format requires. The actions that they use are pinned here."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from catalog.text import visible

# Each at the commit that its tag names (`git ls-remote --tags https://github.com/NAME`): a tag can be moved, a commit cannot.
ACTIONS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/setup-python": ("ece7cb06caefa5fff74198d8649806c4678c61a1", "v6.3.0"),
    "actions/cache": ("27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "actions/upload-pages-artifact": ("fc324d3547104276b827a68afc52ff2a11cc49c9", "v5.0.0"),
    "actions/deploy-pages": ("cd2ce8fcbc39b97be8ca5fce6e763baed58fa128", "v5.0.0"),
}

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")  # needs no quotes in any of the formats


def render(template: str, values: Mapping[str, object]) -> str:
    """A file of the folder `templates`, filled in."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only the export needs it

    environment = Environment(
        loader=PackageLoader("catalog.schedule"),
        autoescape=False,  # noqa: S701 - no template is HTML: each names the quotes that its format requires
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters |= {
        "action": _action,
        "comment": visible,  # in one line, whatever it is
        "shell": _shell,
        "crontab": _crontab,
        "unit": _unit,
        "specifier": _specifier,
        "yaml": json.dumps,  # a text of JSON is a text of YAML
    }
    return environment.get_template(template).render(values)


def _action(path: str) -> str:
    """What `uses:` has of an action, or of a part of one: the commit, and the version as a comment."""
    commit, version = ACTIONS["/".join(path.split("/")[:2])]
    return f"{path}@{commit} # {version}"


def _words(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _shell(value: str | tuple[str, ...]) -> str:
    return shlex.join(_words(value))


def _crontab(line: str) -> str:
    """To cron, a bare percent sign ends the command."""
    return line.replace("%", r"\%")


def _specifier(text: str) -> str:
    return text.replace("%", "%%")


def _unit(value: str | tuple[str, ...]) -> str:
    """Words of a line of systemd.service(5)."""
    return " ".join(word if _PLAIN.fullmatch(word) else _quoted(word) for word in _words(value))


def _quoted(word: str) -> str:
    inside = _specifier(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{inside}"'

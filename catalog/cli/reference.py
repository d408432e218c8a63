"""Generates docs/cli.md, the reference of the command line, from the declarations of the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from catalog.cli.app import app

_HEAD = """\
# Command line

This page is generated from the commands' declarations: `python -m catalog.cli.reference docs/cli.md`. `catalog COMMAND --help` says the same.

The [README](../README.md) has the exit codes; [search.md](search.md) has the query language, and [repos-toml.md](repos-toml.md) the file that most commands read.

Rows go to standard output, in every format: `-o json` is a list of rows (of `show REF`, one object), `-o jsonl` a row a line. What the rows cannot say goes to standard error, one line: which crawl a date means, where a clock was suspect,
where memory begins, what was searched instead of a misspelt word. In Python it is the answer's `note`. `-o ids` writes references that the next command takes, so `catalog diff -o ids | xargs -n 1 catalog show` works: of what is gone, the
artifact or the repository that is still there.
"""
_COLUMNS = "| argument or option | default | meaning |\n| --- | --- | --- |"
_EXAMPLES = re.compile(r"^Examples?: ")


# What a command and its parameters are depends on typer's version: before 0.26 those of click, since then its own.


def cli_reference() -> str:
    """The reference page, as Markdown."""
    return "\n".join([_HEAD, *_section("catalog", get_command(app()), level=2)])


def _section(path: str, command: Any, *, level: int) -> Iterator[str]:  # noqa: ANN401 - see above
    """A command and its subcommands."""
    shown = [parameter for parameter in command.params if not parameter.hidden]
    yield f"{'#' * level} {path}\n"
    for paragraph in (command.help or "").split("\n\n"):
        yield _paragraph(" ".join(paragraph.split()))
    if shown:
        yield "\n".join([_COLUMNS, *map(_row, shown), ""])
    for name, inner in getattr(command, "commands", {}).items():
        yield from _section(f"{path} {name}", inner, level=level + 1)


def _paragraph(text: str) -> str:
    lines = examples(text)
    return "\n".join(["```console", *lines, "```\n"]) if lines else f"{_cell(text)}\n"


def examples(paragraph: str) -> list[str]:
    """The command lines of a paragraph that begins with `Examples:`; none of any other."""
    if not _EXAMPLES.match(paragraph):
        return []
    return re.split(", (?:then: )?(?=catalog )", _EXAMPLES.sub("", paragraph))


def _row(parameter: Any) -> str:  # noqa: ANN401 - see above
    return f"| `{_spelling(parameter)}` | {_default(parameter)} | {' '.join(_meaning(parameter))} |"


def _spelling(parameter: Any) -> str:  # noqa: ANN401 - see above
    if parameter.param_type_name == "argument":
        return str(parameter.metavar).replace("|", r"\|")
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar}"


def _default(parameter: Any) -> str:  # noqa: ANN401 - see above
    if parameter.required:
        return "*required*"
    if parameter.default is None or isinstance(parameter.default, bool) or callable(parameter.default):
        return ""
    return f"`{parameter.default}`" if str(parameter.default) else ""


def _meaning(parameter: Any) -> Iterator[str]:  # noqa: ANN401 - see above
    yield _cell(parameter.help or "")
    choices = [str(choice) for choice in getattr(parameter.type, "choices", ())]
    if choices and not all(choice in (parameter.help or "") for choice in choices):
        yield f"One of {', '.join(f'`{choice}`' for choice in choices)}."
    least, most = getattr(parameter.type, "min", None), getattr(parameter.type, "max", None)
    if least is not None:
        yield f"At least {least:g}." if most is None else f"From {least:g} to {most:g}."
    if parameter.envvar:
        names = [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar
        yield f"Environment variable: {' or '.join(f'`{name}`' for name in names)}."


def _cell(text: str) -> str:
    return re.sub(r"([|<*])", r"\\\1", text)


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(cli_reference(), encoding="utf-8")

"""The shell of `catalog sql` on a terminal: history, completion, several lines until `;`, and a pager."""

from __future__ import annotations

import os
import pydoc
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from catalog.cli.output import put_text, say
from catalog.cli.sql_limits import bounded_process
from catalog.cli.text import TableColumn, screen, table
from catalog.errors import CatalogError
from catalog.text import visible

if TYPE_CHECKING:
    from prompt_toolkit.document import Document

    from catalog.query.answer import Answer
    from catalog.query.catalog import Catalog

PLAN = ("explain_key", "explain_value")  # the columns of what `explain` says
_LEAVE = ("exit", "quit", ".exit", ".quit", r"\q")  # as in the shells of DuckDB, SQLite and PostgreSQL
_HELP = ("help", ".help", ".tables", r"\?", r"\d", r"\dt")
_USE = "SQL, read-only: end a query with ; and leave with Ctrl-D. Tab completes; `from relations();` lists tables and views."
_PROMPT = "catalog> "
_KEYWORDS = """
    select from where group by order limit join left using on as and or not null is in like distinct count with having union all case when
    then else end desc asc exists between explain describe filter over partition qualify
""".split()  # noqa: SIM905 - as in record.py
_AFTER_FROM = re.compile(r"\b(?:from|join)\s+\w*$", re.IGNORECASE)
_WORD = re.compile(r"\w+$")


def run_shell(catalog: Catalog, parameters: Mapping[str, str], *, timeout: float, memory: int) -> None:
    """Answers queries until the user leaves with Ctrl-D or `exit`; what is wrong with one is said, and the next is asked for."""
    session = _session(catalog)
    say(_USE)
    while (text := _asked(session)) is not None:
        if text in _HELP:
            say(_USE)
        if not text or text in _HELP:
            continue
        try:
            with bounded_process(timeout, memory):
                used = {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", text)}
                _show(as_table(catalog.sql(text, **used)))
        except CatalogError as error:
            say(f"catalog: {error}")
        except KeyboardInterrupt:
            say("stopped")


def as_table(answer: Answer) -> str:
    """An answer as a table that fits the terminal, or a plan as DuckDB draws it."""
    if answer.columns == PLAN:
        return "".join(f"{visible(line)}\n" for _, plan in answer.values for line in plan.splitlines())
    if not answer.values:
        return "nothing found\n"
    return table([TableColumn(title=name, key=name) for name in answer.columns], answer.rows, screen()).text


def is_complete(text: str) -> bool:
    """Whether Enter sends what is typed: nothing, a word that leaves or asks for help, or a query that ends with `;` outside of quotation marks."""
    typed = text.strip()
    is_query = typed.endswith(";") and typed.count("'") % 2 == typed.count('"') % 2 == 0
    return not typed or typed in (*_LEAVE, *_HELP) or is_query


class Words(Completer):
    """Offers tables, views and macros after `from` and `join`; elsewhere columns and keywords as well."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._words = [*words, *(("keyword", word) for word in _KEYWORDS)]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What begins as the word before the cursor does."""
        del complete_event  # Tab and typing are offered the same
        before = document.text_before_cursor
        begun = _WORD.search(before)
        start = begun[0].lower() if begun else ""
        after_from = _AFTER_FROM.search(before) is not None
        if not start and not after_from:
            return
        for kind, word in self._words:
            if word.startswith(start) and (not after_from or kind in ("relation", "macro")):
                yield Completion(word, start_position=-len(start), display_meta=kind)


def _session(catalog: Catalog) -> PromptSession[str]:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    words = [(row["kind"], row["word"]) for row in catalog.sql("from internal.shell_words()").rows]
    return PromptSession(
        history=_history(),
        completer=Words(words),
        complete_while_typing=False,
        key_bindings=keys,
        multiline=True,
        prompt_continuation="     ... ",
    )


def _history() -> History:
    """What was asked before, in a file of the user alone; where that cannot be written, of this session."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    with suppress(OSError, RuntimeError):
        file = Path(state).expanduser() / "catalog" / "sql_history"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        if os.access(file, os.R_OK | os.W_OK):
            return FileHistory(file)
    return InMemoryHistory()


def _asked(session: PromptSession[str]) -> str | None:
    """What is asked next, without its `;`; None where the user leaves."""
    while True:
        try:
            typed = session.prompt(_PROMPT).strip()
        except KeyboardInterrupt:  # takes back what is typed
            continue
        except EOFError:
            return None
        return None if typed in _LEAVE else typed.removesuffix(";").strip()


def _show(text: str) -> None:
    """Writes an answer, one that is longer than the terminal with the user's pager."""
    if len(text.splitlines()) < shutil.get_terminal_size().lines:
        put_text(text)
        return
    os.environ.setdefault("LESS", "-FRX")
    pydoc.pager(text)

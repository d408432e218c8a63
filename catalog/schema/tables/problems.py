"""The table of what could not be read."""

from __future__ import annotations

from catalog.schema.record import Record, column, record


@record("problems", key=("connector", "place", "rule", "message", "commit"))
class Problem(Record):
    """What could not be read, and why. The owner of the repository can fix it; everything else was read."""

    connector: str = column("The connector that reported it; of several, the first.")
    rule: str = column("A short stable word for the kind of problem.")
    place: str = column("Where: a tag, or a file and the place inside it.")
    message: str = column("What was found, and what was expected.")
    commit: str | None = column("The commit, where a file is concerned.", default=None, identifies=True)

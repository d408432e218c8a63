"""A story is the history of a repository as a table of lines; playing it writes commits, and tags as GTO names them.

    date and time (the person's own)  who  what                 details      | subject of the commit // tag's message

    2023-05-02 09:40  ana   churn@v1.2.0          auc=0.81     | a commit, and its registration
    2023-05-02 09:55  ana   churn@v1.2.0          at=first     | the registration of a commit that is there already
    2023-05-02 10:10  ana   churn@v1.2.1          off=first    | a registration on a commit that no branch holds
    2023-05-03 11:00  bot   churn#prod            v1.2.0       | an assignment; `churn#prod!` takes it back
    2023-06-01 10:00  ana   churn@v1.2.0!                      | a deregistration; `churn@deprecated` a deprecation
    2023-06-02 12:30  ana   +first                rows=120     | a commit without a tag, under a label of the story

Without a message a tag gets the one that GTO writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from catalog.demo.book import Book, Changes
from catalog.demo.cast import CAST, Person

_LINE = re.compile(r"(\d{4}-\d\d-\d\d +\d\d:\d\d) +(\w+) +(\S+) *([^|]*)(?:\| *(.*))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryLine:
    """One line of a story. `artifact` is spelled as in tags, `folder=name`, and empty for a commit without a tag."""

    when: str
    who: Person
    action: str
    details: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    message: str = ""

    @property
    def artifact(self) -> str:
        return "" if self.action.startswith("+") else re.split("[@#]", self.action)[0]

    @property
    def name(self) -> str:
        """The artifact without its folder."""
        return self.artifact.rpartition("=")[2]

    @property
    def version(self) -> str:
        return self.action.partition("@")[2]

    @property
    def is_registration(self) -> bool:
        return "@v" in self.action and not self.action.endswith("!")

    def number(self, key: str, default: float = 0) -> float:
        """A detail as a number: a score or a param that the story states."""
        value = float(self.details.get(key, default))
        return int(value) if value.is_integer() else value


Make = Callable[[StoryLine], Changes]


def read_story(text: str) -> Iterator[StoryLine]:
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _LINE.fullmatch(line)
        assert match, line
        when, who, action, details, talk = match.groups(default="")
        subject, _, message = talk.partition(" // ")
        yield StoryLine(
            when=" ".join(when.split()),
            who=CAST[who],
            action=action,
            details=dict(_split_details(details)),
            subject=subject.strip(),
            message=message.strip(),
        )


def play(book: Book, story: str | Iterable[StoryLine], make: Make, *, counted: bool = False) -> dict[str, str]:
    """Write a story into a book; `make` says which files a commit changes. Answers label or `name@version` → commit.

    `counted` numbers every tag, as Studio's buttons did; GTO numbers assignments only.
    """
    places: dict[str, str] = {}
    counters: dict[str, int] = {}
    for entry in read_story(story) if isinstance(story, str) else story:
        if entry.action.startswith("+"):
            places[entry.action[1:]] = book.commit(make(entry), entry.who, entry.when, entry.subject)
            continue
        at, name = _place(book, entry, places, make), entry.action
        if entry.is_registration:
            places[name] = at
        if counted or "#" in name or f"refs/tags/{name}" in book.refs:
            counters[entry.artifact] = counters.get(entry.artifact, 0) + 1
            name = f"{name}#{counters[entry.artifact]}"
        book.tag(name, at, entry.who, entry.when, entry.message or entry.subject or _gto_message(entry))
    return places


def _split_details(text: str) -> Iterator[tuple[str, str]]:
    for word in text.split():
        key, equals, value = word.partition("=")
        yield (key, value) if equals else ("version", key)


def _place(book: Book, entry: StoryLine, places: Mapping[str, str], make: Make) -> str:
    """The commit that a tag goes to: for a new version a new one."""
    if "#" in entry.action:
        return places[f"{entry.artifact}@{entry.details['version']}"]
    if entry.version == "deprecated":
        return book.tip()
    if "at" in entry.details:
        return places[entry.details["at"]]
    if entry.action.endswith("!"):
        return places[entry.action[:-1]]
    subject = entry.subject or f"{entry.name}: train {entry.version}"
    if "off" in entry.details:
        parent = places[entry.details["off"]]
        return book.commit(make(entry), entry.who, entry.when, subject, ref=None, parent=parent)
    return book.commit(make(entry), entry.who, entry.when, subject)


def _gto_message(entry: StoryLine) -> str:
    artifact = entry.artifact.replace("=", ":")
    stage = entry.action.partition("#")[2]
    if stage.endswith("!"):
        return f"Unassigning stage '{stage[:-1]}' to artifact '{artifact}' version '{entry.details['version']}'"
    if stage:
        return f"Assigning stage {stage} to artifact {artifact} version {entry.details['version']}"
    if entry.version == "deprecated":
        return f"Deprecating artifact '{artifact}'"
    if entry.action.endswith("!"):
        return f"Deregistering artifact {artifact} version {entry.version[:-1]}"
    return f"Registering artifact {artifact} version {entry.version}"

"""GTO's tags and its `.gto` file. Where GTO stops at one tag and shows nothing of a repository, only that tag is left out.

After `gto/tag.py` (`find`, `index_tag`), `gto/base.py` (`find_version`) and `gto/config.py` of GTO 1.10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone
from typing import Any

from catalog.errors import MetafileError
from catalog.git.snapshot import TAG_PREFIX, RevisionFiles
from catalog.git.tag_grammar import CREATION, ParsedTagName, foreign_digits, is_name, matches, parse, precedence
from catalog.plugins.connector import Connector
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import ASSIGNMENT, DEREGISTRATION, REGISTRATION, UNASSIGNMENT, Event, GtoConfig
from connectors.formats.typed import load_yaml, mapping, quoted, text, texts

NAME = "gto"
CONFIG = ".gto"
MAX_LISTED = 5  # versions or commits in a message
_DAY = 24 * 60  # minutes
# The settings of gto/config.py (`NoFileConfig`), which it compares in lower case.
SETTINGS = frozenset(
    (
        "autoload_enrichments",
        "config_file_name",
        "debug",
        "emojis",
        "enrichments",
        "index",
        "log_level",
        "stages",
        "types",
    )
)


def wants_file(path: str) -> bool:
    """GTO's settings."""
    return path == CONFIG


def read_tags(tags: Sequence[Tag]) -> Iterator[Event | Problem]:
    """The events of a repository's tags, one for each tag object, and what is wrong with them."""
    events: dict[str, Event] = {}
    for tag in tags:
        try:
            event = _read_tag(tag)
        except MetafileError as error:
            yield _tag_problem(tag.tag, error.rule, error.message)
        else:
            if event is not None:
                events[event.oid] = event
    ordered = sorted(events.values(), key=lambda event: (event.created_at, event.tag, event.oid))
    yield from ordered
    yield from _ambiguous_stages(ordered)
    yield from _versions_on_two_commits(ordered)


def read_revision(revision: RevisionFiles) -> Iterator[GtoConfig | Problem]:
    """What `.gto` says at this commit."""
    try:
        data = revision.read(CONFIG)
        if data is None:
            return
        document = load_yaml(data)
        settings = {} if document is None else mapping(document, "")
    except MetafileError as error:
        yield _config_problem(revision, error)
        return
    complaints = [*_unknown(settings)]
    by_name = {key.lower(): value for key, value in settings.items() if isinstance(key, str)}
    yield GtoConfig(
        commit=revision.commit.oid,
        stages=_names(by_name.get("stages"), "stages", complaints),
        types=_names(by_name.get("types"), "types", complaints),
        index=_index(by_name.get("index"), complaints),
    )
    for complaint in complaints:
        yield _config_problem(revision, complaint)


CONNECTOR = Connector(
    name=NAME,
    version=5,
    wants_tag=matches,
    wants_file=wants_file,
    read_tags=read_tags,
    read_revision=read_revision,
)


def _read_tag(tag: Tag) -> Event | None:
    """The event; None for what GTO ignores: lightweight tags, and names that are not GTO's."""
    # GTO stops at the name `@created` before it looks whether the tag is annotated.
    if not tag.annotated and "@created" not in tag.tag:
        return None
    parsed = _parse(tag.tag)
    if parsed is None or not tag.annotated:
        return None
    if tag.rule is not None or tag.inner_name is None:
        raise MetafileError(tag.problem or "the tag object was not fetched", rule=tag.rule or "missing-object")
    if tag.inner_name != tag.tag:
        parsed = _parse(tag.inner_name)
        if parsed is None:
            message = f"the name inside the tag is {quoted(tag.inner_name)}; GTO goes by it, expected a GTO tag's name"
            raise MetafileError(message, rule="inner-name")
    return _event(tag, parsed)


def _parse(name: str) -> ParsedTagName | None:
    parsed = parse(name)
    if parsed is None and foreign_digits(name):
        message = f"found digits of another script in {quoted(name)}, expected 0 to 9: GTO takes them for a version"
        raise MetafileError(message, rule="not-ascii")
    if parsed is not None and parsed.event == CREATION:
        message = (
            f"found {quoted(name)}; GTO gives `@created` no meaning and stops at it, expected an event that it knows"
        )
        raise MetafileError(message, rule="created-tag")
    return parsed


def _event(tag: Tag, parsed: ParsedTagName) -> Event:
    if tag.target is None or tag.target_kind not in ("commit", "tag"):
        message = f"the tag names a {tag.target_kind}, expected a commit; GTO stops at it"
        raise MetafileError(message, rule="not-a-commit")
    return Event(
        oid=tag.oid,
        tag=tag.inner_name or tag.tag,
        event=parsed.event,
        artifact=parsed.artifact,
        version=parsed.version,
        precedence=parsed.version and precedence(parsed.version),
        stage=parsed.stage,
        counter=parsed.counter,
        commit=tag.target,
        revision=tag.commit,
        created_at=_moment(tag),
        utc_offset=tag.utc_offset or 0,
        author=_required(tag.tagger, "name"),
        author_email=_required(tag.tagger_email, "e-mail address"),
        message=tag.message or "",
        signed=tag.signed,
    )


def _moment(tag: Tag) -> datetime:
    """When the tag was made. GTO shows the tagger's own clock, so the date must exist there too."""
    if tag.tagged_at is None:
        raise MetafileError("found no tagger line, expected one; GTO stops at it", rule="no-tagger")
    offset = tag.utc_offset or 0
    if abs(offset) < _DAY and MINYEAR < tag.tagged_at.year < MAXYEAR:
        return tag.tagged_at
    try:
        tag.tagged_at.astimezone(timezone(timedelta(minutes=offset)))
    except (ValueError, OverflowError) as error:
        message = f"invalid tagger time {tag.tagged_at:%Y-%m-%d %H:%M} UTC {offset:+} minutes, expected a date; GTO stops at it"
        raise MetafileError(message, rule="absurd-time") from error
    return tag.tagged_at


def _required(value: str | None, field: str) -> str:
    if not value:
        rule = "no-email" if field.startswith("e-mail") else "no-name"
        raise MetafileError(f"the tagger has no {field}, expected `Name <e-mail>`; GTO stops at it", rule=rule)
    return value


def _ambiguous_stages(events: Sequence[Event]) -> Iterator[Problem]:
    """A stage belongs to the version of its commit; where there are two, GTO stops."""
    versions: dict[tuple[str, str], set[str]] = {}
    for event in _of(events, REGISTRATION, DEREGISTRATION):
        versions.setdefault((event.artifact, event.commit), set()).add(event.version or "")
    for event in _of(events, ASSIGNMENT, UNASSIGNMENT):
        candidates = sorted(versions.get((event.artifact, event.commit), ()))
        if len(candidates) > 1:
            message = f"the {_object(event)} has the versions {_listed(candidates)} of {quoted(event.artifact)}"
            message += ", expected one; GTO cannot tell which one the stage is for, and stops"
            yield _tag_problem(event.tag, "ambiguous-stage", message)


def _versions_on_two_commits(events: Sequence[Event]) -> Iterator[Problem]:
    """GTO lists such a version twice, and refuses commands that name it."""
    commits: dict[tuple[str, str], list[Event]] = {}
    for event in _of(events, REGISTRATION, DEREGISTRATION):
        same_version = commits.setdefault((event.artifact, event.version or ""), [])
        if event.commit not in (other.commit for other in same_version):
            same_version.append(event)
    for (artifact, version), same_version in commits.items():
        if len(same_version) > 1:
            places = _listed([_object(event) for event in same_version])
            message = f"{version} of {quoted(artifact)} is on {places}, expected one commit"
            message += "; GTO lists them all and refuses commands that name the version"
            yield _tag_problem(same_version[1].tag, "two-commits", message)


def _object(event: Event) -> str:
    """What a tag names, in words: a tag of a tag names no commit."""
    is_tag = event.revision is not None and event.revision != event.commit
    return f"{'tag object' if is_tag else 'commit'} {event.commit[:7]}"


def _of(events: Iterable[Event], *kinds: str) -> Iterator[Event]:
    return (event for event in events if event.event in kinds)


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(words[:MAX_LISTED])
    return shown if len(words) <= MAX_LISTED else f"{shown} and {len(words) - MAX_LISTED} more"


def _tag_problem(tag: str, rule: str, message: str) -> Problem:
    return Problem(connector=NAME, rule=rule, place=TAG_PREFIX + tag, message=message)


def _unknown(settings: Mapping[Any, object]) -> Iterator[MetafileError]:
    for key in settings:
        if not isinstance(key, str) or key.lower() not in SETTINGS:
            names = ", ".join(sorted(SETTINGS))
            message = f"found the setting {quoted(key)}, expected one of {names}; GTO stops at it"
            yield MetafileError(message, rule="unknown-key")


def _names(value: object, name: str, complaints: list[MetafileError]) -> tuple[str, ...] | None:
    """The valid names. GTO stops at the first invalid one."""
    if value is None:
        return None
    try:
        names = texts(value, name)
    except MetafileError as error:
        complaints.append(error)
        return None
    for each in names:
        if not is_name(each):
            message = f"found {quoted(each)}, expected letters, digits, `-`, `_` and `/` between letters or digits"
            complaints.append(MetafileError(message, place=name, rule="bad-name"))
    return tuple(each for each in names if is_name(each))


def _index(value: object, complaints: list[MetafileError]) -> str | None:
    try:
        return None if value is None else text(value, "index")
    except MetafileError as error:
        complaints.append(error)
        return None


def _config_problem(revision: RevisionFiles, error: MetafileError) -> Problem:
    place = f"{CONFIG}: {error.place}" if error.place else CONFIG
    commit = revision.commit.oid
    return Problem(connector=NAME, rule=error.rule, place=place, message=error.message, commit=commit)

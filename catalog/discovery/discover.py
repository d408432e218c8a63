"""Discovery: requests the listing of each source, page by page; a source that fails keeps its last listing."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from threading import Event

from catalog.config.model import SourceConfig
from catalog.config.parse import Config
from catalog.discovery.client import Asker, Secret
from catalog.discovery.echoes import without_echoes
from catalog.discovery.listing_cache import LISTED, CachedPage, SourceState, read_states, write_state
from catalog.discovery.rules import mark_departed
from catalog.discovery.withholding import withhold_listed
from catalog.errors import Down, OriginError, Refused, TooBig, VisitOutcome
from catalog.naming import public_url, repository_key
from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Skipped, installed
from catalog.privacy.detector import clean
from catalog.privacy.gate import Gate
from catalog.text import describe, encodable
from catalog.transport.address import GitServer, parse_address
from catalog.transport.credentials import Credential
from catalog.transport.host_scheduler import SchedulerLimits, schedule_visits
from catalog.transport.limits import Meter
from catalog.transport.origin import Limits, Pool
from catalog.transport.request_secrets import learn_request

log = logging.getLogger(__name__)

MOST_ASKED = 20_000  # questions to one source: pages, or folders
MOST_LISTED = 200_000  # repositories of one source
AT_A_TIME = 8  # sources
FULL = 10  # a full page of any forge is a multiple of this
MOST_REASONS = 3  # entries that are left out, in a message
LONG = 10  # repositories of a listing: if the next one is empty, the source failed

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _CompleteListing:
    """A complete listing, and the answers to cache."""

    listed: tuple[Listed, ...]
    answers: dict[str, CachedPage]
    skipped: str | None  # what was left out of it


def discover(config: Config, pool: Pool, tell: Tell = lambda _: None, *, keep: bool = True) -> dict[str, SourceState]:
    """Asks every source of repos.toml, and says what is known of each then, by its name; with `keep`, writes it down too.

    `tell` gets a sentence for each wait and each failure. Nothing is raised for a source that fails; StoreError where the
    disk does.
    """
    before, stop = read_states(config), Event()
    scheduler_limits: SchedulerLimits[SourceConfig, tuple[str, SourceState]] = SchedulerLimits(
        overall=AT_A_TIME, for_host=AT_A_TIME, host=lambda _: None
    )
    refresh = partial(_refresh, config=config, pool=pool, before=before, tell=tell, stop=stop)
    try:
        states = dict(schedule_visits(config.sources, refresh, scheduler_limits))
    finally:
        stop.set()
    for name in sorted(states) if keep else ():
        write_state(config, name, states[name])
    return states


def offer_tokens(sources: Iterable[SourceConfig], pool: Pool) -> None:
    """Lets visits use the environment's tokens too: for the servers that the sources' repositories are cloned from, and no other."""
    for source in sources:
        forge = installed()[source.kind]
        token = _environment(source, forge, pool)
        if token is None:
            continue
        user, colon, secret = token[1].rpartition(":")
        for site in forge.clones(source.scope):
            pool.keyring.offer(site, Credential(user=user if colon else forge.git_user, secret=secret))


def _refresh(
    source: SourceConfig, *, config: Config, pool: Pool, before: Mapping[str, SourceState], tell: Tell, stop: Event
) -> tuple[str, SourceState]:
    """A source's name, and its state after its listing was requested."""
    forge, last, now, gate = installed()[source.kind], before[source.name], datetime.now(UTC), Gate()

    def tell_checked(sentence: str) -> None:
        tell(clean(gate.sentence(sentence, source.name)))

    try:
        listing = _list(source, _asker(source, config, pool, tell_checked, stop, gate), last)
        _check_emptied(source, listing, last)
        repos = mark_departed(source, forge, listing.listed, last.known, now)
    except OriginError as error:
        outcome, message = error.outcome, gate.sentence(str(error), source.name)
    except Exception as error:
        log.error("%s: this is a bug in catalog", source.name, exc_info=gate.reportable(error))  # noqa: TRY400 - it was checked
        outcome, message = VisitOutcome.BUG, gate.passed(describe(error))
    else:
        if listing.skipped:
            tell_checked(listing.skipped)
        state = SourceState(
            digest=last.digest,
            outcome=LISTED,
            message=listing.skipped and gate.sentence(listing.skipped, source.name),
            asked_at=now,
            listed_at=now,
            listed=listing.listed,
            known=repos,
            answers=listing.answers,
        )
        return source.name, withhold_listed(state, config.privacy)
    message = clean(message)
    tell(message)
    return source.name, replace(last, outcome=outcome, message=message, asked_at=now)


def _list(source: SourceConfig, asker: Asker, before: SourceState) -> _CompleteListing:
    """All pages of a listing, without entries that cannot be used. OriginError where a page fails, or no entry can be used."""
    forge = installed()[source.kind]
    waiting, requested = deque(forge.begin(source.scope)), set[str]()
    listed: dict[str, Listed] = {}
    answers: dict[str, CachedPage] = {}
    skipped: list[Skipped] = []
    while waiting:
        ask = waiting.popleft()
        if ask.url in requested:
            raise Refused(f"{source.name}: a page leads to {asker.meter.quote(ask.url)!r}, which was read before")
        requested.add(ask.url)
        if len(requested) > MOST_ASKED:
            raise TooBig(f"{source.name}: more than {MOST_ASKED:,} pages or {MOST_LISTED:,} repositories")
        page = _page(source, forge, asker, ask, before.answers.get(ask.url), answers)
        waiting.extend(page.then)
        listed |= {entry.url: entry for entry in page.listed}
        skipped += page.skipped
        if len(listed) + len(skipped) > MOST_LISTED:
            raise TooBig(f"{source.name}: more than {MOST_ASKED:,} pages or {MOST_LISTED:,} repositories")
    if skipped and not listed:
        raise Refused(f"{source.name}: {skipped[0].reason}")
    listed |= _unknown(skipped, listed, before)
    reasons = [each.reason for each in skipped]
    return _CompleteListing(
        listed=tuple(listed[url] for url in sorted(listed)),
        answers=answers,
        skipped=_skipped_sentence(source, reasons) if reasons else None,
    )


def _unknown(skipped: Sequence[Skipped], listed: Mapping[str, Listed], before: SourceState) -> dict[str, Listed]:
    """The repositories that skipped entries may stand for, as they were listed before: they must not look as if they had left."""
    ids = {entry.forge_id for entry in listed.values()} - {None}
    lost = {entry.url: entry for entry in before.listed if entry.url not in listed and entry.forge_id not in ids}
    if all(each.forge_id for each in skipped):
        stated = {each.forge_id for each in skipped}
        return {url: entry for url, entry in lost.items() if entry.forge_id in stated}
    return lost


def _skipped_sentence(source: SourceConfig, reasons: Sequence[str]) -> str:
    more = f", and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return f"{source.name}: left out of its listing: {'; '.join(reasons[:MOST_REASONS])}{more}"


def _check_emptied(source: SourceConfig, listing: _CompleteListing, last: SourceState) -> None:
    """Down for an empty listing after a long one: a token that lost its scope shows nothing, and repositories do not end all at once."""
    if not listing.listed and len(last.listed) >= LONG:
        raise Down(
            f"{source.name}: lists no repositories, where it listed {len(last.listed)} before; "
            "check its token, or take the source out of repos.toml"
        )


def _page(
    source: SourceConfig,
    forge: Forge,
    asker: Asker,
    ask: Ask,
    cached: CachedPage | None,
    answers: dict[str, CachedPage],
) -> ListPage:
    """The page of one request; the cached one where its ETag still holds."""
    reply = asker.ask(ask, cached.etag if cached and not _may_be_full(cached.page) else None)
    if reply is None:
        assert cached is not None
        answers[ask.url] = cached
        return cached.page
    answer, etag = reply
    page = _read(source, forge, answer, asker.meter)
    if etag and not asker.meter.gate.repeats(etag):
        answers[ask.url] = CachedPage(etag=etag, page=page)
    return page


def _may_be_full(page: ListPage) -> bool:
    """Whether a page may have come behind this one since. Its ETag would be the same: that is of what it lists, not of its links."""
    return not page.then and (len(page.listed) + len(page.skipped)) % FULL == 0


def _read(source: SourceConfig, forge: Forge, answer: Response, meter: Meter) -> ListPage:
    try:
        page = forge.read(source.scope, answer)
    except OriginError as error:
        raise type(error)(f"{source.name}: {meter.gate.passed(str(error))}") from error
    if len(page.listed) + len(page.skipped) > MOST_LISTED:
        raise TooBig(f"{source.name}: more than {MOST_ASKED:,} pages or {MOST_LISTED:,} repositories")
    listed: list[Listed] = []
    skipped = [replace(each, reason=encodable(meter.gate.passed(each.reason))) for each in page.skipped]
    for entry in page.listed:
        meter.patience(0)  # there may be many
        url = _public(entry.url)
        if url is None:
            reason = f"found {meter.quote(entry.url)!r}, expected a repository's URL"
            skipped.append(Skipped(reason=reason, forge_id=entry.forge_id))
            continue
        cells = {cell.name: encodable(getattr(entry, cell.name)) for cell in fields(entry)}
        parent = _public(entry.parent) if entry.parent else None
        listed.append(Listed(**(cells | {"url": url, "parent": parent})))
    page = replace(page, listed=tuple(listed), skipped=tuple(skipped))
    return without_echoes(page, meter.gate, source.name)


def _public(url: str) -> str | None:
    """The URL without the names and passwords that some forges put into it; None where it is none."""
    try:
        repository_key(url)
        return public_url(url) if url == encodable(url) else None
    except ValueError:
        return None


def _asker(source: SourceConfig, config: Config, pool: Pool, tell: Tell, stop: Event, gate: Gate) -> Asker:
    options = source.options
    limits = Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=options.timeout,
        max_bytes=options.max_bytes,
        max_inflated=8 * options.max_bytes,
    )
    meter = Meter(source.name, limits, gate=gate)
    remote = parse_address(source.scope.api.partition("?")[0]) if source.scope.api else None
    if isinstance(remote, GitServer):
        learn_request(gate, remote, pool)
    secret = _secret(source, pool, gate) if isinstance(remote, GitServer) else None
    site = remote.site if isinstance(remote, GitServer) else ""
    return Asker(meter=meter, pool=pool, secret=secret, site=site, tell=tell, stop=stop)


def _secret(source: SourceConfig, pool: Pool, gate: Gate) -> Secret | None:
    """The token of the environment, or else the password that Git has for the forge; None for a list."""
    forge = installed()[source.kind]
    if variable := _environment(source, forge, pool):
        return _sent(forge, variable[1], variable[0], gate)
    if source.token_env:
        raise Refused(f"{source.name}: token_env names {source.token_env}, which is not in the environment")
    for site in forge.clones(source.scope):
        clone = parse_address(f"{site}/")
        credential = pool.keyring.find(clone) if isinstance(clone, GitServer) else None
        if credential and credential.secret.isascii():  # another password is not a token
            gate.learn_pair(credential.user, credential.secret)
            origin = f"user {gate.quote(credential.user)!r} in Git's credentials"
            return _sent(forge, credential.secret, origin, gate)
    return None


def _environment(source: SourceConfig, forge: Forge, pool: Pool) -> tuple[str, str] | None:
    """The variable that holds a token, and the token."""
    names = (source.token_env,) if source.token_env else forge.tokens
    return next(((name, token) for name in names if name and (token := pool.git.environ.get(name, "").strip())), None)


def _sent(forge: Forge, token: str, origin: str, gate: Gate) -> Secret:
    header = forge.authorize(token)
    gate.learn(token)
    gate.learn_header("Authorization", header)
    return Secret(header=header, origin=origin)

"""Tells each notification of repos.toml what changed since the last crawl that it was told of: each change once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.config.model import Config, NotifyConfig
from catalog.errors import CatalogError, StoreError
from catalog.notify.delivery import deliver
from catalog.notify.message import Message, wanted
from catalog.privacy.emails import Mask
from catalog.query import Catalog
from catalog.store import checked_file, files

FILE = "notified.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """The crawl that a notification was told of last. `sending`: a message up to that crawl was begun, and its end is not known."""

    crawl: int
    sending: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What `store/notified.json` says, by the names of the notifications."""

    told: dict[str, Told] = field(default_factory=dict)


def notify_all(config: Config, mask: Mask, tell: Callable[[str], None]) -> None:
    """Sends what is new. `tell` gets a sentence for each failure: what was not delivered is in the next message.

    That a message is begun is written down before it is sent: after a crash in between it is not sent again, and `tell` says so.
    """
    if not config.notifications:
        return
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        last = catalog.sql("select max(crawl) as crawl from crawls").rows[0]["crawl"]
        if last is None:
            return
        for notify in config.notifications:
            try:
                _notify(catalog, config, notify, last, mask, tell)
            except StoreError:
                raise
            except CatalogError as error:
                tell(f"{error}; the next build tries again")


def _notify(
    catalog: Catalog, config: Config, notify: NotifyConfig, last: int, mask: Mask, tell: Callable[[str], None]
) -> None:
    file = config.output / "store" / FILE
    told = _read(file, tell).told.get(notify.name)
    if told is None:
        _write(file, notify, Told(crawl=last), tell)
        tell(f"notify {notify.name!r}: begins after crawl {last}")
        return
    if told.sending is not None:
        tell(
            f"notify {notify.name!r}: the message up to crawl {told.sending} may not have arrived, and is not sent again"
        )
        told = Told(crawl=told.sending)
        _write(file, notify, told, tell)
    if told.crawl >= last:
        return
    rows = catalog.sql("from changes_between($since, $until)", since=told.crawl, until=last).rows
    if changes := wanted(rows, notify, mask):
        message = Message(
            id=f"{notify.name}/{told.crawl}-{last}",
            catalog=config.title,
            site_url=config.site_url,
            since_crawl=told.crawl,
            crawl=last,
            changes=changes,
        )
        _write(file, notify, replace(told, sending=last), tell)
        try:
            deliver(notify, message.written(notify.format), config.file.absolute().parent)
        except CatalogError:
            _write(file, notify, told, tell)
            raise
    _write(file, notify, Told(crawl=last), tell)


def _read(file: Path, tell: Callable[[str], None]) -> State:
    try:
        return checked_file.read(file, State)
    except FileNotFoundError:
        return State()
    except ValueError as error:
        tell(f"{file} {error}: notifications begin anew")
        return State()


def _write(file: Path, notify: NotifyConfig, told: Told, tell: Callable[[str], None]) -> None:
    state = State(told={**_read(file, tell).told, notify.name: told})
    with files.writing(file.parent):
        checked_file.write(file, state)

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
class DeliveryRecord:
    """The crawl that a notification was told of last. `sending`: a message up to that crawl was begun, and its end is not known."""

    crawl: int
    sending: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRecords:
    """What `store/notified.json` says, by the names of the notifications."""

    by_name: dict[str, DeliveryRecord] = field(default_factory=dict)


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
    record = _read(file, tell).by_name.get(notify.name)
    if record is None:
        _write(file, notify, DeliveryRecord(crawl=last), tell)
        tell(f"notify {notify.name!r}: begins after crawl {last}")
        return
    if record.sending is not None:
        tell(
            f"notify {notify.name!r}: the message up to crawl {record.sending} may not have arrived, and is not sent again"
        )
        record = DeliveryRecord(crawl=record.sending)
        _write(file, notify, record, tell)
    if record.crawl >= last:
        return
    rows = catalog.sql("from changes_between($since, $until)", since=record.crawl, until=last).rows
    if changes := wanted(rows, notify, mask):
        message = Message(
            id=f"{notify.name}/{record.crawl}-{last}",
            catalog=config.title,
            site_url=config.site_url,
            since_crawl=record.crawl,
            crawl=last,
            changes=changes,
        )
        _write(file, notify, replace(record, sending=last), tell)
        try:
            deliver(notify, message.written(notify.format), config.file.absolute().parent)
        except CatalogError:
            _write(file, notify, record, tell)
            raise
    _write(file, notify, DeliveryRecord(crawl=last), tell)


def _read(file: Path, tell: Callable[[str], None]) -> DeliveryRecords:
    try:
        return checked_file.read(file, DeliveryRecords)
    except FileNotFoundError:
        return DeliveryRecords()
    except ValueError as error:
        tell(f"{file} {error}: notifications begin anew")
        return DeliveryRecords()


def _write(file: Path, notify: NotifyConfig, record: DeliveryRecord, tell: Callable[[str], None]) -> None:
    records = DeliveryRecords(by_name={**_read(file, tell).by_name, notify.name: record})
    with files.writing(file.parent):
        checked_file.write(file, records)

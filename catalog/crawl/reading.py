"""Where the visits of a crawl are made that have something to read: in its own process, in others, or on an executor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from catalog.config.parse import Config
from catalog.crawl.context import CrawlContext
from catalog.crawl.driver import Read
from catalog.plugins.connector import installed
from catalog.processors import can_start_python, processor_count

MANY = 50  # repositories to be read, for which all processes are started at once
MOST_PROCESSES = 4  # unless repos.toml says otherwise

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitReader:
    """Makes visits: without `read` in this process, which nothing can end.

    `prepare` is told how many there will be at least; `begin` starts a process, as there will be one. Both are called before there are threads.
    """

    read: Read | None = None
    prepare: Callable[[int], None] = lambda _: None
    begin: Callable[[], None] = lambda: None


@contextmanager
def reading(config: Config, context: CrawlContext, executor: Executor | None = None) -> Iterator[VisitReader]:
    """The reader that repos.toml wants, or one with `executor`. ConfigError where it cannot be used."""
    number = process_count(config, context)
    if not number:
        yield VisitReader()
        return
    from catalog.crawl.process_pool import workers
    from catalog.crawl.worker import WorkerInit

    order = WorkerInit(
        connectors=tuple(connector.name for connector in context.connectors),
        privacy=context.privacy,
        log_level=log.getEffectiveLevel(),
        max_memory=config.max_memory,
        sources=config.sources,
    )
    with ExitStack() as stack:
        team = stack.enter_context(workers(order, number, context, config.output))
        if executor is None and config.executor == "threads":

            def start(processes: int) -> None:
                with suppress(OSError):  # the first visit reports it
                    team.start(processes)

            def prepare(unread: int) -> None:
                if unread >= MANY:
                    start(number)

            yield VisitReader(read=team.read, prepare=prepare, begin=partial(start, 1))
            return
        from catalog.crawl.executor_reader import executor_reader  # only a crawl with an executor needs it

        yield VisitReader(
            read=stack.enter_context(executor_reader(config, order, context, number, team.read, executor))
        )


def process_count(config: Config, context: CrawlContext) -> int:
    """The most processes that read, besides this one; none where this one has to."""
    if context.debug or not can_start_python() or not set(context.connectors) <= set(installed()):
        return 0
    if config.processes == 1 and config.executor == "threads":
        return 0
    return config.processes or min(MOST_PROCESSES, processor_count())

"""The first step of a process that makes visits: it imports what it needs, where this machine may have too little memory."""

from __future__ import annotations

import os

from catalog.errors import shortage

SHORTAGE = 75  # the exit code where this machine lacks memory, files or threads: EX_TEMPFAIL of sysexits.h


def start(line: int, memory_gate: int) -> None:
    """Makes visits, as `worker.work`. Without a traceback where this machine has too little to begin: the crawl says so of its visits."""
    try:
        from catalog.crawl.worker import work  # what it imports may be too much

        work(line, memory_gate)
    except Exception as error:
        if shortage(error):
            os._exit(SHORTAGE)
        raise

"""A cluster of Dask on loopback, of processes that can be killed one by one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep


class DaskProcesses:
    """A scheduler, and workers that a nanny starts again when they die."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            host, port = probe.getsockname()
        self._folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        self.address = f"tcp://{host}:{port}"
        self.scheduler = self._start("scheduler", "--host", host, "--port", str(port))
        while self.scheduler.poll() is None and not _is_open(host, port):
            sleep(0.05)

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "2", "--death-timeout", "60", *options)

    def _start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        path = os.pathsep.join(filter(None, sys.path))
        with (self._folder / f"{kind}-{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                process_group=0,
                env=os.environ | {"PYTHONPATH": path},
            )
        self.started.append(process)
        return process


def _is_open(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@contextmanager
def dask_processes(folder: Path) -> Iterator[DaskProcesses]:
    """All of it ends with the `with` block."""
    folder.mkdir()
    cluster = DaskProcesses(folder)
    try:
        yield cluster
    finally:
        for process in reversed(cluster.started):
            process.terminate()
        for process in cluster.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

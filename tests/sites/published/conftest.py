"""The site of a small catalog with its data, and where a server on the loopback interface has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from catalog.cli.site_server import HOST, server
from catalog.database import database, export
from catalog.database.shapes import all_shapes
from sites.build import build
from support.small_catalog import small_catalog


def exported(file: Path, folder: Path) -> Path:
    """The exported files of a catalog."""
    with closing(database.connect(file)) as connection:
        export.write(connection, folder, shapes=all_shapes(), csv=True)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(small_catalog(), tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def published_site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    build(small_catalog(), folder, title="Models", data=data)
    return folder


@pytest.fixture(scope="session")
def served(published_site: Path) -> Iterator[str]:
    """The address of that site, by `catalog serve`: Polars asks for ranges."""
    with server(published_site, 0) as running:
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{HOST}:{running.server_port}/"
        running.shutdown()

"""A repository that is pushed to, and actors."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.actions.act import Actor
from catalog.actions.known import KnownObjects
from catalog.transport.origin import GitConfig, Limits, Pool
from support.pushing import Pushed, config, make_pushed


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Pushed:
    return make_pushed(tmp_path_factory.mktemp("pushed") / "served")


@pytest.fixture
def pushed(_template: Pushed, tmp_path: Path) -> Pushed:
    """`churn` with v1.0.0 and v2.0.0, of which v1.0.0 is in prod; the third commit has no version."""
    path = tmp_path / "served" / "r.git"
    shutil.copytree(_template.path, path)
    return _template._replace(path=path)


@pytest.fixture
def actor() -> Iterator[Callable[..., Actor]]:
    """An actor on the repository at a URL."""
    pools: list[Pool] = []

    def make(
        url: str, known: KnownObjects | None = None, *, git: GitConfig | None = None, signed: bool = False
    ) -> Actor:
        pools.append(Pool(git or config()))
        return Actor(str(url), known or KnownObjects(), Limits(idle=20, total=60), pools[-1], signed=signed)

    yield make
    for pool in pools:
        pool.close()

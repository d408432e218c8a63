"""DVC's experiments: the refs under `refs/exps`. After `dvc/repo/experiments/refs.py` of DVC 3.67."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.git.objects import CommitObject
from catalog.plugins.connector import Connector
from catalog.schema.tables.metrics import Experiment

# The baseline's object id in two parts, and the name. DVC's own refs (exec, stash, celery, ...) have other shapes.
_REF = re.compile(r"refs/exps/(?P<first>[0-9a-f]{2})/(?P<rest>[0-9a-f]{38})/(?P<name>[^/]+)")


def wants_ref(name: str) -> bool:
    """One experiment's ref."""
    return _REF.fullmatch(name) is not None


def read_ref(name: str, commit: CommitObject) -> Iterator[Experiment]:
    """The experiment. Its files are read like those of any commit; `repro.dat`, a pickle, is never opened."""
    match = _REF.fullmatch(name)
    if match is None:
        return
    yield Experiment(
        ref=name,
        name=match["name"],
        baseline=match["first"] + match["rest"],
        commit=commit.oid,
        parents=commit.parents,
        author=commit.author.name,
        author_email=commit.author.email,
        authored_at=commit.author.at,
        committed_at=commit.committer.at,
        message=commit.message.strip(),
    )


CONNECTOR = Connector(name="experiments", version=1, wants_ref=wants_ref, read_ref=read_ref)

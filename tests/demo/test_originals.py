"""GTO and DVC themselves read the demo fleet, and see what its stories say."""

from __future__ import annotations

import re
import subprocess
from collections import Counter

import pytest

from catalog.demo import make_fleet

gto_api = pytest.importorskip("gto.api")

NO_TAGS = {"platform/templates"}
SICK = {"labs/broken", "labs/lost"}
EVENTS = {
    "@v": "registration",
    "@v!": "deregistration",
    "#": "assignment",
    "#!": "unassignment",
    "@deprecated": "deprecation",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    made = make_fleet(tmp_path_factory.mktemp("fleet"), repos=21)
    return {path.relative_to(path.parent.parent).with_suffix("").as_posix(): path for path in made}


def tags_of(path):
    done = subprocess.run(["git", "-C", str(path), "tag"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def event_of(tag):
    name = re.sub(r"#\d+$", "", tag)
    if name.endswith("@deprecated"):
        return "deprecation"
    return EVENTS[("@v" if "@" in name else "#") + ("!" if name.endswith("!") else "")]


@pytest.mark.slow
def test_gto_reads_each_tag_as_the_event_that_the_story_tells(fleet):
    healthy = sorted(set(fleet) - SICK - NO_TAGS)

    read = {name: Counter(row["event"] for row in gto_api.history(str(fleet[name]))) for name in healthy}

    assert read == {name: Counter(map(event_of, tags_of(fleet[name]))) for name in healthy}


# What people of the demo company would answer: latest version, and what is where.
STANDINGS = {
    "a rollback leaves the older version in prod": (
        "search/ranker",
        {"ranker": {"latest": "v2.2.0", "canary": "v2.2.0", "prod": "v2.0.0"}},
    ),
    "a candidate stays in dev while the release waits in staging": (
        "risk/churn",
        {"churn": {"latest": "v3.5.0", "dev": "v3.5.0-rc.1", "staging": "v3.5.0", "prod": "v3.4.0"}},
    ),
    "artifacts are named after their folders": (
        "vision/models",
        {
            "returns:damage": {"latest": "v2.0.0-beta.1", "dev": "v2.0.0-beta.1", "prod": "v1.1.0"},
            "shelves/planogram:matcher": {"latest": "v1.1.0", "dev": "v0.1.0", "staging": "v1.0.0", "prod": "v1.1.0"},
            "shelves:detector": {"latest": "v2.1.0", "dev": "v0.1.0", "staging": "v2.1.0", "prod": "v2.0.0"},
        },
    ),
    "a deprecated artifact is not shown": (
        "nlp/intents",
        {
            "entities": {"latest": "v1.1.0", "dev": "v1.1.0", "prod": "v1.0.0"},
            "intents": {"latest": "v2.1.0", "dev": "v2.1.0", "prod": "v2.1.0"},
            "tokenizer": {"latest": "v1.0.0"},
        },
    ),
    "two stages at once, and a version that no branch holds": (
        "ads/ctr",
        {
            "ctr": {
                "latest": "v3.0.0-alpha.1",
                "live": "v2.3.0",
                "live-pl": "v2.2.0",
                "live-uk": "v2.0.1",
                "shadow": "v3.0.0-alpha.1",
            }
        },
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "standing"), STANDINGS.values(), ids=STANDINGS.keys())
def test_gto_shows(fleet, name, standing):
    shown = gto_api.show(str(fleet[name]))

    assert {
        artifact: {"latest": row["version"], **{stage: version for stage, version in row["stage"].items() if version}}
        for artifact, row in shown.items()
    } == standing


def test_gto_gives_up_on_the_broken_repository(fleet):
    with pytest.raises(KeyError, match="action"):
        gto_api.show(str(fleet["labs/broken"]))


ARTIFACTS = {
    "risk/churn": {"": {"dvc.yaml": ["churn"]}},
    "vision/models": {
        "/returns": {"dvc.yaml": ["damage"]},
        "/shelves": {"dvc.yaml": ["detector"], "planogram/dvc.yaml": ["matcher"]},
    },
    "data/registry": {
        "": {
            "clickstream/dvc.yaml": ["sessions"],
            "customers/dvc.yaml": ["customers"],
            "images/dvc.yaml": ["shelves"],
            "sentences/dvc.yaml": ["utterances"],
        }
    },
    "nlp/intents": {"": {"dvc.yaml": ["entities", "intents", "rules", "tokenizer"]}},
    "legacy/credit-scoring": {"": {}},
    "search/ranker": {"": {"dvc.yaml": ["ranker"]}},
    "ads/ctr": {"": {"dvc.yaml": ["ctr"]}},
    "speech/asr": {"": {"dvc.yaml": ["asr", "punctuation"]}},
    "platform/templates": {"": {"dvc.yaml": ["example"]}},
    "fraud/payments": {"": {"dvc.yaml": ["payments"]}},
    "pricing/elasticity": {"": {"dvc.yaml": ["curves", "elasticity", "markdown", "planogram", "substitutes"]}},
    "support/sentiment": {"": {}},
}
# What is out of date on purpose: a command that changed, a stage that never ran, an import that was not downloaded.
STALE = {"fraud/payments": ["dvc.yaml:train"], "pricing/elasticity": ["data/shelves.dvc", "dvc.yaml:markdown"]}


@pytest.fixture
def open_with_dvc(tmp_path, monkeypatch):
    """Opens a bare repository with DVC itself, away from this machine's settings; answers the project and complaints."""
    pytest.importorskip("dvc")
    for name in ("GLOBAL_CONFIG_DIR", "SYSTEM_CONFIG_DIR", "SITE_CACHE_DIR"):
        monkeypatch.setenv(f"DVC_{name}", str(tmp_path / name))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    from dvc.fs import GitFileSystem
    from dvc.repo import Repo
    from dvc.scm import Git

    def open_project(path, folder, ref="HEAD"):
        git = Git(str(path))
        settings = {"cache": {"dir": str(tmp_path)}, "core": {"site_cache_dir": str(tmp_path)}}
        files = GitFileSystem(scm=git, rev=git.resolve_rev(ref))
        project = Repo(root_dir=folder or "/", fs=files, scm=git, uninitialized=True, config=settings)
        complaints = []
        project.stage_collection_error_handler = lambda file, error: complaints.append((file, str(error)))
        return project, complaints

    return open_project


@pytest.mark.slow
@pytest.mark.parametrize("name", ARTIFACTS)
def test_dvc_reads_all_metafiles_of(fleet, open_with_dvc, name):
    read = {}
    for folder in ARTIFACTS[name]:
        project, complaints = open_with_dvc(fleet[name], folder)
        stale = sorted(stage.addressing.lstrip("./") for stage in project.index.stages if is_stale(stage))
        assert (complaints, stale) == ([], STALE.get(name, []))
        read[folder] = {path: sorted(found) for path, found in project.artifacts.read().items()}

    assert read == ARTIFACTS[name]


def is_stale(stage):
    """Whether dvc.lock says something else than dvc.yaml, or nothing."""
    entries = [entry for entry in (*stage.deps, *stage.outs) if not hasattr(entry, "def_repo")]
    return getattr(stage, "cmd_changed", False) or not all(
        entry.hash_info or entry.files or entry.meta.etag for entry in entries
    )

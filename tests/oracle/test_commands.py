"""DVC, Git and GTO themselves as the judges of the commands that are offered for copying: each is run against a real repository.

Where another command than `dvc artifacts get` is offered, or none, that one fails, or delivers something else; but of a
deregistered version, which DVC delivers all the same.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import md5, sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from duckdb import DuckDBPyConnection

from catalog.schema.tables.inventory import Repo
from sites.data.facts import read
from sites.view_models.model.commands import usages
from support.catalogs import asked, catalog_of, rows_of
from support.loopback import Answer, Request, environment, serve
from support.worlds import Content, World

pytestmark = pytest.mark.slow

MODEL = b"a model\n"
HASH = md5(MODEL).hexdigest()
LIST = json.dumps([{"md5": HASH, "relpath": "sub/m"}]).encode()
FOLDER = md5(LIST).hexdigest() + ".dir"
SHA256 = sha256(MODEL).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {len(MODEL)}\n"
STORED = {
    f"/{part}{digest[:2]}/{digest[2:]}": data
    for part in ("files/md5/", "")
    for digest, data in ((HASH, MODEL), (FOLDER, LIST))
}

DVC = {
    ".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = SITE/store\n",
    "m.dvc": f"outs:\n- {{md5: {HASH}, hash: md5, path: m}}\n",
}
NEW, OLD = "artifacts:\n  m: {path: m}\n", "m: {type: model, path: m}\n"
BROKEN = "stages:\n  s: {cmd: c, live: {logs: {}}}\n"


class Offer(NamedTuple):
    """A version of a repository, the command that is offered for it (None for none), and the path of the model in what it delivers."""

    files: dict[str, Content]
    command: str | None
    path: str = ""
    tags: tuple[str, ...] = ("m@v1.0.0",)
    then: dict[str, Content] | None = None  # the commit after the tags


OFFERS = {
    "annotated in dvc.yaml, stored by DVC": Offer(DVC | {"dvc.yaml": NEW}, "dvc artifacts get"),
    "annotated in dvc.yaml, in Git": Offer({".dvc/config": "", "dvc.yaml": NEW, "m": MODEL}, "dvc artifacts get"),
    "annotated in the dvc.yaml of a folder": Offer(
        DVC | {"sub/dvc.yaml": "artifacts:\n  m: {path: ../m}\n"}, "dvc artifacts get", tags=("sub=m@v1.0.0",)
    ),
    "a path with backslashes": Offer(
        DVC | {"sub/dvc.yaml": "artifacts:\n  m: {path: '..\\m'}\n"}, "dvc artifacts get", tags=("sub=m@v1.0.0",)
    ),
    "a path from the root": Offer(
        DVC | {"sub/dvc.yaml": "artifacts:\n  m: {path: /m}\n"}, "dvc artifacts get", tags=("sub=m@v1.0.0",)
    ),
    "a folder": Offer(
        DVC | {"dvc.yaml": NEW, "m.dvc": f"outs:\n- {{md5: {FOLDER}, hash: md5, nfiles: 1, path: m}}\n"}, "dvc artifacts get", "sub/m"
    ),
    "a file in a folder": Offer(
        DVC | {"dvc.yaml": NEW.replace("path: m", "path: d/sub/m"), "m.dvc": f"outs:\n- {{md5: {FOLDER}, hash: md5, path: d}}\n"},
        "dvc artifacts get",
    ),
    "a folder of several outputs": Offer(
        DVC | {"dvc.yaml": NEW.replace("path: m", "path: d"), "d/m.dvc": str(DVC["m.dvc"]), "m.dvc": None}, "dvc artifacts get", "m"
    ),
    "stored by DVC 2": Offer(DVC | {"dvc.yaml": NEW, "m.dvc": f"outs:\n- {{md5: {HASH}, path: m}}\n"}, "dvc artifacts get"),
    "annotated in artifacts.yaml, stored by DVC": Offer(DVC | {"artifacts.yaml": OLD}, "dvc get"),
    "annotated in artifacts.yaml, in Git": Offer({".dvc/config": "", "artifacts.yaml": OLD, "m": MODEL}, "git show"),
    "a folder in Git": Offer({"artifacts.yaml": OLD, "m/sub/m": MODEL}, "dvc get", "sub/m"),
    "annotated at the tip alone": Offer(DVC, "dvc get", then={"dvc.yaml": NEW}),
    "annotated nowhere": Offer(DVC, None),
    "annotated in dvc.yaml, without a DVC project": Offer({"dvc.yaml": NEW, "m": MODEL}, "git show"),
    "deregistered": Offer(DVC | {"dvc.yaml": NEW}, "dvc get", tags=("m@v1.0.0", "m@v1.0.0!")),
    "the metafile itself": Offer(DVC | {"dvc.yaml": NEW.replace("path: m", "path: m.dvc")}, "dvc get"),
    "beside a file that DVC 3 refuses, in Git": Offer(
        {".dvc/config": "", "dvc.yaml": NEW, "m": MODEL, "p/dvc.yaml": BROKEN}, "git show"
    ),
    "beside a file that DVC 3 refuses": Offer(DVC | {"dvc.yaml": NEW, "p/dvc.yaml": BROKEN}, None),
    "beside an artifact that DVC 3 refuses": Offer(DVC | {"dvc.yaml": f"{NEW}  n: {{path: n, note: x}}\n"}, None),
    "beside a lock of DVC 1": Offer(
        DVC | {"dvc.yaml": f"{NEW}stages:\n  s: {{cmd: c}}\n", "dvc.lock": "s: {cmd: c}\n"}, None
    ),
    "in a project beside one that DVC 3 refuses": Offer(
        {f"proj/{path}": content for path, content in (DVC | {"dvc.yaml": NEW}).items()}
        | {"other/.dvc/config": "", "other/dvc.yaml": BROKEN},
        "dvc artifacts get",
        tags=("proj=m@v1.0.0",),
    ),
    "a Git LFS file": Offer(
        {"dvc.yaml": NEW, ".dvc/config": "", "m": POINTER, ".gitattributes": "m filter=lfs diff=lfs merge=lfs -text\n"},
        "dvc artifacts get",
    ),
    "an import that was not downloaded": Offer(
        DVC | {"dvc.yaml": NEW, "m.dvc": "deps:\n- {path: SITE/store/m, etag: abcd}\nouts:\n- {hash: md5, path: m}\n"},
        "dvc artifacts get",
    ),
    "an import of another repository": Offer(
        DVC
        | {
            "dvc.yaml": NEW,
            "m.dvc": f"deps:\n- path: m\n  repo: {{url: SITE/source, rev_lock: COMMIT}}\nouts:\n- {{md5: {HASH}, hash: md5, path: m}}\n",
        },
        "dvc artifacts get",
    ),
    "an import of a repository on somebody's disk": Offer(
        DVC
        | {
            "dvc.yaml": NEW,
            "m.dvc": f"deps:\n- path: m\n  repo: {{url: ../source, rev_lock: COMMIT}}\nouts:\n- {{md5: {HASH}, hash: md5, path: m}}\n",
        },
        None,
    ),
    "a URL": Offer(DVC | {"dvc.yaml": NEW.replace("path: m", "path: 's3://lake/m'")}, None),
    "a path that nobody has": Offer(DVC | {"dvc.yaml": NEW, "m.dvc": None}, None),
    "no remote": Offer(DVC | {"dvc.yaml": NEW, ".dvc/config": ""}, None),
    "a remote on somebody's disk": Offer(
        DVC | {"dvc.yaml": NEW, ".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = /nowhere/store\n"}, None
    ),
}  # fmt: skip


class Shell(NamedTuple):
    """Where commands are run: an empty folder, and nobody's settings."""

    site: str
    served: Path
    home: Path

    def run(self, words: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
        environ = environment({}) | {
            "HOME": str(self.home),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.home / "site"),
        }
        environ |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        folder.mkdir()
        return subprocess.run(words, cwd=folder, env=environ, capture_output=True, check=False, timeout=90)

    def delivered(self, words: list[str], folder: Path, path: str) -> bytes | None:
        """The model that a command delivers; None where it fails."""
        if words[0] == "git":
            clone = ["git", "clone", "--quiet", f"{self.site}/r", "."]
            assert self.run(clone, folder).returncode == 0
            return self.run(["git", "-C", str(folder), *words[1:]], folder / "x").stdout
        if self.run(words, folder).returncode != 0:
            return None
        (got,) = folder.iterdir()
        return (got / path).read_bytes() if path else got.read_bytes()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A server of repositories, of DVC's storage and of Git LFS."""
    served, home = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("home")
    source = World()
    source.commit({"m": MODEL})
    source.write(served / "source")
    with serve(served, rule=_stored()) as site:
        yield Shell(str(site), served, home)


def _stored() -> Callable[[Request], Answer | None]:
    def rule(request: Request) -> Answer | None:
        base = f"http://{request.headers.get('host')}"
        if request.path.endswith("/objects/batch"):
            download = {"href": f"{base}/store/m", "header": {}}
            objects = [{"oid": SHA256, "size": len(MODEL), "actions": {"download": download}}]
            kind = {"Content-Type": "application/vnd.git-lfs+json"}
            return Answer(headers=kind, body=json.dumps({"transfer": "basic", "objects": objects}).encode())
        if not request.path.startswith("/store/"):
            return None
        data = (STORED | {"/m": MODEL}).get(request.path.removeprefix("/store"))
        if data is None:
            return Answer(status=404)
        if request.method == "HEAD":
            return Answer(headers={"Content-Length": str(len(data)), "ETag": '"abcd"'})
        return Answer(headers={"ETag": '"abcd"'}, body=data)

    return rule


def served(offer: Offer, shell: Shell) -> tuple[DuckDBPyConnection, str]:
    """The repository as it is served, in a catalog; and the commit of its version."""
    source = World()
    locked = source.commit({"m": MODEL})

    def filled(files: dict[str, Content]) -> dict[str, Content]:
        return {
            path: content.replace("SITE", shell.site).replace("COMMIT", locked) if isinstance(content, str) else content
            for path, content in files.items()
        }

    world = World()
    commit = world.commit(filled(offer.files))
    for tag in offer.tags:
        world.tag(tag, commit)
    if offer.then:
        world.commit(filled(offer.then))
    world.write(shell.served / "r")
    url = f"{shell.site}/r"
    visited = Repo(
        repo="r", url=url, outcome="new", message=None, stale=False, visited_at=None, read_at=None, partition=None
    )
    return catalog_of({"r": rows_of(world.listing(), world.objects)}, {Repo: [visited]}), commit


def offered(offer: Offer, shell: Shell) -> tuple[list[str] | None, list[str]]:
    """The command that the catalog offers, and `dvc artifacts get`."""
    catalog, commit = served(offer, shell)
    name = offer.tags[0].partition("@")[0].replace("=", ":")
    (row,) = asked(catalog, "from internal.show_version('r', ?, 'v1.0.0', ?)", name, commit)
    return row["get"], ["dvc", "artifacts", "get", f"{shell.site}/r", name, "--rev", "v1.0.0"]


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_the_command_that_is_offered_delivers_the_model(offer: Offer, shell: Shell, tmp_path: Path) -> None:
    command, usual = offered(offer, shell)
    if offer.command is None:
        assert (command, shell.delivered(usual, tmp_path / "usual", offer.path)) == (None, None)
        return
    assert command
    assert " ".join(command).startswith(offer.command)
    assert shell.delivered(command, tmp_path / "got", offer.path) == MODEL
    if command != usual and "m@v1.0.0!" not in offer.tags:
        assert shell.delivered(usual, tmp_path / "usual", offer.path) != MODEL


def test_the_lines_of_a_page_do_what_they_say(shell: Shell, tmp_path: Path) -> None:
    connection, _ = served(Offer(DVC | {"dvc.yaml": NEW}, "dvc artifacts get", tags=("m@v1.0.0", "m#prod#1")), shell)
    facts = read(connection)
    (artifact,), (repository,) = facts.artifacts, facts.repositories
    (usage,) = usages(artifact, repository, facts.assignments["r", "m"], facts.commands.get(("r", "m"), []), {})
    lines = {tab.name: tab.snippets for tab in usage.tabs}
    assert (usage.words, [*lines]) == ("v1.0.0 in prod", ["CLI", "Python", "DVC", "GTO", "CI"])
    assert shell.delivered(shlex.split(lines["DVC"][0].line), tmp_path / "got", "") == MODEL
    assert b"v1.0.0" in shell.run(shlex.split(lines["GTO"][0].line), tmp_path / "asked").stdout

"""A small catalog on disk, its site, and what a page says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from catalog.schema.tables.git import Branch, Revision
from catalog.schema.tables.inventory import Crawl, Repo, StageName
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event
from sites.build import build
from support.browser import chromium
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.dvc_run import PNG, dvc_run
from support.stranger import ATTRIBUTE, ODD, SCRIPT, Rows, made_of
from support.worlds import Content, World

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
CHURN, EVIL, LOST = "github.com/acme/churn", "evil.example/x", "git.acme.example/lost"
HOSTILE = (
    SCRIPT,
    ATTRIBUTE,
    ODD,
    "../../../etc/passwd",
    "javascript:alert(1)",
    "CON",
    "Case",
    "case",
    "long" * 75,
    "{{ 7 * 7 }}",
    "a b\nc",
)

# A DVC project whose pipeline is run once for each version.
PROJECT = {
    ".dvc/config": "[core]\n  remote = store\n['remote \"store\"']\n  url = https://store.acme.example/churn\n",
    "README.md": "---\nlicense: mit\nbase_model: acme/base\ndatasets: [acme/customers]\n---\n# Churn\n\nWho <leaves>.\n",
    "CODEOWNERS": "* @acme/risk\n",
    "train.py": "print('training')\n",
    "dvc.yaml": """artifacts:
  churn:
    path: models/churn.pkl
    type: model
    desc: Who leaves, and when.
    labels: [tabular]
    meta:
      owner: risk
stages:
  train:
    cmd: python train.py
    deps: [data.csv, train.py]
    params: [trees]
    outs: [models/churn.pkl]
    metrics:
    - metrics.json: {cache: false}
plots:
- Learning: {x: step, y: {plots/loss.csv: loss}, title: How it <learned>}
- plots/loss.csv: {x: step, y: loss}
- plots/rows.png
- plots/drawn.svg
""",
    "plots/drawn.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


def ran(number: int, *, auc: float, trees: int) -> dict[str, Content]:
    """What a run of the pipeline leaves in Git."""
    metrics = json.dumps({"auc": auc, "rows": 10})
    code, measured = (md5(text.encode()).hexdigest() for text in (PROJECT["train.py"], metrics))
    return {
        "params.yaml": f"trees: {trees}\n",
        "metrics.json": metrics,
        "plots/loss.csv": f"step,loss\n0,1\n1,{1 - auc}\n",
        "plots/rows.png": PNG + bytes([number]),
        **dvc_run(
            number,
            "models/churn.pkl",
            3145728,
            deps=[f"{{path: train.py, hash: md5, md5: {code}, size: 20}}"],
            params=f"{{trees: {trees}}}",
            outs=[f"{{path: metrics.json, hash: md5, md5: {measured}, size: 24}}"],
        ),
    }


def churn() -> Rows:
    """A model with a rollback, a deregistered version, and a name that was given up."""
    world = World()
    first = world.commit({**PROJECT, **ran(1, auc=0.7, trees=100)})
    world.tag("churn@v1.0.0", first, message="The first")
    world.tag("churn#production#1", first, message="Assigning stage production to artifact churn version v1.0.0")
    second = world.commit(ran(2, auc=0.8, trees=200))
    world.tag("churn@v1.1.0", second, message="Better\nby far")
    world.tag("churn#production#2", second, message="Go", who="Bo Ek <bo@example.com>")
    world.tag("churn#production!#3", second, message="Back")
    world.tag("churn@v1.2.0-rc.1", world.commit({"x": "3"}))
    world.tag("churn@v1.2.0-rc.1!")
    world.tag("old@v0.1.0", first)
    world.tag("old@deprecated")
    tried = world.commit(ran(3, auc=0.9, trees=300), branch="tried", parents=(second,))
    del world.refs["refs/heads/tried"]
    world.refs[f"refs/exps/{second[:2]}/{second[2:]}/bold-heron"] = tried
    return rows_of(world.listing(), world.objects)


def evil() -> Rows:
    """Whatever a stranger may write, wherever a stranger may write it."""
    tip = "e" * 40
    person = {"author": SCRIPT, "author_email": "e@x"}
    events = [
        Event(
            oid=f"{number:040x}",
            tag=f"{name}{ODD}",
            event=event,
            artifact=name,
            version=f"v1.0.0-{ATTRIBUTE}" if event == "registration" else None,
            precedence="1",
            stage=f"{SCRIPT}{ODD}" if event == "assignment" else None,
            commit=f"{number // 2:040x}",
            created_at=NOON,
            utc_offset=0,
            counter=None,
            signed="pgp",
            message=f"{SCRIPT}\n{ODD}",
            **person,
        )
        for number, (name, event) in enumerate((n, e) for n in HOSTILE for e in ("registration", "assignment"))
    ]
    made = made_of(f"{0:040x}", SCRIPT)
    stated = Annotation(
        commit=tip,
        file=SCRIPT,
        source="dvc.yaml",
        artifact=f"only said:{SCRIPT}",
        path="javascript:alert(1)",
        type=ATTRIBUTE,
        description=f"{SCRIPT} <img src=https://tracker.example/x.png>",
        labels=(SCRIPT, ODD),
        meta={SCRIPT: ATTRIBUTE, ODD: ODD},
    )
    read = Revision(
        commit=tip, reasons=("tip",), authored_at=NOON, committed_at=NOON, summary="", signed=None, **person
    )
    return {
        **made,
        Event: events,
        Annotation: [stated, *made[Annotation]],
        Revision: [read],
        Branch: [Branch(branch=SCRIPT, commit=tip, is_default=True)],
        Problem: [Problem(connector="gto", rule=ATTRIBUTE, place=f"{SCRIPT}{ODD}", message=SCRIPT, commit=tip)],
    }


def whole() -> Rows:
    """How the last crawl went: one repository is gone."""
    seen = {"visited_at": NOON, "read_at": NOON}
    pages = {"page": "https://github.com/acme/churn", "commit_pages": "https://github.com/acme/churn/commit/"}
    gone = {"outcome": "gone", "message": f"found nothing {SCRIPT}", "stale": True}
    repos = [
        repository(CHURN, "https://github.com/acme/churn.git", **seen, **pages),
        repository(EVIL, "javascript://github.com/%0aalert(1)/x", **seen),
        repository(LOST, "/srv/lost.git", **seen, **gone),
    ]
    crawl = Crawl(crawl=1, started_at=NOON, seconds=1.5, new=2, changed=0, fresh=0, failed=1, received=2048)
    return {Repo: repos, Crawl: [crawl], StageName: [StageName(raw="production", stage="prod", rank=0)]}


@pytest.fixture(scope="session")
def catalog_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of a good, an evil and a lost repository."""
    return write_catalog(tmp_path_factory.mktemp("catalog") / "c.duckdb", {CHURN: churn(), EVIL: evil()}, whole())


@pytest.fixture(scope="session")
def smaller_catalog_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the good repository's artifacts."""
    return write_catalog(tmp_path_factory.mktemp("catalog") / "c.duckdb", {EVIL: evil()}, whole())


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: one for all tests of a process, which cannot have two."""
    pytest.importorskip("playwright.sync_api")
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def plain_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a DVC project that has releases, a README, and no registry."""
    world = World()
    world.commit({**PROJECT, **ran(1, auc=0.7, trees=100)})
    world.lightweight("baseline")
    world.commit({**ran(2, auc=0.8, trees=200), "README.md": "# The <team>\n"}, message="Better")
    world.tag("v1.1.0")
    folder = tmp_path_factory.mktemp("plain")
    inventory = {Repo: [repository("plain", "/r", visited_at=NOON, read_at=NOON)]}
    file = write_catalog(folder / "c.duckdb", {"plain": rows_of(world.listing(), world.objects)}, inventory)
    build(file, folder, title="x")
    return folder


@pytest.fixture(scope="session")
def plain_page(plain_site: Path) -> Page:
    """The page of that project."""
    return parse((plain_site / "repos/plain.html").read_text("utf-8"))


@pytest.fixture(scope="session")
def empty_catalog_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of nothing, before its first crawl."""
    return write_catalog(tmp_path_factory.mktemp("catalog") / "c.duckdb", {})


@pytest.fixture(scope="session")
def site(catalog_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the catalog. Tests read it; one that changes it builds its own."""
    folder = tmp_path_factory.mktemp("site")
    build(catalog_file, folder, title="Models <of> Acme")
    return folder


@pytest.fixture(scope="session")
def page(site: Path) -> Callable[[str | Path], Page]:
    """A page of the site, parsed."""
    return lambda path: parse((site / path).read_text("utf-8"))


@pytest.fixture(scope="session")
def parsed() -> Callable[[Path], Page]:
    """What is in the file of a page."""
    return lambda file: parse(file.read_text("utf-8"))


class Page(HTMLParser):
    """What is in a page: elements with their attributes, and the lines of text of its `main` part."""

    VOID = frozenset(("meta", "link", "br", "img", "input", "use", "path"))
    LINES = frozenset(
        ("p", "figure", "figcaption", "h1", "h2", "li", "tr", "div", "dt", "dd", "pre", "section", "summary")
    )

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._inside = self._inside or tag == "main"
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        if tag == "main":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.lines[-1:] = [(self.lines[-1] if self.lines else "") + data]

    def _break(self, tag: str) -> None:
        if self._inside and tag in self.LINES:
            self.lines.append("")
        elif self._inside and tag in ("td", "th", "a", "span", "em"):
            self.lines[-1:] = [f"{self.lines[-1]} "] if self.lines else []

    def text(self) -> list[str]:
        """The lines, without white space that says nothing."""
        return [shown for line in self.lines if (shown := " ".join(line.split()))]

    def values(self, *names: str) -> list[str]:
        """The values of these attributes, wherever they are."""
        return [value for _, found in self.elements for name, value in found.items() if name in names and value]


def parse(html: str) -> Page:
    """A page from its text."""
    made: Any = Page()
    made.feed(html)
    made.close()
    return made  # type: ignore[no-any-return]

"""Lineage on pages: the graph is that of `catalog lineage`, and who uses a dataset is what `models_using` has."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.parse import parse as parse_repos_toml
from catalog.database.database import connect
from catalog.query import Catalog
from catalog.schema.tables.inventory import Repo, StageName
from sites import urls
from support.browser import opened
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.worlds import World

from .conftest import parse

DATASET = "demo.example/data/registry:customers:customers"

# Every version's walks, as the script has them: node by repository, path, pipeline stage and hash.
WALKS = """async (refs) => {
  const { resolve, walk } = window.LineageGraph, answer = {};
  const named = (node) => {
    if (!node.graph) return `outside ${node.label}`;
    const [path, hash, , stage] = node.graph.file.nodes[node.place];
    return [node.graph.file.repo, path, stage || '', hash || ''].join(' ');
  };
  for (const ref of refs) {
    const found = await resolve(ref);
    answer[ref] = [];
    for (const down of [false, true]) {
      const walked = await walk({ graph: found.graph, place: found.version.place, commit: found.version.commit }, down, 100);
      answer[ref].push([...walked.edges.values()].map((edge) => [edge.level, edge.kind, named(walked.nodes.get(edge.from)), named(walked.nodes.get(edge.to))].join(' | ')).sort());
    }
  }
  return answer;
}"""


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Path:
    return demo_folder / "output"


def edges(catalog: Catalog, ref: str, *, down: bool) -> list[str]:
    """The edges of `catalog lineage`, in the words of `WALKS`."""
    rows = catalog.lineage(ref, down=down, depth=100).rows
    names = {
        row["node"]: f"outside {row['label']}"
        if row["what"] in ("url", "import") and row["hash_kind"] is None
        else " ".join((row["repo"], row["path"], row["pipeline_stage"] or "", (row["hash"] or "")[:10]))
        for row in rows
    }
    return sorted(
        f"{row['level']} | {row['kind']} | {names[row['from_node']]} | {names[row['to_node']]}"
        for row in rows
        if row["kind"]
    )


@pytest.mark.browser
def test_the_graph_of_every_version_is_that_of_the_command_line(browser, demo):
    with Catalog.open(demo / "catalog.duckdb") as catalog:
        rows = catalog.sql("select ref, repo from version_files where node is not null").rows
        refs = [row["ref"] for row in rows if (demo / "site" / urls.lineage(row["repo"])).exists()]
        others = {row["ref"] for row in rows} - {*refs}
        with opened(browser, (demo / "site" / "lineage.html").as_uri()) as page:
            drawn = page.evaluate(WALKS, refs)
        told = {ref: [edges(catalog, ref, down=down) for down in (False, True)] for ref in refs}
        assert [edges(catalog, ref, down=down) for ref in others for down in (False, True)] == [[]] * len(others) * 2
    assert (len(refs), drawn) == (95, told)


@pytest.mark.browser
def test_a_dataset_marks_each_model_in_production_that_follows_from_it(browser, demo):
    with (
        Catalog.open(demo / "catalog.duckdb") as catalog,
        opened(browser, f"{(demo / 'site' / 'lineage.html').as_uri()}?of={DATASET}") as page,
    ):
        page.locator("#following li").first.wait_for()
        version = page.get_by_label("Version", exact=True).input_value()
        shown = sorted(page.locator("#following li a").all_inner_texts())
        marked = page.locator(".lineage .node.hit").count()
        using = catalog.sql(f"from models_using('{DATASET}@{version}', 'prod')").rows
        page.get_by_role("button", name="Made from").click()
        page.locator("#following").wait_for(state="detached")
        assert (shown, marked, page.url.rpartition("&")[2], page.complaints) == (
            sorted(row["ref"].removeprefix("demo.example/") for row in using), len(using), "way=up", [],
        )  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "scripts", "shown"),
    [("", False, True), ("", True, True), (f"?of={DATASET}", True, False)],
    ids=["without scripts", "before one is chosen", "beside a graph"],
)
def test_the_page_of_lineage_lists_all_artifacts_until_a_graph_is_there(browser, demo, query, scripts, shown):
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto((demo / "site" / "lineage.html").as_uri() + query)
    listed = page.locator("#lists tbody").first.locator("tr").filter(has_text="data/registry").count() > 0
    visible = page.locator("#lists").is_visible()
    context.close()
    assert (listed, visible) == (True, shown)


@pytest.mark.browser
def test_the_page_of_an_artifact_draws_the_nearest_versions(browser, demo):
    path = demo / "site" / urls.model("demo.example/risk/churn", "churn")
    with opened(browser, path.as_uri()) as page:
        page.locator(".lineage svg").wait_for()
        titles = page.locator(".lineage .node .title").all_text_contents()
        assert (titles, page.locator(".lineage .own .title").all_text_contents(), page.complaints) == (
            ["churn@v3.4.0", "payments@v2.0.0 +1", "customers:customers@v3.0.0"],
            ["churn@v3.4.0"],
            [],
        )


@pytest.mark.browser
def test_the_page_of_a_dataset_draws_each_model_in_production_that_follows_from_it(browser, demo):
    path = demo / "site" / urls.model("demo.example/data/registry", "customers:customers")
    with Catalog.open(demo / "catalog.duckdb") as catalog, opened(browser, path.as_uri()) as page:
        page.locator(".lineage svg").wait_for()
        version = page.locator(".lineage[data-of]").get_attribute("data-of")
        using = catalog.sql("from models_using($version, 'prod')", version=version).rows
        boxes = page.locator(".lineage .node.hit")
        marked = sorted(
            f"{title.partition(' +')[0]} in {sub.partition(' · ')[2]}"
            for title, sub in zip(
                boxes.locator(".title").all_text_contents(), boxes.locator(".sub").all_text_contents(), strict=True
            )
        )
    assert marked == sorted(f"{row['artifact']}@{row['version']} in {row['repo'].partition('/')[2]}" for row in using)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 820, 390])
def test_the_artifact_of_the_page_is_in_sight_in_its_graph(browser, demo, width):
    path = demo / "site" / urls.model("demo.example/risk/churn", "churn")
    with opened(browser, path.as_uri(), viewport={"width": width, "height": 900}) as page:
        page.locator(".lineage svg").wait_for()
        left, right = page.evaluate("""(() => {
            const [own, frame] = ['.lineage .own', '.lineage .card'].map((one) => document.querySelector(one).getBoundingClientRect());
            return [own.left - frame.left, frame.right - own.right];
        })()""")
    assert min(left, right) >= 0


@pytest.mark.slow
def test_who_uses_an_artifact_is_what_models_using_has(demo):
    with Catalog.open(demo / "catalog.duckdb") as catalog:
        artifacts = catalog.sql("select repo, artifact, id from original_artifacts").rows
        told = {}
        for row in artifacts:
            users = catalog.sql(
                "select distinct repo, artifact from models_using($id, null) semi join original_artifacts using (repo, artifact)",
                id=row["id"],
            ).rows
            told[row["id"]] = sorted(f"{user['repo']}:{user['artifact']}" for user in users)
    shown = {}
    for row in artifacts:
        page = (demo / "site" / urls.model(row["repo"], row["artifact"])).read_text("utf-8")
        section = page.partition('<section id="lineage"')[2].partition("</section>")[0]
        links = parse(f"<main>{section}</main>").text()
        shown[row["id"]] = sorted(line.split()[0] for line in links if line.split()[0] in {r["id"] for r in artifacts})
    assert shown == told
    assert sum(map(len, told.values())) == 10


def world(stage: str, files: dict[str, str]) -> World:
    made = World()
    made.commit(files)
    made.tag("m@v1.0.0")
    made.tag(f"m#{stage}")
    return made


@pytest.mark.slow
def test_production_is_what_repos_toml_calls_so(tmp_path):
    names = parse_repos_toml("[stages]\nlive = ['prod']\nqa = ['production']\n", tmp_path / "repos.toml").stages
    entry = "{path: %s, hash: md5, md5: %s, size: 1000}"
    lock = f"deps: [{entry % ('in.csv', 'a' * 32)}], outs: [{entry % ('m.pkl', 'b' * 32)}]"
    model = {
        "dvc.yaml": "stages: {train: {cmd: x, deps: [in.csv], outs: [m.pkl]}}\nartifacts: {m: {path: m.pkl, type: model}}\n",
        "dvc.lock": f"schema: '2.0'\nstages: {{train: {{cmd: x, {lock}}}}}\n",
    }
    dataset = {
        "dvc.yaml": "artifacts: {m: {path: in.csv, type: dataset}}\n",
        "in.csv.dvc": f"outs: [{entry % ('in.csv', 'a' * 32)}]\n",
    }
    worlds = {"data": world("dev", dataset), **{stage: world(stage, model) for stage in ("live", "prod", "production")}}
    rows = {name: rows_of(each.listing(), each.objects) for name, each in worlds.items()}
    inventory = {
        Repo: [repository(name, f"https://git.example/{name}") for name in worlds],
        StageName: [StageName(raw=raw, stage=stage, rank=0) for raw, stage in names.items()],
    }
    file = write_catalog(tmp_path / "catalog.duckdb", rows, inventory)
    with connect(file) as connection:
        users = connection.execute(
            "select user_repo, in_prod from internal.site_users() where repo = 'data'"
        ).fetchall()
        versions = connection.execute(
            "select repo, in_prod from internal.site_lineage_versions(?)", [[*worlds]]
        ).fetchall()
        datasets = connection.execute("select repo, users, in_prod from internal.site_datasets()").fetchall()
        using = connection.execute("select repo from models_using('data:m', 'prod') order by repo").fetchall()
    assert (dict(users), dict(versions), datasets, using) == (
        {"live": True, "prod": True, "production": False},
        {"data": False, "live": True, "prod": True, "production": False},
        [("data", 3, 2)],
        [("live",), ("prod",)],
    )


@pytest.mark.slow
def test_the_digest_of_users_is_of_those_repositories_that_have_data_from_it(demo):
    with connect(demo / "catalog.duckdb") as connection:
        digests = dict(connection.execute("select repo, users from internal.site_users_digests()").fetchall())
        users = connection.execute("select distinct repo from internal.site_users() where user_repo <> repo").fetchall()
    assert {repo for (repo,) in users} <= digests.keys()
    assert len({*digests.values()}) == len(digests)

"""The whole site of a small catalog: what is there, what a page says, where its links lead, and how big it is."""

from __future__ import annotations

import re
from html import unescape

import pytest

from catalog.database.database import connect
from catalog.database.statements import statements
from catalog.schema.tables.inventory import Repo
from sites.build import build
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.worlds import World

from .conftest import NOON, PROJECT, ran

pytestmark = pytest.mark.slow

MODEL = [
    "Models github.com/acme/churn churn",
    "churn",
    "Who leaves, and when.",
    "tabular",
    "Feed Source",
    "Stages Metrics 2 Card Plots 2 Versions 3 Lineage and storage Used by History 8",
    "prod since 1 Jan 2024",
    "v1.0.0",
    "Ann · bac73cd",
    "Came back when the version after it left; assigned before that.",
    "Tagged #production",
    "auc",
    "0.7",
    "rows",
    "10",
    "Metrics",
    "auc over versions",
    "0.6750.70.7250.750.7750.8v1.1.0v1.0.0prodprodv1.0.0 0.7v1.1.0 0.8",
    "Metric v1.0.0 prod v1.1.0 latest Best Over versions",
    "auc ↑ 0.7 0.8 +0.1 0.8v1.1.0",
    "rows 10 10 ±0",
    "Differences are from v1.0.0 in prod. Bold is the best of all versions.",
    "Card",
    "Churn",
    "Who .",
    "From README.md of v1.1.0. What it says is the claim of its authors.",
    "Plots",
    "Of v1.1.0; dashed, of v1.0.0 in prod.",
    "0.2101",
    "How it <learned> loss over step",
    "plots/rows.png",
    "Versions",
    "Version Stages Message auc Size Commit Author Registered",
    "v1.2.0-rc.1 deregistered churn@v1.2.0-rc.1 3.0 MiB 6de154e Ann 1 Jan 2024",
    "v1.1.0 latest Better 0.8 3.0 MiB da541ad Ann 1 Jan 2024",
    "v1.0.0 prod The first 0.7 3.0 MiB bac73cd Ann 1 Jan 2024",
    "1 experiment of DVC began here",
    "Name Began from Metrics Commit Author When",
    "bold-heron churn@v1.1.0 auc 0.9, rows 10 721621b Ann 1 Jan 2024",
    "See all experiments of the repository .",
    "Lineage and storage",
    "v1.1.0 3.0 MiB, in DVC's storage",
    "Hash",
    "b0de1200000000000000000000000000",
    "The same bytes as github.com/acme/churn:churn@v1.2.0-rc.1",
    "Storage",
    "https://store.acme.example/churn/files/md5/b0/de1200000000000000000000000000",
    "Download from store.acme.example ; storage that is private refuses.",
    "Pipeline stage",
    "train: python train.py",
    "Lineage",
    "data.csv 2.0 KiB da20000",
    "in Git: train.py",
    "Parameters",
    "trees 200 100 in v1.0.0",
    "v1.0.0 prod 3.0 MiB, in DVC's storage",
    "Hash",
    "b0de1100000000000000000000000000",
    "Storage",
    "https://store.acme.example/churn/files/md5/b0/de1100000000000000000000000000",
    "Download from store.acme.example ; storage that is private refuses.",
    "Pipeline stage",
    "train: python train.py",
    "Lineage",
    "data.csv 2.0 KiB da10000",
    "in Git: train.py",
    "Parameters",
    "trees 100",
    "Used by",
    "Lineage of v1.0.0",
    "Nothing was made with it, as far as is known.",
    "History",
    "1 Jan 2024now",
    "Versions",
    "3 registrationsv1.2.0-rc.1 deregistered 1 Jan 2024v1.0.0v1.1.0v1.2.0-rc.1",
    "prod",
    "v1.0.0 from 1 Jan 2024, less than a dayv1.1.0 from 1 Jan 2024, less than a dayv1.0.0 since 1 Jan 2024, came backv1.1.0 unassigned 1 Jan 2024v1.0.0v1.1.0v1.0.0",
    "2024 8 events",
    "Ann deregistered v1.2.0-rc.1",
    "churn@v1.2.0-rc.1!",
    "1 Jan 2024, 00:00 UTC · churn@v1.2.0-rc.1! at 6de154e",
    "Ann registered v1.2.0-rc.1",
    "churn@v1.2.0-rc.1",
    "1 Jan 2024, 00:00 UTC · churn@v1.2.0-rc.1 at 6de154e",
    "Ann unassigned v1.1.0 from prod",
    "Back",
    "1 Jan 2024, 00:00 UTC · churn#production!#3 at da541ad",
    "v1.0.0 came back to prod",
    "1 Jan 2024, 00:00 UTC · there now",
    "Bo Ek assigned v1.1.0 to prod",
    "Go",
    "1 Jan 2024, 00:00 UTC · there for less than a day, until 1 Jan 2024 · churn#production#2 at da541ad",
    "Ann registered v1.1.0",
    "Better by far",
    "1 Jan 2024, 00:00 UTC · churn@v1.1.0 at da541ad",
    "Ann assigned v1.0.0 to prod",
    "1 Jan 2024, 00:00 UTC · there for less than a day, until 1 Jan 2024 · churn#production#1 at bac73cd",
    "Ann registered v1.0.0",
    "The first",
    "1 Jan 2024, 00:00 UTC · churn@v1.0.0 at bac73cd",
    "How to use it",
    "v1.0.0 in prod",
    "CLI",
    "Show",
    "catalog show 'github.com/acme/churn:churn#prod'",
    "Download",
    "catalog get 'github.com/acme/churn:churn#prod'",
    "Python",
    "Metrics and parameters",
    'import catalog with catalog.open() as registry: version = registry.model("github.com/acme/churn:churn").version("#prod") print(version.metrics, version.params)',
    "DVC",
    "Download",
    "dvc artifacts get https://github.com/acme/churn.git churn --rev v1.0.0",
    "GTO",
    "Show",
    "gto show churn --repo https://github.com/acme/churn.git",
    "CI",
    "Commit, tag, hash and address",
    "catalog resolve 'github.com/acme/churn:churn#prod' -o json",
    "curl",
    "Download; private storage refuses",
    "curl -fL -o churn.pkl https://store.acme.example/churn/files/md5/b0/de1100000000000000000000000000",
    "Other versions",
    "v1.1.0, the latest",
    "CLI",
    "Show",
    "catalog show github.com/acme/churn:churn@v1.1.0",
    "Download",
    "catalog get github.com/acme/churn:churn@v1.1.0",
    "Python",
    "Metrics and parameters",
    'import catalog with catalog.open() as registry: version = registry.model("github.com/acme/churn:churn").version("v1.1.0") print(version.metrics, version.params)',
    "DVC",
    "Download",
    "dvc artifacts get https://github.com/acme/churn.git churn --rev v1.1.0",
    "GTO",
    "Show",
    "gto show churn --repo https://github.com/acme/churn.git",
    "CI",
    "Commit, tag, hash and address",
    "catalog resolve github.com/acme/churn:churn@v1.1.0 -o json",
    "curl",
    "Download; private storage refuses",
    "curl -fL -o churn.pkl https://store.acme.example/churn/files/md5/b0/de1200000000000000000000000000",
    "Lines for catalog and Python ask the catalog in the current folder, or the one that the variable CATALOG names: see Data .",
    "DVC goes by the newest tag, whatever the tag did. Asked for #production, DVC takes da541ad; GTO names bac73cd. Asked for @v1.2.0-rc.1, DVC takes 6de154e; GTO names none. Asked for the latest version, DVC takes 6de154e; GTO names da541ad.",
    "Details",
    "Repository",
    "github.com/acme/churn",
    "Type",
    "model",
    "Latest",
    "v1.1.0",
    "Path",
    "models/churn.pkl",
    "Declared in",
    "dvc.yaml at the latest version",
    "First commit or tag",
    "1 Jan 2024",
    "Last commit or tag",
    "1 Jan 2024",
    "Badge",
    "prod: v1.0.0",
    "Card data",
    "Owners",
    "@acme/risk",
    "Licence",
    "mit",
    "Base model",
    "acme/base",
    "Datasets",
    "acme/customers",
    "Metadata",
    "owner",
    "risk",
]


def test_each_artifact_and_each_repository_has_a_page(site):
    every = (str(file.relative_to(site)) for file in site.rglob("*") if file.is_file())
    found = sorted(
        re.sub(r"(?<=\.)[0-9a-f]{12}\.(?=\w+$)", "", path) for path in every
    )  # files that pages load have a digest
    of_vega = re.compile(r"static/vendor/|plots/.*\.js")  # where the bundle is
    assert [path for path in found if "evil" not in path and "script" not in path and not of_vega.match(path)] == [
        ".made.json",
        "404.html",
        "about.html",
        "activity.html",
        "as-of.js",
        "badges/github.com~acme~churn/churn/prod.svg",
        "compare.html",
        "crawl.html",
        "data.html",
        "data/schema/model.json",
        "datasets.html",
        "feeds/all.json",
        "feeds/all.xml",
        "feeds/kinds/assignment.json",
        "feeds/kinds/assignment.xml",
        "feeds/kinds/deprecation.json",
        "feeds/kinds/deprecation.xml",
        "feeds/kinds/deregistration.json",
        "feeds/kinds/deregistration.xml",
        "feeds/kinds/registration.json",
        "feeds/kinds/registration.xml",
        "feeds/kinds/unassignment.json",
        "feeds/kinds/unassignment.xml",
        "feeds/models/github.com~acme~churn/churn.xml",
        "feeds/models/github.com~acme~churn/old.xml",
        "feeds/people/ann-def35119f486965e.json",
        "feeds/people/ann-def35119f486965e.xml",
        "feeds/people/bo-ek-cf3b6c6176e3feba.json",
        "feeds/people/bo-ek-cf3b6c6176e3feba.xml",
        "feeds/repos/github.com~acme~churn.xml",
        "feeds/signed.json",
        "feeds/signed.xml",
        "feeds/stages/prod.json",
        "feeds/stages/prod.xml",
        "feeds/teams/acme.json",
        "feeds/teams/acme.xml",
        "index.html",
        "index/activity.js",
        "index/measures.js",
        "index/measures/all.js",
        "index/models.js",
        "index/more.js",
        "index/stages.js",
        "index/stages/gone.js",
        "index/stages/known.js",
        "index/stages/past-0.js",
        "index/stages/seconds.js",
        "index/stages/versions.js",
        "index/terms.js",
        "index/texts.js",
        "index/texts/github.com~acme~churn.js",
        "index/words.js",
        "index/words/all.js",
        "licences.html",
        "lineage.html",
        "lineage/github.com~acme~churn.js",
        "models.html",
        "models/github.com~acme~churn/churn.html",
        "models/github.com~acme~churn/churn.js",
        "models/github.com~acme~churn/churn.json",
        "models/github.com~acme~churn/old.html",
        "models/github.com~acme~churn/old.js",
        "models/github.com~acme~churn/old.json",
        "models/names.js",
        "people.html",
        "plots/3d8f247565fd856c289ed8e4d4aa37d6317376bd.png",
        "plots/d86ce6a242beca1cfc6c1288153addd5b5e2a45b.png",
        "repos.html",
        "repos/git.acme.example~lost.html",
        "repos/github.com~acme~churn.html",
        "stages.html",
        "static/activity.css",
        "static/activity.js",
        "static/activity_rows.js",
        "static/columns.js",
        "static/compare.css",
        "static/compare.js",
        "static/data.js",
        "static/filtered.js",
        "static/fonts/Inter.licence.txt",
        "static/fonts/JetBrains-Mono.licence.txt",
        "static/fonts/inter.woff2",
        "static/fonts/jetbrains-mono.woff2",
        "static/home.css",
        "static/icon.svg",
        "static/lineage.css",
        "static/lineage.js",
        "static/lineage_graph.js",
        "static/lineage_names.js",
        "static/load.js",
        "static/measures.js",
        "static/missing.js",
        "static/model.css",
        "static/model.js",
        "static/model_data.js",
        "static/models.css",
        "static/models.js",
        "static/palette.css",
        "static/palette.js",
        "static/phrases.js",
        "static/plot_templates.js",
        "static/plots.js",
        "static/query.js",
        "static/search.js",
        "static/site.css",
        "static/site.js",
        "static/stage_board.js",
        "static/stages.css",
        "static/stages.js",
        "static/tables.js",
        "static/theme.js",
        "static/words.js",
        "status.html",
        "teams.html",
        "teams/--e4a6a0577479b2b4.html",
        "teams/acme.html",
    ]


def test_the_page_of_a_model_says_what_its_tags_and_files_say(page):
    assert page("models/github.com~acme~churn/churn.html").text() == MODEL


def test_the_page_of_a_deprecated_artifact_says_so(page):
    assert page("models/github.com~acme~churn/old.html").text()[1:6] == [
        "old deprecated",
        "Feed Source",
        "Deprecated 1 Jan 2024. No version counts as being in a stage.",
        "Stages Metrics 2 Card Plots 2 Versions 1 Lineage and storage History 2",
        "No version is in a stage.",
    ]


def test_the_page_of_a_repository_that_is_gone_says_since_when(page):
    assert page("repos/git.acme.example~lost.html").text() == [
        "Repositories git.acme.example/lost",
        "git.acme.example/lost",
        "/srv/lost.git",
        "Last visit: not found (found nothing </p></td><script>alert(1)</script>). What is shown was true 1 Jun 2024, 12:00 UTC.",
        "Artifacts 0",
        "No tag of GTO, and no annotation in dvc.yaml or artifacts.yaml.",
        "Crawls",
        "Last visit",
        "not found The page Status has the time of the last crawl.",
    ]


def test_the_page_of_a_repository_lists_its_experiments(page):
    lines = page("repos/github.com~acme~churn.html").text()
    assert lines[lines.index("Experiments 1") + 2 : lines.index("Tags 9")] == [
        "Name Began from auc ↑ rows Commit Author When",
        "churn@v1.1.0 0.8 10 da541ad",
        "bold-heron churn@v1.1.0 0.9 +0.1 10 ±0 721621b Ann 1 Jan 2024",
    ]


def test_the_page_of_a_repository_without_a_registry_lists_its_releases(plain_page):
    lines = plain_page.text()
    assert lines[lines.index("Releases 2") + 2 : lines.index("Tags 2")] == [
        "Tag Commit Metrics Author Committed",
        "v1.1.0 e647d34 Better auc 0.8, rows 10 Ann 1 Jan 2024",
        "baseline bac73cd work auc 0.7, rows 10 Ann 1 Jan 2024",
    ]


def test_a_readme_that_tells_of_the_whole_repository_is_called_so_and_folded(plain_site):
    html = (plain_site / "models/plain/churn.html").read_text("utf-8")
    section = html.partition('<section id="card"')[2].partition("</section>")[0]
    words = unescape(re.sub("<[^>]*>", " ", section.partition(">")[2])).split()
    assert ('<a href="#card">README</a>' in html, " ".join(words)) == (
        True,
        "README of the repository The The From README.md at the tip of the default branch. What it says is the claim of its authors.",
    )
    assert re.findall(r"</?(?:details|summary|h3)", section) == [
        *("<details", "<summary", "</summary", "<h3", "</h3", "</details"),
    ]


def test_a_version_leads_to_its_bytes_and_to_the_version_with_the_same(page):
    links = page("models/github.com~acme~churn/churn.html").values("href")
    assert {link for link in links if "store.acme" in link or "rc.1" in link} == {
        "https://store.acme.example/churn/files/md5/b0/de1100000000000000000000000000",
        "https://store.acme.example/churn/files/md5/b0/de1200000000000000000000000000",
        "../../models/github.com~acme~churn/churn.html#v1.2.0-rc.1",
        "#v1.2.0-rc.1",
    }


def test_a_metric_over_versions_is_a_line_that_says_what_it_shows(page):
    labels = page("models/github.com~acme~churn/churn.html").values("aria-label")
    assert [label for label in labels if " in v" in label] == [
        "auc: 0.7 in v1.0.0, 0.8 in v1.1.0",
        "rows: 10 in v1.0.0, 10 in v1.1.0",
    ]


def test_an_image_of_a_plot_is_a_file_that_is_written_once(site, page, catalog_file):
    sources = page("models/github.com~acme~churn/churn.html").values("src")
    (image,) = [source for source in sources if source.endswith(".png")]
    written = (site / "models/github.com~acme~churn" / image).read_bytes()
    assert (written, build(catalog_file, site, title="Models <of> Acme").written) == (b"\x89PNG\r\n\x1a\n\2", 0)


def test_no_drawing_of_a_stranger_is_in_the_site(site):
    drawings = [file for file in site.rglob("*.svg") if file.parts[-4] != "badges"]
    assert drawings == [*site.glob("static/icon.*.svg")]


def test_every_link_leads_into_the_site_or_to_a_known_forge_or_storage(site, page):
    lost = []
    for source in site.rglob("*.html"):
        for link in page(source.relative_to(site)).values("href", "src"):
            target, _, fragment = link.partition("#")
            file = (source.parent / target.partition("?")[0]).resolve() if target else source
            here = file.suffix == ".html" and file.is_file()
            if link.startswith(
                ("https://github.com/acme/churn", "https://store.acme.example/", "https://evil.example/")
            ):
                continue
            if not file.is_file() or (fragment and here and fragment not in page(file.relative_to(site)).values("id")):
                lost.append((source.name, link))
    assert lost == []


def test_commits_of_a_known_forge_are_links(page):
    outside = {link for link in page("models/github.com~acme~churn/churn.html").values("href") if "://github" in link}
    assert {link.rpartition("/")[0] for link in outside} == {
        "https://github.com/acme",
        "https://github.com/acme/churn/blob/da541ad095cf7a31842fce4cadf50e293d15158a",
        "https://github.com/acme/churn/commit",
    }


def test_a_catalog_of_nothing_has_a_site(empty_catalog_file, tmp_path):
    assert build(empty_catalog_file, tmp_path, title="Nothing").pages == 16


def test_the_404_page_knows_its_way_home_from_any_depth(empty_catalog_file, tmp_path):
    build(empty_catalog_file, tmp_path, title="x", site_url="https://acme.example/models")
    assert 'href="/models/index.html"' in (tmp_path / "404.html").read_text("utf-8")


class Recorded:
    """A connection that keeps what it was asked."""

    def __init__(self, path, **options):
        self.connection = connect(path, **options)
        self.asked = []

    def execute(self, query, *parameters):
        self.asked.append(query)
        return self.connection.execute(query, *parameters)

    def close(self):
        self.connection.close()


def test_the_site_asks_every_macro_that_is_made_for_it(catalog_file, tmp_path, monkeypatch):
    connections = []
    connect_and_keep = lambda *given, **options: connections.append(Recorded(*given, **options)) or connections[-1]  # noqa: E731
    monkeypatch.setattr("sites.build.catalog_database.connect", connect_and_keep)
    build(catalog_file, tmp_path, title="x")
    offered = {
        statement.name: statement.body for statement in statements() if statement.name.startswith("internal.site_")
    }
    asked = [*connections[0].asked, *offered.values()]
    assert [name for name in offered if not any(re.search(rf"\b{name}\(", query) for query in asked)] == []


def test_old_versions_that_are_in_no_stage_are_rows_in_a_fold(catalog_file, tmp_path, monkeypatch):
    monkeypatch.setattr("sites.view_models.model.version_table.OPEN", 1)
    build(catalog_file, tmp_path, title="x")
    html = (tmp_path / "models/github.com~acme~churn/churn.html").read_text("utf-8")
    table, olds, _experiments = html.partition('id="versions"')[2].partition("</section>")[0].split("<details")
    assert [re.findall('<tr id="([^"]*)"', part) for part in (table, olds)] == [["v1.2.0-rc.1", "v1.0.0"], ["v1.1.0"]]


def test_a_row_of_the_list_has_the_main_metric_of_the_latest_version_without_scripts(site):
    rows = (site / "models.html").read_text("utf-8").partition("<tbody>")[2].partition("</tbody>")[0].split("\n<tr")
    cells = [
        re.findall(r'<td class="num">([^<]*) <small>([^<]*)</small></td>', row) for row in rows if "acme/churn" in row
    ]
    assert sorted(cells) == [[], [("0.8", "auc")]]


def test_a_row_of_the_list_is_small(site):
    rows = (site / "models.html").read_text("utf-8").partition("<tbody>")[2].partition("</tbody>")[0].split("\n<tr")
    assert [len(row) < 700 for row in rows if "acme/churn" in row] == [True, True]


def visible(html):
    """A page of a model without its card, and without what is in folds."""
    for part in ('<details class="(?:fold|made)".*?</details>', '<section id="card".*?</section>'):
        html = re.sub(part, "", html, flags=re.DOTALL)
    return html


def test_a_page_of_twenty_versions_is_small_without_its_card_and_folds(tmp_path):
    world, repo = World(), "github.com/acme/churn"
    for number in range(20):
        commit = world.commit({**PROJECT, **ran(number, auc=0.7 + number / 100, trees=number)})
        world.tag(f"churn@v1.{number}.0", commit, message="A message of a usual length, in a sentence")
        world.tag(f"churn#{('prod', 'staging', 'dev')[number % 3]}#{number}", commit)
    inventory = {
        Repo: [
            repository(
                repo,
                f"https://{repo}",
                visited_at=NOON,
                read_at=NOON,
                page=f"https://{repo}",
                commit_pages=f"https://{repo}/commit/",
            )
        ]
    }
    build(
        write_catalog(tmp_path / "c.duckdb", {repo: rows_of(world.listing(), world.objects)}, inventory),
        tmp_path / "site",
        title="x",
        site_url="https://models.acme.example/",
    )
    html = visible((tmp_path / "site" / "models" / "github.com~acme~churn" / "churn.html").read_text("utf-8"))
    assert (html.count("/commit/") >= 20, len(html.encode()) < 30_000) == (True, True)


def test_the_style_sheet_is_small(site):
    (styles,) = site.glob("static/site.*.css")
    assert styles.stat().st_size < 32_000

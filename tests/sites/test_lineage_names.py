"""References on the page of lineage mean what they mean for `catalog lineage`: short names, stages, and candidates where one names several artifacts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from catalog.errors import Ambiguous, NotFound
from catalog.query import Catalog
from sites import urls
from support.browser import opened

pytestmark = pytest.mark.browser

SUFFIXES = ("", "@latest", "@greatest", "@v1.0.0", "#prod", "#production", "#staging")

FOUND = """async (refs) => {
  const answer = {};
  for (const ref of refs) {
    answer[ref] = await LineageNames.find(ref).then(({ id, version }) => [`${id}@${version.version}`], (error) => error.candidates || []);
  }
  return answer;
}"""


@pytest.fixture(scope="module")
def output(demo_folder):
    return demo_folder / "output"


def meant(catalog, ref):
    """What the command says that a reference means: a version, several artifacts, or nothing."""
    try:
        return [catalog.reference(ref)]
    except Ambiguous as error:
        return [*error.candidates]
    except NotFound:
        return []


def ends(name):
    """All ends of a full name that begin after a `/` or `:`."""
    return [name[place:] for place in range(len(name)) if place == 0 or name[place - 1] in "/:"]


def test_a_reference_means_what_it_means_for_the_command(browser, output):
    with Catalog.open(output / "catalog.duckdb") as catalog:
        known = {
            row["ref"]: (output / "site" / urls.lineage(row["repo"])).exists()
            for row in catalog.sql("select ref, repo from version_files where node is not null").rows
        }
        artifacts = catalog.sql("select id from artifacts").rows
        commits = catalog.sql('select distinct artifact, "commit" from versions').rows
        of_commits = {
            f"{row['artifact']}@{row['commit'][:digits]}" for row in commits for digits in (6, 7, 16, 17, 40)
        } | {f"{row['artifact']}@{row['commit'][:39]}{'1' if row['commit'][39] == '0' else '0'}" for row in commits}
        refs = {end + suffix for row in artifacts for end in ends(row["id"]) for suffix in SUFFIXES}
        told = {ref: meant(catalog, ref) for ref in sorted(refs | of_commits)}
    drawn = {
        ref: names
        for ref, names in told.items()
        if all(known.get(name) for name in names) or (len(names) != 1 and ref not in of_commits)
    }
    with opened(browser, (output / "site/lineage.html").as_uri()) as page:
        assert page.evaluate(FOUND, [*drawn]) == {
            ref: [name.replace("@greatest", "@latest").replace("#production", "#prod") for name in names]
            for ref, names in drawn.items()
        }
    assert (len(drawn["churn#prod"]), len(drawn["model@latest"])) == (1, 8)


@pytest.mark.parametrize("asked", ["churn%23prod", "churn@v3.4.0", "risk/churn:churn@v3.4.0"])
def test_a_short_name_in_the_address_draws_the_version(browser, output, asked):
    with opened(browser, f"{(output / 'site/lineage.html').as_uri()}?of={asked}") as page:
        page.locator(".lineage svg").wait_for()
        assert (page.get_by_label("Version", exact=True).input_value(), page.complaints) == ("v3.4.0", [])


def test_a_name_of_several_artifacts_lists_them(browser, output):
    with Catalog.open(output / "catalog.duckdb") as catalog:
        candidates = meant(catalog, "model@v1.0.0")
    with opened(browser, f"{(output / 'site/lineage.html').as_uri()}?of=model@v1.0.0&way=up") as page:
        page.locator("#candidates").wait_for()
        links = page.locator("#candidates a").evaluate_all(
            "(links) => links.map((link) => [link.textContent, new URL(link.href).search])"
        )
        assert (links, page.complaints) == (
            [[ref, f"?{urlencode({'of': ref, 'way': 'up'})}"] for ref in candidates],
            [],
        )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param(
            "churn%23nope",
            'no version of demo.example/risk/churn:churn with known lineage is in stage "nope", expected one of staging, dev, prod',
            id="a stage",
        ),
        pytest.param(
            "churn@v9.9.9",
            'demo.example/risk/churn:churn has no version "v9.9.9" with known lineage, expected one of v3.5.0, v3.5.0-rc.1, v3.4.0, v3.3.0, v3.2.0, v3.1.0, v3.0.0, v3.0.0-rc.1, ... (17 in all)',
            id="a version",
        ),
        pytest.param("asr", "no lineage is known of demo.example/speech/asr:asr", id="an artifact without lineage"),
        pytest.param(
            "nope",
            'no artifact "nope" in this catalog: expected artifact, artifact@version or artifact#stage',
            id="an artifact that there is not",
        ),
    ],
)
def test_a_reference_of_no_lineage_says_why(browser, output, asked, says):
    """The artifact without lineage is of a repository that has no script of a graph."""
    with opened(browser, f"{(output / 'site/lineage.html').as_uri()}?of={asked}") as page:
        page.locator("#lineage .notice").wait_for()
        assert page.locator("#lineage .notice").inner_text() == says


def test_a_name_is_completed_from_what_was_typed(browser, output):
    with opened(browser, (output / "site/lineage.html").as_uri()) as page:
        page.get_by_label("Reference of a version").fill("chur")
        page.locator("#completions option").first.wait_for(state="attached")
        options = page.locator("#completions option").evaluate_all("(options) => options.map((option) => option.value)")
    assert options[0] == "demo.example/risk/churn:churn"


@pytest.mark.parametrize("count", [20, 21], ids=["as many as are offered", "one more"])
def test_so_many_names_complete_what_was_typed(browser, output, count):
    names = [f"model{place:02}" for place in range(count)]
    models = {"repos": ["h/o/n"], "repo": ",".join("0" * count), "artifact": names, "flags": ",".join("1" * count), "stageNames": [], "formerNames": []}  # fmt: skip
    with opened(browser, (output / "site/lineage.html").as_uri()) as page:
        page.evaluate("models => { SiteData.load = async () => {}; SiteData.get = () => models; }", models)
        assert page.evaluate("LineageNames.completions('model')") == [f"h/o/n:{name}" for name in names[:20]]


def test_a_former_name_of_a_repository_is_understood(browser, output):
    """Where nothing has the name now, as `catalog lineage` has it."""
    models = {
        "repos": ["h/o/new", "h/o/other"], "repo": "0,0,1", "artifact": ["m", "n", "n"], "flags": "0,0,0", "stageNames": [],
        "formerNames": [["h/o/old", "h/o/new"], ["h/x/other", "h/o/new"]],
    }  # fmt: skip
    refs = ["old:m", "h/o/old:n@v1.0.0", "n", "other:n", "x/other:n", "old:x"]
    asked = """async (refs) => {
      LineageGraph.resolve = async (ref) => ({ id: ref, version: { version: '' } });
      const answer = {};
      for (const ref of refs) answer[ref] = await LineageNames.find(ref).then(({ id }) => [id], (error) => error.candidates || []);
      return answer;
    }"""
    with opened(browser, (output / "site/lineage.html").as_uri()) as page:
        page.evaluate("models => { SiteData.load = async () => {}; SiteData.get = () => models; }", models)
        assert page.evaluate(asked, refs) == {
            "old:m": ["h/o/new:m"],
            "h/o/old:n@v1.0.0": ["h/o/old:n@v1.0.0"],
            "n": ["h/o/new:n", "h/o/other:n"],
            "other:n": ["h/o/other:n"],
            "x/other:n": ["h/o/new:n"],
            "old:x": [],
        }


def test_a_commit_of_several_versions_lists_them(browser, output):
    versions = [
        ["m", version, 0, 1, 0, [], 0, commit * 40] for version, commit in (("v1", "a"), ("v2", "a"), ("v3", "b"))
    ]
    graph = {"repo": "h/o/n", "nodes": [["m"]], "digits": {}, "commits": {}, "kinds": [], "edges": [], "links": [], "repos": [], "versions": versions, "artifacts": {"m": ["", "m.html"]}}  # fmt: skip
    with opened(browser, (output / "site/lineage.html").as_uri()) as page:
        page.evaluate("graph => S('lineage/h~o~n', graph)", graph)
        assert page.evaluate(FOUND, [f"h/o/n:m@{digits}" for digits in ("aaaaaaa", "bbbbbbb", "v2")]) == {
            "h/o/n:m@aaaaaaa": ["h/o/n:m@v1", "h/o/n:m@v2"],
            "h/o/n:m@bbbbbbb": ["h/o/n:m@v3"],
            "h/o/n:m@v2": ["h/o/n:m@v2"],
        }

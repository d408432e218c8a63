"""What scripts read of a model: points of all versions, and the paths that do not follow from names."""

from __future__ import annotations

import json
import math

import pytest

from sites.data.rows import ProblemRow
from sites.view_models.model import model_data as module
from sites.view_models.problems import by_commit


@pytest.mark.parametrize(
    ("number", "text", "flags", "point"),
    [
        pytest.param(0.824, "0.824", 0, [3, 0.824], id="a text that is its number is left out"),
        pytest.param(404636.0, "404636", 0, [3, 404636], id="also of a whole one"),
        pytest.param(0.5, "0.50", 0, [3, 0.5, "0.50"], id="one that is written otherwise stays"),
        pytest.param(1e-7, "1e-07", 0, [3, 1e-7, "1e-07"], id="so does an exponent, which JavaScript writes otherwise"),
        pytest.param(None, "adam", 0, [3, None, "adam"], id="a word"),
        pytest.param(math.nan, "nan", 0, [3, None, "nan"], id="no number"),
        pytest.param(0.5, "0.5", module.OF_PROJECT | module.OF_ANOTHER_RUN, [3, 0.5, None, 3], id="flags"),
        pytest.param(module.EXACT - 1, "999999999999999", 0, [3, 999999999999999], id="the largest whole number"),
        pytest.param(module.EXACT, "1000000000000000", 0, [3, module.EXACT, "1000000000000000"], id="one beyond"),
    ],
)
def test_a_point(number, text, flags, point):
    assert module._point(3, number, text, flags) == point


@pytest.mark.parametrize(
    ("repo", "artifact", "listed"),
    [
        pytest.param("github.com/acme/churn", "models:churn", False, id="a plain name"),
        pytest.param("github.com/acme/churn", "Churn", True, id="a name with a capital letter"),
        pytest.param("github.com/acme/a~b", "churn", True, id="a name with a character that has another meaning"),
    ],
)
def test_only_paths_that_do_not_follow_from_names_are_listed(repo, artifact, listed):
    script = module.names([(repo, artifact, f"{repo}:{artifact}")]).decode()
    names = json.loads(script.removeprefix('S("names", ').removesuffix(");\n"))
    assert [*names] == [f"{repo}:{artifact}"] * listed


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a panel shows", "one more"])
def test_problems_are_of_their_commit(beyond):
    rows = [ProblemRow("r", "rule", f"{n}", "m", "c", "") for n in range(module.MOST_PROBLEMS + beyond)]
    other = ProblemRow("r", "rule", "p" * (module.LONG_PROBLEM + 1), "m" * module.LONG_PROBLEM, "d", "")
    commits = by_commit([*rows, other, ProblemRow("r", "rule", "refs/tags/x", "m", None, "")])
    more = {"more_problems": 1} if beyond else {}
    assert {commit: module._problems(of_commit) for commit, of_commit in commits.items()} == {
        "c": {"problems": [[f"{n}", "m"] for n in range(module.MOST_PROBLEMS)], **more},
        "d": {"problems": [["p" * (module.LONG_PROBLEM - 1) + "…", "m" * module.LONG_PROBLEM]]},
    }


@pytest.mark.slow
def test_the_script_of_a_model_has_all_versions(site):
    script = (site / "models/github.com~acme~churn/churn.js").read_text("utf-8")
    data = json.loads(script.removeprefix('S("github.com/acme/churn:churn", ').removesuffix(");\n"))
    assert [(version["version"], version.get("stages"), version["size"]) for version in data["versions"]] == [
        ("v1.2.0-rc.1", None, 3145728), ("v1.1.0", None, 3145728), ("v1.0.0", [["prod", "prod"]], 3145728),
    ]  # fmt: skip
    assert (data["metrics"], data["params"]) == (
        [
            {"file": "metrics.json", "name": "auc", "direction": "higher", "points": [[2, 0.7], [1, 0.8]]},
            {"file": "metrics.json", "name": "rows", "points": [[2, 10], [1, 10]]},
        ],
        [{"file": "params.yaml", "name": "trees", "points": [[2, 100], [1, 200]]}],
    )
    assert [each["path"] for each in data["inputs"]] == ["data.csv", "train.py"]

"""`catalog config` as it is written."""

from __future__ import annotations

import json

TEXT = '[crawl]\njobs = 2\n[[repo]]\nurl = "https://git.example/acme/churn"\n'


def test_a_table_says_where_each_value_is_from(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "repos.toml").write_text(TEXT)
    code, out, err = run("config")
    lines = [line.split() for line in out.splitlines()]
    assert (code, err, lines[0]) == (0, "", ["table", "key", "value", "from"])
    assert ["[crawl]", "jobs", "2", "repos.toml:2"] in lines
    assert ["[crawl]", "jobs_per_host", "8", "default"] in lines


def test_json_keeps_the_types_of_values(run, tmp_path):
    (tmp_path / "repos.toml").write_text(TEXT)
    code, out, _ = run("config", "--repo", "churn", "-o", "json")
    found = {row["key"]: (row["value"], row["file"], row["line"]) for row in json.loads(out)}
    assert (code, found["url"], found["timeout"]) == (
        0,
        ("https://git.example/acme/churn", "repos.toml", 4),
        (300.0, None, None),
    )


def test_other_formats_have_the_same_rows(run, tmp_path):
    (tmp_path / "repos.toml").write_text(TEXT)
    ids = run("config", "-o", "ids")[1].splitlines()
    assert ids == [" ".join(line.split(",")[:2]) for line in run("config", "-o", "csv")[1].splitlines()[1:]]


def test_a_repository_that_is_not_there(run, tmp_path):
    (tmp_path / "repos.toml").write_text(TEXT)
    assert run("config", "--repo", "churm") == (
        3,
        "",
        "catalog: repos.toml has no repository named 'churm'; did you mean git.example/acme/churn?\n",
    )

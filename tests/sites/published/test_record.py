"""A model's record: as the schema says, with what its page and the command line say, and no character that a page would run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from catalog.query import Catalog
from sites.build import build
from support.site_worlds import NAMES, Fleet, assign
from support.stranger import SCRIPT

pytestmark = pytest.mark.slow
CHURN = "models/github.com~acme~churn/churn.json"


@pytest.fixture(scope="module")
def records(site):
    return {
        str(file.relative_to(site)): json.loads(file.read_text("utf-8"))
        for file in sorted(site.glob("models/**/*.json"))
    }


def test_every_page_of_a_model_has_a_record_beside_it(site, records):
    assert [*records] == sorted(f"{str(file.relative_to(site))[:-5]}.json" for file in site.glob("models/**/*.html"))


def test_every_record_is_as_the_schema_says(site, records):
    schema = json.loads((site / "data/schema/model.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert [error.message for record in records.values() for error in validator.iter_errors(record)] == []
    assert {*schema["required"]} == {*records[CHURN]} - {"$schema"}


def test_it_leads_to_its_schema(site, records):
    assert (site / CHURN).parent.joinpath(records[CHURN]["$schema"]).resolve() == (
        site / "data/schema/model.json"
    ).resolve()


def test_it_says_what_the_command_line_says(records, catalog_file):
    record = records[CHURN]
    with Catalog.open(catalog_file) as catalog:
        (shown,) = catalog.show(record["id"]).rows
        versions = catalog.sql("select version from versions where artifact = 'churn'").rows
    assert {key: record[key] for key in ("repo", "artifact", "type", "description", "labels")} == {
        key: shown[key] for key in ("repo", "artifact", "type", "description")
    } | {"labels": list(shown["labels"])}
    assert sorted(version["version"] for version in record["versions"]) == sorted(row["version"] for row in versions)


def test_a_version_has_its_stages_metrics_and_storage(records):
    record = records[CHURN]
    assert record["stages"] == [
        {"stage": "prod", "raw_stage": "production", "version": "v1.0.0", "commit": record["versions"][-1]["commit"], "since": "2024-01-01T00:00:06Z", "author": "Ann"}
    ]  # fmt: skip
    version = record["versions"][-1]
    assert {key: version[key] for key in version.keys() - {"commit", "revision", "created_at"}} == {
        "version": "v1.0.0", "author": "Ann", "registered": True, "active": True, "latest": False, "stages": ["prod"],
        "metrics": [
            {"file": "metrics.json", "name": "auc", "number": 0.7, "text": "0.7"},
            {"file": "metrics.json", "name": "rows", "number": 10, "text": "10"},
        ],
        "storage": {
            "status": "ok", "path": "models/churn.pkl", "hash": "b0de1100000000000000000000000000", "size": 3145728, "files": None,
            "url": "https://store.acme.example/churn/files/md5/b0/de1100000000000000000000000000",
        },
    }  # fmt: skip


def test_no_record_has_markup_or_an_invisible_character(site, records):
    texts = [(site / path).read_text("utf-8") for path in records]
    assert [text for text in texts if "<" in text or not text.isascii()] == []
    assert SCRIPT in repr(records)


def test_it_is_made_again_with_its_page(tmp_path):
    import random

    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    before = {file: file.read_bytes() for file in sorted(site.glob("models/**/*.json"))}
    assign(fleet, random.Random(1), NAMES[0])
    fleet.build(site)
    changed = [file.relative_to(site).parts[1] for file, data in before.items() if file.read_bytes() != data]
    assert ({*changed}, fleet.differences(site)) == ({"forge.example~acme~churn"}, [])


def test_a_record_that_was_deleted_is_written_again(tmp_path, catalog_file):
    build(catalog_file, tmp_path, title="x")
    data = (tmp_path / CHURN).read_bytes()
    Path(tmp_path / CHURN).unlink()
    report = build(catalog_file, tmp_path, title="x")
    assert (report.written, report.rendered, (tmp_path / CHURN).read_bytes()) == (1, 0, data)

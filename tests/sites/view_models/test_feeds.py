"""The feeds: what RFC 4287 and JSON Feed 1.1 require, what they tell, and that no entry ever changes its name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from catalog.database import database
from sites.build import build
from sites.data.facts import rows
from sites.data.page_inputs import PageInputsRow
from sites.data.rows import NewsRow
from sites.view_models.feeds import ALL, Feeds, model, person_feed, repository

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URL = "https://models.acme.example/all"
CHURN = "feeds/models/github.com~acme~churn/churn"


def feed_files(connection, title, url, keep=bool):
    """All feeds of a catalog, of those entries that are kept."""
    feeds = Feeds(rows(connection, "site_page_inputs", PageInputsRow), title, url)
    news = rows(connection, "site_feed_entries", NewsRow, None, None)
    return dict(feeds.files(feeds.repos(), filter(keep, news)))


@pytest.fixture(scope="module")
def connection(catalog_file):
    connection = database.connect(catalog_file)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def files(connection):
    """All feeds, for a site whose address is known."""
    return feed_files(connection, "Models <of> Acme", URL)


def entries(data):
    return ET.fromstring(data).findall(f"{ATOM}entry")


def said(element, name):
    found = element.findall(ATOM + name)
    return found[0].text if len(found) == 1 else [one.text for one in found]


def without_commit(text):
    return re.sub(r"\b[0-9a-f]{7}\b", "COMMIT", text)


def wrong_in_atom(data):
    """What RFC 4287, sections 4.1.1 and 4.1.2, has against a feed."""
    feed = ET.fromstring(data)
    elements = [feed, *feed.findall(f"{ATOM}entry")]
    names = [said(element, "id") for element in elements]
    wrong = [f"{name} is there twice" for name in set(names) if names.count(name) > 1]
    for element in elements:
        wrong += (
            [f"id {said(element, 'id')}"] if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", said(element, "id")) else []
        )
        wrong += ["no title"] if not isinstance(said(element, "title"), str) else []
        wrong += ["no date of RFC 3339"] if not RFC_3339.fullmatch(str(said(element, "updated"))) else []
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        wrong += ["two links that say the same"] if len(links) != len(set(links)) else []
    for entry in elements[1:]:
        wrong += ["no author"] if not all(said(a, "name") for a in entry.findall(f"{ATOM}author")) else []
        wrong += ["no content"] if not said(entry, "content") else []
    wrong += (
        ["no address of its own"]
        if not [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
        else []
    )
    wrong += (
        ["older than an entry"]
        if str(said(feed, "updated")) < max((said(e, "updated") for e in elements[1:]), default="")
        else []
    )
    return wrong


def wrong_in_json(data):
    """What https://www.jsonfeed.org/version/1.1/ has against a feed."""
    feed = json.loads(data)
    wrong = [] if feed["version"] == "https://jsonfeed.org/version/1.1" else ["version"]
    wrong += [] if isinstance(feed["title"], str) and isinstance(feed["items"], list) else ["title or items"]
    wrong += [key for key in ("home_page_url", "feed_url") if not feed.get(key, URL).startswith(URL)]
    names = [item["id"] for item in feed["items"]]
    wrong += [] if len(names) == len(set(names)) else ["an id twice"]
    for item in feed["items"]:
        wrong += [] if isinstance(item["id"], str) and isinstance(item["content_text"], str) else ["id or content"]
        wrong += [key for key in ("date_published", "date_modified") if not RFC_3339.fullmatch(item[key])]
        wrong += [] if item.get("url", URL).startswith(URL) else ["url"]
        wrong += [] if all(isinstance(author["name"], str) for author in item["authors"]) else ["authors"]
        wrong += [] if all(isinstance(tag, str) for tag in item["tags"]) else ["tags"]
    return wrong


@pytest.mark.parametrize("url", [URL, None], ids=["a known address", "no known address"])
def test_every_feed_is_one_also_where_strangers_wrote_every_word(connection, url):
    made = feed_files(connection, "Models <of> Acme", url)
    check = {".xml": wrong_in_atom, ".json": wrong_in_json}
    wrong = {path: found for path, data in made.items() if (found := check[Path(path).suffix](data))}
    assert (wrong, len(made) > 20) == ({}, True)


def test_a_feed_tells_what_tags_did_newest_first(files):
    entry = entries(files[f"{CHURN}.xml"])[1]
    told = [said(entry, "title") for entry in entries(files[f"{CHURN}.xml"])]
    assert (told, without_commit(said(entry, "content")), entry.find(f"{ATOM}author/{ATOM}name").text) == (
        [
            "churn v1.2.0-rc.1 deregistered",
            "churn v1.2.0-rc.1 registered",
            "churn v1.1.0 unassigned from prod",
            "churn v1.1.0 assigned to prod",
            "churn v1.1.0 registered",
            "churn v1.0.0 assigned to prod",
            "churn v1.0.0 registered",
        ],
        "churn@v1.2.0-rc.1\n\ngithub.com/acme/churn, tag churn@v1.2.0-rc.1 at COMMIT, by Ann",
        "Ann",
    )


def test_an_item_of_json_feed(files):
    item = next(
        item for item in json.loads(files["feeds/teams/acme.json"])["items"] if "v1.1.0 assigned" in item["title"]
    )
    assert item | {"id": None, "content_text": without_commit(item["content_text"])} == {
        "id": None,
        "title": "churn v1.1.0 assigned to prod",
        "content_text": "Go\n\ngithub.com/acme/churn, tag churn#production#2 at COMMIT, by Bo Ek",
        "date_published": item["date_published"],
        "date_modified": item["date_published"],
        "authors": [{"name": "Bo Ek"}],
        "tags": ["assignment", "prod"],
        "url": f"{URL}/models/github.com~acme~churn/churn.html",
    }


def test_the_feeds_of_a_repository(files):
    found = {
        path: len(json.loads(data)["items"] if path.endswith(".json") else entries(data))
        for path, data in files.items()
        if not path.startswith(("feeds/kinds/", "feeds/people/", "feeds/signed."))
    }
    assert {path: count for path, count in found.items() if "evil" not in path and "script" not in path} == {
        "feeds/all.json": 31,
        "feeds/all.xml": 31,
        "feeds/models/github.com~acme~churn/churn.xml": 7,
        "feeds/models/github.com~acme~churn/old.xml": 2,
        "feeds/repos/github.com~acme~churn.xml": 9,
        "feeds/stages/prod.json": 3,
        "feeds/stages/prod.xml": 3,
        "feeds/teams/acme.json": 9,
        "feeds/teams/acme.xml": 9,
    }


def test_each_entry_is_in_the_feed_of_its_kind(files):
    of_kinds = [
        name
        for path, data in files.items()
        if path.startswith("feeds/kinds/") and path.endswith(".xml")
        for name in names(data)
    ]
    assert sorted(of_kinds) == sorted(names(files["feeds/all.xml"]))


def test_the_feed_of_a_person_has_what_this_person_tagged(files):
    of_person, every = (json.loads(files[f"{path}.json"])["items"] for path in (person_feed("Bo Ek"), ALL))
    assert of_person == [item for item in every if item["authors"] == [{"name": "Bo Ek"}]] != []


def names(data):
    return [said(entry, "id") for entry in entries(data)]


def test_an_entry_keeps_its_name_wherever_the_catalog_is_shown(connection, files):
    other = feed_files(connection, "Another title", None)
    again = [item["id"] for item in json.loads(files["feeds/all.json"])["items"]]
    assert (names(other["feeds/all.xml"]), again) == (names(files["feeds/all.xml"]), names(files["feeds/all.xml"]))


def test_an_entry_keeps_its_name_while_others_come(connection, files):
    later = names(files[f"{CHURN}.xml"])[:2]
    before = feed_files(connection, "x", URL, keep=lambda entry: "v1.2.0-rc.1" not in (entry.version or ""))
    assert names(before[f"{CHURN}.xml"]) == [name for name in names(files[f"{CHURN}.xml"]) if name not in later]


def test_a_catalog_of_nothing_has_a_feed_of_nothing(empty_catalog_file):
    connection = database.connect(empty_catalog_file)
    made = feed_files(connection, "Nothing", None)
    connection.close()
    assert (sorted(made), wrong_in_atom(made["feeds/all.xml"]), json.loads(made["feeds/all.json"])["items"]) == (
        ["feeds/all.json", "feeds/all.xml"],
        [],
        [],
    )


def test_links_lead_to_pages_of_the_site_without_a_known_address(site):
    lost = []
    for file in (site / "feeds").rglob("*.xml"):
        feed = ET.parse(file).getroot()
        root = file.parent / feed.get(BASE)
        lost += [
            link.get("href")
            for link in feed.iter(f"{ATOM}link")
            if not (root / link.get("href").partition("?")[0]).is_file()
        ]
    assert lost == []


def test_pages_name_their_feeds(page):
    def feeds(path):
        links = [
            found for tag, found in page(path).elements if tag == "link" and found.get("type") == "application/atom+xml"
        ]
        return [found["href"] for found in links if "script" not in found["href"] and "evil" not in found["href"]]

    assert (feeds("index.html"), feeds("models/github.com~acme~churn/churn.html"), feeds("404.html")) == (
        ["feeds/all.xml", "feeds/stages/prod.xml"],
        ["../../feeds/all.xml", "../../feeds/models/github.com~acme~churn/churn.xml"],
        ["feeds/all.xml"],
    )


def test_feeds_are_named_as_pages_are():
    assert (model("github.com/acme/churn", "churn"), repository("github.com/acme/churn")) == (
        CHURN,
        "feeds/repos/github.com~acme~churn",
    )


@pytest.mark.slow
def test_a_second_build_leaves_the_feeds_as_they_are(catalog_file, tmp_path):
    build(catalog_file, tmp_path, title="x", site_url=URL)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "feeds").rglob("*.*")}
    build(catalog_file, tmp_path, title="x", site_url=URL)
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "feeds").rglob("*.*")} == before

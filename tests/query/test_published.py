"""Catalogs that are published: downloaded once, checked before they are used, and kept while the server is down."""

from __future__ import annotations

import json
import logging
import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

import catalog
from catalog.errors import ConfigError, Down, NotFound, Refused, StoreError, TooBig, TooSlow
from catalog.query.published import index, web_folder
from catalog.query.published.cache import cache_folder
from catalog.query.published.location import as_url, database_at, default_location
from catalog.transport import cloud_credentials
from support.loopback import Answer, Request, needs
from support.publishing import publishing
from support.small_catalog import small_catalog

TOKEN = "x9-session-Zq7w"


@pytest.fixture
def whole() -> bytes:
    return small_catalog().read_bytes()


@pytest.fixture
def site(tmp_path):
    with publishing(tmp_path) as published:
        yield published


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """No wait between attempts."""
    monkeypatch.setattr(web_folder, "LONGEST_WAIT", 0.0)


def artifacts(place) -> int:
    with catalog.open(place) as opened:
        return len(opened.artifacts())


def cached() -> list[str]:
    return sorted(file.name for file in cache_folder().rglob("*") if file.is_file() and file.name != ".lock")


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("folder", "end"),
    [
        pytest.param("/", "", id="the folder"),
        pytest.param("/a/b/", "/a/b/", id="a folder below"),
        pytest.param("/", "/catalog.json", id="the index itself"),
        pytest.param("/data/", "/", id="the output folder, with data/ in it"),
    ],
)
def test_a_catalog_is_read_at_its_address(site, whole, folder, end):
    site.publish(whole, folder)
    assert artifacts(site.site + end) == artifacts(small_catalog())


def test_a_path_object_is_read_as_the_address_that_it_was(site, whole):
    site.publish(whole)
    assert artifacts(Path(site.site)) == 4


def test_the_second_time_only_the_index_is_asked_for_and_it_is_unchanged(site, whole):
    path = site.publish(whole)
    artifacts(site.site)
    first = site.asked
    artifacts(site.site)
    assert (first, site.asked) == (["/catalog.json", path], ["/catalog.json"])
    assert "if-none-match" in site.site.headers[-1]


def test_another_database_replaces_the_one_of_before(site, whole):
    site.publish(whole)
    artifacts(site.site)
    path = site.publish(whole + bytes(16_384))
    artifacts(site.site)
    assert cached() == [path.removeprefix("/"), "state.json"]


def test_an_index_of_another_text_that_names_the_same_database_downloads_nothing(site, whole):
    path = site.publish(whole)
    artifacts(site.site)
    site.files["/catalog.json"] += b"\n"
    site.asked  # noqa: B018 - begins anew
    artifacts(site.site)
    assert path not in site.asked


@pytest.mark.one_in(3)
@pytest.mark.parametrize("status", [500, 503, 429])
def test_while_the_server_is_down_the_copy_is_used_and_its_date_said(site, whole, caplog, status):
    site.publish(whole)
    artifacts(site.site)
    site.status = status
    with caplog.at_level(logging.WARNING):
        assert artifacts(site.site) == 4
    (said,) = caplog.messages
    assert said.startswith(f"{site.site}/catalog.json: {status}: the server is busy or broken; the copy of 20")


def test_without_a_copy_a_server_that_is_down_is_an_error(site):
    site.status = 503
    with pytest.raises(Down, match="503: the server is busy or broken"):
        catalog.open(site.site)
    assert cached() == []


def test_a_download_takes_at_most_so_long(site, whole, monkeypatch):
    site.publish(whole)
    monkeypatch.setattr(web_folder, "TOTAL", 0.0)
    with pytest.raises(TooSlow, match="not done after 0 s"):
        catalog.open(site.site)


def test_nobody_there():
    with pytest.raises(Down, match=r"^http://127\.0\.0\.1:9/catalog\.json: no connection: Connection refused$"):
        catalog.open("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda data: data[:-1], id="cut short"),
        pytest.param(lambda data: data[:5000] + b"x" + data[5001:], id="a byte changed"),
    ],
)
def test_a_database_that_is_not_what_the_index_states_is_not_used(site, whole, harm):
    path = site.publish(whole)
    site.files[path] = harm(whole)
    with pytest.raises(Down, match=r"has other bytes than catalog\.json states"):
        catalog.open(site.site)
    assert cached() == []


@pytest.mark.slow
def test_a_damaged_one_does_not_replace_the_copy(site, whole, caplog):
    site.publish(whole)
    artifacts(site.site)
    path = site.publish(whole + bytes(10))
    site.files[path] = whole
    with caplog.at_level(logging.WARNING):
        assert (artifacts(site.site), "has other bytes" in caplog.text) == (4, True)


def test_one_that_is_longer_than_stated_is_cut_off(site, whole):
    path = site.publish(whole)
    site.files[path] = whole + b"x"
    with pytest.raises(TooBig, match=f"more than {len(whole):,} bytes, as many as are expected"):
        catalog.open(site.site)


def test_an_index_without_its_database(site, whole):
    path = site.publish(whole)
    del site.files[path]
    with pytest.raises(Down, match="which is not there: it is not uploaded whole"):
        catalog.open(site.site)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>", "is not the catalog.json of a catalog: it is not JSON"),
        (b"[" * 100_000, "is not the catalog.json of a catalog: it is not JSON"),
        (b"[]", "is not the catalog.json of a catalog: expected an object with 'tables'"),
        (b'{"tables": []}', r"names no database: expected a catalog that is built with publish_database = true"),
    ],
    ids=["a page", "brackets without end", "another JSON", "no database"],
)
def test_what_is_no_index(site, content, says):
    site.files["/catalog.json"] = content
    with pytest.raises(NotFound, match=says):
        catalog.open(site.site)


@pytest.mark.parametrize(
    "stated",
    [
        {"path": "../x.duckdb"},
        {"path": "/etc/passwd"},
        {"path": "https://h.example/catalog.0123456789abcdef.duckdb"},
        {"bytes": 0},
        {"bytes": index.MAX_DATABASE + 1},
        {"bytes": "1"},
        {"sha256": "x"},
    ],
    ids=repr,
)
def test_an_index_that_names_what_cannot_be(site, whole, stated):
    site.publish(whole, **stated)
    with pytest.raises(NotFound, match="states a database that cannot be one"):
        catalog.open(site.site)


def test_the_largest_database_may_be_stated():
    entry = {"path": "catalog.0123456789abcdef.duckdb", "bytes": index.MAX_DATABASE, "sha256": "0" * 64}
    assert index.parse_index(json.dumps({"tables": [], "database": entry}).encode(), "x").bytes == index.MAX_DATABASE


def test_an_index_has_at_most_so_many_bytes(site, whole, monkeypatch):
    site.publish(whole)
    monkeypatch.setattr(index, "MAX_INDEX", len(site.files["/catalog.json"]))
    assert artifacts(site.site) == 4
    site.files["/catalog.json"] += b" "
    with pytest.raises(TooBig, match=r"catalog\.json: more than"):
        catalog.open(site.site)


def test_nothing_is_published(site):
    with pytest.raises(
        NotFound, match=f"^{site.site}: no catalog is published here: expected catalog.json, there or in data/$"
    ):
        catalog.open(site.site)


def test_a_database_of_another_program(site, tmp_path):
    with duckdb.connect(tmp_path / "x.duckdb") as other:
        other.execute("create table t as select 1")
    site.publish((tmp_path / "x.duckdb").read_bytes())
    with catalog.open(site.site) as opened, pytest.raises(NotFound, match=f"^{site.site} is not a catalog"):
        opened.artifacts()


def test_bytes_that_are_no_database(site):
    site.publish(b"x" * 5000)
    with pytest.raises(
        StoreError, match=f"^{site.site}: its database cannot be opened .*expected a catalog that this version"
    ):
        catalog.open(site.site)


def test_a_copy_that_somebody_changed_is_downloaded_again(site, whole):
    site.publish(whole)
    artifacts(site.site)
    (file,) = cache_folder().rglob("*.duckdb")
    file.write_bytes(b"x")
    assert (artifacts(site.site), file.read_bytes()) == (4, whole)


def test_a_login_of_netrc_is_sent_where_the_server_asks(tmp_path, whole):
    (Path.home() / ".netrc").write_text("machine 127.0.0.1 login ann password s3cret\n")
    with publishing(tmp_path, rule=needs("ann", "s3cret")) as site:
        site.publish(whole)
        assert artifacts(site.site) == 4


def test_without_a_login_it_is_said_that_one_is_needed(tmp_path):
    with publishing(tmp_path, rule=needs("ann", "s3cret")) as site:
        with pytest.raises(Refused, match=r"401: the server needs a login, as of ~/\.netrc"):
            catalog.open(site.site)
        with pytest.raises(Refused, match="401: the server does not accept the login") as caught:
            catalog.open(site.site.replace("//", "//ann:wrong-one@"))
    assert "wrong-one" not in str(caught.value)


@pytest.mark.parametrize("target", ["http://other.example/catalog.json", "http://[", "//["])
def test_a_redirect_elsewhere_is_not_followed(tmp_path, target):
    elsewhere = Answer(status=302, headers={"Location": target})
    with publishing(tmp_path, rule=lambda _: elsewhere) as site, pytest.raises(Refused, match="redirects to"):
        catalog.open(site.site)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://h.example/a/", "https://h.example/a"),
        (Path("https://h.example/a/"), "https://h.example/a"),
        ("s3://b/p/catalog.json", "s3://b/p"),
        ("HTTPS://h.example/a", "https://h.example/a"),
        (Path("S3://b/p"), "s3://b/p"),
        ("output", None),
        ("ftp://h.example", None),
    ],
    ids=str,
)
def test_what_is_an_address(location, url):
    assert as_url(location) == url


def test_offline_there_is_the_copy_or_nothing(site, whole):
    with pytest.raises(NotFound, match="no copy of it is on this machine"):
        database_at(site.site, offline=True)
    site.publish(whole)
    file = database_at(site.site)
    site.status = 500
    assert database_at(site.site, offline=True) == file


def configured(text: str) -> Path:
    file = Path.home() / ".config" / "federated-model-catalog" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_the_default_is_the_environments_then_this_folders_then_the_users(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_location() == Path("output/catalog.duckdb")
    configured('catalog = "https://h.example/data"')
    assert as_url(default_location()) == "https://h.example/data"
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "catalog.duckdb").touch()
    assert default_location() == Path("output/catalog.duckdb")
    monkeypatch.setenv("CATALOG", "elsewhere")
    assert default_location() == Path("elsewhere")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("catalog = 1", "invalid catalog 1: expected a path or URL of a catalog, as text"),
        ("catalogue = 'x'", "unknown key 'catalogue': expected catalog"),
        ("catalog", "cannot be read"),
    ],
)
def test_what_is_wrong_in_the_users_file(tmp_path, monkeypatch, text, says):
    monkeypatch.chdir(tmp_path)
    file = configured(text)
    with pytest.raises(ConfigError) as caught:
        default_location()
    assert str(caught.value).startswith(f"{file}: {says}")


@pytest.fixture
def bucket(site, monkeypatch):
    """A bucket of the site, which answers as S3 does, without a signature."""
    for name, value in {
        "ENDPOINT_URL": site.site,
        "ALLOW_HTTP": "true",
        "SKIP_SIGNATURE": "true",
        "REGION": "eu",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", str(value))
    return "s3://models/p"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("folder", ["/models/p/", "/models/p/data/"])
def test_a_bucket_is_read_once_and_then_its_index_alone(site, whole, bucket, folder):
    path = site.publish(whole, folder)
    assert (artifacts(bucket), site.asked[-1]) == (4, path)
    assert (artifacts(bucket), site.asked) == (4, [f"{folder}catalog.json"])


@pytest.mark.parametrize("address", ["s3://bu ck/x", "s3://[/x"])
def test_an_address_that_no_bucket_has(address):
    with pytest.raises(Refused, match=f"^{re.escape(address)}: "):
        catalog.open(address)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        pytest.param(404, NotFound, "^s3://models/p: no catalog is published here", id="nothing"),
        pytest.param(403, Refused, "^s3://models/p/catalog.json: the storage does not let you read it", id="forbidden"),
        pytest.param(301, Refused, "^s3://models/p/catalog.json: the bucket is in another region: expected AWS_REGION to be", id="another region"),
        pytest.param(400, Down, "^s3://models/p/catalog.json: Generic S3 error", id="anything else"),
    ],
)  # fmt: skip
def test_a_bucket_that_gives_nothing(site, bucket, status, error, says):
    site.status = status
    with pytest.raises(error, match=says):
        catalog.open(bucket)


def test_a_bucket_is_asked_without_credentials_where_there_are_none(tmp_path, monkeypatch, bucket):
    monkeypatch.delenv("AWS_SKIP_SIGNATURE")
    monkeypatch.setattr(cloud_credentials, "_DMI", tmp_path)  # a machine that is no cloud's
    with publishing(tmp_path, rule=lambda request: Answer(status=400 if _is_signed(request) else 200)) as site:
        monkeypatch.setenv("AWS_ENDPOINT_URL", str(site.site))
        with pytest.raises(NotFound, match="is not the catalog"):
            catalog.open(bucket)


def _is_signed(request: Request) -> bool:
    return "authorization" in request.headers


def test_without_credentials_it_is_said_what_gives_them(tmp_path, site, monkeypatch, bucket):
    monkeypatch.setattr(cloud_credentials, "_DMI", tmp_path)
    site.status = 403
    advice = "expected credentials, as AWS_PROFILE or AWS_ACCESS_KEY_ID gives them, or a bucket that is public"
    with pytest.raises(Refused) as caught:
        catalog.open(bucket)
    assert str(caught.value) == f"{bucket}/catalog.json: the storage does not let you read it: {advice}"


def test_a_bucket_is_read_with_the_keys_of_a_profile(tmp_path, whole, monkeypatch, bucket):
    monkeypatch.delenv("AWS_SKIP_SIGNATURE")
    monkeypatch.setenv("AWS_PROFILE", "team")
    (Path.home() / ".aws").mkdir(parents=True)
    keys = "[team]\naws_access_key_id = team-key\naws_secret_access_key = b\n"
    (Path.home() / ".aws" / "credentials").write_text(keys)
    with publishing(tmp_path, rule=lambda request: None if _is_of_team(request) else Answer(status=403)) as site:
        monkeypatch.setenv("AWS_ENDPOINT_URL", str(site.site))
        site.publish(whole, "/models/p/")
        assert artifacts(bucket) == 4


def _is_of_team(request: Request) -> bool:
    return "Credential=team-key/" in request.headers.get("authorization", "")


def test_a_storage_that_is_not_there(monkeypatch, bucket):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Down, match=r"^s3://models/p/catalog\.json: no connection to the storage$"):
        catalog.open(bucket)


def test_no_message_has_the_token_that_a_bucket_repeats(tmp_path, monkeypatch, bucket):
    settings = {
        "ACCESS_KEY_ID": "key",
        "SECRET_ACCESS_KEY": "secret",
        "SESSION_TOKEN": TOKEN,
        "SKIP_SIGNATURE": "false",
    }
    with publishing(tmp_path, rule=_repeats_the_token) as site:
        for name, value in (settings | {"ENDPOINT_URL": site.site}).items():
            monkeypatch.setenv(f"AWS_{name}", str(value))
        with pytest.raises(Down, match=r"status code: 400$") as caught:
            catalog.open(bucket)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def _repeats_the_token(request: Request) -> Answer:
    return Answer(status=400, body=request.headers["x-amz-security-token"].encode())


def test_a_bucket_whose_database_is_longer_than_stated(site, whole, bucket):
    path = site.publish(whole, "/models/p/")
    site.files[path] += b"x"
    with pytest.raises(TooBig, match=f"more than {len(whole):,} bytes"):
        catalog.open(bucket)


@pytest.mark.slow
def test_a_bucket_that_is_down_leaves_the_copy(site, whole, bucket, caplog):
    site.publish(whole, "/models/p/")
    artifacts(bucket)
    site.status = 400
    with caplog.at_level(logging.WARNING):
        assert (artifacts(bucket), "the copy of 20" in caplog.text) == (4, True)


@pytest.mark.slow
def test_two_readers_that_download_at_once(site, whole):
    path = site.publish(whole)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(artifacts, [site.site] * 4)) == [4] * 4
    assert site.asked.count(path) == 1

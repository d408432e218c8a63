"""Downloads from S3, of moto's server: by hash and by version, with ranges and credentials, and what it refuses."""

from __future__ import annotations

import logging

import pytest

from catalog.config.parse import parse
from catalog.download import clouds, transfer
from catalog.download.clouds import CloudObject, Clouds
from catalog.download.entries import StoredObject
from catalog.download.trust import Trust
from catalog.errors import ConfigError, Gone, Refused
from support.storage import ANNOTATION, digest, fetched, files_below, remote, tracked

boto3 = pytest.importorskip("boto3")
from moto.server import ThreadedMotoServer  # noqa: E402 - after the check

pytestmark = pytest.mark.slow

MODEL = bytes(range(256)) * 8192  # 2 MiB
KEY = f"models/files/md5/{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"
REMOTE = "s3://bucket/models"


@pytest.fixture(scope="module")
def server():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(server, monkeypatch):
    """A client; the keys are in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(transfer, "WAIT", 0.01)
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1")
    client.create_bucket(Bucket="bucket")
    yield client
    listed = client.list_object_versions(Bucket="bucket")
    for each in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        client.delete_object(Bucket="bucket", Key=each["Key"], VersionId=each["VersionId"])
    client.delete_bucket(Bucket="bucket")


@pytest.fixture
def config(server, tmp_path):
    return parse(f"[[storage]]\nurl = 's3://bucket'\nendpoint = '{server}'\n", tmp_path / "repos.toml")


def test_a_file_is_fetched_by_its_hash(s3, config):
    s3.put_object(Bucket="bucket", Key=KEY, Body=MODEL)
    assert fetched(remote(REMOTE) | tracked(MODEL), config=config).read_bytes() == MODEL


def test_whom_it_contacts_names_the_endpoint(s3, config, server):
    s3.put_object(Bucket="bucket", Key=KEY, Body=MODEL)
    told = []
    fetched(remote(REMOTE) | tracked(MODEL), config=config, tell=told.append)
    assert told == [f"s3://bucket at {server}"]


def test_the_endpoint_of_the_repository_is_not_used(s3, config):
    s3.put_object(Bucket="bucket", Key=KEY, Body=MODEL)
    files = remote(REMOTE, endpointurl="http://127.0.0.1:9", credentialpath="/etc/passwd", configpath="/x") | tracked(
        MODEL
    )
    assert fetched(files, config=config).read_bytes() == MODEL


def test_keys_are_those_of_the_profile(s3, server, tmp_path, monkeypatch):
    s3.put_object(Bucket="bucket", Key=KEY, Body=MODEL)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (tmp_path / "keys").write_text("[team]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "keys"))
    stated = parse(
        f"[[storage]]\nurl = 's3://bucket'\nendpoint = '{server}'\nprofile = 'team'\n", tmp_path / "repos.toml"
    )
    assert fetched(remote(REMOTE) | tracked(MODEL), config=stated).read_bytes() == MODEL


def test_a_version_is_fetched_by_its_id(s3, config):
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="bucket", Key="models/model.bin", Body=b"old")["VersionId"]
    s3.put_object(Bucket="bucket", Key="models/model.bin", Body=b"new")
    out = f"outs:\n- path: model.bin\n  size: 3\n  hash: md5\n  md5: {digest(b'old')}\n  cloud:\n    storage:\n      etag: x\n      version_id: {version}\n"
    files = {"model.bin.dvc": out, "dvc.yaml": ANNOTATION.format(path="model.bin")}
    content = {"status": "cloud-versioned"}
    assert fetched(remote(REMOTE, version_aware="true") | files, config=config, content=content).read_bytes() == b"old"


def test_a_folder_is_fetched_by_the_versions_of_its_files(s3, config):
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    listed = ""
    for name in ("a", "b c/d"):
        put = s3.put_object(Bucket="bucket", Key=f"models/model/{name}", Body=name.encode())
        s3.put_object(Bucket="bucket", Key=f"models/model/{name}", Body=b"later")
        listed += f"  - relpath: {name}\n    size: {len(name)}\n    md5: {digest(name.encode())}\n    cloud:\n      storage:\n"
        listed += f"        etag: {put['ETag']}\n        version_id: {put['VersionId']}\n"
    files = {
        "model.dvc": f"outs:\n- path: model\n  hash: md5\n  files:\n{listed}",
        "dvc.yaml": ANNOTATION.format(path="model"),
    }
    content = {"status": "cloud-versioned", "path": "model", "is_folder": True}
    done = fetched(remote(REMOTE, version_aware="true") | files, config=config, content=content)
    assert files_below(done) == {"a": b"a", "b c/d": b"b c/d"}


def test_a_range_is_read_under_the_same_tag(s3, config):
    etag = s3.put_object(Bucket="bucket", Key="x", Body=MODEL)["ETag"]
    reader = CloudObject(Clouds(Trust(storage=config.storage), connect=5, idle=5), StoredObject(url="s3://bucket/x"))
    with reader.open(1_000_000, etag) as opened:
        assert (opened.start, opened.size, b"".join(map(bytes, opened.pieces))) == (
            1_000_000,
            len(MODEL),
            MODEL[1_000_000:],
        )


def test_a_changed_object_is_not_resumed(s3, config):
    etag = s3.put_object(Bucket="bucket", Key="x", Body=MODEL)["ETag"]
    s3.put_object(Bucket="bucket", Key="x", Body=b"other" * 500_000)
    reader = CloudObject(Clouds(Trust(storage=config.storage), connect=5, idle=5), StoredObject(url="s3://bucket/x"))
    with pytest.raises(clouds.Stale), reader.open(1_000_000, etag):
        pass


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("url", ["s3://bucket/a//b", "s3://bucket/a\x7f"])
def test_a_key_that_cannot_be_requested_is_said(config, url):
    with pytest.raises(Refused, match="has a key that cannot be requested"):
        fetched(remote(url) | tracked(MODEL), config=config)


@pytest.mark.parametrize("key", ["a#b", "a?b", "a b/#?"])
def test_a_key_may_have_the_marks_of_urls(s3, config, key):
    """Without them, another object would be read."""
    s3.put_object(Bucket="bucket", Key=key, Body=b"meant")
    s3.put_object(Bucket="bucket", Key=key[:1], Body=b"other")
    reader = CloudObject(
        Clouds(Trust(storage=config.storage), connect=5, idle=5), StoredObject(url=f"s3://bucket/{key}")
    )
    with reader.open(0, None) as opened:
        assert b"".join(map(bytes, opened.pieces)) == b"meant"


@pytest.mark.usefixtures("s3")
def test_what_is_not_there_is_said(config):
    with pytest.raises(Gone, match=f"s3://bucket/{KEY}: answers that it is not there"):
        fetched(remote(REMOTE) | tracked(MODEL), config=config)


def test_other_bytes_are_refused(s3, config):
    s3.put_object(Bucket="bucket", Key=KEY, Body=bytes(len(MODEL)))
    with pytest.raises(Refused, match="the bytes are others"):
        fetched(remote(REMOTE) | tracked(MODEL), config=config)


@pytest.mark.parametrize(
    "url",
    [
        "s3://evil.example:80/x",
        "s3://a/../../x",
        "gs://a b/x",
        "azure://x@evil.example/y",
        "s3://-/x",
    ],
)
def test_a_bucket_that_would_lead_to_another_host_is_not_contacted(url):
    with pytest.raises((ConfigError, Refused)):
        fetched(remote(url) | tracked(MODEL))


@pytest.mark.parametrize("region", ["x.evil.example/", "us-east-1@evil.example", "..", "US EAST"])
def test_a_region_that_would_lead_to_another_host_is_not_used(region):
    with pytest.raises(ConfigError, match="cannot be a region"):
        fetched(remote(REMOTE, region=region) | tracked(MODEL))

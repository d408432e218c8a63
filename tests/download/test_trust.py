"""Which addresses a repository may name, and which the user must."""

from __future__ import annotations

import pytest

from catalog.config.model import StorageConfig
from catalog.download.trust import Trust, is_below, permits
from catalog.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("s3://bucket/a/b", "s3://bucket"),
        ("s3://bucket/a/b", "s3://bucket/a/"),
        ("gcs://bucket/a", "gs://bucket"),
        ("HTTP://Host:80/a", "http://host"),
        ("https://host/a", "https://host:443/a"),
        ("file:///srv/d%76c/x", "file:///srv/dvc"),
        ("file:///srv//dvc/./x", "file:///srv/dvc"),
    ],
)
def test_a_url_is_below_its_beginning(url, prefix):
    assert is_below(url, prefix)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("s3://bucket2/a", "s3://bucket"),
        ("s3://bucket/ab", "s3://bucket/a"),
        ("http://host:8080/a", "http://host"),
        ("http://host.evil/a", "http://host"),
        ("http://host@evil/a", "http://host"),
        ("https://host/a", "http://host"),
        ("file:///srv/dvc/../secret", "file:///srv/dvc"),
        ("file:///srv/dvc/%2e%2e/secret", "file:///srv/dvc"),
        ("http://[host/a", "http://host"),
    ],
)
def test_a_url_is_not_below_another(url, prefix):
    assert not is_below(url, prefix)


@pytest.mark.parametrize(
    "url", ["s3://bucket/a/../b", "s3://bucket/%2e%2e/b", "https://example.com/..", "file:///srv/.."]
)
def test_a_path_that_climbs_is_refused_although_it_is_allowed(url):
    with pytest.raises(ConfigError, match=r"'\.\.'"):
        Trust(allow=("s3://bucket", "https://example.com", "file:///srv")).check(url)


@pytest.mark.parametrize(
    "url", ["s3://host:80/x", "s3://user@host/x", "s3://a b/x", "s3:///x", "gs://x..y/z", "azure://c@evil.example/x"]
)
def test_what_is_no_name_of_a_bucket_is_refused(url):
    with pytest.raises(ConfigError, match="cannot be the name of a bucket"):
        Trust().check(url)


@pytest.mark.parametrize(
    "url", ["ssh://host/x", "webdav://host/x", "gdrive://id", "ftp://host/x", "file:///x", "data:x"]
)
def test_what_is_no_public_storage_needs_a_word_of_the_user(url):
    with pytest.raises(ConfigError, match="--allow, names"):
        Trust().check(url)


def test_a_service_of_metadata_is_only_contacted_by_its_own_address():
    assert (permits("internal.example", "169.254.169.254"), permits("169.254.169.254", "169.254.169.254")) == (
        False,
        True,
    )


def test_the_longest_beginning_counts():
    stated = [StorageConfig(url=url, options={}, env={}) for url in ("s3://b", "s3://b/a", "s3://b/ab")]
    assert Trust(storage=tuple(stated)).settings("s3://b/a/x") is stated[1]

"""The address at which a browser finds what a storage URL names."""

from __future__ import annotations

import pytest

from support.catalogs import asked, catalog_of

INSIDE = "https://minio.example.com"
CASES: dict[str, tuple[tuple[str, str | None, str | None], str | None]] = {
    "a web address": (("https://data.example.com/a b", None, None), "https://data.example.com/a%20b"),
    "without a path": (("https://data.example.com", None, None), "https://data.example.com"),
    "without a host": (("https:///a", None, None), None),
    "with a user": (("https://ann@data.example.com/a", None, None), None),
    "with a signature": (("https://data.example.com/a?x=1&sig=s", None, None), None),
    "a bucket": (("s3://lake/a/b", None, None), "https://lake.s3.amazonaws.com/a/b"),
    "a bucket of a region": (("s3://lake/a", None, "eu-west-1"), "https://lake.s3.eu-west-1.amazonaws.com/a"),
    "a bucket with a dot in its name": (("s3://la.ke/a", None, None), "https://s3.amazonaws.com/la.ke/a"),
    "a bucket with an underscore in its name": (("s3://la_ke/a", None, None), "https://s3.amazonaws.com/la_ke/a"),
    "such a bucket of a region": (("s3://la.ke/a", None, "eu-west-1"), "https://s3.eu-west-1.amazonaws.com/la.ke/a"),
    "nothing in a bucket": (("s3://lake", None, None), None),
    "no name of a bucket": (("s3://LAKE/a", None, None), None),
    "a user of a bucket": (("s3://ann@lake/a", None, None), None),
    "a bucket of Google with an odd name": (("gs://la ke/a", None, None), None),
    "a bucket of another server": (("s3://lake/a", INSIDE, None), f"{INSIDE}/lake/a"),
    "a server in the machine's own network": (("s3://lake/a", "http://192.168.0.9:9000", None), None),
    "a server without a dot in its name": (("s3://lake/a", "http://minio:9000", None), None),
    "a server with a password": (("s3://lake/a", "https://ann:secret@minio.example.com", None), None),
    "another protocol": (("azure://lake/a", None, None), None),
}


@pytest.fixture(scope="module")
def links() -> list[str | None]:
    given = [(url, endpoint, region) for (url, endpoint, region), _ in CASES.values()]
    connection = catalog_of({})
    query = "select link from internal.public_link($1, $2, $3, null)"
    return [asked(connection, query, *case)[0]["link"] for case in given]


@pytest.mark.parametrize("case", CASES)
def test_where_a_browser_finds_it(links, case):
    assert links[list(CASES).index(case)] == CASES[case][1]

"""Files in DVC's storage: had from public web servers alone, bounded, and only with the hash that Git states."""

from __future__ import annotations

from hashlib import md5
from itertools import count

import pytest

from catalog.git.named_files import StoredFile
from catalog.git.objects import RawObject
from catalog.transport.network_rules import NetworkRules
from catalog.transport.origin import Limits
from catalog.transport.storage import MAX_BYTES, MAX_FILES, MAX_REDIRECTS, WebStorage
from support.loopback import Answer, Request, serve

CONTENT = b'{"auc": 0.9}'
HASH = md5(CONTENT, usedforsecurity=False).hexdigest()


def had(tmp_path, rule, *, hash_: str = HASH, size: int | None = None, permits=lambda *_: True, path="/files/x"):
    """What is had from a server that answers by the rule, and the paths that it was asked for."""
    paths = []

    def answer(request: Request) -> Answer:
        paths.append(request.path)
        return rule(request)

    with serve(tmp_path, rule=answer) as site:
        storage = WebStorage(Limits(total=10, idle=2), permits)
        return storage.read(StoredFile(url=f"{site}{path}", md5=hash_, size=size)), paths


def test_a_file_is_had(tmp_path):
    assert had(tmp_path, lambda _: Answer(body=CONTENT)) == (RawObject("blob", CONTENT), ["/files/x"])


def test_the_list_of_a_folder_is_had(tmp_path):
    assert had(tmp_path, lambda _: Answer(body=CONTENT), hash_=f"{HASH}.dir")[0] == RawObject("blob", CONTENT)


def test_a_redirect_is_followed(tmp_path):
    def rule(request: Request) -> Answer:
        return Answer(body=CONTENT) if request.path == "/there" else Answer(status=302, headers={"Location": "/there"})

    assert had(tmp_path, rule) == (RawObject("blob", CONTENT), ["/files/x", "/there"])


def test_as_many_redirects_as_are_allowed_are_followed(tmp_path):
    def rule(request: Request) -> Answer:
        left = int(request.path.removeprefix("/"))
        return Answer(status=302, headers={"Location": f"/{left - 1}"}) if left else Answer(body=CONTENT)

    found, paths = had(tmp_path, rule, path=f"/{MAX_REDIRECTS}")
    assert (found, len(paths)) == (RawObject("blob", CONTENT), MAX_REDIRECTS + 1)


def test_a_file_of_the_size_that_is_allowed_is_had(tmp_path):
    data = bytes(MAX_BYTES)
    hash_ = md5(data, usedforsecurity=False).hexdigest()
    assert had(tmp_path, lambda _: Answer(body=data), hash_=hash_)[0] == RawObject("blob", data)


@pytest.mark.parametrize(
    ("earlier", "had"), [(MAX_FILES - 1, True), (MAX_FILES, False)], ids=["the last that is allowed", "one more"]
)
def test_so_many_files_are_had_in_one_visit(earlier, had, tmp_path):
    with serve(tmp_path, rule=lambda _: Answer(body=CONTENT)) as site:
        storage = WebStorage(Limits(total=10, idle=2), lambda *_: True)
        for _ in range(earlier):
            storage.read(StoredFile(url="ftp://example.org/x", md5=HASH))
        assert (storage.read(StoredFile(url=f"{site}/x", md5=HASH)) is not None, len(site.requests)) == (had, had)


@pytest.mark.parametrize(
    ("rule", "options", "asked"),
    [
        pytest.param(lambda _: Answer(body=b"other"), {}, 1, id="another content"),
        pytest.param(lambda _: Answer(status=404), {}, 1, id="nothing there"),
        pytest.param(lambda _: Answer(status=500), {}, 1, id="a server at fault"),
        pytest.param(lambda _: Answer(status=302, headers={"Location": "/files/x"}), {}, MAX_REDIRECTS + 1, id="a redirect to itself"),
        pytest.param(lambda _: Answer(status=302, headers={"Location": "file:///etc/hostname"}), {}, 1, id="a redirect to a file"),
        pytest.param(lambda _: Answer(body=bytes(MAX_BYTES + 1)), {}, 1, id="a file without end"),
        pytest.param(lambda _: Answer(body=CONTENT), {"size": MAX_BYTES + 1}, 0, id="a file that says that it is big"),
        pytest.param(lambda _: Answer(body=CONTENT), {"permits": NetworkRules().permits}, 0, id="an address of ours"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_absent(tmp_path, rule, options, asked):
    found, paths = had(tmp_path, rule, **options)
    assert (found, len(paths)) == (None, asked)


def test_a_redirect_inwards_is_not_followed(tmp_path):
    allowed = count()

    def once(_host: str, _address: str) -> bool:
        return next(allowed) == 0

    assert had(tmp_path, lambda _: Answer(status=302, headers={"Location": "/there"}), permits=once) == (
        None,
        ["/files/x"],
    )


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "file:///etc/hostname", "https://", "http://[::", "http://a:b/", "x"]
)
def test_other_urls_are_not_asked(url):
    assert WebStorage(Limits(), lambda *_: True).read(StoredFile(url=url, md5=HASH)) is None

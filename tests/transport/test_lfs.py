"""Small files of Git LFS: fetched through the batch API of the repository's server, bounded, checked, and with credentials for that server alone."""

from __future__ import annotations

import gc
import json
import socket
from base64 import b64encode
from threading import Event

import pytest

from catalog.git.lfs import Pointer
from catalog.git.objects import RawObject
from catalog.privacy.gate import Gate
from catalog.transport.address import parse_address
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.lfs import MAX_ANSWER, MAX_OBJECTS, LfsServer
from catalog.transport.network_rules import NetworkRules
from catalog.transport.origin import GitConfig, Limits, Pool
from catalog.transport.storage import MAX_BYTES, MAX_FILES, MAX_REDIRECTS
from support.lfs import BATCH, FILES, lfs_server, pointer_to
from support.loopback import Answer, Request, evil, needs, serve

CONTENT = b'{"auc": 0.9}'
OTHER = b'{"auc": 0.1}'
POINTER, OTHER_POINTER = pointer_to(CONTENT), pointer_to(OTHER)
ENDPOINT = "/team/churn.git/info/lfs"
LIMITS = Limits(total=10, idle=2)


def basic(user, secret):
    return "Basic " + b64encode(f"{user}:{secret}".encode()).decode()


def server(url, *, limits=LIMITS, permits=lambda *_: True, pool=None):
    return LfsServer(parse_address(url), limits, pool or Pool(GitConfig()), permits)


def fetched(tmp_path, rule, pointers=(POINTER,), **options):
    """The contents that are had from a server that answers by the rule, and the paths that it was asked for."""
    with serve(tmp_path, rule=rule) as site:
        files = server(f"{site}/team/churn", **options).read(pointers)
        return [files[pointer.key].data for pointer in pointers if pointer.key in files], site.requests


def test_a_file_is_fetched_where_the_batch_says(tmp_path):
    assert fetched(tmp_path, lfs_server([CONTENT])) == (
        [CONTENT],
        [("POST", ENDPOINT + BATCH), ("GET", FILES + POINTER.sha256)],
    )


def test_what_a_batch_requests(tmp_path):
    bodies = []

    def rule(request: Request) -> Answer | None:
        bodies.append(request.body)
        return Answer(status=404)

    fetched(tmp_path, rule, [POINTER, POINTER, OTHER_POINTER])
    objects = [{"oid": pointer.sha256, "size": pointer.size} for pointer in (POINTER, OTHER_POINTER)]
    assert [json.loads(body) for body in bodies] == [
        {"operation": "download", "transfers": ["basic"], "objects": objects, "hash_algo": "sha256"}
    ]


def broken(rule, **answer):
    """The rule of a server whose batches are answered in another way."""
    return lambda request: Answer(**answer) if request.path.endswith(BATCH) else rule(request)


GOOD = lfs_server([CONTENT])


def downloads(answer, **options):
    return lfs_server([CONTENT], download=lambda _: answer, **options)


def states(**changes):
    return lfs_server([CONTENT], change=lambda stated: {**stated, **changes})


@pytest.mark.parametrize(
    ("rule", "requests"),
    [
        pytest.param(lambda _: Answer(status=404), 1, id="a server without Git LFS"),
        pytest.param(lambda _: Answer(status=401), 1, id="a server that needs credentials, where there are none"),
        pytest.param(lambda _: Answer(status=500), 1, id="a server at fault"),
        pytest.param(lambda _: Answer(body=b"<html>"), 1, id="an answer that is no JSON"),
        pytest.param(lambda _: Answer(body=b"[" * 100_000), 1, id="JSON that is too deep"),
        pytest.param(lambda _: Answer(body=b"[]"), 1, id="JSON of another shape"),
        pytest.param(lambda _: Answer(body=b'{"objects": [1, {"oid": 2}, {"actions": {"download": []}}]}'), 1, id="objects of another shape"),
        pytest.param(broken(GOOD, body=b'{"transfer": "tus", "objects": []}'), 1, id="another way of transfer"),
        pytest.param(lfs_server([]), 1, id="an object that the server has not"),
        pytest.param(states(oid=OTHER_POINTER.sha256), 1, id="an object that was not requested"),
        pytest.param(states(actions={"download": {"href": "file:///etc/hostname"}}), 1, id="a file of this machine"),
        pytest.param(states(actions={"download": {"href": "//"}}), 1, id="no URL"),
        pytest.param(downloads(Answer(status=404)), 2, id="a file that is gone"),
        pytest.param(downloads(Answer(body=OTHER)), 2, id="another content of the same size"),
        pytest.param(downloads(Answer(body=CONTENT[:-1])), 2, id="a content that is too short"),
        pytest.param(downloads(Answer(body=CONTENT + b" ")), 2, id="a content that is too long"),
        pytest.param(downloads(Answer(body=bytes(MAX_BYTES * 2))), 2, id="a content without end"),
        pytest.param(downloads(Answer(status=302, headers={"Location": f"{FILES}x"})), 2 + MAX_REDIRECTS, id="a redirect to itself"),
        pytest.param(downloads(Answer(status=302, headers={"Location": "file:///etc/hostname"})), 2, id="a redirect to a file of this machine"),
    ],
)  # fmt: skip
def test_what_is_not_available_is_absent(tmp_path, rule, requests):
    gc.collect()  # what other tests left behind cannot be reported where JSON that is too deep has filled the stack
    contents, asked = fetched(tmp_path, rule)
    assert (contents, len(asked)) == ([], requests)


def test_one_object_that_is_absent_costs_no_other(tmp_path):
    assert fetched(tmp_path, GOOD, [OTHER_POINTER, POINTER])[0] == [CONTENT]


@pytest.mark.parametrize(
    ("size", "expected"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)], ids=["as big as may be", "one byte more"]
)
def test_files_of_so_many_bytes_are_requested(tmp_path, size, expected):
    content = bytes(size)
    contents, asked = fetched(tmp_path, lfs_server([content]), [pointer_to(content)])
    assert (contents == [content], len(asked)) == (expected, 2 if expected else 0)


@pytest.mark.parametrize(("number", "batches"), [(MAX_OBJECTS, 1), (MAX_OBJECTS + 1, 2)])
def test_so_many_objects_are_in_one_batch(tmp_path, number, batches):
    pointers = [Pointer(f"{place:064x}", 1) for place in range(number)]
    assert fetched(tmp_path, lfs_server([]), pointers)[1] == [("POST", ENDPOINT + BATCH)] * batches


@pytest.mark.parametrize(
    ("earlier", "had"), [(MAX_FILES - 1, [CONTENT]), (MAX_FILES, [])], ids=["the last that is allowed", "one more"]
)
def test_so_many_files_are_requested_in_one_visit(tmp_path, earlier, had):
    with serve(tmp_path, rule=GOOD) as site:
        lfs = server(f"{site}/team/churn")
        lfs.read([Pointer(f"{place:064x}", 1) for place in range(earlier)])
        assert [raw.data for raw in lfs.read([POINTER]).values()] == had


@pytest.mark.parametrize(("size", "had"), [(MAX_ANSWER, [CONTENT]), (MAX_ANSWER + 1, [])])
def test_an_answer_has_so_many_bytes(tmp_path, size, had):
    def rule(request: Request) -> Answer | None:
        answer = GOOD(request)
        return Answer(body=answer.body.ljust(size)) if request.path.endswith(BATCH) else answer

    assert fetched(tmp_path, rule)[0] == had


def test_a_server_that_hangs_is_asked_once():
    connections = []

    def hang(connection: socket.socket) -> None:
        connections.append(connection.recv(1 << 16)[:4])
        connection.recv(1 << 16)

    with evil(hang) as site:
        lfs = server(f"{site}/team/churn", limits=Limits(total=10, idle=0.05))
        found = [lfs.read([POINTER]), lfs.read([OTHER_POINTER])]
    assert (found, connections) == ([{}, {}], [b"POST"])


def test_after_a_file_that_hangs_nothing_more_is_requested(tmp_path):
    released = Event()
    rule = lfs_server([CONTENT, OTHER], download=lambda _: released.wait(5) and None)
    with serve(tmp_path, rule=rule) as site:
        lfs = server(f"{site}/team/churn", limits=Limits(total=10, idle=0.1))
        found = [lfs.read([POINTER, OTHER_POINTER]), lfs.read([OTHER_POINTER])]
        released.set()
        assert (found, site.requests) == ([{}, {}], [("POST", ENDPOINT + BATCH), ("GET", FILES + POINTER.sha256)])


def test_the_time_limit_of_a_visit_holds_for_all_requests_together():
    with evil(lambda connection: connection.recv(1 << 16) and connection.recv(1 << 16)) as site:
        lfs = server(f"{site}/team/churn", limits=Limits(total=0.1, idle=30))
        assert lfs.read([POINTER]) == {}


def test_settings_that_cannot_be_used_cost_no_visit():
    pool = Pool(GitConfig([ConfigEntry("http", "", "proxy", "socks5://127.0.0.1:1")]))
    assert server("git@h.example:team/churn", pool=pool).read([POINTER]) == {}


def test_a_redirected_file_is_fetched(tmp_path):
    moved = {"Location": "/files/" + OTHER_POINTER.sha256}
    first = f"/files/{POINTER.sha256}"
    rule = lfs_server([OTHER], download=lambda request: Answer(status=307, headers=moved) if request.path == first else Answer(body=CONTENT))  # fmt: skip
    answers = lfs_server([CONTENT])
    both = lambda request: (answers if request.path.endswith(BATCH) else rule)(request)  # noqa: E731
    assert fetched(tmp_path, both)[0] == [CONTENT]


@pytest.mark.parametrize(
    ("location", "had"),
    [
        pytest.param("{site}/moved.git/info/lfs/objects/batch", [CONTENT], id="to another path of the server"),
        pytest.param("http://localhost:1/info/lfs/objects/batch", [], id="to another host"),
        pytest.param("{site}/login", [], id="to something else"),
    ],
)
def test_a_redirected_batch_stays_on_its_host(tmp_path, location, had):
    def rule(request: Request) -> Answer | None:
        if request.path == ENDPOINT + BATCH:
            return Answer(status=307, headers={"Location": location.format(site=f"http://{request.headers['host']}")})
        return GOOD(request)

    assert fetched(tmp_path, rule)[0] == had


def guarded(rule, user="ann", secret="s3cret"):
    locked = needs(user, secret)
    return lambda request: locked(request) or rule(request)


def authorizations(site):
    return [headers.get("authorization") for headers in site.headers]


def test_credentials_go_to_the_repositorys_own_site(tmp_path):
    with serve(tmp_path, rule=guarded(GOOD)) as site:
        files = server(site.replace("//", "//ann:s3cret@") + "/team/churn").read([POINTER])
        assert (files, authorizations(site)) == (
            {POINTER.key: RawObject("blob", CONTENT)},
            [basic("ann", "s3cret")] * 2,
        )


def test_credentials_of_a_helper_are_looked_up_after_a_401(tmp_path):
    with serve(tmp_path, rule=guarded(GOOD)) as site:
        helper = "!f() { echo username=ann; echo password=s3cret; }; f"
        pool = Pool(GitConfig([ConfigEntry("credential", "", "helper", helper)], {"NETRC": "/dev/null"}))
        files = server(f"{site}/team/churn", pool=pool).read([POINTER])
        assert (len(files), authorizations(site)) == (1, [None, basic("ann", "s3cret"), basic("ann", "s3cret")])


def test_what_the_server_was_sent_is_known_to_the_gate_of_the_visit(tmp_path):
    gate = Gate()
    with serve(tmp_path, rule=guarded(GOOD)) as site:
        helper = "!f() { echo username=ann; echo password=s3cret; }; f"
        pool = Pool(GitConfig([ConfigEntry("credential", "", "helper", helper)], {"NETRC": "/dev/null"}))
        LfsServer(parse_address(f"{site}/team/churn"), LIMITS, pool, lambda *_: True, gate).read([POINTER])
    assert gate.repeats("s3cret")


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        pytest.param(None, None, id="none where it states none"),
        pytest.param({"Authorization": "RemoteAuth token"}, "RemoteAuth token", id="its own"),
    ],
)
def test_another_site_gets_the_headers_that_the_answer_states_and_no_credentials(tmp_path, header, sent):
    with (
        serve(tmp_path, rule=GOOD) as elsewhere,
        serve(tmp_path, rule=guarded(lfs_server([CONTENT], files_at=elsewhere, header=header))) as site,
    ):
        files = server(site.replace("//", "//ann:s3cret@") + "/team/churn").read([POINTER])
        assert (len(files), authorizations(elsewhere)) == (1, [sent])


def test_stated_headers_take_the_place_of_credentials(tmp_path):
    with serve(tmp_path, rule=lfs_server([CONTENT], header={"Authorization": "RemoteAuth token", "Host": "elsewhere"})) as site:  # fmt: skip
        server(site.replace("//", "//ann:s3cret@") + "/team/churn").read([POINTER])
        assert (authorizations(site), site.headers[1]["host"]) == (
            [basic("ann", "s3cret"), "RemoteAuth token"],
            site.removeprefix("http://"),
        )


def test_a_redirect_elsewhere_takes_no_header_along(tmp_path):
    with serve(tmp_path, rule=GOOD) as elsewhere:
        moved = Answer(status=302, headers={"Location": f"{elsewhere}{FILES}{POINTER.sha256}"})
        with serve(tmp_path, rule=downloads(moved, header={"Authorization": "RemoteAuth token"})) as site:
            files = server(f"{site}/team/churn").read([POINTER])
            assert (len(files), authorizations(site)[1], authorizations(elsewhere)) == (1, "RemoteAuth token", [None])


def test_another_site_must_be_publicly_reachable(tmp_path):
    with serve(tmp_path, rule=GOOD) as inside, serve(tmp_path, rule=lfs_server([CONTENT], files_at=inside)) as site:
        assert (server(f"{site}/team/churn", permits=NetworkRules().permits).read([POINTER]), inside.requests) == (
            {},
            [],
        )


def test_the_server_of_lfsconfig_gets_no_credentials_where_it_is_another_site(tmp_path):
    with serve(tmp_path, rule=GOOD) as other, serve(tmp_path, rule=GOOD) as site:
        config = f"[lfs]\n    url = {other}/lfs\n".encode()
        files = server(site.replace("//", "//ann:s3cret@") + "/team/churn").read([POINTER], config)
        assert (len(files), site.requests, other.requests[0], {*authorizations(other)}) == (
            1,
            [],
            ("POST", f"/lfs{BATCH}"),
            {None},
        )

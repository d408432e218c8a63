"""Downloads of what Git and Git LFS have, and of imports, which are followed to their source through the catalog."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from catalog.download.download import DownloadOptions, fetch
from catalog.download.entries import Denied
from catalog.download.plan import MOST_IMPORTS
from catalog.errors import ConfigError, Gone, NotFound, Refused
from support.lfs import FILES, lfs_server, pointer_text
from support.loopback import Answer, serve
from support.storage import ANNOTATION, REPO, catalog, digest, files_below, put, remote, repository, tracked
from support.worlds import Link

MODEL = b"weights\n" * 1000


def get(tmp_path, files, path, *, rule=None, **options):
    """What is downloaded from a repository that Git's own server has."""
    world = repository(files)
    world.write(tmp_path / "served" / "churn.git")
    with serve(tmp_path / "served", rule=rule) as site:
        url = f"{site}/churn.git"
        content = row(world, url, path=path, status="in-git", is_folder=options.pop("is_folder", False))
        options = {"allow": (str(site),), **options}
        done = fetch(catalog(world, url).sql, content, None, DownloadOptions(**options)).path
    return files_below(done) if done.is_dir() else (done, done.read_bytes())


def row(world, url, **more):
    known = {"ref": f"{REPO}:m@v1.0.0", "repo": REPO, "revision": world.tip(), "status": "ok", "path": "model.bin"}
    return known | {"size": None, "is_folder": False, "git_url": url, "get": None} | more


def test_a_file_in_git_is_fetched(tmp_path):
    files = {"a/model.bin": MODEL, "other": b"x" * 1000, "dvc.yaml": ANNOTATION.format(path="a/model.bin")}
    assert get(tmp_path, files, "a/model.bin") == (Path("model.bin"), MODEL)


def test_a_folder_in_git_is_fetched_without_links_and_metafiles(tmp_path):
    files = {
        "model/a": b"a",
        "model/b/c": b"c",
        "model/link": Link("/etc/passwd"),
        "model/x.dvc": "outs: []\n",
        "other": b"x",
    }
    assert get(tmp_path, files, "model", is_folder=True) == {"a": b"a", "b/c": b"c"}


def test_what_dvc_tracks_in_a_folder_of_git_is_fetched_too(tmp_path):
    put(tmp_path / "storage", MODEL)
    files = remote(str(tmp_path / "storage")) | tracked(MODEL, "model/big") | {"model/small": b"s"}
    with serve(tmp_path / "served") as site:
        world = repository(files)
        world.write(tmp_path / "served" / "churn.git")
        url = f"{site}/churn.git"
        content = row(world, url, path="model", status="in-git", is_folder=True)
        options = DownloadOptions(allow=(str(site), (tmp_path / "storage").as_uri()))
        assert files_below(fetch(catalog(world, url).sql, content, None, options).path) == {"big": MODEL, "small": b"s"}


def test_a_file_that_git_does_not_have_is_said(tmp_path):
    with pytest.raises(NotFound, match="has no file at 'gone'"):
        get(tmp_path, {"a": b"a"}, "gone")


def test_a_repository_at_an_address_that_is_not_public_is_not_contacted(tmp_path):
    with pytest.raises(Denied, match="not a public host"):
        get(tmp_path, {"a": b"a"}, "a", allow=())


def test_a_repository_that_wants_credentials_names_the_command(tmp_path):
    with serve(tmp_path, rule=lambda _: Answer(status=401)) as site:
        world, url = repository({"a": b"a"}), f"{site}/churn.git"
        content = row(world, url, path="a", status="in-git") | {"get": ["dvc", "get", url, "a"]}
        with pytest.raises(Denied, match=f"401: needs credentials, or does not exist; try: dvc get {url} a$"):
            fetch(catalog(world, url).sql, content, None, DownloadOptions(allow=(str(site),)))


def test_a_repository_on_this_machine_is_read_where_it_is_allowed(tmp_path):
    world = repository({"a": b"a"})
    folder = world.write(tmp_path / "churn.git")
    content = row(world, str(folder), path="a", status="in-git")
    ask = catalog(world, str(folder)).sql
    with pytest.raises(ConfigError, match="on a disk of this machine"):
        fetch(ask, content, None, DownloadOptions())
    assert fetch(ask, content, None, DownloadOptions(allow=(tmp_path.as_uri(),))).path.read_bytes() == b"a"


def test_a_file_in_git_lfs_is_fetched(tmp_path):
    assert get(tmp_path, {"model.bin": pointer_text(MODEL)}, "model.bin", rule=lfs_server([MODEL])) == (
        Path("model.bin"),
        MODEL,
    )


def test_files_of_a_folder_in_git_lfs_are_fetched_beside_those_in_git(tmp_path):
    files = {"model/big": pointer_text(MODEL), "model/small": b"s"}
    assert get(tmp_path, files, "model", is_folder=True, rule=lfs_server([MODEL])) == {"big": MODEL, "small": b"s"}


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("rule", "error", "sentence"),
    [
        pytest.param(lfs_server([]), Gone, "does not offer", id="not there"),
        pytest.param(lfs_server([MODEL], download=lambda _: Answer(body=b"evil" * 2000)), Refused, "the bytes are others", id="other bytes"),
        pytest.param(lfs_server([MODEL], download=lambda _: Answer(body=b"evil")), Refused, "has 4 bytes", id="too short"),
        pytest.param(lfs_server([MODEL], download=lambda _: Answer(status=403)), Denied, "403", id="403"),
    ],
)  # fmt: skip
def test_a_bad_lfs_server_is_one_sentence(tmp_path, rule, error, sentence):
    with pytest.raises(error) as raised:
        get(tmp_path, {"model.bin": pointer_text(MODEL)}, "model.bin", rule=rule)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "href",
    [
        "http://[",
        "http://127.0.0.1:99999/x",
        "http://\ud800/x",
        "https://127.0.0.1\0x:9/x",
        f"http://{'a' * 70}.example/x",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_none_is_one_sentence(tmp_path, href):
    rule = lfs_server([MODEL], change=lambda stated: {**stated, "actions": {"download": {"href": href}}})
    with pytest.raises(Denied, match="a server cannot be found, may not be contacted, or wants credentials"):
        get(tmp_path, {"model.bin": pointer_text(MODEL)}, "model.bin", rule=rule)


def test_a_name_without_an_address_is_one_sentence(tmp_path, monkeypatch):
    real = socket.getaddrinfo

    def unknown(host, *words, **options):
        if host == "nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *words, **options)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    rule = lfs_server([MODEL], files_at="http://nowhere.example")
    with pytest.raises(Refused, match="a server cannot be found"):
        get(tmp_path, {"model.bin": pointer_text(MODEL)}, "model.bin", rule=rule)


def test_a_large_file_in_git_lfs_is_resumed(tmp_path):
    big = bytes(range(256)) * 12_000
    seen = []

    def download(request):
        seen.append(request.headers.get("range"))
        return Answer(headers={"ETag": '"x"'}, body=big) if len(seen) == 1 else None

    found = get(tmp_path, {"model.bin": pointer_text(big)}, "model.bin", rule=lfs_server([big], download=download))
    assert (found, FILES) == ((Path("model.bin"), big), FILES)


SOURCE = "git.example/acme/data"


def imported(data, *, source_path="data.bin", commit, url=f"https://{SOURCE}.git", path="model.bin"):
    """The metafile of `dvc import`."""
    return {
        f"{path}.dvc": f"frozen: true\ndeps:\n- path: {source_path}\n  repo:\n    url: {url}\n    rev_lock: {commit}\n"
        f"outs:\n- md5: {digest(data)}\n  size: {len(data)}\n  hash: md5\n  path: {path}\n",
        "dvc.yaml": ANNOTATION.format(path=path),
    }


def test_an_import_is_fetched_from_the_storage_of_its_source(tmp_path):
    put(tmp_path / "storage", MODEL)
    source = repository(remote(str(tmp_path / "storage")) | tracked(MODEL, "data.bin"))
    world = repository(imported(MODEL, commit=source.tip()) | {".dvc/config": ""})
    ask = catalog({REPO: world, SOURCE: source}, {}).sql
    options = DownloadOptions(allow=((tmp_path / "storage").as_uri(),))
    assert fetch(ask, row(world, None), None, options).path.read_bytes() == MODEL


def test_an_import_of_a_file_in_git_is_fetched_and_checked(tmp_path):
    source = repository({"data.bin": MODEL})
    folder = source.write(tmp_path / "data.git")
    world = repository(imported(MODEL, commit=source.tip()) | {".dvc/config": ""})
    ask = catalog({REPO: world, SOURCE: source}, {SOURCE: str(folder)}).sql
    done = fetch(ask, row(world, None), None, DownloadOptions(allow=(tmp_path.as_uri(),)))
    assert (done.path.read_bytes(), done.known_by) == (MODEL, ("md5",))


def test_an_import_from_elsewhere_is_said():
    world = repository(imported(MODEL, commit="1" * 40) | {".dvc/config": ""})
    with pytest.raises(NotFound, match="not in this catalog"):
        fetch(catalog(world).sql, row(world, None), None, DownloadOptions())


@pytest.mark.slow
@pytest.mark.parametrize("most", [2, pytest.param(MOST_IMPORTS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("beyond", [0, 1])
def test_imports_of_imports_are_followed_so_far(tmp_path, monkeypatch, most, beyond):
    monkeypatch.setattr("catalog.download.plan.MOST_IMPORTS", most)
    steps = most + beyond
    put(tmp_path / "storage", MODEL)
    worlds = {"host/0": repository(remote(str(tmp_path / "storage")) | tracked(MODEL))}
    for number in range(1, steps + 1):
        before = worlds[f"host/{number - 1}"].tip()
        url = f"https://host/{number - 1}"
        worlds[f"host/{number}"] = repository(
            imported(MODEL, source_path="model.bin", commit=before, url=url) | {".dvc/config": ""}
        )
    content = row(worlds[f"host/{steps}"], None, repo=f"host/{steps}")
    options = DownloadOptions(allow=((tmp_path / "storage").as_uri(),))
    if not beyond:
        assert fetch(catalog(worlds, {}).sql, content, None, options).path.read_bytes() == MODEL
    else:
        with pytest.raises(NotFound, match="imported from an import"):
            fetch(catalog(worlds, {}).sql, content, None, options)

"""Downloads from storage in a folder of this machine: what is fetched, what is refused, and what is left behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from catalog.download.folder import FileObject
from catalog.download.trust import Trust
from catalog.errors import ConfigError, Gone, Misuse, NotFound, Refused, StoreError
from support.storage import ANNOTATION, digest, fetched, files_below, put, remote, tracked

MODEL = b"weights\n" * 1000


@pytest.fixture
def storage(tmp_path):
    folder = tmp_path / "storage"
    folder.mkdir()
    return folder


def get(storage, files, path=None, **options):
    """What is at the path that a download gives."""
    stated = files["dvc.yaml"].split("path: ")[1].split("\n")[0]
    options = {"allow": (storage.as_uri(),), **options}
    content = {"path": stated, **options.pop("content", {})}
    done = fetched(remote(str(storage)) | files, path, content=content, **options)
    return files_below(done) if done.is_dir() else (done, done.read_bytes())


def listed(storage, files, **changes):
    """A folder that DVC tracks, with its files in the storage; `changes` are paths and hashes of its list."""
    entries = [{"md5": put(storage, data) and digest(data), "relpath": path} for path, data in files.items()]
    entries += [{"md5": md5, "relpath": path} for path, md5 in changes.items()]
    data = json.dumps(entries).encode()
    name = f"{digest(data)}.dir"
    put(storage, data, name)
    total = sum(map(len, files.values()))
    out = f"outs:\n- md5: {name}\n  size: {total}\n  nfiles: {len(files)}\n  hash: md5\n  path: model\n"
    return {"model.dvc": out, "dvc.yaml": ANNOTATION.format(path="model")}


def test_a_file_is_fetched_by_its_hash(storage):
    put(storage, MODEL)
    assert get(storage, tracked(MODEL)) == (Path("model.bin"), MODEL)


def test_nothing_else_is_left_behind(storage):
    put(storage, MODEL)
    get(storage, tracked(MODEL))
    assert os.listdir() == ["model.bin"]  # noqa: PTH208


def test_an_empty_file_is_fetched(storage):
    put(storage, b"")
    assert get(storage, tracked(b"")) == (Path("model.bin"), b"")


def test_a_folder_is_fetched_by_its_list(storage):
    files = {"a.txt": b"a", "deep/b.bin": b"\0b", "deep/er/c": b""}
    assert get(storage, listed(storage, files)) == files


def test_a_file_of_a_folder_is_fetched_alone(storage):
    files = listed(storage, {"a.txt": b"a", "deep/b.bin": b"\0b"}) | {
        "dvc.yaml": ANNOTATION.format(path="model/deep/b.bin")
    }
    assert get(storage, files) == (Path("b.bin"), b"\0b")


def test_a_folder_in_a_folder_is_fetched_alone(storage):
    files = listed(storage, {"a.txt": b"a", "deep/b": b"b", "deep/er/c": b"c"}) | {
        "dvc.yaml": ANNOTATION.format(path="model/deep")
    }
    assert get(storage, files) == {"b": b"b", "er/c": b"c"}


def test_a_folder_of_several_outputs_is_fetched(storage):
    for data in (b"one", b"two"):
        put(storage, data)
    files = (
        tracked(b"one", "models/one") | tracked(b"two", "models/two") | {"dvc.yaml": ANNOTATION.format(path="models")}
    )
    assert get(storage, files) == {"one": b"one", "two": b"two"}


def test_an_executable_file_stays_one(storage):
    put(storage, MODEL)
    done, _ = get(storage, tracked(MODEL, isexec="true"))
    assert os.access(done, os.X_OK)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("stored", "hashed"),
    [
        pytest.param(b"a\r\nb\r\n", b"a\nb\n", id="text, hashed with the line ends of Unix"),
        pytest.param(b"a\r\n\0", b"a\r\n\0", id="no text, hashed as it is"),
        pytest.param(
            b"x" * ((1 << 20) - 1) + b"\r\n", b"x" * ((1 << 20) - 1) + b"\r\n", id="a line end that two chunks share"
        ),
    ],
)
def test_the_hashes_of_dvc_2_are_checked_as_it_made_them(storage, stored, hashed):
    name = digest(hashed)
    file = storage / name[:2] / name[2:]
    file.parent.mkdir()
    file.write_bytes(stored)
    out = f"outs:\n- md5: {name}\n  size: {len(stored)}\n  path: model.bin\n"
    assert get(storage, {"model.bin.dvc": out, "dvc.yaml": ANNOTATION.format(path="model.bin")})[1] == stored


def test_the_target_may_be_a_folder_that_takes_it(storage, tmp_path):
    put(storage, MODEL)
    assert get(storage, tracked(MODEL), tmp_path)[0] == tmp_path / "model.bin"


def refused(error, storage, files, sentence, path=None, **options):
    """The download fails with this error, and the target does not appear."""
    with pytest.raises(error) as raised:
        get(storage, files, path, **options)
    assert sentence in str(raised.value)
    return [name for name in os.listdir() if not name.startswith(".")]  # noqa: PTH208


def test_a_folder_that_nobody_allows_is_not_read(storage):
    put(storage, MODEL)
    assert refused(ConfigError, storage, tracked(MODEL), "is on a disk of this machine", allow=()) == []


@pytest.mark.one_in(3)
@pytest.mark.parametrize("beside", ["storag", "storage/files/md5/00", "storage2"])
def test_another_folder_s_being_allowed_does_not_help(storage, beside):
    put(storage, MODEL)
    allow = ((storage.parent / beside).as_uri(),)
    assert refused(ConfigError, storage, tracked(MODEL), "is on a disk of this machine", allow=allow) == []


def test_a_path_does_not_climb_out_of_the_folder_that_is_allowed(storage, tmp_path):
    put(tmp_path / "secret", MODEL)
    files = remote(f"{storage}/../secret") | tracked(MODEL)
    assert refused(ConfigError, storage, files | remote(f"{storage}/../secret"), "'..'") == []


def test_a_link_does_not_lead_out_of_the_folder_that_is_allowed(storage, tmp_path):
    (storage / "files").symlink_to(put(tmp_path / "secret", MODEL).parents[2])
    assert refused(ConfigError, storage, tracked(MODEL), "leads out of the folders") == []


def test_another_content_is_refused(storage):
    put(storage, b"evil" * 2000, digest(MODEL))
    assert refused(Refused, storage, tracked(MODEL), f"expected {digest(MODEL)}") == []


def test_a_content_that_is_too_long_is_refused(storage):
    put(storage, MODEL + b"!", digest(MODEL))
    assert refused(Refused, storage, tracked(MODEL), "more than the 8,000 bytes") == []


def test_a_content_that_is_not_there_is_said(storage):
    assert refused(Gone, storage, tracked(MODEL), "is not there") == []


def test_a_list_that_is_not_there_is_named_by_its_address(storage):
    files = listed(storage, {"a": b"a"})
    (place,) = (storage / "files" / "md5").rglob("*.dir")
    place.unlink()
    assert refused(Gone, storage, files, f"{place.as_uri()}: is not there") == []


def test_a_folder_appears_whole_or_not_at_all(storage):
    files = listed(storage, {"a": b"a", "b": b"b"})
    (storage / "files/md5" / digest(b"b")[:2] / digest(b"b")[2:]).unlink()
    assert refused(Gone, storage, files, "b: ") == []


def test_what_is_there_is_not_replaced(storage):
    put(storage, MODEL)
    Path("model.bin").write_text("mine")
    refused(Misuse, storage, tracked(MODEL), "model.bin exists")
    assert Path("model.bin").read_text() == "mine"


def test_what_is_there_is_replaced_by_force(storage):
    put(storage, MODEL)
    Path("model.bin").write_text("mine")
    assert get(storage, tracked(MODEL), force=True)[1] == MODEL


def test_a_folder_is_replaced_by_force(storage):
    Path("model").mkdir()
    Path("model/old").write_text("mine")
    files = listed(storage, {"a": b"a"})
    get(storage, files, Path(), force=True)
    assert files_below(Path("model")) == {"a": b"a"}


def test_a_link_in_place_of_the_target_is_refused(storage, tmp_path):
    put(storage, MODEL)
    (tmp_path / "other").write_text("other")
    Path("model.bin").symlink_to(tmp_path / "other")
    refused(Misuse, storage, tracked(MODEL), "is a link", force=True)
    assert (tmp_path / "other").read_text() == "other"


def test_a_target_behind_a_link_is_refused(storage, tmp_path):
    put(storage, MODEL)
    (tmp_path / "elsewhere").mkdir()
    Path("models").symlink_to(tmp_path / "elsewhere")
    refused(Misuse, storage, tracked(MODEL), "models is a link", Path("models/m.bin"))
    assert [*(tmp_path / "elsewhere").iterdir()] == []


def test_a_failure_leaves_no_folder_where_nothing_was_fetched(storage):
    with pytest.raises(Gone):
        get(storage, tracked(MODEL))
    assert os.listdir() == []  # noqa: PTH208


def test_a_staging_folder_of_somebody_else_is_refused(storage, tmp_path):
    put(storage, MODEL)
    with pytest.raises(Gone):
        get(storage, listed(storage, {"a": b"a"}, b=digest(b"b")))
    (staging,) = Path().glob(".model.*.part")
    (staging / "files").rename(tmp_path / "elsewhere")
    (staging / "files").symlink_to(tmp_path / "elsewhere")
    refused(Misuse, storage, listed(storage, {"a": b"a"}, b=digest(b"b")), "is a link, or another user's")


def test_a_target_in_no_folder_is_refused(storage):
    put(storage, MODEL)
    assert refused(Misuse, storage, tracked(MODEL), "no/such is not a folder", Path("no/such/m")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(storage):
    put(storage, MODEL)
    Path("closed").mkdir(mode=0o500)
    refused(StoreError, storage, tracked(MODEL), "cannot write closed/m: Permission denied", Path("closed/m"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_a_full_disk_is_said(storage, monkeypatch):
    put(storage, MODEL)
    from catalog.download import target

    opened = target._without_links
    monkeypatch.setattr(
        target,
        "_without_links",
        lambda path, flags: os.open("/dev/full", os.O_WRONLY) if flags & os.O_CREAT else opened(path, flags),
    )
    assert refused(StoreError, storage, tracked(MODEL), "cannot write model.bin: the disk is full") == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../up", "a/../../up", "", "a//b", "./a", "C:\\x", "a\\b", "nul\0", "line\nfeed", "\ud800"],
)  # fmt: skip
def test_a_list_with_a_path_that_leads_elsewhere_is_refused(storage, path):
    assert (
        refused(
            Refused, storage, listed(storage, {"a": b"a"}, **{path: digest(b"a")}), "a file of the folder has the path"
        )
        == []
    )


@pytest.mark.parametrize("path", ["A", "a/b"])
def test_a_list_with_files_that_are_one_is_refused(storage, path):
    assert refused(Refused, storage, listed(storage, {"a": b"a"}, **{path: digest(b"a")}), "'a'") == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'[{"relpath": "a", "md5": "../../etc"}]', b"[" * 100_000])
def test_what_is_no_list_is_refused(storage, data):
    name = f"{digest(data)}.dir"
    put(storage, data, name)
    out = f"outs:\n- md5: {name}\n  size: 1\n  hash: md5\n  path: model\n"
    files = {"model.dvc": out, "dvc.yaml": ANNOTATION.format(path="model")}
    assert refused(Refused, storage, files, "DVC's list of the folder") == []


def test_a_version_without_bytes_is_said(storage):
    files = {"dvc.yaml": ANNOTATION.format(path="gone")}
    assert refused(NotFound, storage, files, "neither Git nor DVC has gone", content={"status": "not-tracked"}) == []


def test_a_plugin_that_is_not_installed_is_named(storage):
    with pytest.raises(NotFound) as caught:
        get(storage, remote("oss://bucket/dvc") | tracked(MODEL), allow=("oss://bucket",))
    assert str(caught.value).endswith("which is not installed: pip install 'federated-model-catalog[dvc]' dvc-oss")


def test_a_scheme_that_dvc_has_no_plugin_for_has_no_reader(storage):
    with pytest.raises(NotFound) as caught:
        get(storage, remote("sftp://host/dvc") | tracked(MODEL), allow=("sftp://host",))
    assert "no reader for 'sftp', expected S3" in str(caught.value)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda storage: (storage / "files").symlink_to(storage / "files"), id="a loop of links"),
        pytest.param(lambda storage: (storage / "files").write_bytes(b"x"), id="a file for a folder"),
    ],
)
def test_a_storage_that_leads_nowhere_is_one_sentence(storage, spoil):
    storage.mkdir(exist_ok=True)
    spoil(storage)
    with pytest.raises((ConfigError, Refused)) as raised:
        get(storage, tracked(MODEL))
    assert "\n" not in str(raised.value)


def test_a_storage_with_a_nul_in_its_path_is_one_sentence(storage):
    with pytest.raises(ConfigError, match="leads out of the folders"):
        FileObject(Trust(allow=(storage.as_uri(),)), f"{storage.as_uri()}/a%00b").open(0, None).__enter__()


def test_a_path_that_is_too_long_for_this_machine_is_one_sentence(storage):
    path = "/".join(["d" * 250] * 16)
    with pytest.raises(StoreError, match="File name too long"):
        get(storage, listed(storage, {f"{path}/{'f' * 60}": b"x"}), content={"is_folder": True})

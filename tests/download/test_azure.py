"""Downloads from Azure, of Azurite: what DVC's cache has, by hash and by manifest, and what the storage refuses."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.config.parse import parse
from catalog.download import transfer
from catalog.errors import Gone, Refused
from support.azurite import ACCOUNT, KEY, PROGRAM, azurite
from support.storage import ANNOTATION, digest, fetched, files_below, remote, tracked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM.exists(), reason=f"no Azurite at {PROGRAM}: .ci/run puts it there"),
]

MODEL = bytes(range(256)) * 8192  # 2 MiB
FOLDER = {"a.csv": b"a,b\n1,2\n", "deep/b c": b"b c", "deep/empty": b""}
REMOTE = "azure://models/dvc"
STORAGE = """
[[storage]]
url = "azure://models"
endpoint = "{endpoint}"
options = {{ account_name = "{account}" }}
"""
WITH_KEY = STORAGE + 'env = {{ account_key = "ACME_KEY" }}\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A model and a folder that DVC tracks."""
    work = tmp_path_factory.mktemp("project")
    for name, data in {"model.bin": MODEL, **{f"data/{name}": data for name, data in FOLDER.items()}}.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(data)
    environment = os.environ | {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(work.parent / "site")}
    for words in (["init", "-q", "--no-scm"], ["add", "-q", "model.bin", "data"]):
        subprocess.run([sys.executable, "-m", "dvc", *words], cwd=work, env=environment, check=True)
    return work


@pytest.fixture(scope="module")
def server(project, tmp_path_factory):
    """A container with all that DVC's cache has, where `dvc push` puts it."""
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        server.create("models")
        for name, data in files_below(project / ".dvc/cache").items():
            server.put("models", f"dvc/{name}", data)
        yield server


@pytest.fixture
def stated(server, tmp_path, monkeypatch):
    """repos.toml with these lines; the key is in the environment."""
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACME_KEY", KEY)
    monkeypatch.setattr(transfer, "WAIT", 0.01)
    return lambda text: parse(text.format(endpoint=server.endpoint, account=ACCOUNT), tmp_path / "repos.toml")


def of(project, path):
    """The repository with DVC's own metafile of a path."""
    metafile = (project / f"{path}.dvc").read_text()
    return remote(REMOTE) | {f"{path}.dvc": metafile, "dvc.yaml": ANNOTATION.format(path=path)}


def test_a_file_is_fetched_by_its_hash(project, stated):
    assert fetched(of(project, "model.bin"), config=stated(WITH_KEY)).read_bytes() == MODEL


def test_a_folder_is_fetched_by_its_manifest(project, stated):
    content = {"path": "data", "is_folder": True}
    assert files_below(fetched(of(project, "data"), config=stated(WITH_KEY), content=content)) == FOLDER


def test_whom_it_contacts_names_the_endpoint(project, stated, server):
    told = []
    fetched(of(project, "model.bin"), config=stated(WITH_KEY), tell=told.append)
    assert told == [f"azure://models of the account {ACCOUNT} at {server.endpoint}"]


def test_the_account_and_key_of_the_repository_are_not_used(project, stated):
    theirs = remote(REMOTE, account_name="other", connection_string="BlobEndpoint=http://127.0.0.1:9/x")
    assert fetched(of(project, "model.bin") | theirs, config=stated(WITH_KEY)).read_bytes() == MODEL


def failure(kind, files, config):
    """The message, and what is in the folder afterwards."""
    with pytest.raises(kind) as caught:
        fetched(files, config=config)
    return str(caught.value), list(Path.cwd().iterdir())


def test_a_blob_that_is_not_there_is_said(stated):
    key = f"{digest(b'gone')[:2]}/{digest(b'gone')[2:]}"
    said = failure(Gone, remote(REMOTE) | tracked(b"gone"), stated(WITH_KEY))
    assert said == (f"{REMOTE}/files/md5/{key}: answers that it is not there", [])


def test_a_wrong_key_is_refused(project, stated, monkeypatch):
    monkeypatch.setenv("ACME_KEY", base64.b64encode(bytes(32)).decode())
    key = f"{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"
    said = failure(Refused, of(project, "model.bin"), stated(WITH_KEY))
    assert said == (f"{REMOTE}/files/md5/{key}: answers 403 (Forbidden)", [])


@pytest.mark.parametrize("anonymous", ["anonymous = true\n", ""], ids=["on purpose", "as nobody stated a key"])
def test_a_private_container_refuses_who_sends_no_key(project, stated, anonymous):
    key = f"{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"
    said = failure(Refused, of(project, "model.bin"), stated(STORAGE + anonymous))
    assert said == (f"{REMOTE}/files/md5/{key}: answers 403 (Forbidden)", [])

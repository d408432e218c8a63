"""`catalog get` and `resolve` on S3 and Azure, with DVC as the judge: it pushes, and says which bytes and URLs are right."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.azurite import ACCOUNT, KEY, PROGRAM, azurite
from support.cloud_judge import PYTHON, ROOT, dvc
from support.storage import files_below

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason=f"no DVC with plugins at {PYTHON}: .ci/run puts it there"),
]

PATHS = {"file": "model.bin", "folder": "data"}
FILES = {"model.bin": bytes(range(256)) * 8192, "data/a.csv": b"a,b\n1,2\n", "data/deep/b c": b"b c", "data/empty": b""}
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """A remote. `options`: what DVC must know of it; `stated`: what repos.toml says; `environment`: the keys of both."""

    url: str
    options: dict[str, str]
    stated: str
    environment: dict[str, str] = field(default_factory=dict)
    versions: bool = False


@contextmanager
def s3(*, versions: bool) -> Iterator[Cloud]:
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="bucket")
    if versions:
        client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    yield Cloud(
        url="s3://bucket/models",
        options={"endpointurl": endpoint},
        stated=f"[[storage]]\nurl = 's3://bucket'\nendpoint = '{endpoint}'\n",
        environment=KEYS,
        versions=versions,
    )
    server.stop()


@contextmanager
def s3_by_hash(_: Path) -> Iterator[Cloud]:
    with s3(versions=False) as cloud:
        yield cloud


@contextmanager
def s3_by_version(_: Path) -> Iterator[Cloud]:
    with s3(versions=True) as cloud:
        yield cloud


@contextmanager
def azure(folder: Path) -> Iterator[Cloud]:
    if not PROGRAM.exists():
        pytest.skip(f"no Azurite at {PROGRAM}: .ci/run puts it there")
    with azurite(folder) as server:
        server.create("models")
        account = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={server.endpoint};"
        yield Cloud(
            url="azure://models/dvc",
            options={"connection_string": f"DefaultEndpointsProtocol=http;{account}"},
            stated=f"[[storage]]\nurl = 'azure://models'\nendpoint = '{server.endpoint}'\n"
            f"options = {{ account_name = '{ACCOUNT}' }}\nenv = {{ account_key = 'ACME_KEY' }}\n",
            environment={"ACME_KEY": KEY},
        )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A repository whose bytes DVC pushed, and a catalog of it, both in `folder`."""

    folder: Path
    cloud: Cloud

    def dvc(self, *words: str, cwd: str = "work") -> str:
        return dvc(self.folder / cwd, *words, environment=self.cloud.environment)

    def catalog(self, *words: str, cwd: Path) -> str:
        environment = os.environ | self.cloud.environment | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-P", "-m", "catalog", *words]
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=[s3_by_hash, s3_by_version, azure], ids=["S3", "S3 by version", "Azure"])
def judged(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("judged")
    with request.param(folder) as cloud:
        repository = Judged(folder=folder, cloud=cloud)
        push(repository)
        repository.catalog("crawl", "--no-site", cwd=folder)
        yield repository


def push(judged: Judged) -> None:
    work = judged.folder / "work"
    for path, data in FILES.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(data)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "init", "-q", "-b", "main"], cwd=work, check=True)
    judged.dvc("init", "-q")
    judged.dvc("add", "-q", *PATHS.values())
    judged.dvc("remote", "add", "-d", "storage", judged.cloud.url)
    if judged.cloud.versions:
        judged.dvc("remote", "modify", "storage", "version_aware", "true")
    for key, value in judged.cloud.options.items():
        judged.dvc("remote", "modify", "--local", "storage", key, value)
    judged.dvc("push", "-q")  # by version, it writes the versions into the metafiles
    lines = "".join(f"  {name}:\n    path: {path}\n    type: model\n" for name, path in PATHS.items())
    (work / "dvc.yaml").write_text(f"artifacts:\n{lines}")
    subprocess.run([*git, "add", "-A"], cwd=work, check=True)
    subprocess.run([*git, "commit", "-qm", "Train"], cwd=work, check=True)
    for name in PATHS:
        subprocess.run([*git, "tag", "-am", "Register", f"{name}@v1.0.0"], cwd=work, check=True)
    (judged.folder / "repos.toml").write_text(f'{judged.cloud.stated}[[repo]]\nname = "acme/models"\nurl = "{work}"\n')


def test_the_bytes_are_those_that_dvc_pulls(judged, tmp_path):
    clone = judged.folder / "clone"
    subprocess.run(["git", "clone", "-q", judged.folder / "work", clone], check=True)
    (clone / ".dvc/config.local").write_bytes((judged.folder / "work/.dvc/config.local").read_bytes())
    judged.dvc("pull", "-q", cwd="clone")
    for name in PATHS:
        judged.catalog("get", f"{name}@v1.0.0", "--config", str(judged.folder / "repos.toml"), cwd=tmp_path)
    pulled = {"model.bin": (clone / "model.bin").read_bytes()}
    pulled |= {f"data/{path}": data for path, data in files_below(clone / "data").items()}
    assert files_below(tmp_path) == pulled == FILES


def test_the_addresses_are_those_that_dvc_states(judged):
    ours = {
        path: judged.catalog("resolve", f"{name}@v1.0.0", "--field", "url", cwd=judged.folder).strip()
        for name, path in PATHS.items()
    }
    theirs = {path: judged.dvc("get", "--show-url", ".", path).strip() for path in PATHS.values()}
    version = theirs["model.bin"].partition("?versionId=")[2]
    assert ours == theirs | {"model.bin": theirs["model.bin"].removesuffix(f"?versionId={version}")}
    known = judged.catalog(
        "sql", f"select count(*) from outputs where version_id = '{version}'", "-o", "csv", cwd=judged.folder
    )
    assert known.split()[1] == str(int(judged.cloud.versions))

"""`catalog get` from SSH, WebDAV and HTTP, with DVC's plugins and real servers: DVC pushes, and is the judge of the bytes that come back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

import pytest

from catalog.errors import Exit
from support.plugins import PLUGINS, program, webdav
from support.sshd import SSHD, sshd
from support.storage import digest, files_below

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PLUGINS.exists(), reason=f"no plugins of DVC at {PLUGINS}: .ci/run puts them there"),
    pytest.mark.skipif(SSHD is None, reason="needs sshd, of the package openssh-server"),
]

PATHS = {"file": "model.bin", "folder": "data", "gone": "gone.bin"}
GONE = b"deleted from the storage"
FILES = {
    "model.bin": bytes(range(256)) * 8192,  # 2 MiB
    "data/a.csv": b"a,b\n1,2\n",
    "data/deep/b c": b"b c",
    "data/deep/empty": b"",
    "gone.bin": GONE,
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A remote that DVC can push to. `options`: what DVC and repos.toml must know to log in; `log`: what the server writes of each client.

    `pushed_to`: where DVC pushes, if it only reads at `url`; `absent`, `refused` and `silent`: what is said of a file that is
    not there, of a host that is not allowed, and of a server that does not answer.
    """

    url: str
    options: dict[str, str]
    log: Path
    pushed_to: str | None = None
    absent: str = "is not there"
    refused: str = "is not public storage: expected a URL that"
    silent: str = ": cannot be read: [Errno 111]"


@contextmanager
def over_ssh(home: Path, served: Path) -> Iterator[Server]:
    with sshd(home, "Subsystem sftp internal-sftp", "LogLevel VERBOSE") as server:
        options = {"user": getuser(), "keyfile": f"{home}/client"}
        (home / ".ssh").mkdir(mode=0o700)
        (home / ".ssh/known_hosts").write_bytes((home / "known").read_bytes())
        yield Server(url=f"ssh://127.0.0.1:{server.port}{served}", options=options, log=home / "log")


@contextmanager
def over_webdav(home: Path, served: Path) -> Iterator[Server]:
    with webdav(served.parent, home) as port:
        yield Server(url=f"webdav://127.0.0.1:{port}/{served.name}", options={}, log=home / "webdav.log")


@contextmanager
def over_http(home: Path, served: Path) -> Iterator[Server]:
    with webdav(served.parent, home) as port:
        place = f"127.0.0.1:{port}/{served.name}"
        yield Server(
            url=f"http://{place}",
            options={},
            log=home / "webdav.log",
            pushed_to=f"webdav://{place}",
            absent="answers 404 (Not Found): it is not there",
            refused="is on a host that is not public: expected a public one",
            silent=": no connection: Connection refused",
        )


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A server with all that DVC pushed of the repository `work` in `folder`, and a catalog of it."""

    folder: Path
    server: Server

    def run(self, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return program(*words, cwd=cwd, home=self.folder)

    def done(self, *words: str | Path) -> str:
        """What a command says that must not fail, in the repository."""
        process = self.run(*words, cwd=self.folder / "work")
        assert process.returncode == 0, process.stderr
        return process.stdout

    def get(self, name: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Downloads a version into the folder of the test."""
        words = ["--config", config or self.config(self.allowed())]
        return self.run("catalog", "get", f"{name}@v1.0.0", *words, cwd=Path.cwd())

    def allowed(self) -> str:
        """What repos.toml says of the server."""
        options = ", ".join(f'{key} = "{value}"' for key, value in self.server.options.items())
        return (
            f'[get]\nallow = ["{self.server.url}"]\n[[storage]]\nurl = "{self.server.url}"\noptions = {{ {options} }}\n'
        )

    def config(self, storage: str = "") -> Path:
        file = self.folder / "repos.toml"
        file.write_text(f'{storage}[[repo]]\nname = "acme/models"\nurl = "{self.folder}/work"\n')
        return file


@pytest.fixture(scope="module", params=[over_ssh, over_webdav, over_http], ids=["over SSH", "over WebDAV", "over HTTP"])
def storage(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugins")
    served = folder / "served/dvc"
    served.mkdir(parents=True)
    with request.param(folder, served) as server:
        storage = Storage(folder=folder, server=server)
        push(storage)
        (served / "files/md5" / digest(GONE)[:2] / digest(GONE)[2:]).unlink()
        storage.done("catalog", "crawl", "--config", storage.config(), "--no-site")
        yield storage


def push(storage: Storage) -> None:
    """A repository with three versions, whose bytes DVC pushes."""
    work = storage.folder / "work"
    for path, data in FILES.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(data)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=work, check=True)
    storage.done("dvc", "init", "-q")
    storage.done("dvc", "add", "-q", *PATHS.values())
    storage.done("dvc", "remote", "add", "-d", "storage", storage.server.url)
    for key, value in storage.server.options.items():
        storage.done("dvc", "remote", "modify", "--local", "storage", key, value)
    lines = "".join(f"  {name}:\n    path: {path}\n    type: model\n" for name, path in PATHS.items())
    (work / "dvc.yaml").write_text(f"artifacts:\n{lines}")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "add", "-A"], cwd=work, check=True)
    subprocess.run([*git, "commit", "-qm", "Train"], cwd=work, check=True)
    for name in PATHS:
        subprocess.run([*git, "tag", "-am", "Register", f"{name}@v1.0.0"], cwd=work, check=True)
    if storage.server.pushed_to:
        storage.done("dvc", "remote", "add", "--local", "pushed_to", storage.server.pushed_to)
    storage.done("dvc", "push", "-q", *(["-r", "pushed_to"] if storage.server.pushed_to else []))


@pytest.fixture(scope="module")
def judged(storage):
    """What DVC itself pulls into a clone, from the same server."""
    clone = storage.folder / "clone"
    subprocess.run(["git", "clone", "-q", storage.folder / "work", clone], check=True)
    if (local := storage.folder / "work/.dvc/config.local").exists():
        (clone / ".dvc/config.local").write_bytes(local.read_bytes())
    pulled = storage.run("dvc", "pull", "-q", "model.bin", "data", cwd=clone)
    assert pulled.returncode == 0, pulled.stderr
    return clone


@pytest.fixture
def get(storage, monkeypatch):
    monkeypatch.setenv("CATALOG", str(storage.folder / "output"))
    return storage.get


def test_a_file_has_the_bytes_that_dvc_pulls(get, judged):
    assert (get("file").returncode, files_below(Path.cwd())) == (0, {"model.bin": (judged / "model.bin").read_bytes()})


def test_a_folder_has_the_bytes_that_dvc_pulls(get, judged):
    assert (get("folder").returncode, files_below(Path("data"))) == (0, files_below(judged / "data"))


def test_a_file_that_is_absent_is_said_and_leaves_nothing(get, storage):
    done, name = get("gone"), f"{digest(GONE)[:2]}/{digest(GONE)[2:]}"
    said = f"catalog: {storage.server.url}/files/md5/{name}: {storage.server.absent}"
    assert (done.returncode, done.stderr.splitlines()[1:], list(Path.cwd().iterdir())) == (Exit.ORIGIN, [said], [])


def test_a_host_that_is_not_allowed_is_not_contacted(get, storage):
    before = storage.server.log.read_bytes()
    done = get("file", storage.config())
    assert (done.returncode, storage.server.refused in done.stderr) == (Exit.CONFIG, True)
    assert (list(Path.cwd().iterdir()), storage.server.log.read_bytes()) == ([], before)


def test_a_server_that_does_not_answer_is_said_and_leaves_nothing(get, storage):
    nobody = f"{storage.server.url.partition(':')[0]}://127.0.0.1:9/dvc"
    done = get("file", storage.config(f'[[storage]]\nurl = "{storage.server.url}"\nread_from = "{nobody}"\n'))
    said = done.stderr.splitlines()
    assert (done.returncode, len(said), list(Path.cwd().iterdir())) == (Exit.ORIGIN, 2, [])
    assert storage.server.silent in said[1]


@pytest.mark.parametrize("storage", [over_ssh], indirect=True, ids=["over SSH"])
def test_a_server_with_another_key_than_is_known_is_refused(get, storage):
    known = storage.folder / ".ssh/known_hosts"
    right = known.read_bytes()
    known.write_bytes((storage.folder / "changed").read_bytes())
    done = get("file")
    known.write_bytes(right)
    assert (done.returncode, list(Path.cwd().iterdir())) == (Exit.ORIGIN, [])
    assert "cannot be read: Host key is not trusted" in done.stderr

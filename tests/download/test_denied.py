"""What we may not read: one sentence with the reason, and the command that gets it where DVC is set up for it."""

from __future__ import annotations

import pytest

from catalog.config.parse import parse
from catalog.errors import ConfigError, Exit, Gone, NotFound, Refused
from support.loopback import Answer, serve
from support.storage import digest, fetched, remote, tracked

MODEL = b"model"
COMMAND = ["dvc", "get", "https://git.example/acme/churn", "model.bin", "--rev", "v1"]
LINE = "; try: dvc get https://git.example/acme/churn model.bin --rev v1"


def denied(kind, url, get=COMMAND, **options):
    with pytest.raises(kind) as raised:
        fetched(remote(url) | tracked(MODEL), content={"get": get}, **options)
    return raised.value


@pytest.mark.parametrize(
    ("status", "name", "line"),
    [
        pytest.param(401, "Unauthorized", LINE, id="no credentials"),
        pytest.param(403, "Forbidden", LINE, id="others"),
        pytest.param(404, "Not Found", ": it is not there", id="but not what is not there"),
    ],
)
def test_storage_that_refuses(tmp_path, status, name, line):
    with serve(tmp_path, rule=lambda _: Answer(status=status)) as site:
        error = denied(Gone if line != LINE else Refused, str(site), allow=(str(site),))
    key = f"{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"
    assert str(error) == f"{str(site).rstrip('/')}/files/md5/{key}: answers {status} ({name}){line}"
    assert error.exit_code == Exit.ORIGIN


def test_other_bytes_name_no_command(tmp_path):
    with serve(tmp_path, rule=lambda _: Answer(body=b"others")) as site:
        assert "try:" not in str(denied(Refused, str(site), allow=(str(site),)))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("http://127.0.0.1:9/dvc", "is on a host that is not public: expected a public one, ", id="a host of this network"),
        pytest.param("http://169.254.169.254/dvc", "is on a host that is not public: expected a public one, ", id="a cloud's metadata"),
        pytest.param("/srv/dvc", "is on a disk of this machine: expected a URL that ", id="a folder"),
        pytest.param("ssh://host/dvc", "is not public storage: expected a URL that ", id="another kind"),
    ],
)  # fmt: skip
def test_a_place_that_is_not_allowed(url, sentence):
    error = denied(ConfigError, url)
    assert (sentence in str(error), str(error).endswith(LINE), error.exit_code) == (True, True, Exit.CONFIG)
    assert error.complaints == (str(error),)


def test_a_place_whose_reader_is_not_installed():
    assert str(denied(NotFound, "gdrive://folder/dvc", allow=("gdrive://folder",))).endswith(LINE)


def test_a_variable_that_is_not_set(tmp_path, monkeypatch):
    monkeypatch.delenv("ACME_KEY", raising=False)
    text = '[[storage]]\nurl = "s3://models"\nenv = { access_key_id = "ACME_KEY" }\n'
    error = denied(ConfigError, "s3://models/dvc", config=parse(text, tmp_path / "repos.toml"))
    assert str(error) == f"ACME_KEY: not set, expected the value that [[storage]] s3://models reads there{LINE}"


def test_an_azure_account_that_is_not_stated(monkeypatch):
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CONNECTION_STRING"):
        monkeypatch.delenv(name, raising=False)
    key = f"{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"
    assert str(denied(ConfigError, "azure://models/dvc")) == (
        f"'azure://models/dvc/files/md5/{key}' does not say in which account it is: expected options = "
        '{ account_name = "…" } of a [[storage]] in repos.toml, or AZURE_STORAGE_ACCOUNT_NAME in the environment' + LINE
    )


@pytest.mark.parametrize(
    "get", [None, ["dvc", "get", "it's"]], ids=["none is known", "a name that shells read differently"]
)
def test_without_a_command_there_is_the_reason_alone(get):
    assert str(denied(ConfigError, "ssh://host/dvc", get=get)).endswith("or --allow, names")

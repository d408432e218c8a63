"""The client for forges holds its bounds: of an answer, a file and a folder."""

from __future__ import annotations

from contextlib import closing
from threading import Event

import pytest

from catalog.discovery import client
from catalog.discovery.client import MAX_BODY, MAX_VALUES, Asker
from catalog.errors import Refused, TooBig
from catalog.plugins.forge import Ask
from catalog.transport.limits import Limits, Meter
from catalog.transport.origin import GitConfig, Pool
from support.loopback import Answer, serve


def asked(ask: Ask, site: str = "") -> object:
    """What a question brings."""
    with closing(Pool(GitConfig())) as pool:
        asker = Asker(
            meter=Meter("s", Limits()), pool=pool, secret=None, site=site, tell=lambda _: None, stop=Event()
        )  # fmt: skip
        found = asker.ask(ask)
    assert found is not None
    return found[0].value


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is allowed", "one byte longer"])
def test_an_answer_has_so_many_bytes(tmp_path, beyond):
    with serve(tmp_path, rule=lambda _: Answer(body=b"x" * (MAX_BODY + beyond))) as site:
        ask = Ask(url=f"{site}/list", reads="text")
        if beyond:
            with pytest.raises(TooBig, match=r"^s: one answer has more than 33,554,432 bytes$"):
                asked(ask, site)
        else:
            assert len(str(asked(ask, site))) == MAX_BODY


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is allowed", "one byte longer"])
def test_a_file_has_so_many_bytes(tmp_path, beyond):
    file = tmp_path / "list"
    file.write_bytes(b"x" * (MAX_BODY + beyond))
    ask = Ask(url=str(file), reads="text")
    if beyond:
        with pytest.raises(TooBig, match=r"list: more than 33,554,432 bytes$"):
            asked(ask)
    else:
        assert len(str(asked(ask))) == MAX_BODY


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are allowed", "one more"])
def test_a_folder_has_so_many_entries(tmp_path, monkeypatch, beyond):
    monkeypatch.setattr(client, "MAX_ENTRIES", 3)  # to make a hundred thousand files takes seconds
    for number in range(3 + beyond):
        (tmp_path / f"{number}").touch()
    ask = Ask(url=str(tmp_path), reads="folder")
    if beyond:
        with pytest.raises(TooBig, match=r": more than 3 entries in one folder$"):
            asked(ask)
    else:
        assert asked(ask) == [("0", "file"), ("1", "file"), ("2", "file")]


@pytest.mark.parametrize(
    ("body", "values"),
    [
        pytest.param(b"[" + b"1," * (MAX_VALUES - 1) + b"1]", MAX_VALUES, id="as many as are allowed"),
        pytest.param(b"[" + b"1," * MAX_VALUES + b"1]", None, id="one more"),
        pytest.param(b"[" + b"[]," * 4_999_999 + b"[]]", None, id="a list of lists"),
        pytest.param(b"[" * 2_000_000, None, id="lists in lists"),
        pytest.param(b"[" * 200_000, None, id="lists in lists that Python does not read"),
    ],
)
def test_an_answer_has_so_many_values(tmp_path, body, values):
    with serve(tmp_path, rule=lambda _: Answer(body=body)) as site:
        ask = Ask(url=f"{site}/repos")
        if values is None:
            with pytest.raises(
                (TooBig, Refused),
                match=r"^s: (one answer has more than 500,000 values$|answers with .* that cannot be read)",
            ):
                asked(ask, site)
        else:
            assert len(asked(ask, site)) == values

"""THREATS, "server echoes what it was sent": after a whole crawl no byte of the output has a credential, in any case or encoding."""

from __future__ import annotations

from traceback import format_exception

import pytest

from catalog.crawl.crawl import crawl
from catalog.crawl.echoes import ECHO, NAME, without_echoed_refs, without_echoed_rows
from catalog.git.snapshot import Ref, RefListing
from catalog.privacy.gate import WITHHELD, Gate, WithheldError
from catalog.schema.tables.metrics import Image, Metric
from catalog.schema.tables.problems import Problem
from support.changes import base
from support.crawling import wish
from support.echo_crawl import SECRETS, crawl_echoes
from support.loopback import needs, serve


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_output_has_what_was_sent(tmp_path, seed):
    found, echoes = crawl_echoes(tmp_path, seed, 60, 8)
    assert (found, echoes > 500) == ([], True)


SECRET = SECRETS["netrc"]


@pytest.fixture
def gate():
    gate = Gate()
    gate.learn(SECRET)
    return gate


OID = "1" * 40


@pytest.mark.parametrize(
    ("ref", "head", "kept"),
    [
        pytest.param(Ref(name=f"refs/tags/{SECRET}", oid=OID), "refs/heads/main", ("main", "refs/heads/main"), id="a name"),
        pytest.param(Ref(name="refs/tags/x", oid=b"nRc7Gh2kLq9XwZ4tYb6".hex().ljust(40, "0")), "refs/heads/main", ("main", "refs/heads/main"), id="an object"),
        pytest.param(Ref(name="refs/tags/x", oid=OID, peeled=b"nRc7Gh2kLq9XwZ4tYb6".hex().ljust(40, "0")), None, ("main", None), id="a peeled object"),
        pytest.param(Ref(name="refs/tags/x", oid=OID), f"refs/heads/{SECRET.lower()}", ("main x", None), id="where HEAD points"),
        pytest.param(Ref(name="refs/tags/x", oid=OID), "refs/heads/main", ("main x", "refs/heads/main"), id="nothing"),
    ],
)  # fmt: skip
def test_a_ref_that_repeats_a_credential_is_left_out(ref, head, kept, gate):
    listing = without_echoed_refs(RefListing(refs=(Ref(name="refs/heads/main", oid=OID), ref), head=head), gate)
    assert (" ".join(ref.name.rpartition("/")[2] for ref in listing.refs), listing.head) == kept


def metric(**cells):
    row = {"commit": OID, "dvc_root": "", "file": "m.json", "name": "auc", "number": 1.0, "text": "1", "kind": "number"}
    return Metric(**row | cells)


@pytest.mark.parametrize(
    ("row", "secret"),
    [
        pytest.param(metric(name=f"a {SECRET.upper()} b"), SECRET, id="a text"),
        pytest.param(metric(number=12345678.0), "12345678", id="a number"),
        pytest.param(
            Image(content="c", media_type="image/svg+xml", data=f"<svg>{SECRET}".encode()), SECRET, id="bytes"
        ),
    ],
)
def test_a_row_that_repeats_a_credential_is_left_out_and_counted(row, secret):
    gate = Gate()
    gate.learn(secret)
    good = metric(name="f1", number=0.5, text="0.5")
    rows = {Metric: [good], type(row): [good, row] if isinstance(row, Metric) else [row]}
    problem = Problem(
        connector=NAME, rule=ECHO, place=type(row).TABLE, commit=None,
        message="1 rows withheld: they repeat a credential of this crawl, which its server should not do",
    )  # fmt: skip
    assert without_echoed_rows(rows, gate) == {**rows, type(row): rows[type(row)][:-1], Problem: [problem]}


def test_rows_that_repeat_nothing_are_the_very_same(gate):
    rows = {Metric: [metric()]}
    assert without_echoed_rows(rows, gate) is rows


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_that_quotes_a_server_is_reported_without_it(debug, tmp_path, monkeypatch, caplog):
    base().write(tmp_path / "git" / "r")

    def fail(*_):
        raise ValueError(f"cannot read {SECRET}")

    monkeypatch.setattr("catalog.crawl.visit.refs_digest", fail)
    with serve(tmp_path / "git", rule=needs("ann", SECRET)) as site:
        (tmp_path / "gitconfig").write_text(
            f'[url "{site.replace("//", f"//ann:{SECRET}@")}/"]\ninsteadOf = https://h/\n'
        )
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
        config = wish(tmp_path, {"r": "https://h/r"})
        if debug:
            with pytest.raises(WithheldError) as caught:
                crawl(config, debug=True)
            said = "".join(format_exception(caught.value))
        else:
            said = f"{crawl(config).visits[0].message} {caplog.text}"
    assert (SECRET in said, WITHHELD in said, "in fail" in said) == (False, True, True)

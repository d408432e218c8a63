"""An answer with the digest of the last one is not parsed, and any other is: whatever it is, and however it arrives."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.git.snapshot import RefListing
from catalog.transport.answer_digest import AnswerBytes, AnswerDigest
from catalog.transport.limits import Limits, Meter
from catalog.transport.origin import GitConfig, Pool, open_origin
from catalog.transport.packets import Mark, Packets, frame
from support.loopback import Answer, Request, daemon, git, needs, serve

if TYPE_CHECKING:
    from pathlib import Path


def listed(url: str, last: AnswerDigest | None = None) -> tuple[RefListing | None, AnswerDigest | None]:
    with Pool(GitConfig()) as pool, open_origin(url, pool=pool) as origin:
        return origin.changed_refs(last), origin.answer


def digest(data: bytes) -> AnswerDigest:
    answer = AnswerBytes()
    answer.add(data)
    return answer.digest()


def packets(*chunks: bytes) -> Packets:
    pieces = iter(chunks)
    return Packets(lambda: next(pieces, b""), Meter("here", Limits()))


def test_the_same_answer_again_brings_no_refs(folder: Path):
    with serve(folder) as site:
        refs, answer = listed(f"{site}/team.git")
        assert (refs is None, listed(f"{site}/team.git", answer)) == (False, (None, None))


def test_another_answer_is_parsed_and_has_its_own_digest(tmp_path: Path):
    git(tmp_path, "init", "-q", "--bare", "m.git")
    with serve(tmp_path) as site:
        _, before = listed(f"{site}/m.git")
        tree = git(tmp_path / "m.git", "mktree", text="")
        git(tmp_path / "m.git", "tag", "v1", git(tmp_path / "m.git", "commit-tree", "-m", "x", tree))
        refs, after = listed(f"{site}/m.git", before)
    assert ([ref.name for ref in refs.refs], before == after) == (["refs/tags/v1"], False)


def test_with_a_credential_every_answer_is_parsed(folder: Path):
    """It may echo the credential: which refs are left out depends on more than the answer."""
    with serve(folder) as site:
        _, answer = listed(f"{site}/team.git")
    with serve(folder, rule=needs("ann", "secret-of-ann")) as site:
        refs, own = listed(f"{site}/team.git".replace("://", "://ann:secret-of-ann@"), answer)
    assert (refs is None, own) == (False, None)


def test_of_a_server_without_version_2_no_digest_is_known(folder: Path):
    with serve(folder, v2=False) as site:
        refs, answer = listed(f"{site}/team.git")
    assert (refs is None, answer) == (False, None)


def test_of_a_connection_that_lasts_no_digest_is_known(folder: Path):
    with daemon(folder) as site:
        assert listed(f"{site}/team.git")[1] is None


def test_of_a_folder_no_digest_is_known(folder: Path):
    assert listed(str(folder / "team.git"))[1] is None


def test_what_follows_the_same_answer_makes_it_another_one(folder: Path):
    """Also where it comes so late that the listing was complete before."""
    asked: list[Request] = []

    def rule(request: Request) -> Answer:
        asked.append(request)
        return Answer(
            headers={"Content-Type": "application/x-git-upload-pack-result"}, body=b"0000" + b"x" * (len(asked) - 1)
        )

    with serve(folder, rule=rule) as site:
        _, answer = listed(f"{site}/m.git")
        assert listed(f"{site}/m.git", answer)[0] == RefListing(refs=())


@given(st.lists(st.text("ab", max_size=9), max_size=5), st.lists(st.integers(0, 60), max_size=6), st.booleans())
def test_an_answer_repeats_itself_alone_and_can_be_read_after_that(lines, cuts, same):
    data = frame([*lines, Mark.FLUSH])
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    chunks = [data[start:end] for start, end in pairwise(places)]
    answer = packets(*chunks)
    last = digest(data if same else data[:-1])
    assert answer.repeats(last) is same
    assert [answer.line() for _ in range(len(lines) + 1)] == [*(line.encode() for line in lines), Mark.FLUSH]


@pytest.mark.parametrize("size", [3, 4, 5], ids=["fewer bytes", "as many", "more"])
def test_no_more_is_held_than_the_last_answer_had(size):
    """A server that goes on for ever is read packet by packet, where its bounds are."""
    endless = Packets(lambda: b"0005a", Meter("here", Limits()))
    assert (endless.repeats(AnswerDigest(size=size, digest="")), len(endless.unread) <= 10) == (False, True)

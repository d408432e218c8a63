"""A damaged answer costs a request: it is asked for again, whole, then in halves, and only where all is damaged the visit fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.crawl import salvage as salvage_module
from catalog.crawl.crawl import crawl
from catalog.crawl.fetch_plan import Known
from catalog.crawl.lost_tags import MOST_DOUBTFUL, with_lost_tags
from catalog.crawl.salvage import _IN_A_ROW, MOST_AGAIN, Salvage
from catalog.errors import Broken, Unheld
from catalog.git.objects import RawObject
from catalog.git.snapshot import Ref, RefListing
from connectors.gto import tags as gto
from support.changes import base
from support.crawling import wish
from support.loopback import Answer, Request, serve

RESULT = {"Content-Type": "application/x-git-upload-pack-result"}
CUT = Answer(headers=RESULT, body=b"000dpackfile\n0009\1PA")


class Origin:
    """A server that has some objects, of which it cannot send some (`broken`) and denies others (`unheld`)."""

    url, received, filtered = "u", 0, True

    def __init__(self, broken: frozenset[str], unheld: frozenset[str]) -> None:
        self.broken, self.unheld, self.requests = broken, unheld, 0

    def fetch(self, wants, **_):
        self.requests += 1
        for oid in wants:
            if oid in self.unheld:
                raise Unheld("not our ref", oid)
        if self.broken.intersection(wants):
            raise Broken("the answer ends too early")
        return {oid: RawObject("blob", oid.encode()) for oid in wants}


OIDS = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, min_size=1)


@given(wants=OIDS, broken=OIDS.map(lambda oids: frozenset(oids[:2])), unheld=OIDS.map(lambda oids: frozenset(oids[:2])))
def test_what_a_server_can_send_comes(wants, broken, unheld):
    salvage = Salvage(Origin(broken, unheld))
    salvage.fetch(["z"])
    expected = set(wants) - broken - unheld
    assert (salvage.fetch(wants).keys(), salvage.lost) == (expected, set(wants) - expected)


def test_a_server_that_sends_nothing_whole_is_given_up_soon():
    origin = Origin(frozenset("abcdefghijklmnop"), frozenset())
    with pytest.raises(Broken, match="the answer ends too early"):
        Salvage(origin).fetch("abcdefghijklmnop")
    assert origin.requests == 2 + 5 + _IN_A_ROW  # all, all again, five times half of that, and some more


@pytest.mark.parametrize("again", [3, 2], ids=["as often as may be", "once more"])
def test_a_visit_makes_so_many_requests_again(monkeypatch, again):
    assert MOST_AGAIN == 100
    monkeypatch.setattr(salvage_module, "MOST_AGAIN", again)  # of a hundred, each would be a request here
    salvage = Salvage(Origin(frozenset("a"), frozenset()))
    salvage.fetch(["z"])
    if again == 3:  # the two of "ab", and each alone
        assert (salvage.fetch("ab").keys(), salvage.lost) == ({"b"}, {"a"})
    else:
        with pytest.raises(Broken):
            salvage.fetch("ab")


@pytest.mark.parametrize(
    ("cut", "outcome", "requests"),
    [pytest.param(1, "new", 3, id="once"), pytest.param(99, "malformed", 12, id="each time")],
)
def test_an_answer_that_is_cut_short(tmp_path, cut, outcome, requests):
    base().write(tmp_path / "m")
    fetches = 0

    def rule(request: Request) -> Answer | None:
        nonlocal fetches
        fetches += b"command=fetch" in request.body
        return CUT if b"command=fetch" in request.body and fetches <= cut else None

    with serve(tmp_path, rule=rule) as site:
        (visit,) = crawl(wish(tmp_path / "w", {"m": f"{site}/m"}), debug=True).visits
    assert (visit.outcome, fetches) == (outcome, requests)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many tags as are requested", "one more"])
def test_so_many_doubtful_tags_are_requested(beyond):
    oids = [f"{number:040x}" for number in range(1, MOST_DOUBTFUL + beyond + 1)]
    tags = tuple(Ref(name=f"refs/tags/m@v1.0.{number}", oid=oid) for number, oid in enumerate(oids))
    listing = RefListing(refs=(Ref(name="HEAD", oid="f" * 40), *tags), head="refs/heads/main")
    salvage = Salvage(Origin(frozenset(), frozenset(oids[-1:])))
    marked = with_lost_tags(salvage, listing, [gto.CONNECTOR], Known())
    assert [ref.oid for ref in marked.refs if ref.is_unreadable] == ([] if beyond else oids[-1:])


def test_more_lost_tags_than_can_be_asked_for_again_cost_nothing_else():
    oids = [f"{number:040x}" for number in range(1, MOST_AGAIN + 2)]
    tags = tuple(Ref(name=f"refs/tags/m@v1.0.{number}", oid=oid) for number, oid in enumerate(oids))
    listing = RefListing(refs=(Ref(name="HEAD", oid="f" * 40), *tags), head="refs/heads/main")
    salvage = Salvage(Origin(frozenset(), frozenset(oids)))
    assert with_lost_tags(salvage, listing, [gto.CONNECTOR], Known()) == listing
    assert salvage.lost == set()
    assert salvage.fetch(["f" * 40, oids[0]]).keys() == {"f" * 40}

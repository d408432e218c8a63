"""How many results of GitHub's search count as all of them."""

import pytest

from catalog.errors import TooBig
from catalog.plugins.forge import Ask, ListPage, Response, Scope
from connectors.forges.github import MOST_RESULTS, read

SCOPE = Scope(api="https://api.github.com", words={"topic": "ml"})


def found(total):
    value = {"total_count": total, "incomplete_results": False, "items": []}
    return Response(ask=Ask(url="https://api.github.com/search/repositories?q=ml"), value=value, headers={})


def test_a_search_finds_as_many_as_github_gives():
    assert read(SCOPE, found(MOST_RESULTS)) == ListPage()


def test_a_search_that_finds_one_more_is_refused():
    with pytest.raises(TooBig) as caught:
        read(SCOPE, found(MOST_RESULTS + 1))
    assert str(caught.value) == (
        "1,001 repositories have the topic 'ml', of which GitHub's search gives 1,000; state an org or a user beside it"
    )

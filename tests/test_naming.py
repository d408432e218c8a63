"""File names for strangers' names: safe everywhere, never the same for two names, and the same tomorrow."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.naming import MAX_LENGTH, is_local, linked_path, public_url, repo_name, repository_key, scheme_of, slug
from support.addresses import CASES

# Like real names, with all that is dangerous in a name; and anything at all.
NAMES = st.text("abAB019._-~/:\\@=# \0\n\u202eéİ", max_size=130) | st.text(max_size=130)
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # whatever the extension


OLD_SECRET = re.compile(
    r"(?:^|[?&#;])[^=&;#]*(?:sig|token|key|secret|passw|pwd|credential|auth)[^=&;#]*=", re.IGNORECASE
)  # what names a secret in one expression; it takes square time


@given(st.lists(st.sampled_from(["?", "#", "&", ";", "=", "sig", "KEY", "a", "/"]), max_size=12).map("".join))
def test_parameters_of_a_url_go_where_one_may_be_a_secret(path):
    start = re.search(r"[?#]", path)
    is_secret = start and OLD_SECRET.search(path, start.start())
    assert public_url(f"https://h/{path}") == f"https://h/{path[: start.start()] if is_secret else path}"


@given(NAMES, NAMES)
@example("churn", "Churn")
@example("a/b", "a~b")
@example("a:b", "a~~b")
@example("a:/b", "a/:b")
@example("a" * 120, "a" * 121)
@example("A", slug("A"))
@example("", "--e4a6a0577479b2b4")
def test_two_names_never_get_one_file_name_not_even_where_case_is_ignored(one, other):
    assert (slug(one).lower() == slug(other).lower()) == (one == other)


@given(NAMES)
@example("con")
@example("nul.tar.gz")
@example("..")
@example("x" * 200)
def test_a_file_name_is_safe_on_every_file_system(name):
    found = slug(name)
    dangers = {
        "unsafe": re.sub(r"[a-z0-9._~-]", "", found),
        "hidden": found.startswith("."),
        "ends badly": found.endswith((".", " ")),
        "device": bool(DEVICES.fullmatch(found)),
        "empty": not found,
        "long": len(found.encode()) > 120,
    }
    assert dangers == {
        "unsafe": "",
        "hidden": False,
        "ends badly": False,
        "device": False,
        "empty": False,
        "long": False,
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("github.com/iterative/example-gto", "github.com~iterative~example-gto"),
        ("cv/x:seg", "cv~x~~seg"),
        ("v1.0.0", "v1.0.0"),
        ("Churn", "churn-672fedede59e654d"),
        ("churn", "churn"),
        ("con", "con-c1d864bd0e40e57d"),
        ("aux.c", "aux-c-44db4d0708c8a481"),
        ("../../etc/passwd", "~..~etc~passwd-e5e710ea784151b5"),
        ("モデル", "--9086fda82b23b69f"),
        ("", "--e4a6a0577479b2b4"),
    ],
)
def test_file_names_stay_what_they_are(name, found):
    assert slug(name) == found


def test_a_name_as_long_as_is_allowed_stays_and_a_longer_one_is_cut():
    longer = slug("a" * (MAX_LENGTH + 1))
    assert (slug("a" * MAX_LENGTH), longer[: MAX_LENGTH + 1], len(longer)) == (
        "a" * MAX_LENGTH,
        "a" * MAX_LENGTH + "-",
        MAX_LENGTH + len("-0123456789abcdef"),
    )


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/iterative/example-gto", "github.com/iterative/example-gto"),
        ("https://GitHub.com/Iterative/Example.git/", "github.com/Iterative/Example"),
        ("https://ann:secret@host:8443/group/sub/name.git", "host/group/sub/name"),
        ("http://host/name", "host/name"),
        ("https://host//owner/./name", "host/owner/name"),
        ("ssh://git@host:2222/~/models.git", "host/models"),
        ("git://host/owner/name", "host/owner/name"),
        ("git@host:owner/name.git", "host/owner/name"),
        ("git@host:/srv/git/name.git", "host/srv/git/name"),
        ("host:owner/name", "host/owner/name"),
        ("file:///srv/git/name.git", "local/git/name"),
        ("/srv/git/name", "local/git/name"),
        ("/srv/git/../name", "local/srv/name"),
        ("/name", "local/name"),
    ],
)
def test_a_repository_is_named_after_its_url(url, name):
    assert repo_name(url) == name


SECRETS = st.text("abcXYZ019:@%+-_", min_size=1).map(lambda text: f"s3cr3t{text}")


@given(st.sampled_from(["https", "http", "HTTPS", "git", "ssh"]), SECRETS)
def test_the_public_url_has_no_password(scheme, secret):
    assert "s3cr3t" not in public_url(f"{scheme}://ann:{secret}@host/owner/name")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://token@host/x", "https://host/x"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("ssh://git:secret@host/x", "ssh://host/x"),
        ("git@host:x", "git@host:x"),
        ("/srv/a@b", "/srv/a@b"),
        ("https://host:8443/x", "https://host:8443/x"),
    ],
)
def test_the_public_url_keeps_what_is_needed_to_go_there(url, shown):
    assert public_url(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/key", "s3://bucket/key"),
        ("https://user@h/x", "https://h/x"),
        ("https://user:pa@ss@h:8080/x?a=b#c", "https://h:8080/x?a=b#c"),
        ("https://user:pa/s@s@h/x", "https://h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"),
        ("ssh://git:pw@h/x", "ssh://h/x"),
        ("git@h:x/y.git", "git@h:x/y.git"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://h/x?access_token=t&a=b", "https://h/x"),
        ("https://h/x#token=t", "https://h/x"),
        ("../a@b", "../a@b"),
        ("/srv/x", "/srv/x"),
        ("https://h/a@b", "https://h/a@b"),
    ],
)
def test_public_urls(url, shown):
    assert public_url(url) == shown


@given(st.text(alphabet=":/@?#=&.abs[]%", max_size=40))
def test_the_public_url_is_public(rest):
    shown = public_url("https://" + rest)
    assert (public_url(shown), scheme_of(shown)) == (shown, "https")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/srv/churn.git", True), ("../churn", True), ("~/churn", True), ("file:///srv/churn", True),
        ("https://h/churn", False), ("ssh://git@h/churn", False), ("git@h:churn", False),
    ],
)  # fmt: skip
def test_a_path_is_on_this_machine(url, expected):
    assert is_local(url) == expected


@pytest.mark.parametrize(("url", "key"), CASES)
def test_all_addresses_of_a_repository_have_one_key(url, key):
    assert repository_key(url) == key


HOSTS = st.sampled_from(["github.com", "GitHub.com", "git.example", "localhost"])
PATHS = st.lists(st.from_regex(r"[a-z0-9_][a-z0-9._-]{0,6}", fullmatch=True), min_size=1, max_size=3).map("/".join)


@given(HOSTS, PATHS.filter(lambda path: not path.endswith((".git", ".")) and "scm/" not in path))
def test_all_urls_of_a_repository_have_one_key(host, path):
    urls = [
        f"https://{host}/{path}", f"https://{host}/{path}.git", f"https://ann:pw@{host}:443/{path}/", f"https://{host}/{path}?token=t", f"http://{host}:80/{path}",
        f"ssh://git@{host}:2222/{path}.git", f"git@{host}:{path}.git", f"{host}:/{path}", f"git://{host}/{path}",
    ]  # fmt: skip
    assert {repository_key(url) for url in urls} == {f"{host.lower()}/{path}"}


@pytest.mark.parametrize("url", ["http://[", "https://host:x/y", "https://host:99999/y", "https:///y"])
def test_a_url_that_is_none_has_no_key(url):
    with pytest.raises(ValueError, match=r"."):
        repository_key(url)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        pytest.param("b.md", "docs/b.md", id="beside the text"),
        pytest.param(" ./x/../b.md?c#d ", "docs/b.md", id="with what paths do not have"),
        pytest.param("../b.md", "b.md", id="above it"),
        pytest.param("/b%20c.md", "b c.md", id="of the root"),
        pytest.param("//host.example/b", None, id="a host"),
        pytest.param("mailto:a@b.example", None, id="a scheme"),
        pytest.param("#b", None, id="a heading"),
        pytest.param("?b", None, id="no path"),
        pytest.param("..", None, id="the root itself"),
        pytest.param("../../b.md", None, id="out of the repository"),
        pytest.param("/../b.md", None, id="out of it from the root"),
        pytest.param("%2E%2E/..//b.md", None, id="out of it, encoded"),
        pytest.param("%00", None, id="what cannot be printed"),
        pytest.param("a%5Cb", None, id="a backslash"),
        pytest.param("http[", "docs/http[", id="half an address"),
    ],
)
def test_the_file_that_a_text_links_to(address, path):
    assert linked_path("docs/README.md", address) == path

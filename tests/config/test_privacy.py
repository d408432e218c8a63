"""`[privacy]` of repos.toml: its rules, which repositories they are of, and what makes repositories be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.parse import parse
from catalog.errors import ConfigError
from catalog.privacy.settings import DEFAULT, Privacy, PrivacyRule
from catalog.store.partitions import privacy_digest

FILE = Path("/etc/catalog/repos.toml")


def stated(lines: str) -> Privacy:
    return parse(f"[privacy]\n{lines}", FILE).privacy


@pytest.mark.parametrize(
    ("lines", "privacy"),
    [
        pytest.param("", DEFAULT, id="by default secrets are withheld and addresses hidden"),
        pytest.param("secrets = 'show'\nemails = 'hash'", Privacy(secrets="show", emails="hash"), id="words"),
        pytest.param(
            "redact = [{ repo = 'acme/*' }, { path = 'a', key = 'k' }]",
            Privacy(redact=(PrivacyRule(repo="acme/*"), PrivacyRule(path="a", key="k"))),
            id="rules, of which what is left out matches everything",
        ),
    ],
)
def test_what_repos_toml_says(lines, privacy):
    assert stated(lines) == privacy


@pytest.mark.parametrize(
    "line",
    ["secrets = true", "emails = 'no'", "allow = 'db.*'", "allow = [{}]", "allow = [{ file = 'a' }]", "allow = [{ key = '' }]", "redact = ['x']", "redact = [{ key = 1 }]"],
)  # fmt: skip
def test_what_is_wrong_is_refused(line):
    with pytest.raises(ConfigError, match=rf"\[privacy\]: invalid {line.split()[0]} "):
        stated(line)


@pytest.mark.parametrize(
    ("pattern", "applies"),
    [("*", True), ("acme/churn", True), ("churn", True), ("ACME/*", True), ("example.com/acme/*", True), ("acme", False), ("other/*", False)],
)  # fmt: skip
def test_which_repositories_a_rule_is_of(pattern, applies):
    assert PrivacyRule(repo=pattern).applies("example.com/Acme/churn") is applies


@pytest.mark.parametrize(
    ("changed", "alike"),
    [
        pytest.param(DEFAULT, True, id="nothing"),
        pytest.param(Privacy(emails="show"), True, id="addresses, which are left out later"),
        pytest.param(Privacy(secrets="show"), False, id="whether secrets are withheld"),
        pytest.param(Privacy(allow=(PrivacyRule(key="a"),)), False, id="a rule"),
        pytest.param(Privacy(allow=(PrivacyRule(repo="other/*"),)), True, id="a rule of another repository"),
        pytest.param(Privacy(redact=(PrivacyRule(repo="acme/*"),)), False, id="a rule of this repository"),
    ],
)
def test_which_changes_read_a_repository_again(changed, alike):
    digests = {privacy_digest(privacy.of("example.com/acme/churn")) for privacy in (DEFAULT, changed)}
    assert (len(digests) == 1) is alike


def test_another_detector_reads_all_repositories_again_where_secrets_are_withheld(monkeypatch):
    before = [privacy_digest.__wrapped__(privacy) for privacy in (DEFAULT, Privacy(secrets="show"))]
    monkeypatch.setattr("catalog.privacy.detector.digest", lambda: "another")
    after = [privacy_digest.__wrapped__(privacy) for privacy in (DEFAULT, Privacy(secrets="show"))]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]

"""detect-secrets as the judge of recall: no text that one of its plugins knows keeps what the plugin is about."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from detect_secrets import plugins
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.ip_public import IPPublicDetector
from detect_secrets.plugins.keyword import CONFIG_DENYLIST_REGEX_TO_GROUP, QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
from hypothesis import given
from hypothesis import strategies as st

from catalog.privacy.detector import clean
from catalog.privacy.plugins import is_placeholder

ADDRESSES = {IPPublicDetector}  # no secrets
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


def detectors() -> list[type[RegexBasedDetector]]:
    """The plugins of detect-secrets that are patterns."""
    found = [
        plugin
        for module in iter_modules(plugins.__path__)
        for plugin in vars(import_module(f"{plugins.__name__}.{module.name}")).values()
        if isinstance(plugin, type) and issubclass(plugin, RegexBasedDetector) and plugin is not RegexBasedDetector
    ]
    return sorted(set(found) - ADDRESSES, key=lambda plugin: plugin.__name__)


PATTERNS = [
    pytest.param(plugin, pattern, id=f"{plugin.secret_type} {number}")
    for plugin in detectors()
    for number, pattern in enumerate(plugin.denylist, 1)
]


def secret_of(match: re.Match[str]) -> str:
    """What a match is about: the longest of its groups that holds more than a prefix, or else all of it."""
    group = max((group or "" for group in match.groups()), key=len, default="")
    return group if len(group) > 4 else match[0]


@pytest.mark.parametrize(("plugin", "pattern"), PATTERNS)
@pytest.mark.slow
@given(st.data())
def test_nothing_that_a_plugin_finds_is_left(plugin, pattern, data):
    text = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=ASCII))
    values = [value for value in plugin().analyze_string(text) if not is_placeholder(value)]
    match = pattern.search(text)
    secrets = {secret_of(match)} if match and values else set()
    assert {secret for secret in secrets if not is_placeholder(secret) and secret in clean(text)} == set()


def test_there_are_plugins_to_judge_by():
    assert len(detectors()) >= 23


@pytest.mark.parametrize("name", ["password", "api_key", "db_pass", "client_key", "private_key", "secret", "auth_key"])
@pytest.mark.parametrize(
    "form",
    [
        pytest.param('{} = "{}"', id="an assignment"),
        pytest.param("{}: '{}'", id="a map"),
        pytest.param("{} => '{}'", id="an arrow"),
        pytest.param("my_{} := {}", id="Go"),
        pytest.param('"{}": "{}"', id="JSON"),
        pytest.param("export {}={}", id="a shell"),
        pytest.param("run --{}={}", id="an option"),
        pytest.param("run --{} {}", id="an option and its argument"),
        pytest.param('if ("{1}" == my_{0}):', id="a comparison"),
    ],
)
def test_a_value_beside_a_name_is_withheld_in_every_form(name, form):
    value = "m{n}o4_#-k"
    assert value not in clean(form.format(name, value))


@pytest.mark.parametrize("patterns", [QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP, CONFIG_DENYLIST_REGEX_TO_GROUP])
def test_its_keyword_patterns_have_the_groups_that_we_rely_on(patterns):
    assert {group <= pattern.groups for pattern, group in patterns.items()} == {True}

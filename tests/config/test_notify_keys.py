"""The tables [[notify]] of repos.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.model import NotifyConfig
from catalog.config.parse import parse
from catalog.errors import ConfigError

FILE = Path("/etc/catalog/repos.toml")


def test_a_notification_of_each_kind():
    text = '[[notify]]\nname = "a"\nwebhook_env = "HOOK"\nformat = "slack"\nkinds = ["promotion"]\n[[notify]]\nname = "b"\ncommand = ["cat"]'
    assert parse(text, FILE).notifications == (
        NotifyConfig(name="a", webhook_env="HOOK", format="slack", kinds=("promotion",)),
        NotifyConfig(name="b", command=("cat",)),
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('webhook_env = "A"', "missing key 'name': expected text that is not blank"),
        ('name = "a"', "expected one of 'webhook_env' and 'command'"),
        ('name = "a"\nwebhook_env = "A"\ncommand = "cat"', "expected one of 'webhook_env' and 'command'"),
        (
            'name = "a"\nwebhook_env = "https://h/s3cr3t"',
            "invalid webhook_env: expected the name of an environment variable",
        ),
        ('name = "a"\ncommand = "cat"\nformat = "xml"', "invalid format 'xml': expected one of json, slack"),
        ('name = "a"\ncommand = "cat"\nkinds = ["promoted"]', "invalid kinds 'promoted': expected one of new_repo"),
        ('name = "a"\ncommand = "cat"\nwebhook = "https://h/s3cr3t"', "unknown key 'webhook'"),
        ('name = "a"\ncommand = "cat"\n[[notify]]\nname = "A"\ncommand = "cat"', "duplicate name 'A'"),
    ],
)
def test_what_is_refused(table, says):
    with pytest.raises(ConfigError) as caught:
        parse(f"[[notify]]\n{table}", FILE)
    assert (says in str(caught.value), "s3cr3t" in str(caught.value)) == (True, False)

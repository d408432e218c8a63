"""The keys of repos.toml that say what `catalog get` may contact, and how."""

from __future__ import annotations

import re
from typing import Any

from catalog.config.declaration import ConfigKey, Table
from catalog.config.value_types import FLAG, SERVER_URL, TEXT, InvalidValue, ValueType
from catalog.text import quoted

_PREFIX = re.compile(r"file:///[^?#]*|(?!file:)[a-z][a-z0-9+.-]*://[^/?#@\s]+(?:/[^?#\s]*)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PARTS = re.compile(r"/\.\.?(?:/|$)")


def is_url_prefix(text: str) -> bool:
    """Whether it is a URL with a host, or of a folder of this machine, that has no user, query, `.` and `..`."""
    return _PREFIX.fullmatch(text) is not None and not _PARTS.search(text)


def _url(value: object) -> str:
    if isinstance(value, str) and is_url_prefix(value):
        return value
    raise InvalidValue(shown=None if not isinstance(value, str) or "@" not in value else "with a user")


def _urls(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_url, value))
    raise InvalidValue


def _texts(value: object) -> dict[str, str]:
    if isinstance(value, dict) and all(_WORD.fullmatch(key) and isinstance(text, str) for key, text in value.items()):
        return value
    raise InvalidValue(shown="")  # a secret may be among them


def _variables(value: object) -> dict[str, str]:
    variables = _texts(value)
    if odd := next((key for key, name in variables.items() if not _WORD.fullmatch(name)), None):
        raise InvalidValue(shown=f"at {quoted(odd)}")
    return variables


def _folder_or_url(value: object) -> str:
    if isinstance(value, str) and value.strip() and ("://" not in value or is_url_prefix(value)):
        return value
    raise InvalidValue


_EXAMPLES = '["http://127.0.0.1:9000", "file:///srv/dvc"]'
URL_PREFIX = ValueType(name="URL", expected='the beginning of a URL, such as "s3://bucket/folder"', parse=_url)
URL_PREFIXES = ValueType(
    name="list of URLs", expected=f"a list of beginnings of URLs, such as {_EXAMPLES}", parse=_urls
)
PLACE = ValueType(name="URL or path", expected="a URL, or a folder of this machine", parse=_folder_or_url)
TEXTS = ValueType(name="table of texts", expected='a table of texts, such as { account_name = "acme" }', parse=_texts)
VARIABLES = ValueType(
    name="table of texts",
    expected='a table of names of environment variables, such as { secret_access_key = "MINIO_SECRET" }',
    parse=_variables,
)
_NO_TEXTS: Any = ()

GET = Table(
    name="get",
    sentence="What [`catalog get`](get.md) may contact. Storage in public places always; a folder of this machine, or a host that is not public, only if it is here.",
    keys=(
        ConfigKey(
            name="allow",
            type=URL_PREFIXES,
            default=(),
            sentence="Beginnings of URLs that repositories may name although they are not public; whole parts of a path count.",
        ),
    ),
)

STORAGE = Table(
    name="storage",
    sentence="How [`catalog get`](get.md) reaches the storage below one URL: nothing of this is taken from a repository.",
    is_array=True,
    keys=(
        ConfigKey(name="url", type=URL_PREFIX, required=True, sentence="The URLs that begin so; the longest counts."),
        ConfigKey(
            name="read_from",
            type=PLACE,
            sentence="Another place with the same files, such as a mirror: it is read instead. A path counts from the file.",
        ),
        ConfigKey(
            name="endpoint",
            type=SERVER_URL,
            sentence="The address of an S3 service that is not AWS's, or of an Azure account that is not at `ACCOUNT.blob.core.windows.net`.",
        ),
        ConfigKey(name="region", type=TEXT, sentence="The S3 region, instead of the one that a repository states."),
        ConfigKey(name="profile", type=TEXT, sentence="The profile of `~/.aws/credentials` that has the keys."),
        ConfigKey(name="anonymous", type=FLAG, default=False, sentence="Send no credentials."),
        ConfigKey(name="options", type=TEXTS, default=_NO_TEXTS, sentence="Settings of obstore that are no secrets."),
        ConfigKey(
            name="env",
            type=VARIABLES,
            default=_NO_TEXTS,
            sentence="Settings of obstore, and the environment variables that hold them; of HTTP, `bearer_token`, or `user` and `password`.",
        ),
    ),
)

"""The detectors: our formats, the plugins of detect-secrets, and what stands beside a telling name; with what any text has in which each finds something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from re import Pattern
from typing import TYPE_CHECKING

from catalog.privacy.formats import FORMATS

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

PIECE, OVERLAP = (
    2_000,
    500,
)  # characters of a line that a plugin of detect-secrets sees at a time: some need quadratic time
KEYWORD = "Secret Keyword"

_TELLING = ("pass", "pwd", "secret", "credential", "contrase", "kennwort", "token", "key", "auth", "sig", "jwt", "cookie", "webhook", "hmac", "dsn", "connection", "jsessionid", "pw")  # fmt: skip
_REST = re.compile(r"[A-Za-z0-9+/=_-]*")
_BEGINNING = re.compile(r"[A-Za-z0-9]*\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A detector, and what any text has in which it finds something: one of `needs`, in lower case, or `shape`."""

    name: str
    needs: tuple[str, ...] = ()
    shape: Pattern[str] | None = None
    spans: Callable[[str], Iterable[tuple[int, int]]]
    is_distinctive: bool = True  # no hash or identifier looks like it

    def may_be_in(self, text: str, lower: str) -> bool:
        """Whether the text is worth a look."""
        return any(map(lower.__contains__, self.needs)) or bool(self.shape and self.shape.search(text))


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Our formats, then the plugins of detect-secrets, then what stands beside a telling name.

    Not among them: `IPPublicDetector`, since an address is no secret; the entropy of any text, of which a model's files have much;
    `BasicAuthDetector`, since our format of that name finds all that it does.
    """
    formats = (
        Kind(name=each.name, needs=each.needs, shape=each.shape, spans=_own(place), is_distinctive=each.is_distinctive)
        for place, each in enumerate(FORMATS)
    )
    return (*formats, *_STOCK, Kind(name="Signed URL", shape=_NAMED, spans=_parameters, is_distinctive=False), _BESIDE)


def _own(place: int) -> Callable[[str], Iterable[tuple[int, int]]]:
    def spans(text: str) -> Iterable[tuple[int, int]]:
        from catalog.privacy.plugins import own

        return own()[place].spans(text)

    return spans


def _stock(
    name: str,
    module: str,
    plugin: str,
    needs: tuple[str, ...] = (),
    shape: str | None = None,
    *,
    unfit: str | None = None,
    is_distinctive: bool = True,
) -> Kind:
    def spans(text: str) -> Iterator[tuple[int, int]]:
        from catalog.privacy.plugins import stock

        asked = stock(module, plugin)
        for start, piece in _pieces(text):
            if skipped and skipped.search(piece):
                continue
            for first, last in _spans(asked, piece):
                yield start + first, start + last

    pattern = re.compile(shape) if shape else None
    skipped = re.compile(unfit) if unfit else None
    return Kind(name=name, needs=needs, shape=pattern, spans=spans, is_distinctive=is_distinctive)


# The patterns of `KeywordDetector` expect quotation marks, and need cubic time for a long word. What they miss so, ours finds.
_NO_QUOTE_OR_LONG_WORD = r"\A[^\"'`]*\Z|\w{41}"

_STOCK = (
    _stock("AWS Access Key", "aws", "AWSKeyDetector", ("aws",), r"A3T[A-Z0-9]|A[BCKS][ISC]A"),
    _stock("Artifactory Credentials", "artifactory", "ArtifactoryDetector", shape=r"(?:^|[\s=:\"])A(?:KC|P[\dA-F])[a-zA-Z0-9]{8}", is_distinctive=False),
    _stock("Azure Storage Account access key", "azure_storage_key", "AzureStorageKeyDetector", ("accountkey=",)),
    _stock("Cloudant Credentials", "cloudant", "CloudantDetector", shape=r"(?i)cl(?:ou|oudant)?[_-]?(?:api)?(?:key|pwd|pw|pass|token)|cloudant.com", is_distinctive=False),
    _stock("Discord Bot Token", "discord", "DiscordBotTokenDetector", shape=r"\.[\w-]{6}\.[\w-]{27}", is_distinctive=False),
    _stock("GitHub Token", "github_token", "GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    _stock("GitLab Token", "gitlab_token", "GitLabTokenDetector", ("gr1348941",), r"gl[a-z]{2,6}-"),
    _stock("IBM Cloud IAM Key", "ibm_cloud_iam", "IbmCloudIamDetector", ("key", "pwd", "pass", "token"), is_distinctive=False),
    _stock("IBM COS HMAC Credentials", "ibm_cos_hmac", "IbmCosHmacDetector", ("secret",), is_distinctive=False),
    _stock("JSON Web Token", "jwt", "JwtTokenDetector", ("eyj",)),
    _stock("Mailchimp Access Key", "mailchimp", "MailchimpDetector", shape=r"[0-9a-z]{32}-us\d", is_distinctive=False),
    _stock("NPM tokens", "npm", "NpmDetector", ("_authtoken",)),
    _stock("OpenAI Token", "openai", "OpenAIDetector", ("t3blbkfj",)),
    _stock("Private Key", "private_key", "PrivateKeyDetector", ("private key", "putty-user-key-file")),
    _stock("PyPI Token", "pypi_token", "PypiTokenDetector", ("pypi-age",)),
    _stock("SendGrid API Key", "sendgrid", "SendGridDetector", ("sg.",)),
    _stock("Slack Token", "slack", "SlackDetector", ("xox", "hooks.slack.com")),
    _stock("SoftLayer Credentials", "softlayer", "SoftlayerDetector", shape=r"(?i)(?:softlayer|sl)[_-]?(?:api)?[_-]?(?:key|pwd|pass|token)|softlayer.com", is_distinctive=False),
    _stock("Square OAuth Secret", "square_oauth", "SquareOAuthDetector", ("sq0csp-",)),
    _stock("Stripe Access Key", "stripe", "StripeDetector", ("k_live_",)),
    _stock("Telegram Bot Token", "telegram_token", "TelegramBotTokenDetector", shape=r"\d{8}:[\w-]{35}", is_distinctive=False),
    _stock("Twilio API Key", "twilio", "TwilioKeyDetector", shape=r"(?:AC|SK)[a-z0-9]{32}", is_distinctive=False),
    _stock(KEYWORD, "keyword", "KeywordDetector", ("api", "auth", "service", "account", "db", "database", "priv", "client", "pass", "pwd", "secret", "contrase"), unfit=_NO_QUOTE_OR_LONG_WORD, is_distinctive=False),
)  # fmt: skip


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text, long ones in pieces that overlap, each with where it begins."""
    start = 0
    for line in text.split("\n"):
        for place in range(0, max(len(line) - OVERLAP, 1), PIECE - OVERLAP):
            yield start + place, line[place : place + PIECE]
        start += len(line) + 1


def _spans(plugin: BasePlugin, piece: str) -> Iterator[tuple[int, int]]:
    """Where the findings of a plugin are. A pattern's match counts whole, since plugins may yield a part of it, and up to the end of the word."""
    from catalog.privacy.plugins import is_placeholder

    values = {value for value in plugin.analyze_string(piece) if value and not is_placeholder(value)}
    patterns: Iterable[Pattern[str]] = getattr(plugin, "denylist", ()) if values else ()
    for match in (match for pattern in patterns for match in pattern.finditer(piece)):
        if values.isdisjoint((match[0], *match.groups())):
            continue
        start, end = max(
            (match.span(group) for group in range(1, (match.re.groups or 0) + 1)), key=_length, default=(0, 0)
        )
        if end - start < SHORT:
            start, end = match.span()
        yield _whole(piece, start, end)
    if not patterns:
        for value in (value for value in values if len(value) >= MIN_ASSIGNED):
            yield from ((match.start(), match.end()) for match in re.finditer(re.escape(value), piece))


MIN_ASSIGNED = 4  # characters of what `KeywordDetector` yields without saying where it is; ours finds shorter ones
SHORT = 8  # characters of a group that is a part of the secret, as a rule


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _whole(piece: str, start: int, end: int) -> tuple[int, int]:
    beginning, rest = _BEGINNING.search(piece, 0, start), _REST.match(piece, end)
    assert beginning
    assert rest
    return beginning.start(), rest.end()


_NAMED = re.compile(r"[?&;][\w.\[\]-]{1,64}=")
_PARAMETER = re.compile(r"[?&;](?P<name>[\w.\[\]-]{1,64})=(?P<value>[^&#;?\s\"'<>`]{3,4096})")
_SIGNATURES = frozenset(
    [
        "sig",
        "signature",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-security-token",
        "x-goog-signature",
        "x-goog-credential",
        "awsaccesskeyid",
        "jsessionid",
        "phpsessid",
        "token",
        "key-pair-id",
    ]
)


def _parameters(text: str) -> Iterator[tuple[int, int]]:
    from catalog.privacy.plugins import is_placeholder, is_secret_value
    from catalog.privacy.telling_keys import strength

    for match in _PARAMETER.finditer(text):
        name, value = match["name"].lower(), match["value"]
        is_signature = name in _SIGNATURES and not is_placeholder(value)
        if is_signature or is_secret_value(value, strength(match["name"])):
            yield match.span("value")


def _assigned(text: str) -> Iterator[tuple[int, int]]:
    from catalog.privacy.plugins import AssignmentDetector

    return AssignmentDetector().spans(text)


_BESIDE = Kind(name=KEYWORD, needs=_TELLING, spans=_assigned, is_distinctive=False)

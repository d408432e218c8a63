"""Formats of secrets that detect-secrets lacks, or finds only a part of. Patterns are bounded: the texts are untrusted.

The group `secret` is what is withheld; without one, the whole match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretFormat:
    """A kind of secret. Each text with such a secret contains one of `needs`, in lower case, or has the `shape`. `is_distinctive`: no hash looks like it."""

    name: str
    needs: tuple[str, ...] = ()
    shape: Pattern[str] | None = None
    pattern: Pattern[str]
    is_distinctive: bool = True


def _prefixed(name: str, prefixes: str, rest: str = r"[\w-]{16,}") -> SecretFormat:
    """A token that begins with one of these prefixes. Shorter ones count too: a message may quote the beginning of one."""
    each = prefixes.split()
    start = "|".join(re.escape(prefix) for prefix in each)
    needs = tuple(prefix.lower() for prefix in each)
    return SecretFormat(name=name, needs=needs, pattern=re.compile(rf"(?<![A-Za-z0-9])(?:{start}){rest}"))


_HOST = r"[A-Za-z0-9_][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}"

FORMATS = (
    SecretFormat(
        name="Private Key",
        needs=("private key", "putty-user-key-file", "age-secret-key-"),
        pattern=re.compile(
            r"-{0,5} ?BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?.*?(?:END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-{0,5}|\Z)|PuTTY-User-Key-File-\d.*|AGE-SECRET-KEY-1[0-9A-Z]{20,}",
            re.DOTALL,
        ),
    ),
    SecretFormat(
        name="Basic Auth Credentials",
        needs=("://",),
        pattern=re.compile(r"://[^\s:/?#\"'<>@]{0,256}:(?P<secret>(?!\d{1,5}/)[^\s\"'<>]{1,512})(?:@|…)"),
    ),
    SecretFormat(
        name="URL Token",
        needs=("://",),
        pattern=re.compile(r"://(?P<secret>(?=[^\s@/]{0,200}\d)[A-Za-z0-9_.~+=%-]{20,256})@"),
    ),
    SecretFormat(
        name="Remote Password",
        shape=re.compile(r":[^\s:@]{2,128}@"),  # an at sign alone is in the name of every version
        pattern=re.compile(rf"(?<![\w/.:@+-])(?!mailto:)[\w.+-]{{1,64}}:(?P<secret>(?!//)[^\s:@/\"'<>]{{2,128}})@(?!sha\d|md5|v?\d+(?:\.|:|/)\d){_HOST}(?=[:/])"),
    ),
    SecretFormat(
        name="Authorization Header",
        needs=("bearer ", "authorization"),
        pattern=re.compile(
            r"\bbearer\s{1,3}(?P<secret>(?=[^\s\"']{0,200}\d)[\w.~+/=-]{8,2048})|\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:basic|digest|token|apikey|negotiate|aws4-hmac-sha256)\s{1,3})?(?P<value>(?=[^\s\"']{0,200}[\d=+/])[\w.~+/=-]{8,2048})",
            re.IGNORECASE,
        ),
    ),
    SecretFormat(
        name="Command Password",
        needs=("-u", "sshpass", "mysql", " login ", "redis-cli", "pass:", "remote modify"),
        pattern=re.compile(
            r"(?:^|\s)(?:-u|--user|--proxy-user)(?:\s{1,3}|=)?[\"']?[\w.@+-]{1,64}:(?P<secret>[^\s\"'$]{3,256})|\bsshpass\s{1,3}-p\s{0,3}[\"']?(?P<shell>[^\s\"'$]{3,256})|\bmysql(?:dump|admin)?\b[^|;\n]{0,200}?\s-p(?P<sql>[^\s\"'$]{3,256})|\b(?:docker|podman|helm|az|oc|skopeo)\b[^|;\n]{0,80}?\slogin\s[^|;\n]{0,200}?(?<=\s)-p\s{1,3}[\"']?(?P<login>[^\s\"'$]{3,256})|\bredis-cli\b[^|;\n]{0,200}?\s-a\s{1,3}[\"']?(?P<redis>[^\s\"'$]{3,256})|\s-pass(?:in|out)?\s{1,3}[\"']?pass:(?P<openssl>[^\s\"'$]{3,256})|\bremote\s{1,3}modify\s[^|;\n]{0,120}?\b(?:password|secret_access_key|session_token|access_key_secret|oss_key_secret|account_key|sas_token|client_secret|gdrive_client_secret|connection_string)\s{1,3}[\"']?(?P<dvc>[^\s\"'$]{3,256})"
        ),
    ),
    SecretFormat(
        name="Command Password",
        needs=("-storepass", "-keypass", "unzip ", "7z ", "lftp ", "smbclient ", "ldap", "openssl ", "password-stdin", "sudo -s", "wandb login", "machine "),
        pattern=re.compile(
            r"\s-(?:store|key)pass\s{1,3}[\"']?(?P<java>[^\s\"'$]{3,256})|\bunzip\b[^|;\n]{0,80}?\s-P\s{0,3}[\"']?(?P<zip>[^\s\"'$]{3,256})|\b7z\b[^|;\n]{0,80}?\s-p[\"']?(?P<archive>[^\s\"'$]{3,256})|\blftp\b[^|;\n]{0,80}?\s-u\s{0,3}[\"']?[\w.@+-]{1,64},(?P<ftp>[^\s\"'$]{3,256})|\bsmbclient\b[^|;\n]{0,120}?\s-U\s{0,3}[\"']?[\w.\\+-]{1,64}%(?P<share>[^\s\"'$]{3,256})|\bldap(?:search|modify|add|delete|whoami|passwd)\b[^|;\n]{0,200}?\s-w\s{0,3}[\"']?(?P<ldap>[^\s\"'$]{3,256})|\bopenssl\s{1,3}enc\b[^|;\n]{0,120}?\s-k\s{1,3}[\"']?(?P<cipher>[^\s\"'$]{3,256})|\becho\s{1,3}(?:-n\s{1,3})?[\"']?(?P<piped>[^\s\"'$|]{3,256})[\"']?\s{0,3}\|[^|;\n]{0,80}(?:--password-stdin|\bsudo\s-S)\b|\bwandb\s{1,3}login\s[^|;\n]{0,80}?(?P<tracker>[0-9a-f]{40})\b|\bmachine\s{1,3}\S{1,256}\s{1,3}login\s{1,3}\S{1,256}\s{1,3}password\s{1,3}(?P<netrc>[^\s$]{3,256})"
        ),
    ),
    SecretFormat(
        name="Connection String",
        needs=("password=", "pwd=", "accountkey=", "sharedaccesskey=", "sharedaccesssignature="),
        pattern=re.compile(
            r"\b(?:password|pwd|AccountKey|SharedAccessKey|SharedAccessSignature)\s{0,3}=\s{0,3}(?P<secret>[^;\s\"'<>${}]{3,1024});", re.IGNORECASE
        ),
    ),
    SecretFormat(
        name="Markup Password",
        needs=("passw", "passphrase", "key", "secret"),
        pattern=re.compile(
            r"(?<![a-z0-9])(?:password|passwd|passphrase|passwort|api[_ -]?key|client[_ -]?secret)(?:\s?[*_]{1,2}\s?:\s{0,3}|:[*_]{1,2}\s{0,3}|`\s{0,3}[:=|]\s{0,3}`?|>(?=[^<>\s]{1,256}</)|\"\s{1,3}value\s?=\s?\"|\s{0,3}\|\s{0,3}`?)(?P<secret>(?=[^\s|]{0,64}[\d!@#$%^&+=~?])[^\s|`<>\"'*]{4,256})", re.IGNORECASE
        ),
    ),
    SecretFormat(
        name="Webhook",
        needs=("/api/webhooks/", "webhook.office.com", "hooks.slack.com", "hooks.zapier.com"),
        pattern=re.compile(
            r"https://[\w.-]{0,80}(?:discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/|hooks\.slack\.com/|hooks\.zapier\.com/)(?P<secret>[\w@/-]{12,512})", re.IGNORECASE
        ),
    ),
    SecretFormat(
        name="JSON Web Token",
        needs=("eyj",),
        pattern=re.compile(r"(?<![\w-])eyJ[\w-]{8,4096}\.(?:eyJ[\w-]{0,8192})(?:\.[\w-]{0,4096})?|(?<![\w-])eyJhcGlfYWRkcmVzcyI6[\w+/=-]{16,2048}"),
    ),
    _prefixed("AWS Access Key", "AKIA ASIA ABIA ACCA", r"[0-9A-Z]{12,}"),
    _prefixed("GitHub Token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"\w{16,}"),
    _prefixed("GitLab Token", "glpat- gldt- glft- glsoat- glrt- glcbt- glimt- glptt- glagent- gloas- glffct- GR1348941"),
    _prefixed("Hugging Face Token", "hf_ api_org_", r"(?:[A-Za-z0-9]{30,}|[A-Za-z]{20,})"),
    _prefixed("OpenAI Token", "sk-proj- sk-svcacct- sk-admin- sk-None-"),
    _prefixed("Anthropic Key", "sk-ant-"),
    _prefixed("Google API Key", "AIza", r"[\w-]{25,}"),
    _prefixed("Google OAuth Token", "ya29. GOCSPX-", r"[\w.-]{16,}"),
    _prefixed("Slack Token", "xoxb- xoxp- xoxa- xoxo- xoxs- xoxr- xoxe- xoxe. xapp- xwfp-", r"[\w.-]{12,}"),
    _prefixed("Stripe Access Key", "sk_live_ rk_live_ sk_test_ rk_test_ whsec_"),
    _prefixed("NPM tokens", "npm_", r"[A-Za-z0-9]{20,}"),
    _prefixed("PyPI Token", "pypi-AgE", r"[\w-]{20,}"),
    _prefixed("SendGrid API Key", "SG.", r"[\w-]{16,}\.[\w-]{8,}"),
    _prefixed("Databricks Token", "dapi", r"[0-9a-f]{24,}(?:-\d)?"),
    _prefixed("Docker Token", "dckr_pat_ dckr_oat_"),
    _prefixed("DigitalOcean Token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{24,}"),
    _prefixed("Vault Token", "hvs. hvb. hvr.", r"[\w-]{16,}"),
    _prefixed("Terraform Token", "atlasv1."),
    _prefixed("DVC Studio Token", "isat_"),
    _prefixed("Machine Learning Service Token", "r8_ gsk_ pcsk_ nvapi- lsv2_pt_ lsv2_sk_ fw_ tgp_v1_ pplx- xai- wandb_v1_", r"(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{20,}[\w-]*"),
    _prefixed("Atlassian Token", "ATATT3 ATCTT3 ATBB", r"[\w=-]{16,}"),
    _prefixed("Azure Client Secret", "8Q~", r"[\w.~-]{20,}"),
    _prefixed("Shopify Token", "shpat_ shpss_ shppa_ shpca_", r"[0-9a-fA-F]{16,}"),
    _prefixed("Square OAuth Secret", "sq0atp- sq0csp- EAAAE"),
    _prefixed("Grafana Token", "glsa_ glc_", r"\w{16,}"),
    _prefixed("New Relic Key", "NRAK- NRJS- NRII-"),
    _prefixed("Sentry Token", "sntrys_ sntryu_", r"[\w=+/-]{16,}"),
    _prefixed("Postman Key", "PMAK-"),
    _prefixed("Notion Token", "ntn_ secret_", r"(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{30,}"),
    _prefixed("Figma Token", "figd_ figu_"),
    _prefixed("Linear Key", "lin_api_ lin_oauth_"),
    _prefixed("Doppler Token", "dp.pt. dp.st. dp.ct. dp.sa.", r"[\w.]{16,}"),
)  # fmt: skip

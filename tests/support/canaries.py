"""Made-up secrets of many kinds, a repository that holds each of them in every place that is read, and a search for them in any bytes.

None of them is a secret: each has a body that is drawn here, so that no file of this project holds one.
"""

from __future__ import annotations

import json
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import NamedTuple

from support.worlds import World

PART = 10  # characters of a secret of which nothing may be left
ALNUM, HEX, UPPER = string.ascii_letters + string.digits, "0123456789abcdef", string.ascii_uppercase + string.digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """A made-up secret: `name` is the name beside which it stands, `value` what stands there, `body` its part that nobody else writes."""

    kind: str
    name: str = "note"
    value: str
    body: str

    @property
    def is_word(self) -> bool:
        """Whether it can be a part of a ref's or a file's name, and be known there."""
        return self.name == "note" and self.value.replace("_", "").replace("-", "").isalnum()

    @property
    def setting(self) -> str:
        """Name and value in one text, for places that have no names."""
        return self.value if self.name == "note" else f"{self.name}={self.value}"


class _Kind(NamedTuple):
    """How to make a secret of a kind: BODY in `value` stands for what is drawn."""

    kind: str
    value: str
    length: int = 32
    letters: str = ALNUM
    name: str = "note"


KINDS = (
    _Kind("password", "BODY", 12, name="db_password"),
    _Kind("nested password", "BODY", 12, name="db.passwd"),
    _Kind("API key", "BODY", 20, name="api_key"),
    _Kind("client secret", "BODY", 24, name="clientSecret"),
    _Kind("random token", "BODY", 40, HEX, name="token"),
    _Kind("AWS secret key", "BODY", 40, name="AWS_SECRET_ACCESS_KEY"),
    _Kind("AWS key", "AKI" + "ABODY", 16, UPPER),
    _Kind("GitHub", "gh" + "p_BODY", 36),
    _Kind("GitHub, fine-grained", "github_" + "pat_BODY", 60),
    _Kind("GitLab", "gl" + "pat-BODY", 20),
    _Kind("Hugging Face", "h" + "f_BODY", 34, string.ascii_letters),
    _Kind("OpenAI", "sk-" + "proj-BODY", 48),
    _Kind("OpenAI, older", "sk-" + "abcdefghij0123456789T3Blbk" + "FJBODY", 20),
    _Kind("Anthropic", "sk-" + "ant-api03-BODY", 60),
    _Kind("Google", "AI" + "zaBODY", 35),
    _Kind("Slack", "xo" + "xb-123456789012-123456789012-BODY", 24, string.ascii_lowercase + string.digits),
    _Kind("Slack webhook", "https://hooks.slack" + ".com/services/T0000/B0000/BODY", 24),
    _Kind("Stripe", "sk_" + "live_BODY", 24),
    _Kind("npm", "np" + "m_BODY", 36),
    _Kind("PyPI", "pypi-" + "AgEIcHlwaS5vcmcBODY", 80),
    _Kind("SendGrid", "SG." + "aBcDeFgHiJkLmNoPqRsTuV.BODY", 43),
    _Kind("Databricks", "da" + "piBODY", 32, HEX),
    _Kind("Docker", "dckr_" + "pat_BODY", 27),
    _Kind("Vault", "hv" + "s.BODY", 24),
    _Kind("DVC Studio", "is" + "at_BODY", 40),
    _Kind("Telegram", "1234567890" + ":BODY", 35),
    _Kind("Twilio", "S" + "KBODY", 32, string.ascii_lowercase + string.digits),
    _Kind("Mailchimp", "BODY-us" + "12", 32, HEX),
    _Kind("Discord", "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ.BODY", 27),
    _Kind("Azure storage", "AccountKey" + "=BODY==", 86),
    _Kind("JSON web token", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.BODY", 43),
    _Kind("private key", "-----BEGIN RSA " + "PRIVATE KEY-----\\nBODY\\n-----END RSA " + "PRIVATE KEY-----", 64),
    _Kind("URL with a password", "https://svc:" + "BODY@data.example/d", 14),
    _Kind("DSN", "postgresql://svc:" + "BODY@db.example:5432/x", 14),
    _Kind("SSH address", "svc:" + "BODY@host.example:path/d", 14),
    _Kind("signed URL", "https://b.s3.example/d?X-Amz-Signature=" + "BODY&x=1", 64, HEX),
    _Kind("shared access signature", "https://a.blob.example/c?sv=2022&si" + "g=BODY", 44),
    _Kind("session", "https://h.example/p;jsession" + "id=BODY", 32, UPPER),
    _Kind("bearer", "Authorization: Bear" + "er BODY", 40),
    _Kind("basic", "Authorization: Bas" + "ic BODY", 40),
    _Kind("option", "run --pass" + "word=BODY", 12),
    _Kind("option and argument", "run --api" + "-key BODY", 20),
    _Kind("variable", "DB_PASS" + "WORD=BODY run", 12),
    _Kind("curl", "curl -u " + "svc:BODY https://h.example", 14),
    _Kind("connection string", "Server=h;Uid=u;Pw" + "d=BODY;Database=d", 14),
    _Kind("password in a sentence", "the password is BODY", 20),
    _Kind("password in full-width letters", "\uff50\uff41\uff53\uff53word\uff1dBODY", 20),
)  # fmt: skip


def canaries(seed: int) -> tuple[Canary, ...]:
    """One of each kind."""
    random = Random(seed)
    made = []
    for kind, value, length, letters, name in KINDS:
        body = _drawn(random, length, letters)
        made.append(Canary(kind=kind, name=name, value=value.replace("BODY", body), body=body))
    return tuple(made)


def _drawn(random: Random, length: int, letters: str) -> str:
    """With a digit, where there are some, as all but one in millions have."""
    body = "".join(random.choices(letters, k=length))
    return (
        body if any(map(str.isdigit, body)) or not any(map(str.isdigit, letters)) else _drawn(random, length, letters)
    )


def leaks(data: bytes, planted: Iterable[Canary]) -> set[str]:
    """The kinds of which the bytes hold a part, in any case, in Base64, or percent-encoded."""
    lower = data.lower()
    return {canary.kind for canary in planted if any(needle in lower for needle in _needles(canary.body))} | {
        canary.kind for canary in planted if any(needle in data for needle in _encoded(canary.body))
    }


@cache
def _needles(body: str) -> set[bytes]:
    parts = {body[:PART], body[-PART:]}
    escaped = {"".join(f"%{ord(char):02x}" for char in part) for part in parts | {part.lower() for part in parts}}
    return {form.lower().encode() for form in parts | escaped}


@cache
def _encoded(body: str) -> set[bytes]:
    """Base64 at each of the three places at which a text can begin, without the characters that its neighbours share."""
    found = set()
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            found.add(encode(b"\0" * before + body[: 3 * (len(body) // 3)].encode())[4:14])
    return found


def world(planted: tuple[Canary, ...]) -> World:
    """A repository that holds all of them in every place that is read."""
    made = World()
    made.commit(_files(planted), message=f"work with {planted[7].value}")
    for number, canary in enumerate(planted):
        text = canary.setting
        made.commit({f"n{number}.txt": "x"}, message=f"{text}\n\n{text}", branch=f"b{number}")
        made.tag(f"m@v1.0.{number}", message=f"release {text}")
        made.tag(f"m#prod#{number + 1}", message=text)
        made.lightweight(f"r{number}")
        experiments = f"refs/exps/{made.tip()[:2]}/{made.tip()[2:]}"
        if canary.is_word:
            made.refs[f"refs/heads/{canary.value}"] = made.tip()
            made.tag(canary.value, message="x")
            made.refs[f"{experiments}/{canary.value}"] = made.tip(f"b{number}")
        made.refs[f"{experiments}/exp-{number}"] = made.commit(
            {"params.yaml": f"{_yaml(canary)}\n"}, branch=f"e{number}", message=text
        )
        del made.refs[f"refs/heads/e{number}"]
    made.commit(_broken(planted), branch="main", message="broken")
    made.tag("m@v2.0.0")
    return made


def _yaml(canary: Canary) -> str:
    return f"{json.dumps(canary.name)}: {json.dumps(canary.value)}"


def _map(planted: Iterable[Canary]) -> dict[str, str]:
    """All of them by distinct names that end as their own."""
    return {
        f"c{number}.{canary.name}" if canary.name != "note" else f"n{number}": canary.value
        for number, canary in enumerate(planted)
    }


def _nested(planted: Iterable[Canary]) -> dict[str, object]:
    return {
        f"c{number}": {canary.name: canary.value, "list": [canary.setting]} for number, canary in enumerate(planted)
    }


def _files(planted: tuple[Canary, ...]) -> Mapping[str, str]:
    texts = [canary.setting for canary in planted]
    nested = json.dumps(_nested(planted))
    everything = "\n".join(texts)
    md5 = "a" * 32
    urls = [canary.value for canary in planted if "://" in canary.value or "@" in canary.value]
    stages = {
        f"s{number}": {"cmd": text, "desc": text, "wdir": ".", "deps": [f"d/{number}", *urls[:2]], "params": ["params.yaml:"], "outs": [{f"o{number}": {"desc": text, "type": "model", "labels": [text], "meta": {canary.name: canary.value}}}]}
        for number, (canary, text) in enumerate(zip(planted, texts, strict=True))
    }  # fmt: skip
    pipeline = {
        "vars": [{"v": _nested(planted)}],
        "stages": stages | {f"t{number}": {"cmd": f"run ${{v.c{number}.list[0]}} ${{v.c{number}.{canary.name}}}"} for number, canary in enumerate(planted) if "." not in canary.name},
        "artifacts": {f"a{number}": {"path": f"o{number}", "type": "model", "desc": text, "labels": [text], "meta": {canary.name: canary.value, "deep": {"er": {canary.name: canary.value}}}} for number, (canary, text) in enumerate(zip(planted, texts, strict=True))},
        "datasets": [{"name": f"ds{number}", "type": "url", "url": url} for number, url in enumerate(urls)],
        "params": ["p.json", "p.toml", "p.py"],
        "metrics": ["metrics.json"],
        "plots": [{"curve.csv": {"x": "step", "y": "note", "title": texts[0], "x_label": texts[7]}}],
    }  # fmt: skip
    locked = {
        name: {"cmd": stage["cmd"], "deps": [{"path": "d", "md5": md5, "size": 1, "etag": texts[7]}], "params": {"params.yaml": _nested(planted)}, "outs": [{"path": "o", "hash": "md5", "md5": md5, "size": 1, "cloud": {"s3": {"etag": texts[7], "version_id": texts[8]}}}]}
        for name, stage in stages.items()
    }  # fmt: skip
    files = {
        "params.yaml": nested,
        "p.json": nested,
        "p.toml": "".join(f"[c{number}]\n{json.dumps(canary.name)} = {json.dumps(canary.value)}\n" for number, canary in enumerate(planted)),
        "p.py": "".join(f"n{number} = {{{canary.name!r}: {canary.value!r}}}\n" for number, canary in enumerate(planted)),
        "metrics.json": nested,
        "curve.csv": "step,note,db_password\n" + "".join(f'{number},"{text}",{planted[0].value}\n' for number, text in enumerate(texts)),
        "dvc.yaml": json.dumps(pipeline),
        "dvc.lock": json.dumps({"schema": "2.0", "stages": locked}),
        "old/dvc.yaml": json.dumps({"stages": {"s": {"cmd": everything, "outs": ["o"]}}}),
        "old/dvc.lock": json.dumps({"s": {"cmd": everything, "deps": [], "outs": [{"path": "o", "md5": md5}]}}),
        "zero.dvc": json.dumps({"cmd": everything, "md5": md5, "outs": [{"path": "z", "md5": md5, "cache": True, "metric": False}], "deps": [{"path": "d", "md5": md5}], "wdir": "."}),
        "one.dvc": json.dumps({"outs": [{"path": "one", "md5": md5, "size": 1}], "meta": _map(planted), "desc": everything}),
        "three.dvc": json.dumps({"outs": [{"path": "three", "hash": "md5", "md5": md5, "size": 1, "desc": everything, "labels": texts, "meta": _map(planted) | {"deep": _nested(planted)}}]}),
        "db.dvc": json.dumps({"deps": [{"db": {"connection": texts[33], "query": f"select '{texts[7]}' -- {everything}"}}], "outs": [{"path": "db.csv", "md5": md5}]}),
        ".dvc/config": "[core]\n    remote = r0\n" + "".join(f"['remote \"r{number}\"']\n    url = {url}\n    endpointurl = {url}\n    region = {planted[7].value}\n    password = {planted[0].value}\n" for number, url in enumerate(urls)),
        "artifacts.yaml": json.dumps({f"g{number}": {"type": "model", "path": f"o{number}", "description": text, "labels": [text], "custom": {canary.name: canary.value}} for number, (canary, text) in enumerate(zip(planted, texts, strict=True))}),
        "m.mlem": json.dumps({"object_type": "model", "model_type": {"type": texts[7], "methods": {texts[8]: {}}}, "description": everything, "labels": texts, "requirements": [{"module": texts[7], "version": texts[8]}], "artifacts": {"data": {"hash": md5, "size": 1, "uri": texts[7]}}}),
        "link.mlem": json.dumps({"object_type": "link", "link_type": "model", "path": urls[0]}),
        "README.md": "---\n" + json.dumps({"license": texts[7], "license_name": texts[8], "license_link": urls[0], "base_model": texts, "datasets": texts, "tags": texts, "language": [texts[7]], "library_name": texts[8], "pipeline_tag": texts[7], "extra": _nested(planted), **_map(planted), "model-index": [{"name": texts[7], "results": [{"task": {"type": texts[8]}, "dataset": {"name": texts[7], "type": "d"}, "metrics": [{"type": texts[8], "value": texts[7]}]}]}]}) + f"\n---\n# {texts[7]}\n\n{everything}\n",
        "CODEOWNERS": "".join(f"[{canary.value}]\n*.{number} @ann {canary.value}\n{canary.value} @bo\n" for number, canary in enumerate(planted) if " " not in canary.value),
        "LICENSE": f"{texts[7]}\n",
        "picture.svg": f"<svg xmlns='http://www.w3.org/2000/svg'><text>{everything.replace('<', '')}</text></svg>",
        "lfs.json": f"version https://git-lfs.github.com/spec/v1\next-0-{planted[7].value} sha256:{md5}{md5}\noid sha256:{md5}{md5}\nsize 1\n",
        "train.py": "pass\n",
    }  # fmt: skip
    for number, url in enumerate(urls):
        files[f"import{number}.dvc"] = json.dumps(
            {
                "frozen": True,
                "deps": [{"path": url, "etag": texts[7], "version_id": texts[8]}],
                "outs": [{"path": f"i{number}", "md5": md5}],
            }
        )
        files[f"repo{number}.dvc"] = json.dumps(
            {
                "deps": [{"path": url, "repo": {"url": url, "rev": texts[7], "rev_lock": "b" * 40}}],
                "outs": [{"path": f"j{number}", "md5": md5}],
            }
        )
        files[f"external{number}.dvc"] = json.dumps({"outs": [{"path": url, "etag": "x", "cache": False}]})
    return files


def _broken(planted: tuple[Canary, ...]) -> Mapping[str, str]:
    """Files that are wrong beside each secret: what is said of them may quote it."""
    files = {}
    for number, canary in enumerate(planted):
        value = json.dumps(canary.value)
        files |= {
            f"bad{number}/dvc.yaml": f"stages: {value}\nartifacts:\n  m: {value}\nparams: {value}\nplots: {value}\nmetrics: {value}\ndatasets: {value}\n",
            f"bad{number}/dvc.lock": f"schema: {value}\nstages: {{s: {value}}}\n",
            f"bad{number}/m.dvc": f"{json.dumps(canary.name)}: {value}\nouts:\n- path: m\n  md5: {value}\n  size: {value}\n- {value}\n",
            f"bad{number}/n.dvc": f"{canary.name}: {canary.value}: x\n\t- [\n",
            f"bad{number}/m.mlem": f"object_type: {value}\ndescription: [{value}]\n",
            f"bad{number}/artifacts.yaml": f"m:\n  type: [{value}]\n  {json.dumps(canary.name)}: {value}\n{json.dumps(canary.setting)}: {value}\n",
            f"bad{number}/params.yaml": f"{canary.name}: {canary.value}\n{canary.name}: [\n",
            f"bad{number}/{canary.value if canary.is_word else number}.dvc": "outs: [{path: p, md5: " + "c" * 32 + "}]\n",
        }  # fmt: skip
    return files

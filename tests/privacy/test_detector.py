"""Likely secrets in texts: what is withheld, what is left, and that strangers cannot make it slow. No secret of these tests is one."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from time import process_time

import pytest
from detect_secrets.plugins.base import RegexBasedDetector
from hypothesis import given
from hypothesis import strategies as st

from catalog.privacy import detector
from catalog.privacy.detector import (
    DECIDES,
    MOST_ROUNDS,
    clean,
    digest,
    digest_of,
    find,
    marks,
    names,
    suspicious,
    withheld,
)
from catalog.privacy.formats import FORMATS
from catalog.privacy.kinds import MIN_ASSIGNED, OVERLAP, PIECE, SHORT, _spans, all_kinds

PACKAGE = Path(__file__).parents[2] / "catalog"
TOKEN = "gh" + "p_" + "a1B2" * 9
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0" + ".c2lnbmF0dXJl"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEabc\n-----END RSA " + "PRIVATE KEY-----"


def said(name: str) -> str:
    return withheld(name)


def wide(text: str) -> str:
    """In full-width characters."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


BASIC, SIGNED, WORD, HEADER = map(said, ("Basic Auth Credentials", "Signed URL", "Secret Keyword", "Authorization Header"))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param(f"see {TOKEN}.", f"see {said('GitHub Token')}.", id="a token in a sentence"),
        pytest.param("dvc remote modify --local s3 secret_access_key abc/def9", f"dvc remote modify --local s3 secret_access_key {said('Command Password')}", id="an option of a DVC remote"),
        pytest.param("dvc remote modify s3 region eu-west-1", "dvc remote modify s3 region eu-west-1", id="an option of a DVC remote that is no secret"),
        pytest.param('run "{\\"password\\": \\"hunter2x\\"}"', f'run "{{\\"password\\": \\"{WORD}\\"}}"', id="a name and a value in quotes inside of quotes"),
        pytest.param('x password=\\"hunter2x\\" y', f'x password=\\"{WORD}\\" y', id="a value in quotes inside of quotes"),
        pytest.param("passWord=hunter2x", f"passWord={WORD}", id="a name in an odd case"),
        pytest.param(TOKEN[:30] + "…", said("GitHub Token") + "…", id="the beginning of a token, as a message quotes it"),
        pytest.param(TOKEN + "tail", said("GitHub Token"), id="a token to the end of its word"),
        pytest.param(f"x={JWT}", f"x={said('JSON Web Token')}", id="a JSON web token"),
        pytest.param(f"a\n{KEY}\nb", f"a\n{said('Private Key')}\nb", id="a private key to its end"),
        pytest.param(KEY[:40], said("Private Key"), id="a private key without its end"),
        pytest.param("postgresql://svc:S3cr3t@db:5432/x", f"postgresql://svc:{BASIC}@db:5432/x", id="a password in a URL"),
        pytest.param("https://u:p@ss/w@h/d", f"https://u:{BASIC}@h/d", id="a password with an at sign and a slash"),
        pytest.param("redis://:pw@h", f"redis://:{BASIC}@h", id="a password without a user"),
        pytest.param("'https://u:longpass…'", f"'https://u:{BASIC}…'", id="a password cut off by a message"),
        pytest.param("user:PW@host:path", f"user:{said('Remote Password')}@host:path", id="a password in an address of SSH"),
        pytest.param("u:s3@h.example/d", f"u:{said('Remote Password')}@h.example/d", id="a password in an address without a scheme"),
        pytest.param("https://h/d?X-Amz-Signature=ab12&v=1", f"https://h/d?X-Amz-Signature={SIGNED}&v=1", id="a signature"),
        pytest.param("https://h/p;jsessionid=AB12?x=1", f"https://h/p;jsessionid={SIGNED}?x=1", id="a session in a path"),
        pytest.param("https://h/?sv=2020&sig=ab%2B1", f"https://h/?sv=2020&sig={SIGNED}", id="a shared access signature"),
        pytest.param("curl -H 'Authorization: Bearer abc.d123'", f"curl -H 'Authorization: Bearer {HEADER}'", id="a header"),
        pytest.param("Authorization: Basic dTpwdw==", f"Authorization: Basic {HEADER}", id="a header with a password"),
        pytest.param("curl -u bob:s3cret h", f"curl -u bob:{said('Command Password')} h", id="a user of curl"),
        pytest.param("mysql -uroot -ps3cret db", f"mysql -uroot -p{said('Command Password')} db", id="a password of MySQL"),
        pytest.param("docker login -u bob -p s3cret reg", f"docker login -u bob -p {said('Command Password')} reg", id="a password of a registry"),
        pytest.param("az login --service-principal -u id -p s3cret --tenant t", f"az login --service-principal -u id -p {said('Command Password')} --tenant t", id="a password of Azure"),
        pytest.param("redis-cli -h x -a s3cret ping", f"redis-cli -h x -a {said('Command Password')} ping", id="a password of Redis"),
        pytest.param("keytool -list -storepass s3cret -v", "keytool -list -storepass s3cret -v".replace("s3cret", said("Command Password")), id="a password of a key store"),
        pytest.param("unzip -P s3cret a.zip", "unzip -P s3cret a.zip".replace("s3cret", said("Command Password")), id="a password of an archive"),
        pytest.param("7z x -ps3cret a.7z", "7z x -ps3cret a.7z".replace("s3cret", said("Command Password")), id="a password of an archive of 7z"),
        pytest.param("lftp -u bob,s3cret ftp://h", "lftp -u bob,s3cret ftp://h".replace("s3cret", said("Command Password")), id="a password of FTP"),
        pytest.param("smbclient //h/s -U bob%s3cret", "smbclient //h/s -U bob%s3cret".replace("s3cret", said("Command Password")), id="a password of a share"),
        pytest.param("ldapsearch -x -w s3cret -b x", "ldapsearch -x -w s3cret -b x".replace("s3cret", said("Command Password")), id="a password of LDAP"),
        pytest.param("openssl enc -aes256 -k s3cret -d", "openssl enc -aes256 -k s3cret -d".replace("s3cret", said("Command Password")), id="a password of a cipher"),
        pytest.param("echo s3cret | docker login -u bob --password-stdin reg", "echo s3cret | docker login -u bob --password-stdin reg".replace("s3cret", said("Command Password")), id="a password that is piped"),
        pytest.param("echo 's3cret' | sudo -S apt", "echo 's3cret' | sudo -S apt".replace("s3cret", said("Command Password")), id="a password for sudo"),
        pytest.param("machine h login bob password swordfish", "machine h login bob password swordfish".replace("swordfish", said("Command Password")), id="an entry of netrc with a word"),
        pytest.param("openssl enc -pass pass:s3cret -d", f"openssl enc -pass pass:{said('Command Password')} -d", id="a password of OpenSSL"),
        pytest.param("Server=h;Pwd=abc;", f"Server=h;Pwd={said('Connection String')};", id="a connection string"),
        pytest.param("t.py --password=correcthorse -x", f"t.py --password={WORD} -x", id="an option"),
        pytest.param("t.py --api-key abc1 -x", f"t.py --api-key {WORD} -x", id="an option and its argument"),
        pytest.param("DB_PASSWORD=correcthorse t.py", f"DB_PASSWORD={WORD} t.py", id="a variable"),
        pytest.param("password: hunter2", f"password: {WORD}", id="prose with a password"),
        pytest.param("f(password=a1,b2)", f"f(password={WORD})", id="a password with a comma"),
        pytest.param("f(password=a1, user=b)", f"f(password={WORD}, user=b)", id="an argument before another"),
        pytest.param('{"api_key":"x1"}', f'{{"api_key":"{WORD}"}}', id="JSON in a text"),
        pytest.param("PASSWORD hunter2", f"PASSWORD {WORD}", id="a name, a blank and a value"),
        pytest.param("note\nPASSWORD swordfish\n", f"note\nPASSWORD {WORD}\n", id="a line of a name in capitals and a word"),
        pytest.param("PASSWORD: swordfish", f"PASSWORD: {WORD}", id="such a line with a colon"),
        pytest.param("ENV DB_PASSWORD swordfish now", f"ENV DB_PASSWORD {WORD} now", id="a variable that is set with a blank"),
        pytest.param("set -gx API_KEY abc", f"set -gx API_KEY {WORD}", id="a variable of a shell that is set with a blank"),
        pytest.param("machine h login u password x1y2z", f"machine h login u password {said('Command Password')}", id="an entry of netrc"),
        pytest.param("PASSWORD 123456", f"PASSWORD {WORD}", id="a blank and six digits"),
        pytest.param("The password is hunter2", f"The password is {WORD}", id="a sentence"),
        pytest.param("password for the db was: l33t!", f"password for the db was: {WORD}", id="a sentence that says of what"),
        pytest.param("Das Passwort lautet geheim1", f"Das Passwort lautet {WORD}", id="a sentence in German"),
        pytest.param("Das Kennwort ist geheim1", f"Das Kennwort ist {WORD}", id="a sentence in German with the other word"),
        pytest.param("Kennwort: geheim1", f"Kennwort: {WORD}", id="a setting in German"),
        pytest.param("password is 'sword fish'", f"password is '{WORD}'", id="a sentence that quotes"),
        pytest.param("the API key is abc1", f"the API key is {WORD}", id="a name of two words"),
        pytest.param("access token: abc1", f"access token: {WORD}", id="a name of two words and a colon"),
        pytest.param("auth token = 'swordfish'", f"auth token = '{WORD}'", id="a name of two words and a value in quotes"),
        pytest.param(wide("password=hunter2"), f"{wide('password=')}{WORD}", id="full-width letters"),
        pytest.param(f"see {wide(TOKEN)} now", f"see {said('GitHub Token')} now", id="a token in full-width letters"),
        pytest.param("é \U0001d429\U0001d41a\U0001d42c\U0001d42c\U0001d430\U0001d428\U0001d42b\U0001d41d: hunter2", f"é \U0001d429\U0001d41a\U0001d42c\U0001d42c\U0001d430\U0001d428\U0001d42b\U0001d41d: {WORD}", id="bold letters of mathematics"),
        pytest.param(f"é {TOKEN[:6]}\u200b\u2060{TOKEN[6:]}\u200b.", f"é {said('GitHub Token')}\u200b.", id="characters that are not seen, inside of a token"),
        pytest.param("pass\u00adword=hunter2", f"pass\u00adword={WORD}", id="characters that are not seen, inside of a name"),
        pytest.param("**Password:** hunter2x", f"**Password:** {said('Markup Password')}", id="emphasis around a name and a colon"),
        pytest.param("**Password**: hunter2x", f"**Password**: {said('Markup Password')}", id="emphasis around a name"),
        pytest.param("`password`: `hunter2x`", f"`password`: `{said('Markup Password')}`", id="a name and a value as code"),
        pytest.param("| API key | hunter2x |", f"| API key | {said('Markup Password')} |", id="a row of a table"),
        pytest.param("<password>hunter2x</password>", f"<password>{said('Markup Password')}</password>", id="an element of XML"),
        pytest.param('<add key="Password" value="hunter2x"/>', f'<add key="Password" value="{said("Markup Password")}"/>', id="a setting of XML"),
        pytest.param("export SECRET='a b'", f"export SECRET='{WORD}'", id="a value with a blank"),
    ],
)  # fmt: skip
def test_what_may_be_a_secret_is_withheld(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        *("churn@v1.0.0", "folder:churn@v1.0.0-rc.1", "churn#prod#3", "models/churn.pkl", "a" * 40, "0123456789abcdef" * 2 + ".dir"),
        *("git@github.com:acme/churn.git", "ssh://git@host/x", "https://host:8080/org/repo@v1", "image:tag@sha256:" + "ab" * 32, "s3://bucket/key", "mailto:ann@example.com"),
        *("python train.py --max-tokens 512 --lr 0.1 --key id", "pad_token=<pad>", "tokenizer: bert-base-uncased", "token: [MASK]", "the secret is in the vault", "Passwords: ask Ann."),
        *("password: ${DB_PASSWORD}", "--password=$PW", "password=<your password>", "api_key: {{ key }}", "password = os.environ['PW']", "connect(password=password)", "secret=args.secret", "token=get_token()", "https://user:${PW}@h", "https://<user>:<password>@h", "password: null", "api_key='***'"),
        *("k1234567: a", "2026:0123456789", "AC/DC", "SKU", "curl -u bob https://h", "bearer of bad news", "ds://name", "?q=1&key=train", "C:\\a:b@c"),
        *("PASSWORD RESET", "my PASSWORD policy", "password is required", "password is 8 characters long", "the secret is base64-encoded", "password is sha256-hashed", "see API_KEY v2 there", "a PASSWORD s3", "password was changed in 2024.", "credentials are in s3://bucket/x1"),
        *("password is stored_in_vault", "the password is os.environ['PW']", "password is <your password>", "PASSWORD <your password>", "ENV PASSWORD ${PW}", "API key: <key>", "key is 512", "primary key: id1", "the API key is get_key()", "my password is", wide("see the text"), "1 m² “é”…", "a PASSWORD 12345"),
        *("| password | string |", "**Password:** see below", "`api_key`: `str`", "| password | ${PW1} |", "<password>secret</password>"),
        *("unzip -P $PW a.zip", "echo done | sudo tee x", "echo $PW | docker login --password-stdin", "machine learning login page", "7z x a.7z", "wandb login --relogin"),
        *("secret_name: team-db", "password_file=/run/pw", "min_password_length: 12"),
    ],
)  # fmt: skip
def test_what_is_none_is_left(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    "sentence", ["the password is {}", "the password was {}.", "Das Passwort ist {}", "password {}"]
)
@pytest.mark.parametrize("word", ["swordfish", "geheim", "required", "not"])
def test_a_plain_word_in_a_sentence_is_left(sentence, word):
    """Nothing tells a password that is a word from prose: docs/decisions/24-secrets.md has the figures."""
    assert clean(sentence.format(word)) == sentence.format(word)


@given(st.lists(st.sampled_from([TOKEN, JWT, KEY, "password", "=", ": ", " ", "\n", '"', "https://", "u", ":", "@", "h", "?sig=", "s3cr3t", "token", "[withheld: ", "]", "--", "…"]), max_size=12).map("".join))  # fmt: skip
def test_nothing_more_is_found_in_what_is_left(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("length", [PIECE - OVERLAP, PIECE, 2 * PIECE - OVERLAP])
def test_a_plugin_of_detect_secrets_finds_what_lies_where_a_long_line_is_cut(length):
    token = "SK" + "a1" * 16
    assert [clean("x " * ((length - back) // 2) + token).count("withheld") for back in range(0, 60, 4)] == [1] * 15


@pytest.mark.parametrize(("length", "expected"), [(MIN_ASSIGNED, 1), (MIN_ASSIGNED - 1, 0)])
def test_how_long_a_value_is_that_detect_secrets_finds_without_a_place(length, expected):
    assert (
        clean(f"if '{'a1' * length}'[:{length}] == '{'a1b2c3'[:length]}' == my_password:").count("withheld") == expected
    )


@pytest.mark.parametrize(("length", "expected"), [(SHORT, (3, 3 + SHORT)), (SHORT - 1, (0, 2 + SHORT))])
def test_a_group_that_is_only_a_part_of_the_secret_counts_as_its_whole_match(length, expected):
    plugin = FormatPlugin(rf"k =(.{{{length}}})")
    assert list(_spans(plugin, f"k ={('!?' * length)[:length]} ")) == [expected]


class FormatPlugin(RegexBasedDetector):
    """A plugin with one pattern."""

    secret_type = "Test"
    denylist = ()

    def __init__(self, pattern):
        self.denylist = (re.compile(pattern),)


HOSTILE = ["eyJ", "secret", "password", "password is ", "password for a b ", "API key ", "PASSWORD x\n", "ENV ", wide("password="), "pass\u200b", "://a:", "-u a:", "api_key=", "BEGIN PRIVATE KEY", "SG.", "?sig=", "a:b@", "token: ", "aws key ", "authorization:", "mysql ", "docker login ", "unzip ", "echo a |", "echo ", "machine a login b ", "openssl enc ", "ldapsearch ", "smbclient ", "redis-cli ", "9" * 9, "-", "=", '"', "db_pass", "//:_authToken=", 'secretsecretsecretsecretsecret "']  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_of_a_stranger_takes_time_in_proportion_to_its_length(piece):
    clean(piece)  # patterns are compiled
    eighth, whole = (processor_time(piece * (size // len(piece))) for size in (8 << 10, 64 << 10))
    assert whole < 24 * max(eighth, 0.004)  # in proportion 8 times, by the square of the length 64 times


def processor_time(text):
    start = process_time()
    clean(text)
    return process_time() - start


def test_in_identifiers_only_formats_that_no_hash_resembles_are_found():
    texts = [TOKEN, "SK" + "a1" * 16, "password=x1"]
    spans = [span for text, kinds in suspicious(texts, identifiers=True) for span in find(text, kinds)]
    assert spans == [(0, len(TOKEN), "GitHub Token")]


BESIDE_A_MARK = f"{TOKEN}: a1B2c3D4e5F6g7H8i9J0 and more"


@pytest.mark.parametrize(
    ("rounds", "cleaned"),
    [
        pytest.param(MOST_ROUNDS, f"{said('GitHub Token')}: {WORD} and more", id="as often as a text is searched"),
        pytest.param(1, said("GitHub Token"), id="no more than once"),
    ],
)
def test_what_stands_beside_a_mark_is_withheld_too(monkeypatch, rounds, cleaned):
    monkeypatch.setattr(detector, "MOST_ROUNDS", rounds)  # no text is known that needs more than two
    assert clean(BESIDE_A_MARK) == cleaned


PARTS = (
    "password=",
    "password is ",
    "PASSWORD ",
    "api key: ",
    "s3cr3t",
    wide("password"),
    "\u200b",
    wide(TOKEN),
    "token: ",
    TOKEN,
    "a1B2c3D4e5F6g7H8i9J0",
    JWT,
    "https://u:",
    "@h/",
    "=",
    "\n",
    " ",
    KEY,
    '"',
    "x",
)


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_what_is_clean_stays_as_it_is(text):
    assert clean(clean(text)) == clean(text)


def test_a_mark_of_an_unknown_detector_is_none():
    assert marks(f"{withheld('GitHub Token')} {withheld('me')} {withheld('Secret Keyword')}") == {
        "GitHub Token",
        "Secret Keyword",
    }


def test_every_format_is_a_detector_with_a_literal():
    assert {each.name for each in FORMATS} <= names()
    assert [kind.name for kind in all_kinds() if not kind.needs and kind.shape is None] == []


SOURCES = {name: (PACKAGE / name).read_text("utf-8") for name in DECIDES}


def test_the_digest_is_of_detect_secrets_and_of_all_modules_that_decide():
    assert digest() == digest_of(version("detect-secrets"), SOURCES.values())
    assert digest_of("0", SOURCES.values()) != digest()


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("privacy/telling_keys.py", '"passcode",', '"passcode", "pin",', id="another telling key"),
        pytest.param("privacy/plugins.py", "|changeme|", "|changeme|changethis|", id="another placeholder"),
        pytest.param("privacy/plugins.py", "MIN_RANDOM = 16", "MIN_RANDOM = 17", id="another threshold"),
        pytest.param("privacy/plugins.py", "limit=3.4", "limit=3.5", id="another limit of entropy"),
        pytest.param("privacy/kinds.py", '("sg.",)', '("sg_",)', id="another literal of the quick look"),
        pytest.param("privacy/formats.py", '"AIza"', '"AIzb"', id="another format"),
        pytest.param("crawl/withholding.py", "(str, bytes, float,", "(str, float,", id="other columns"),
    ],
)
def test_what_decides_changes_the_digest(name, before, after):
    assert before in SOURCES[name]
    changed = SOURCES | {name: SOURCES[name].replace(before, after)}
    assert digest_of(version("detect-secrets"), changed.values()) != digest()


def test_a_comment_does_not_change_the_digest():
    commented = (f"# a comment\n\n{source}\n    # another\n" for source in SOURCES.values())
    assert digest_of(version("detect-secrets"), commented) == digest()


def test_each_module_of_the_detector_that_decides_is_in_the_digest():
    """What these import of the detector's package, and what the withholding does, is among them."""
    imported = {
        f"{name.replace('.', '/')}.py"
        for source in SOURCES.values()
        for name in re.findall(r"from catalog\.((?:privacy|crawl)\.\w+) import", source)
    }
    assert imported <= {*DECIDES}

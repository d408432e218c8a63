"""repos.toml: what each key does, and that all complaints come at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.model import Schedule
from catalog.config.parse import Config, RepoConfig, RepoOptions, load, parse
from catalog.config.value_types import MAX_NUMBER, MAX_SIZE
from catalog.errors import ConfigError, Exit

FILE = Path("/etc/catalog/repos.toml")

EVERYTHING = """
[catalog]
title = "Our models"
theme = "look"
output = "made"
site_url = "https://models.example.org"

[crawl]
jobs = 3
jobs_per_host = 2
processes = 3
max_memory = "2 GiB"
connect_timeout = 1.5
idle_timeout = 7
timeout = 60
max_bytes = "1 GiB"
history = 100
schedule = "0 3 * * *"
experiments = 7

[schedule]
timezone = "Europe/Berlin"
jitter = 300
publish = ["rsync", "-a", "made/site/", "web:/srv"]
health_file = "health.json"

[metrics]
higher = ["gain", "*_lift"]
lower = ["cost"]

[stages]
prod = ["production", "live"]
dev = []

[[repo]]
url = "https://github.com/iterative/example-gto"

[[repo]]
url = "./models/churn"
name = "team/churn"
timeout = 5.5
max_bytes = 4096
history = 0
experiments = 0
plain_tags = 5
fetch_remote_metrics = true
"""


def test_every_key_does_what_it_says():
    assert parse(EVERYTHING, FILE) == Config(
        file=FILE,
        title="Our models",
        output=Path("/etc/catalog/made"),
        theme=Path("/etc/catalog/look"),
        site_url="https://models.example.org",
        jobs=3,
        jobs_per_host=2,
        processes=3,
        max_memory=2 << 30,
        connect_timeout=1.5,
        idle_timeout=7,
        schedule=Schedule(
            cron="0 3 * * *",
            timezone="Europe/Berlin",
            jitter=300,
            publish=("rsync", "-a", "made/site/", "web:/srv"),
            health_file=Path("/etc/catalog/health.json"),
        ),
        directions=(("gain", "higher"), ("*_lift", "higher"), ("cost", "lower")),
        stages={"prod": "prod", "production": "prod", "live": "prod", "dev": "dev"},
        repos=(
            RepoConfig(
                name="github.com/iterative/example-gto",
                url="https://github.com/iterative/example-gto",
                options=RepoOptions(timeout=60, max_bytes=1 << 30, history=100, experiments=7),
            ),
            RepoConfig(
                name="team/churn",
                url="/etc/catalog/models/churn",
                options=RepoOptions(
                    timeout=5.5, max_bytes=4096, history=0, experiments=0, plain_tags=5, fetch_remote_metrics=True
                ),
            ),
        ),
    )


def test_an_empty_file_is_all_defaults():
    assert parse("", FILE) == Config(
        file=FILE,
        title="Model catalog",
        output=Path("/etc/catalog/output"),
        site_url=None,
        jobs=8,
        jobs_per_host=8,
        processes=None,
        max_memory=1 << 30,
        connect_timeout=10,
        idle_timeout=30,
        schedule=Schedule(health_file=Path("/etc/catalog/output/health.json")),
        directions=(),
        stages={},
        repos=(),
    )


def test_an_absolute_output_stays_where_it_is():
    assert parse('[catalog]\noutput = "/srv/catalog"', FILE).output == Path("/srv/catalog")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        pytest.param("models", "/etc/catalog/models", id="a folder beside the file"),
        pytest.param("../models", "/etc/catalog/../models", id="a folder beside the file's"),
        pytest.param("/srv/models", "/srv/models", id="an absolute path"),
        pytest.param("~/models", "/home/ann/models", id="a folder at home"),
        pytest.param("git@host:models", "git@host:models", id="a host and a path, as scp writes it"),
        pytest.param("file:///srv/models", "file:///srv/models", id="a file URL"),
    ],
)
def test_paths_count_from_the_file(monkeypatch, url, found):
    monkeypatch.setenv("HOME", "/home/ann")
    assert [repo.url for repo in parse(f"[[repo]]\nurl = '{url}'", FILE).repos] == [found]


@pytest.mark.parametrize(
    ("size", "octets"),
    [
        (1, 1),
        ('"64 KiB"', 64 << 10),
        ('"3MiB"', 3 << 20),
        ('" 2 GiB "', 2 << 30),
        (str(MAX_SIZE), MAX_SIZE),
        ('"1024 GiB"', MAX_SIZE),
        (str(MAX_SIZE + 1), None),
        ('"1025 GiB"', None),
        ('"%s GiB"' % ("9" * 5000), None),
        *((wrong, None) for wrong in ("0", "-1", "1.5", "true", '""', '"512"', '"5 MB"', '"0 MiB"')),
    ],
)
def test_sizes_are_bytes_or_have_a_binary_unit(size, octets):
    try:
        found = parse(f"[crawl]\nmax_bytes = {size}\n[[repo]]\nurl = 'x'", FILE).repos[0].options.max_bytes
    except ConfigError:
        found = None
    assert found == octets


@pytest.mark.parametrize(("number", "read"), [(MAX_NUMBER, MAX_NUMBER), (MAX_NUMBER + 1, None)])
def test_plain_tags_have_a_bound(number, read):
    try:
        stated = parse(f"[crawl]\nplain_tags = {number}\n[[repo]]\nurl = 'x'", FILE).repos[0].options.plain_tags
    except ConfigError:
        stated = None
    assert stated == read


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("[" * 100_000, "cannot be read: its brackets are nested too deep", id="brackets within each other"),
        pytest.param("9" * 5000, "not TOML: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit", id="a number of 5,000 digits"),
    ],
)  # fmt: skip
def test_what_the_parser_does_not_survive_is_a_complaint(value, message):
    assert complaints(f"[crawl]\njobs = {value}\n") == [message]


def complaints(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    return [complaint.removeprefix("/etc/catalog/repos.toml: ") for complaint in caught.value.complaints]


WRONG = """
owner = "ann"
[catalog]
title = 3
output = " "
site_url = "models.example.org"
colour = "red"
[crawl]
jobs = 2.5
connect_timeout = 0
idle_timeout = nan
timeout = "soon"
max_bytes = "lots"
history = -1
schedule = "daily"
[schedule]
timezone = "Berlin"
jitter = -1
publish = []
[stages]
prod = "production"
live = ["on", 1]
[[repo]]
name = "a"
[[repo]]
url = ""
[[repo]]
url = "https://host/x"
name = "a//b"
branch = "main"
timeout = true
[[repo]]
url = "ftp://host/x"
[[repo]]
url = "https://[host/x"
[[repo]]
url = "https://"
"""


def test_everything_that_is_wrong_is_said_at_once_with_table_and_key():
    assert complaints(WRONG) == [
        "unknown key 'owner': expected one of catalog, crawl, get, metrics, network, notify, privacy, repo, schedule, site, source, stages, storage",
        "[catalog]: unknown key 'colour': expected one of output, publish_csv, publish_database, site_url, theme, title",
        "[catalog]: invalid title 3: expected text that is not blank",
        "[catalog]: invalid output ' ': expected text that is not blank",
        "[catalog]: invalid site_url 'models.example.org': expected a URL that begins with https:// or http://",
        "[crawl]: invalid jobs 2.5: expected a whole number from 1 to 256",
        "[crawl]: invalid connect_timeout 0: expected a number of seconds from 0.001 to 1,000,000,000",
        "[crawl]: invalid idle_timeout nan: expected a number of seconds from 0.001 to 1,000,000,000",
        "[crawl]: invalid schedule 'daily': expected five fields of crontab(5), such as \"0 3 * * *\"; there is 1",
        "[crawl]: invalid timeout 'soon': expected a number of seconds from 0.001 to 1,000,000,000",
        "[crawl]: invalid max_bytes 'lots': expected a number of bytes, or a size such as \"256 MiB\", up to 1 TiB",
        "[crawl]: invalid history -1: expected a whole number from 0 to 1,000,000,000",
        "[schedule]: invalid timezone 'Berlin': expected the name of a time zone, such as \"Europe/Berlin\"",
        "[schedule]: invalid jitter -1: expected a whole number from 0 to 86,400",
        '[schedule]: invalid publish []: expected a list of words, such as ["rsync", "-a", "output/site/", "web:/srv"], or a line for the shell',
        '[stages]: invalid prod \'production\': expected a list of texts, such as ["production", "live"]',
        '[stages]: invalid live [\'on\', 1]: expected a list of texts, such as ["production", "live"]',
        "[[repo]] number 1: missing key 'url': expected for example \"https://host/owner/name\"",
        "[[repo]] number 2: invalid url '': expected for example \"https://host/owner/name\"",
        "[[repo]] number 3: unknown key 'branch': expected one of aliases, experiments, fetch_remote_metrics, history, max_bytes, max_refs, name, plain_tags, processor_time, timeout, url",
        "[[repo]] number 3: invalid name 'a//b': expected parts of printable characters with / between them, such as team/model",
        "[[repo]] number 3: invalid timeout true: expected a number of seconds from 0.001 to 1,000,000,000",
        "[[repo]] number 4: invalid url 'ftp://host/x': expected one of https, http, ssh, git, file, user@host:path, or a path",
        "[[repo]] number 5: invalid url 'https://[host/x': expected a URL with a host, such as https://host/owner/name",
        "[[repo]] number 6: invalid url 'https://': expected a URL with a host, such as https://host/owner/name",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("repo = 3", "invalid repo 3: expected an array of tables, each of which begins with [[repo]]", id="repo is a number"),
        pytest.param("repo = [1]", "invalid repo [1]: expected an array of tables, each of which begins with [[repo]]", id="repo lists numbers"),
        pytest.param("[repo]\nurl='x'", "invalid repo {'url': 'x'}: expected an array of tables, each of which begins with [[repo]]", id="repo is one table"),
        pytest.param("[metrics]\nhigher='auc'", "[metrics]: invalid higher 'auc': expected a list of texts, such as [\"auc\", \"*_recall\"]", id="one metric is no list"),
        pytest.param("[crawl]\nplain_tags='all'", "[crawl]: invalid plain_tags 'all': expected true, false, or how many of the newest to read, up to 1,000,000,000", id="plain tags by a word"),
        pytest.param("[crawl]\nfetch_remote_metrics=1", "[crawl]: invalid fetch_remote_metrics 1: expected true or false", id="a number for a flag"),
        pytest.param("[crawl]\nexecutor='slurm'", "[crawl]: invalid executor 'slurm': expected one of threads, processes, dask", id="an executor that does not exist"),
        pytest.param("[crawl]\nexecutor='dask'", "[crawl]: executor 'dask' and 'scheduler' belong together: expected both or neither", id="Dask without its scheduler"),
        pytest.param("[crawl]\nscheduler='tcp://h:1'", "[crawl]: executor 'dask' and 'scheduler' belong together: expected both or neither", id="a scheduler without Dask"),
        pytest.param("[crawl]\nexecutor='dask'\nscheduler=7", "[crawl]: invalid scheduler 7: expected text that is not blank", id="Dask and a wrong scheduler"),
        pytest.param("[crawl]\nexecutor='dusk'\nscheduler='tcp://h:1'", "[crawl]: invalid executor 'dusk': expected one of threads, processes, dask", id="a wrong executor and a scheduler"),
        pytest.param("crawl = []", "invalid crawl []: expected a table that begins with [crawl]", id="crawl is a list"),
        pytest.param("[catalog]\nsite_url='https://[x'", "[catalog]: invalid site_url 'https://[x': expected a URL with a host, such as https://host/owner/name", id="the site is nowhere"),
        pytest.param("[[repo]]\nurl='https://my host/o/m'", "[[repo]] number 1: invalid url 'https://my host/o/m': expected a URL with a host, such as https://host/owner/name", id="a blank in a host"),
        pytest.param("[[source]]\nkind='gitea'\norg='a'\nurl='https://my host'", "[[source]] number 1: invalid url 'https://my host': expected a URL that begins with https:// or http://", id="a blank in the host of a forge"),
        pytest.param("[[repo]]\nurl='ssh://my host/o/m'", "[[repo]] number 1: invalid url 'ssh://my host/o/m': expected a URL with a host, such as https://host/owner/name", id="a blank in a host of SSH"),
        pytest.param("[stages]\na=['x']\nb=['x']", "[stages]: duplicate name 'x': expected it in one of 'a' and 'b'", id="one name in two stages"),
        pytest.param("[stages]\na=['b']\nb=[]", "[stages]: duplicate name 'b': expected it in one of 'a' and 'b'", id="a stage is another's name"),
        pytest.param("[[repo]]\nurl='https://ann:s3cret@h/o/m'", "[[repo]] number 1: invalid url with a password: expected none; Git reads it from ~/.netrc and credential helpers", id="a password, which is told to nobody"),
        pytest.param("[[repo]]\nurl='https://ann:s3cret@[h/o/m'", "[[repo]] number 1: invalid url 'https://[h/o/m': expected a URL with a host, such as https://host/owner/name", id="a password in what is no URL"),
        pytest.param("[[repo]]\nurl='/a/m'\n[[repo]]\nurl='/b/a/m'", "[[repo]] number 2: duplicate name 'local/a/m': expected another than that of [[repo]] number 1; state one by the key 'name'", id="two repositories of one name"),
        pytest.param("[[repo]]\nurl='/a/m'\n[[repo]]\nurl='/b/c'\naliases=['local/a/m']", "[[repo]] number 2: duplicate name 'local/a/m' in aliases: expected another than that of [[repo]] number 1", id="an alias that is the name of another"),
        pytest.param("[[repo]]\nurl='https://h/o/M'\n[[repo]]\nurl='https://h/o/m.git'", "[[repo]] number 2: duplicate name 'h/o/m': expected another than that of [[repo]] number 1; state one by the key 'name'", id="two names that differ in case alone"),
        pytest.param("[[repo]]\nurl='x'\nname='../x'", "[[repo]] number 1: invalid name '../x': expected parts of printable characters with / between them, such as team/model", id="a name that climbs"),
        pytest.param("[[repo]]\nurl='x'\nname='a\\u001bb'".replace("'a", '"a').replace("b'", 'b"'), "[[repo]] number 1: invalid name 'a\\x1bb': expected parts of printable characters with / between them, such as team/model", id="a name with an escape"),
        pytest.param("[metrics]\nhigher=['auc', 'lift*']\nlower=['Lift*', 'Lift*']", "[metrics]: duplicate pattern 'Lift*': expected it in one of 'higher' and 'lower'", id="one pattern in both directions, in whatever case"),
    ],
)  # fmt: skip
def test_one_complaint(text, complaint):
    assert complaints(text) == [complaint]


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    (tmp_path / "repos.toml").write_bytes(b'\xef\xbb\xbf[[repo]]\r\nurl = "https://h/o/n"\r\n')
    assert [repo.name for repo in load(tmp_path / "repos.toml").repos] == ["h/o/n"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_by_its_name(tmp_path, encoding):
    (tmp_path / "repos.toml").write_bytes("\ufeff[catalog]\n".encode(encoding))
    with pytest.raises(ConfigError, match=r"repos\.toml: found text in UTF-16, expected UTF-8: save it so$"):
        load(tmp_path / "repos.toml")


def test_a_stage_may_name_itself():
    assert parse("[stages]\nprod = ['prod', 'live', 'live']", FILE).stages == {"prod": "prod", "live": "prod"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"[catalog", "repos.toml: not TOML: ", id="a file that is not TOML"),
        pytest.param(b"[[repo]]\nurl='x'\nurl='y'", "repos.toml: not TOML: ", id="a key that comes twice"),
        pytest.param(b"title = '\xff'", "repos.toml: cannot be read: ", id="a file that is not UTF-8"),
        pytest.param(None, "repos.toml: no such file; `catalog init` makes one", id="no file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, content, complaint):
    if content is not None:
        (tmp_path / "repos.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "repos.toml")
    assert (caught.value.exit_code, complaint in str(caught.value)) == (Exit.CONFIG, True)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ('["Git.Corp", "10.0.0.0/8"]', ("git.corp", "10.0.0.0/8")),
        ('["fd00::/8", "10.1.2.3", "h"]', ("fd00::/8", "10.1.2.3", "h")),
        ("[]", ()),
    ],
)
def test_hosts_that_strangers_may_name(written, allowed):
    assert parse(f"[network]\nallow = {written}", FILE).allowed_hosts == allowed


@pytest.mark.parametrize(
    "written", ['"git.corp"', '["10.0.0.1/8"]', '["https://git.corp"]', '["300.0.0.1"]', '["a b"]', '[""]', "[1]"]
)
def test_what_is_no_host(written):
    (complaint,) = complaints(f"[network]\nallow = {written}")
    assert complaint.startswith("[network]: invalid allow ")
    assert complaint.endswith(
        ': expected a list of hosts, addresses and networks, such as ["git.example.com", "10.0.0.0/8"]'
    )

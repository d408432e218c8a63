"""The remotes of `.dvc/config`: what is told of them, and what never is. ConfigObj and DVC are the judges of the syntax."""

import io

import pytest
from configobj import ConfigObj, ConfigObjError
from dvc.config import Config
from dvc.fs import get_fs_config
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.dvc import Remote
from catalog.schema.tables.problems import Problem
from connectors.dvc.config import parse
from connectors.dvc.remotes import CONNECTOR, MAX_REMEMBERED, MAX_SECRETS, ROW, read_revision
from support.worlds import World


def read(files):
    world = World()
    world.commit(files)
    return [*read_revision(world.revision())]


def told(text):
    """Remote, URL, scheme, default and secrets; and the rules and places of problems."""
    rows = read({".dvc/config": text})
    facts = [(row.remote, row.url, row.scheme, row.is_default, row.secrets) for row in rows if isinstance(row, Remote)]
    return facts, [(row.rule, row.place) for row in rows if isinstance(row, Problem)]


FULL = """\
[core]
    remote = Storage
    analytics = false
['remote "Storage"']
    url = s3://bucket/dvc   # where the models are
    endpointurl = https://me:pw@minio.example.com
    region = eu-west-1
    version_aware = true
    worktree = TRUE
    allow_anonymous_login = true
    access_key_id = AKIA
    Secret_Access_Key = "a,b#c"
    jobs = 4
[cache]
    dir = /tmp/elsewhere
"""


def test_a_remote_is_told_without_its_secrets():
    world = World()
    commit = world.commit({"a/.dvc/config": FULL})
    assert [*read_revision(world.revision())] == [
        Remote(
            commit=commit,
            dvc_root="a",
            remote="storage",
            url="s3://bucket/dvc",
            scheme="s3",
            is_default=True,
            endpoint_url="https://minio.example.com",
            region="eu-west-1",
            version_aware=True,
            worktree=True,
            anonymous=True,
            secrets=("access_key_id", "secret_access_key"),
        )
    ]


def remote(name, *lines):
    return f"['remote \"{name}\"']\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "facts", "problems"),
    [
        pytest.param("", [], [], id="an empty file"),
        pytest.param(
            "[core]\n    remote = r\n",
            [],
            [("no-such-remote", ".dvc/config: core.remote")],
            id="a default that is not there",
        ),
        pytest.param(remote("a/b", "url = ../x"), [("a/b", "../x", "local", False, ())], [], id="a relative path"),
        pytest.param(remote("r", "url = /srv/x"), [("r", "/srv/x", "local", False, ())], [], id="an absolute path"),
        pytest.param('[remote "r"]\n', [], [("no-url", '.dvc/config: remote "r"')], id="no URL"),
        pytest.param(
            remote("r", "url = https://me:p/w@h/x"),
            [("r", "https://h/x", "https", False, ("url",))],
            [],
            id="a password in the URL",
        ),
        pytest.param(
            remote("r", "url = azure://c?sig=5f"),
            [("r", "azure://c", "azure", False, ("url",))],
            [],
            id="a signature in the URL",
        ),
        pytest.param(
            remote("r", "url = webdavs://h/x", "bearer_token_command = touch /tmp/pwned"),
            [("r", "webdavs://h/x", "webdavs", False, ("bearer_token_command",))],
            [],
            id="a command that DVC would run",
        ),
        pytest.param(
            remote("r", "url = s3://b", "brand_new = x"),
            [("r", "s3://b", "s3", False, ("brand_new",))],
            [],
            id="a setting that nobody knows",
        ),
        pytest.param(
            remote("server", "url = ssh://h", "user = me", "password = pw")
            + remote("images", "url = remote://Server/tmp/i", "port = 1"),
            [
                ("images", "ssh://h/tmp/i", "ssh", False, ("password", "user")),
                ("server", "ssh://h", "ssh", False, ("password", "user")),
            ],
            [],
            id="a remote inside of another",
        ),
        pytest.param(
            remote("a", "url = remote://b/x") + remote("b", "url = remote://a/y"),
            [],
            [("endless", '.dvc/config: remote "a"'), ("endless", '.dvc/config: remote "b"')],
            id="remotes inside of each other",
        ),
        pytest.param(
            remote("a", "url = remote://b"),
            [],
            [("no-such-remote", '.dvc/config: remote "a"')],
            id="a remote inside of one that is not there",
        ),
        pytest.param(
            remote("r", "url = s3://b", "version_aware = maybe"),
            [("r", "s3://b", "s3", False, ())],
            [("wrong-type", '.dvc/config: remote "r".version_aware')],
            id="a flag that is none",
        ),
        pytest.param(
            remote("r", "url = s3://b", "password = a, b", "nonsense"),
            [("r", "s3://b", "s3", False, ())],
            [("not-config", ".dvc/config: line 3"), ("not-config", ".dvc/config: line 4")],
            id="lines that cannot be read",
        ),
        pytest.param(
            "[remote\n" + remote("r", "url = s3://b"),
            [("r", "s3://b", "s3", False, ())],
            [("not-config", ".dvc/config: line 1")],
            id="a section that is never closed",
        ),
        pytest.param(b"\xff", [], [("not-utf8", ".dvc/config")], id="no text"),
        pytest.param("\n" * 10_001, [], [("too-big", ".dvc/config")], id="too many lines"),
    ],
)
def test_what_is_told(text, facts, problems):
    assert told(text) == (facts, problems)


def test_no_secret_is_ever_in_a_row():
    lines = [
        "password = pw",
        "password: pw",
        "token = 'pw",
        "sas_token = pw, pw",
        "pw",
        "url = https://pw:pw@h/?token=pw",
        "=pw",
        '"pw = x',
    ]
    rows = read({".dvc/config": remote("r", *lines), ".dvc/config.local": remote("r", "password = pw")})
    assert "pw" not in repr(rows).replace("password", "")


SECRETS = [f"s{number:02}" for number in range(MAX_SECRETS + 1)]


@pytest.mark.parametrize(
    ("settings", "named", "problems"),
    [
        pytest.param(SECRETS[:MAX_SECRETS], SECRETS[:MAX_SECRETS], [], id="as many as are named"),
        pytest.param(
            SECRETS,
            SECRETS[:MAX_SECRETS],
            ["found 51 settings that may be secrets; those after the first 50 are not named"],
            id="one more",
        ),
    ],
)
def test_so_many_secrets_are_named(settings, named, problems):
    row, *told = read({".dvc/config": remote("r", "url = s3://b", *(f"{name} = x" for name in settings))})
    assert (row.secrets, [(each.rule, each.place, each.message) for each in told]) == (
        tuple(named),
        [("too-many", '.dvc/config: remote "r"', message) for message in problems],
    )


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_settings_are_read_once_within_a_bound(more, is_kept):
    text = remote("r", "url = s3://b", "key = x", "nonsense") + "#"  # a remote, and a line that cannot be read
    text = text.ljust(MAX_REMEMBERED // 10 - 2 * ROW + more, "x")
    first, second = (read({".dvc/config": text}) for _ in range(2))
    assert (len(first), first == second, first[0].secrets is second[0].secrets) == (2, True, is_kept)


def test_settings_of_one_machine_in_git_are_a_leak():
    world = World()
    world.commit({".dvc/config": "", ".dvc/config.local": remote("r", "url = s3://b", "password = pw")})
    assert [(row.rule, row.place) for row in read_revision(world.revision())] == [
        ("leaked-config", ".dvc/config.local")
    ]


WORD = st.text(alphabet="ab1_-/:.% ", min_size=1, max_size=8).map(str.strip).filter(bool)
QUOTED = st.one_of(WORD, WORD.map(lambda word: f'"{word}"'), WORD.map(lambda word: f"'{word}, #'"), st.just(""))
KEYS = st.sampled_from(["url", "Region", "b c", "x-y"])
SETTINGS = st.lists(
    st.tuples(KEYS, QUOTED, st.sampled_from(["", " # note", "#note"])), max_size=4, unique_by=lambda item: item[0]
)
SECTIONS = st.lists(
    st.tuples(st.sampled_from(["core", "'remote \"A\"'", 'remote "b/c"', '"x"', "[ y ]"]), SETTINGS),
    max_size=4,
    unique_by=lambda item: item[0],
)


@given(SECTIONS)
def test_the_syntax_is_that_of_configobj(sections):
    text = "".join(
        f"[{name}]\n" + "".join(f"  {key} = {value}{note}\n" for key, value, note in settings)
        for name, settings in sections
        if name[0] != "["
    )
    try:
        judge = ConfigObj(io.StringIO(text), interpolation=False).dict()
    except ConfigObjError:
        return
    complaints = []
    found = parse(text.encode(), complaints)
    ours = {name: section for name, section in found.items() if name}
    expected = {name.lower(): {key.lower(): value for key, value in section.items()} for name, section in judge.items()}
    assert (ours, complaints) == (expected, [])


def test_references_are_resolved_as_dvc_does(tmp_path):
    text = (
        remote("server", "url = http://b/", "version_aware = true")
        + remote("mid", "url = remote://server/a", "version_aware = false")
        + remote("top", "url = remote://MID//b/c/")
    )
    (tmp_path / "config").write_text(text)
    config = Config.load_file(str(tmp_path / "config"))
    theirs = {
        name: (get_fs_config(config, name=name)["url"], get_fs_config(config, name=name)["version_aware"] == "true")
        for name in config["remote"]
    }
    assert {row.remote: (row.url, row.version_aware) for row in read({".dvc/config": text})} == theirs


@given(st.binary(max_size=300))
def test_noise_never_raises(data):
    assert all(row.commit for row in read({".dvc/config": data, "a/.dvc/config": b'[remote "r"]\n' + data}))


def test_only_settings_are_asked_for():
    assert [
        path
        for path in (".dvc/config", "a/.dvc/config", ".dvc/config.local", ".dvc/.gitignore", "config", ".dvc/tmp/x")
        if CONNECTOR.wants_file(path)
    ] == [
        ".dvc/config",
        "a/.dvc/config",
        ".dvc/config.local",
        ".dvc/.gitignore",
    ]

"""The commands that ask: what they print for a person, and how they end."""

from __future__ import annotations

import io
import json
import re
import sys

import pyarrow.parquet as pq
import pytest
from typer.main import get_command

from catalog import __version__
from catalog.cli import main, quick
from catalog.cli.app import app
from catalog.cli.formats import Format
from catalog.cli.reading import What
from support.small_catalog import CHURN, VISION
from support.small_facts import DATA, MODEL
from support.worlds import World

SEARCH = {"limit": 20, "explain": False, "output": Format.TABLE, "database": None}
REPO = """\
git.example/acme/vision

url         https://git.example/acme/vision
last visit  down
message     no answer
read        2024-01-20 12:00 UTC

artifact  latest  stages                    type
churn     v0.1.0  -                         -
(old)     v1.0.0  -                         -
seg:mask  v1.0.0  dev 4444444, prod v1.0.0  -
"""
ARTIFACT = """\
git.example/acme/churn:churn

latest  v2.0.0, 2024-01-04 12:00 UTC

stage    version  assigned (UTC)    by
prod     v1.0.0   2024-01-03 12:00  Bob
staging  v2.0.0   2024-01-05 12:00  Ann

version  stages   commit   registered (UTC)  by   notes
v3.0.0   -        3333333  2024-01-06 12:00  Ann  deregistered, on no branch
v2.0.0   staging  2222222  2024-01-04 12:00  Ann  latest
v1.0.0   prod     1111111  2024-01-02 12:00  Ann  -
"""
VERSION = """\
git.example/acme/churn:churn@v1.0.0  model
Who leaves next

registered  2024-01-02 12:00 UTC by Ann <ann@acme.example>
message     why
tag         churn@v1.0.0
commit      1111111111111111111111111111111111111111
path        models/churn.pkl
labels      tabular, gbm
meta        framework=sklearn
stated in   dvc.yaml at this commit
bytes       in DVC's storage (store), 2.0 KiB
url         https://store.example/churn/files/md5/aa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
hash        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa (md5)
get         dvc artifacts get https://git.example/acme/churn churn --rev v1.0.0
made by     train in dvc.yaml
command     python train.py
lock        out of date: the command
card        Churn, README.md
licence     apache-2.0
base model  acme/tabular-base
owners      @acme/risk, ann@acme.example

stage  assigned (UTC)    by
prod   2024-01-03 12:00  Bob

metric  value  better  file
auc     0.91   higher  metrics.json
loss    0.3    lower   metrics.json
rows    1000   -       metrics.json
(eval/roc.json is in DVC's storage, not in Git)

parameter  value  file
depth      4      params.yaml
lr         0.1    params.yaml

input         size       hash     from
data/raw.csv  8.8 KiB    03ba77e  https://git.example/acme/data@v1:raw.csv
train.py      400 bytes  ccccccc  -
"""
REGISTRY = """\
artifact      latest  #prod   #staging  #dev     type  repository
churn:churn   v2.0.0  v1.0.0  v2.0.0    -        -     git.example/acme/churn
vision:churn  v0.1.0  -       -         -        -     git.example/acme/vision
mask          v1.0.0  v1.0.0  -         4444444  -     git.example/acme/vision
evil          v1.0.0  -       -         -        -     git.example/evil/x
"""
SITTING = """\
artifact     stage    version  since (UTC)       by   commit   repository
churn:churn  prod     v1.0.0   2024-01-03 12:00  Bob  1111111  git.example/acme/churn
churn:churn  staging  v2.0.0   2024-01-05 12:00  Ann  2222222  git.example/acme/churn
"""
HISTORY = """\
when (UTC)        artifact  event         version  stage  by   commit   message
2024-01-09 12:00  mask      assignment    4444444  dev    Ann  4444444  why
2024-01-08 12:00  mask      assignment    v1.0.0   prod   Ann  1111111  why
2024-01-02 12:00  mask      registration  v1.0.0   -      Ann  1111111  why
"""
REPOS = """\
repository               outcome  artifacts  problems  read (UTC)        message
git.example/acme/churn   new      1          0         2024-01-20 12:00  -
git.example/acme/vision  down     3          0         2024-01-20 12:00  no answer
git.example/evil/x       new      1          1         2024-01-20 12:00  -
"""
STAGES = """\
repository              stage    artifacts  in tags     allowed
git.example/acme/churn  prod     1          production  -
git.example/acme/churn  staging  1          staging     -
"""
DEPRECATED = """\
artifact      latest  #prod   #dev     type  repository
vision:churn  v0.1.0  -       -        -     git.example/acme/vision
(old)         v1.0.0  -       -        -     git.example/acme/vision
mask          v1.0.0  v1.0.0  4444444  -     git.example/acme/vision
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("show", "acme/churn:churn#prod"), VERSION, id="a version"),
        pytest.param(("show",), REGISTRY, id="every artifact, as gto show has it"),
        pytest.param(("ls", "models"), REGISTRY, id="models are artifacts"),
        pytest.param(("at", "2024-01-05"), SITTING, id="a moment"),
        pytest.param(("history", "mask"), HISTORY, id="a history"),
        pytest.param(("ls", "repos"), REPOS, id="repositories"),
        pytest.param(("ls", "stages", "--repo", "acme/churn"), STAGES, id="stages"),
        pytest.param(("sql", "select $a as a, 1 as b", "-p", "a=x=y"), "a    b\nx=y  1\n", id="an answer to SQL"),
    ],
)
def test_tables(ask, arguments, expected):
    assert ask(*arguments) == (0, expected, "")


@pytest.fixture
def unclear(run, tmp_path):
    """A catalog with a stage tag that is left out, since its commit has two versions."""
    world = World()
    world.commit({"a": "1"})
    for tag in ("m@v1.0.0", "m@v2.0.0", "m#prod#1"):
        world.tag(tag)
    (tmp_path / "repos.toml").write_text(f"[[repo]]\nname = 'o/r'\nurl = '{world.write(tmp_path / 'r')}'\n")
    run("crawl", "--no-site")


UNCLEAR = "m#prod#1: the commit .{7} has the versions v1.0.0, v2.0.0 of 'm', expected one; .*\n"


@pytest.mark.slow
@pytest.mark.usefixtures("unclear")
def test_an_artifact_is_shown_with_the_problems_of_its_tags(run):
    _, out, _ = run("show", "m")
    assert re.search(f"^problem  {UNCLEAR}", out, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.usefixtures("unclear")
def test_a_stage_that_is_empty_since_its_tag_is_left_out_says_so(run):
    code, _, err = run("show", "m#prod")
    told = f"catalog: no version of o/r:m is in stage 'prod'; there are none; {UNCLEAR}"
    assert (code, bool(re.fullmatch(told, err))) == (3, True)


def test_an_artifact_that_nobody_annotated(ask):
    code, out, err = ask("show", "acme/churn:churn")
    assert (code, out) == (0, ARTIFACT)
    assert re.fullmatch(
        r"no dvc\.yaml or artifacts\.yaml annotates it; in a checkout: \S*catalog annotate \S+:churn --type model --path PATH\n",
        err,
    )


@pytest.mark.slow
def test_deprecated_artifacts_stand_in_brackets(ask):
    assert ask("ls", "models", "--repo", "vision", "--deprecated") == (
        0,
        DEPRECATED,
        "(in brackets: deprecated or deregistered)\n",
    )


def test_a_deprecated_artifact_says_so(ask):
    assert ask("show", "old")[1].splitlines()[2] == "deprecated  since 2024-01-04 12:00 UTC"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(
            ("show", "churn"),
            3,
            f"catalog: 'churn' names 2 artifacts, expected one\n  {CHURN}:churn\n  {VISION}:churn\n",
            id="several artifacts",
        ),
        pytest.param(
            ("show", "mask#qa"),
            3,
            f"catalog: no version of {VISION}:seg:mask is in stage 'qa', expected one of prod, dev\n",
            id="nobody in that stage",
        ),
        pytest.param(
            ("ls", "repos", "--repo", "nobody"),
            3,
            None,
            id="no such repository",
        ),
        pytest.param(
            ("at", "once"),
            2,
            "catalog: invalid DATE 'once': expected now, yesterday, 7d (or h, w), a month such as 2024-05, a date such as 2024-05-31, or a time such as 2024-05-31T12:00Z\n",
            id="no moment",
        ),
        pytest.param(
            ("show", "mask@"),
            2,
            "catalog: invalid reference 'mask@': expected artifact, artifact@version or artifact#stage\n",
            id="no reference",
        ),
        pytest.param(
            ("sql", "drop table repos"),
            2,
            "catalog: only a SELECT is allowed, and this is DROP: the catalog is read-only\n",
            id="SQL that writes",
        ),
        pytest.param(("sql", "selec"), 2, None, id="SQL that is none"),
        pytest.param(
            ("sql", "select 1", "-p", "x"),
            2,
            "catalog: invalid --parameter 'x': expected NAME=VALUE\n",
            id="a parameter that is none",
        ),
        pytest.param(
            ("ls", "repos", "--stage", "prod"),
            2,
            "catalog: --stage does not apply to repos\n",
            id="a filter out of place",
        ),
        pytest.param(
            ("ls", "teams", "--raw-stage", "prod"),
            2,
            "catalog: --raw-stage does not apply to teams\n",
            id="another one",
        ),
        pytest.param(("ls", "everything"), 2, None, id="no such list"),
        pytest.param(("ls", "models", "--type", "modle"), 3, None, id="a type that nothing has"),
        pytest.param(("show", "mask", "-o", "xml"), 2, None, id="no such format"),
        pytest.param(("show", "mask", "mask"), 2, None, id="one argument too many"),
    ],
)
def test_mistakes(ask, arguments, code, message):
    found, out, err = ask(*arguments)
    assert (found, out, err if message else message) == (code, "", message)


def test_sql_from_standard_input(ask, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("select 42 as answer"))
    assert ask("sql", "-", "-o", "csv") == (0, "answer\r\n42\r\n", "")


def test_a_plan_is_drawn_line_by_line(ask):
    code, out, _ = ask("sql", "explain select repo || '\x1b[2J' from repos where stale")
    assert (code, len(out.splitlines()) > 1, "\\n" in out, "\x1b" in out) == (0, True, False, False)


def test_an_empty_answer_is_no_error(ask):
    assert ask("sql", "from repos where false") == (0, "", "nothing found\n")


def test_no_catalog_yet(run):
    assert run("show") == (3, "", "catalog: output/catalog.duckdb: no catalog here; `catalog crawl` makes one\n")


def test_the_catalog_that_repos_toml_names(run, database, tmp_path):
    (tmp_path / "repos.toml").write_text(f'[catalog]\noutput = "{database.parent}"\n')
    assert run("show", "mask", "-o", "ids")[0] == 0


@pytest.mark.parametrize("command", [("show", "mask"), ("history", "mask")])
def test_the_catalog_that_the_environment_names(run, database, monkeypatch, command):
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    assert run(*command)[0] == 0


def test_a_bug_is_told_as_one(run, monkeypatch):
    monkeypatch.setattr("catalog.query.Catalog.open", lambda *_, **__: {}["missing"])
    assert run("show") == (70, "", "catalog: this is a bug in catalog: KeyError: 'missing'; --debug shows where\n")


def test_a_bug_is_raised_for_who_debugs(run, monkeypatch):
    monkeypatch.setattr("catalog.query.Catalog.open", lambda *_, **__: {}["missing"])
    with pytest.raises(KeyError):
        run("--debug", "show")


def test_an_interruption_is_one_word(run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("catalog.query.Catalog.open", interrupt)
    assert [run("show"), run("history")] == [(130, "", "catalog: stopped\n")] * 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("show",), ("show", (None, Format.TABLE, None), {}), id="nothing"),
        pytest.param(("show", "a#b"), ("show", ("a#b", Format.TABLE, None), {}), id="a reference"),
        pytest.param(("show", "-o", "json", "a"), ("show", ("a", Format.JSON, None), {}), id="a format"),
        pytest.param(("show", "--output=csv"), ("show", (None, Format.CSV, None), {}), id="a long option"),
        pytest.param(("show", "a", "b"), None, id="two references"),
        pytest.param(("show", "--help"), None, id="help"),
        pytest.param(("show", "-n", "5"), None, id="an option of search"),
        pytest.param(("show", "-x"), None, id="an unknown option"),
        pytest.param(("show", "-ojson"), None, id="a short option with its value"),
        pytest.param(("show", "-o"), None, id="an option without its value"),
        pytest.param(("show", "-o", "xml"), None, id="an unknown format"),
        pytest.param(("ls", "models"), None, id="another command"),
        pytest.param(("search", "a", "-b:c"), ("search", (["a", "-b:c"],), SEARCH), id="a query with a negation"),
        pytest.param(("search", "a", "-n", "5"), ("search", (["a"],), SEARCH | {"limit": 5}), id="a limit"),
        pytest.param(("search", "--", "--limit"), ("search", (["--limit"],), SEARCH), id="what stands behind --"),
        pytest.param(("search", "a", "-n", "0"), None, id="a limit that is too low"),
        pytest.param(("search", "a", "-n", "9" * 5_000), None, id="a limit that Python does not read"),
        pytest.param(("search", "a", "--explain"), None, id="an option that typer reads"),
    ],
)
def test_the_short_way_takes_what_is_plain(arguments, expected):
    command = quick.parse(arguments)
    assert (command and (command.func.__name__, command.args, command.keywords)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("mask",), ("mask#prod", "-o", "json"), ("--output=csv", "mask")])
def test_the_short_way_leads_where_the_long_one_does(capsys, database, arguments):
    short = main(["show", *arguments, "--catalog", str(database)]), capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        app()(["show", *arguments, "--catalog", str(database)])
    assert (end.value.code, capsys.readouterr()) == short


@pytest.mark.parametrize("arguments", [("--help",), ("show", "--help"), ("crawl", "-h"), ()])
def test_help_is_no_error(run, monkeypatch, arguments):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = run(*arguments)
    assert (code in (0, 2), "Usage: catalog" in out) == (True, True)


def test_version(run):
    assert run("--version") == (0, f"catalog {__version__}\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("noun", "same"),
    [("artifacts", "models"), ("repositories", "repos"), ("datasets", "models --type dataset")],
)
def test_other_nouns_list_the_same(ask, noun, same):
    assert ask("ls", noun, "-o", "json") == ask("ls", *same.split(), "-o", "json")


@pytest.mark.slow
def test_experiments_are_listed_too(ask):
    assert ask("ls", "experiments") == ask("experiments")


@pytest.mark.parametrize(
    ("emails", "expected"),
    [("hide", ["[e-mail hidden]"]), ("show", ["ann@acme.example"]), (None, ["[e-mail hidden]"])],
    ids=["hidden", "shown", "no repos.toml"],
)
def test_addresses_of_people_are_as_privacy_says(ask, tmp_path, emails, expected):
    if emails:
        (tmp_path / "repos.toml").write_text(f'[privacy]\nemails = "{emails}"\n')
    rows = json.loads(ask("ls", "people", "-o", "json")[1])
    assert rows[0]["emails"] == expected


def test_datasets_have_their_type(ask):
    assert ask("ls", "datasets", "--type", "model") == (2, "", "catalog: --type does not apply to datasets\n")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["prod", "production"])
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("at", "now", "--stage", "{}"), [f"{CHURN}:churn@v1.0.0", f"{VISION}:seg:mask@v1.0.0"]),
        (("ls", "models", "--stage", "{}"), [f"{CHURN}:churn", f"{VISION}:seg:mask"]),
        (("ls", "versions", "--stage", "{}"), [f"{CHURN}:churn@v1.0.0", f"{VISION}:seg:mask@v1.0.0"]),
        (("ls", "events", "--stage", "{}"), [f"{VISION}:seg:mask@v1.0.0", f"{CHURN}:churn@v1.0.0"]),
        (("history", "mask#{}"), [f"{VISION}:seg:mask@v1.0.0"]),
        (("history", "acme/churn:churn#{}"), [f"{CHURN}:churn@v1.0.0"]),
        (("show", "mask#{}"), [f"{VISION}:seg:mask@v1.0.0"]),
        (("show", "acme/churn:churn#{}"), [f"{CHURN}:churn@v1.0.0"]),
        (("search", "stage:{}"), [f"{CHURN}:churn", f"{VISION}:seg:mask"]),
        (("sql", "select * from version_of('mask#{}')"), [f"{VISION}:seg:mask@v1.0.0"]),
    ],
)
def test_every_name_of_a_stage_means_the_stage(ask, arguments, named, stage):
    """repos.toml calls it prod; one repository's tags say `production`, the other's `prod`."""
    code, out, err = ask(*(word.format(stage) for word in arguments), "-o", "ids")
    assert (code, sorted(out.splitlines()), err) == (0, sorted(named), "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "production", "prod"),
    [
        (("at", "now"), [f"{CHURN}:churn@v1.0.0"], [f"{VISION}:seg:mask@v1.0.0"]),
        (("ls", "models"), [f"{CHURN}:churn"], [f"{VISION}:seg:mask"]),
        (("ls", "versions"), [f"{CHURN}:churn@v1.0.0"], [f"{VISION}:seg:mask@v1.0.0"]),
        (("ls", "events"), [f"{CHURN}:churn@v1.0.0"], [f"{VISION}:seg:mask@v1.0.0"]),
        (("history",), [f"{CHURN}:churn@v1.0.0"], [f"{VISION}:seg:mask@v1.0.0"]),
        (("history", "mask#prod"), [], [f"{VISION}:seg:mask@v1.0.0"]),
    ],
)
def test_a_raw_stage_is_that_of_the_tags_alone(ask, arguments, production, prod):
    answers = [ask(*arguments, "--raw-stage", stage, "-q") for stage in ("production", "prod")]
    assert [(code, out.split(), err) for code, out, err in answers] == [(0, production, ""), (0, prod, "")]


@pytest.mark.parametrize("command", ["at now", "history", "events", "diff", "ls models", "stats"])
def test_a_raw_stage_that_no_tag_has_is_answered_with_what_was_meant(ask, command):
    code, out, err = ask(*command.split(), "--raw-stage", "prodution")
    assert (code, out, err.partition(";")[2]) == (3, "", " did you mean production?\n")


@pytest.mark.parametrize("command", ["history", "ls models", "ls versions", "ls events", "events", "diff", "at now"])
def test_a_type_with_a_typing_error_is_answered_with_what_was_meant(ask, command):
    code, out, err = ask(*command.split(), "--type", "modle")
    assert (code, out, err.partition(";")[2]) == (3, "", " did you mean model?\n")


@pytest.mark.parametrize("words", ["at 2000-01-01", "history --until 2000-01-01", "history mask --until 2000-01-01"])
def test_nothing_before_the_first_tag_says_why(ask, words):
    said = "nothing found\nthe first registry tag in this catalog is of 2024-01-02 12:00:00 UTC\n"
    assert ask(*words.split()) == (0, "", said)


def test_nothing_among_tags_has_no_other_reason(ask):
    assert ask("at", "2024-01-03", "--type", "dataset") == (0, "", "nothing found\n")


def test_at_has_what_was_assigned_between_two_days(ask):
    code, out, _ = ask("at", "now", "--since", "2024-01-05", "--until", "2024-01-08", "-q")
    assert (code, out.split()) == (0, [f"{CHURN}:churn@v2.0.0", f"{VISION}:seg:mask@v1.0.0"])


NEXT = [
    ("at now", "show"),
    ("at now --stage prod", "history"),
    ("history", "show"),
    ("history mask", "metrics"),
    ("ls events", "show"),
    ("ls models", "show"),
    ("ls artifacts", "show"),
    ("ls datasets", "show"),
    ("ls versions", "params"),
    ("ls stages", "ls models --stage"),
    ("ls repos", "ls models --repo"),
    ("ls repos", "show"),
    ("ls repositories", "experiments"),
    ("ls problems", "ls problems --repo"),
    ("resolve mask", "metrics"),
    ("ls problems", "show"),
    ("ls releases", "show"),
    ("ls teams", "search"),
    ("ls people", "search"),
    ("ls experiments", "show"),
    ("events", "show"),
    ("experiments", "show"),
    ("lineage acme/churn:churn#prod", "lineage"),
    ("lineage acme/churn:churn#prod --down", "show"),
    (f"identify {MODEL}", "lineage"),
    ("identify 1111111", "show"),
    (f"identify {DATA}", "show"),
    ("show 1111111", "show"),
    ("metrics acme/churn:churn --all-versions", "show"),
    ("params acme/churn:churn#prod", "show"),
    ("compare mask mask#dev", "show"),
    ("search churn", "show"),
    ("search is:version", "show"),
    ("facets --field type", "search"),
    ("show", "show"),
    ("show acme/churn:churn", "show"),
    ("show acme/churn", "show"),
    ("show mask#prod", "history"),
    ("diff 0", "show"),
    ("ls teams", "search"),
    ("ls people", "search"),
    ("status", "ls repos --repo"),
    ("status", "show"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "following"), NEXT)
def test_ids_are_what_the_next_command_takes(ask, command, following):
    code, out, _ = ask(*command.split(), "-o", "ids")
    codes = {name: ask(*following.split(), name)[0] for name in out.splitlines()}
    assert (code, set(codes.values())) == (0, {0} if codes else set())


def test_every_command_with_ids_has_a_next_one():
    """But `sql`, `queries` and `stats`, whose rows are no references, `get`, whose row is a file, `report`, what reads repos.toml, and what writes plans."""
    plans = {"register", "assign", "unassign", "promote", "rollback", "deregister", "deprecate"}
    tested = {command.split()[0] for command, _ in NEXT}
    listed = {command.split()[1] for command, _ in NEXT if command.startswith("ls ")}
    commands = get_command(app()).commands
    with_ids = {name for name, command in commands.items() if "--output" in [o for p in command.params for o in p.opts]}
    assert (with_ids - tested, {*What} - listed) == (
        {"queries", "sql", "stats", "config", "doctor", "crawl", "get", "report", *plans},
        set(),
    )


def test_a_repository_is_shown_with_its_artifacts(ask):
    code, out, err = ask("show", "acme/vision")
    assert (code, out, err) == (0, REPO, "")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("output", ["csv", "parquet", "json", "ids"])
def test_a_repository_in_every_kind_of_format(capsysbinary, database, output):
    code = main(["show", "acme/vision", "--catalog", str(database), "-o", output])
    assert (code, b"acme/vision:seg:mask" in capsysbinary.readouterr().out) == (0, True)


@pytest.mark.slow
def test_status_has_the_same_columns_in_parquet(capsysbinary, database):
    main(["status", "--catalog", str(database), "-o", "parquet"])
    table = pq.read_table(io.BytesIO(capsysbinary.readouterr().out))
    main(["status", "--catalog", str(database), "-o", "json"])
    rows = json.loads(capsysbinary.readouterr().out)
    assert (table.schema.names, table.num_rows, table.column("next").to_pylist()) == (
        list(rows[0]),
        len(rows),
        [row["next"] for row in rows],
    )
    assert [str(value) for value in table.column("read_at").to_pylist()] == ["2024-01-20 12:00:00"] * 3


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("lineage", "mask", "--depth", "-1"), "invalid --depth '-1': expected a whole number from 1 to 100"),
        (
            ("compare", "mask", "mask", "--baseline", "0"),
            "invalid --baseline '0': expected a whole number of at least 1",
        ),
        (
            ("compare", "mask", "mask", "--baseline", "9"),
            "invalid --baseline 9: expected a whole number from 1 to 2, the place of a reference",
        ),
        (("search", "mask", "--limit", "0"), "invalid --limit '0': expected a whole number of at least 1\n"),
        (("facets", "--field", "colour"), "invalid --field 'colour': expected one of stage, type, label, "),
        (
            ("sql", "select 1", "--timeout", "0"),
            "invalid --timeout 0: expected more than 0 and at most 9.22337e+09 seconds",
        ),
        (("sql", "select 1", "--max-rows", "0"), "invalid --max-rows '0': expected a whole number of at least 1\n"),
        (
            ("identify", "abcdef"),
            "invalid FILE|HASH|COMMIT 'abcdef': expected an existing file or folder, or 7 to 64 hexadecimal digits",
        ),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else None,
)
def test_a_value_out_of_range_is_refused_by_the_name_of_its_option(ask, words, complaint):
    code, out, err = ask(*words)
    assert (code, out, err.startswith(f"catalog: {complaint}")) == (2, "", True)

"""The board of stages: it says what `catalog at` says, at every event's moment by both clocks."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from shutil import copyfile, copytree

import duckdb
import pytest

from catalog.query import Catalog
from sites.build import build
from sites.data import stages
from sites.data.stages import BoardPeriodRow, BoardVersionRow
from sites.view_models import stage_board
from sites.view_models.stage_board import COLUMNS, PERIODS, ROWS
from support.browser import opened
from support.visited_worlds import (
    CHURN,
    OLD,
    all_of,
    assign,
    assign_unregistered,
    delete,
    register,
    register_assigned,
    unassign,
    visited_catalog,
    withdraw,
)
from support.worlds import START

CRAWLS = (None, 1, 2, 3, 4)  # None: as today's tags say
BEGAN = int(START.timestamp())
MOMENTS = [BEGAN + second for second in (5, 10, 15, 20, 25, 30, 40, 41, 50, 60, 65, 70)]
# What the script of the page makes of each moment and crawl.
ASK = """async ([moments, crawls]) => {
  const head = SiteData.get('stages');
  const names = [...head.past.map((_, number) => `stages/past-${number}`), 'stages/known', 'stages/gone'];
  await Promise.all([...names, 'stages/seconds'].map(SiteData.load));
  const tables = [StageBoard.precise(StageBoard.periods(head.now, true), SiteData.get('stages/seconds')), ...names.map((name) => StageBoard.periods(SiteData.get(name), name.includes('past')))];
  const repoOf = Columns.sums(Columns.numbers(head.repo, head.count)), repos = Columns.frontCoded(head.shared, head.repos), artifacts = Columns.texts(head.artifact);
  return crawls.map((crawl) => moments.map((moment) => StageBoard.at(tables, repoOf, head.absences, moment, crawl)
    .map((each) => [repos[repoOf[each.model]], artifacts[each.model], head.stages[each.stage], each.version].join(' ')).sort()));
}"""


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """A catalog whose tags came, went and were rewritten, and its site."""
    folder = tmp_path_factory.mktemp("visited")
    stories = {"git.example/acme/churn": CHURN, "git.example/risk/old": OLD * len(CHURN)}
    file = visited_catalog(folder / "catalog.duckdb", stories, {"git.example/risk/old": 3})
    build(file, folder / "site", title="x")
    return folder


@pytest.fixture(scope="module")
def of_command_line(visited):
    """What `catalog at` says at each moment, by each of the two clocks."""
    with Catalog.open(visited / "catalog.duckdb") as catalog:
        return [
            [
                sorted(f"{row['repo']} {row['artifact']} {row['stage']} {row['version']}" for row in catalog.at(datetime.fromtimestamp(moment, UTC), known_at=crawl).rows)
                for moment in MOMENTS
            ]
            for crawl in CRAWLS
        ]  # fmt: skip


@pytest.mark.browser
def test_the_page_says_what_the_command_line_says_by_both_clocks(browser, visited, of_command_line):
    with opened(browser, (visited / "site/stages.html").as_uri()) as page:
        page.locator("#board.live").wait_for()
        answers = page.evaluate(ASK, [MOMENTS, CRAWLS])
    assert (answers, len({str(answer) for answer in answers})) == (of_command_line, 4)


# Since when each version is there, by the page.
SINCE = ASK.replace("each.version]", "each.version, each.since]")
BACK = (
    all_of(register("m", "v1.0.0", 10), assign("m", "prod", "v1.0.0", 15), assign_unregistered("u", "prod", 18)),
    all_of(register("m", "v2.0.0", 20), assign("m", "prod", "v2.0.0", 25), register_assigned("u", "v1.0.0", "prod", 18, 30)),
    unassign("m", "prod", "v2.0.0", 40),
    all_of(delete("m#prod#25"), assign("m", "prod", "v1.0.0", 45)),
)  # fmt: skip
TURNS = [BEGAN + second for second in (15, 18, 25, 29, 30, 39, 40, 44, 45, 50)]


@pytest.mark.browser
def test_since_when_a_version_is_there_is_the_same_on_the_page_and_on_the_command_line(browser, tmp_path):
    """Also where another version left, and where the version got its name later than its stage."""
    file = visited_catalog(tmp_path / "catalog.duckdb", {"git.example/acme/back": BACK})
    build(file, tmp_path / "site", title="x")
    with Catalog.open(file) as catalog:
        answers = [
            [catalog.at(datetime.fromtimestamp(moment, UTC), known_at=crawl).rows for moment in TURNS]
            for crawl in CRAWLS
        ]
    said = [
        [
            sorted(f"{row['repo']} {row['artifact']} {row['stage']} {row['version']} {int(row['started_at'].timestamp())}" for row in rows)
            for rows in of_crawl
        ]
        for of_crawl in answers
    ]  # fmt: skip
    with opened(browser, (tmp_path / "site/stages.html").as_uri()) as page:
        page.locator("#board.live").wait_for()
        assert page.evaluate(SINCE, [TURNS, CRAWLS]) == said
    as_tags_say = {row["artifact"]: row["started_at"] for row in answers[0][-1]}
    before_the_last = [row for row in answers[3][-1] if row["artifact"] == "m"]
    assert (as_tags_say, [(row["assigned_at"], row["started_at"]) for row in before_the_last]) == (
        {"m": START + timedelta(seconds=45), "u": START + timedelta(seconds=18)},
        [(START + timedelta(seconds=15), START + timedelta(seconds=40))],
    )


BEHIND = """async ([moments, crawls]) => {
  const head = SiteData.get('stages');
  const names = [...head.past.map((_, number) => `stages/past-${number}`), 'stages/known', 'stages/gone'];
  await Promise.all([...names, 'stages/seconds', 'stages/versions'].map(SiteData.load));
  const tables = [StageBoard.precise(StageBoard.periods(head.now, true), SiteData.get('stages/seconds')), ...names.map((name) => StageBoard.periods(SiteData.get(name), name.includes('past')))];
  const versions = StageBoard.versions(SiteData.get('stages/versions'));
  const repoOf = Columns.sums(Columns.numbers(head.repo, head.count)), repos = Columns.frontCoded(head.shared, head.repos), artifacts = Columns.texts(head.artifact);
  return crawls.map((crawl) => moments.map((moment) => {
    const inProd = new Map(StageBoard.at(tables, repoOf, head.absences, moment, crawl).filter((each) => each.stage === head.prod).map((each) => [each.model, each.version]));
    return [...StageBoard.behind(versions, inProd, moment, crawl)].map(([model, [latest, count]]) => `${artifacts[model]} ${inProd.get(model)} ${latest} ${count}`).sort();
  }));
}"""
# The same from the state of the registry: of all tags, or of those that were known after a crawl.
BEHIND_BY_SQL = """
with tags as materialized (from {source}),
v as materialized (from versions_at(make_timestamp($moment * 1000000::bigint), source := 'tags') where registered and active),
s as materialized (from stages_at(make_timestamp($moment * 1000000::bigint), source := 'tags') where stage = 'prod')
select s.artifact || ' ' || s.version || ' ' || arg_max(v.version, (v.precedence, v.born)) || ' ' || count(distinct v.version)
from s join v p on p.repo = s.repo and p.artifact = s.artifact and p.version = s.version and p.commit = s.commit
join v on v.repo = s.repo and v.artifact = s.artifact and v.precedence > p.precedence
group by s.repo, s.artifact, s.version order by 1
"""
VERSIONS = (
    all_of(register("m", "v1.0.0", 10), assign("m", "prod", "v1.0.0", 15), assign_unregistered("u", "prod", 18)),
    all_of(register("m", "v3.0.0", 20), register("m", "v2.0.0", 22), register_assigned("u", "v1.0.0", "prod", 18, 30)),
    all_of(register("u", "v1.1.0-rc.1", 32), withdraw("m", "v3.0.0", 35), assign("m", "prod", "v2.0.0", 37)),
    all_of(delete("m@v2.0.0"), register("u", "v1.1.0", 40)),
)  # fmt: skip
AGES = [BEGAN + second for second in (14, 15, 19, 20, 22, 29, 30, 32, 34, 35, 36, 37, 39, 40, 50)]


@pytest.mark.browser
def test_what_is_behind_the_latest_is_what_the_registry_says_at_every_moment_by_both_clocks(browser, tmp_path):
    file = visited_catalog(tmp_path / "catalog.duckdb", {"git.example/acme/old": VERSIONS})
    build(file, tmp_path / "site", title="x")
    with closing(duckdb.connect(str(file), read_only=True)) as connection:
        expected = [
            [
                [
                    line
                    for (line,) in connection.execute(
                        BEHIND_BY_SQL.format(source="events" if crawl is None else f"known_events_at({crawl})"),
                        {"moment": moment},
                    ).fetchall()
                ]
                for moment in AGES
            ]
            for crawl in CRAWLS
        ]
    with opened(browser, (tmp_path / "site/stages.html").as_uri()) as page:
        page.locator("#board.live").wait_for()
        answers = page.evaluate(BEHIND, [AGES, CRAWLS])
    assert (answers, len({str(answer) for answer in answers})) == (expected, 4)


def board(page):
    """The rows in sight, each as its texts."""
    return page.locator("#board tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()).filter(Boolean).join(' | '))"
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        pytest.param(
            "",
            ["acme", "m acme/churn | v3.0.0v2.0.0 1 Jan 2024 | v1.0.0 1 Jan 2024", "n acme/churn | v0.1.0 1 Jan 2024", "risk", "o risk/old | v1.0.0 1 Jan 2024"],
            id="now, with a deleted tag struck out",
        ),
        pytest.param("?at=2024-01-01T00:00:35&known=2&team=acme", ["acme", "m acme/churn | v1.0.0 1 Jan 2024 | v1.0.0 1 Jan 2024"], id="a moment, a team and a crawl"),
        pytest.param("?at=2024-01-01T00:00:45&known=2024-01-02&team=risk", ["risk", "o risk/old | v1.0.0 1 Jan 2024"], id="before it knew"),
        pytest.param("?rows=teams", ["acme 2 artifacts | 2 m v3.0.0, n v0.1.0 | 1 m v1.0.0", "risk 1 artifact | 1 o v1.0.0"], id="a row for each team"),
        pytest.param("?at=2024-01-01T00:00:35&known=2&rows=teams", ["acme 1 artifact | 1 m v1.0.0 | 1 m v1.0.0", "risk 1 artifact | 1 o v1.0.0"], id="teams at a moment, by a crawl"),
        pytest.param("?at=2024-01-01T00:00:35&known=2&list=behind", ["acme", "m acme/churn | v1.0.0 latest v2.0.0, 1 ahead | v1.0.0 1 Jan 2024"], id="what was behind the latest"),
        pytest.param("?list=skipped", ["acme", "m acme/churn | v3.0.0v2.0.0 1 Jan 2024 | v1.0.0 1 Jan 2024"], id="what skipped staging"),
    ],
)  # fmt: skip
def test_the_address_says_what_is_shown(browser, visited, query, rows):
    with opened(browser, (visited / "site/stages.html").as_uri() + query) as page:
        page.locator("#board.live").wait_for()
        page.wait_for_timeout(200)
        assert (board(page), page.url.partition("stages.html")[2], page.complaints) == (
            rows,
            query.replace(":", "%3A"),
            [],
        )


NO_RESIZE = """
const listen = window.addEventListener;
window.addEventListener = (type, ...rest) => type === 'resize' || listen.call(window, type, ...rest);
"""


@pytest.mark.browser
@pytest.mark.parametrize("rows", ["teams", "artifacts"])
def test_on_paper_each_row_is_as_high_as_what_is_in_it(browser, visited, rows):
    """Rows are measured on the screen, where they are lower than on a sheet of A4; printing sends no event of another size."""
    with opened(browser, (visited / "site/stages.html").as_uri() + f"?rows={rows}") as page:
        page.add_init_script(NO_RESIZE)
        page.reload()
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        heights = page.locator("#board tbody tr").evaluate_all(
            "rows => rows.map(({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight])"
        )
    assert ([row for row in heights if row[0] > row[1]], len(heights) > 1) == ([], True)


@pytest.mark.browser
def test_the_name_of_a_team_narrows_the_board_to_it(browser, visited):
    with opened(browser, (visited / "site/stages.html").as_uri() + "?at=2024-01-02&rows=teams") as page:
        page.get_by_role("link", name="risk", exact=True).click()
        page.get_by_text("o", exact=True).wait_for()
        assert (board(page), page.url.partition("?")[2], page.complaints) == (
            ["risk", "o risk/old | v1.0.0 1 Jan 2024"],
            "at=2024-01-02&team=risk",
            [],
        )


# Moves the slider to a share of its way, and waits for the answer; says how many of the rows that were there are still there.
MOVE = """async (share) => {
  const slider = document.querySelector('input[type=range]'), before = [...document.querySelectorAll('#board tbody tr')];
  const [least, most] = [Number(slider.min), Number(slider.max)];
  slider.value = String(Math.round(least + share * (most - least)));
  const day = new Date(Number(slider.value) * 86400e3).toISOString().slice(0, 10);
  slider.dispatchEvent(new Event('input'));
  const moment = () => new Promise((resolve) => setTimeout(resolve, 20));
  while (!document.querySelector('#controls [role=status]').textContent.includes(day) || new URLSearchParams(location.search).get('at') !== day) await moment();
  return before.filter((row) => row.isConnected).length;
}"""
MOVES = [0.9, 0.85, 0.5, 0.95]


@pytest.mark.browser
@pytest.mark.parametrize(
    "query", ["", "list=changed&since=2024-06-01", "list=behind", "list=old&team=vision", "rows=teams"]
)
def test_a_board_after_moves_of_the_slider_is_that_of_its_address(browser, demo_folder, query):
    """Rows that a move leaves in sight stay, and their cells say what those of a new page do."""
    address = f"{(demo_folder / 'output/site/stages.html').as_uri()}?{query}"
    with opened(browser, address) as page:
        page.locator("#board.live").wait_for()
        moved = [(page.evaluate(MOVE, share), page.url, board(page)) for share in MOVES]
    anew = []
    for _, url, _ in moved:
        with opened(browser, url) as page:
            page.wait_for_function(
                "document.querySelector('#controls [role=status]')?.textContent.includes(new URLSearchParams(location.search).get('at'))"
            )
            anew.append((url, board(page)))
    kept = sum(count for count, _, _ in moved)
    assert ([(url, rows) for _, url, rows in moved], kept > 0) == (anew, query != "rows=teams")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param("at=2024-01-02", "3 artifacts at 2024-01-02, as the tags say. In a terminal: catalog at 2024-01-02", id="a date"),
        pytest.param(
            "at=now;%20rm%20-rf%20~",
            "Invalid date now; rm -rf ~: expected one such as 2026-03-01. 3 artifacts now, as the tags say. In a terminal: catalog show",
            id="a command",
        ),
        pytest.param("", "3 artifacts now, as the tags say. In a terminal: catalog show", id="no date: tags of the future count, too"),
        pytest.param("known=4", "3 artifacts now, as this catalog knew after crawl 4. In a terminal: catalog at now --known-at 4", id="the last crawl"),
        pytest.param("known=5", "Invalid crawl 5: expected one up to 4. 3 artifacts now, as the tags say. In a terminal: catalog show", id="a crawl that is still to come"),
        pytest.param(
            "known=2024-13-01&since=x",
            "Invalid date 2024-13-01: expected one such as 2026-03-01. Invalid date x: expected one such as 2026-03-01. 3 artifacts now, as the tags say. In a terminal: catalog show",
            id="two dates that there are not",
        ),
        pytest.param(
            "list=toString&rows=x",
            "Invalid list toString: expected one of changed, behind, old, skipped, unregistered. Invalid rows x: expected teams. 3 artifacts now, as the tags say. In a terminal: catalog show",
            id="a list and rows that there are not",
        ),
        pytest.param("at=2024-01-02&team=acme", "2 artifacts at 2024-01-02, as the tags say.", id="a team, which the command does not ask for"),
        pytest.param("at=2024-01-02&q=o", "1 artifact at 2024-01-02, as the tags say.", id="a word, which the command does not ask for"),
    ],
)  # fmt: skip
def test_the_command_for_a_terminal_answers_what_the_board_does(browser, visited, query, says):
    with opened(browser, (visited / "site/stages.html").as_uri() + f"?{query}") as page:
        page.locator("#board.live").wait_for()
        page.wait_for_function("document.querySelector('#controls [role=status]').textContent")
        assert page.locator("#controls [role=status]").inner_text() == says


@pytest.mark.browser
def test_a_list_that_there_is_not_stays_in_the_address_until_another_is_chosen(browser, visited):
    with opened(browser, (visited / "site/stages.html").as_uri() + "?list=x&rows=y") as page:
        page.wait_for_function("document.querySelector('#controls [role=status]').textContent")
        addresses = [page.url.partition("?")[2]]
        page.locator("#controls .chip", has_text="Unregistered").click()
        addresses.append(page.url.partition("?")[2])
        page.get_by_label("Rows").select_option("teams")
        addresses.append(page.url.partition("?")[2])
        said = page.locator("#controls [role=status]").inner_text()
    assert (addresses, "Invalid" in said) == (
        ["list=x&rows=y", "list=unregistered&rows=y", "list=unregistered&rows=teams"],
        False,
    )


@pytest.mark.browser
@pytest.mark.parametrize("name", ["Skipped staging", "Unregistered"])
def test_a_list_says_what_it_means(browser, visited, name):
    """Beside its name, and in a sentence once it is chosen."""
    with opened(browser, (visited / "site/stages.html").as_uri()) as page:
        chip = page.locator("#controls .chip", has_text=name)
        chip.click()
        said = page.locator("#controls [role=status]").inner_text()
        assert (f"{name}: " in said, chip.get_attribute("title") in said) == (True, True)


@pytest.mark.browser
def test_without_scripts_the_page_promises_no_dates(browser, visited):
    with (
        opened(browser, (visited / "site/stages.html").as_uri(), java_script_enabled=False) as page,
        opened(browser, (visited / "site/stages.html").as_uri()) as scripted,
    ):
        assert (page.locator(".lede").inner_text(), scripted.locator(".lede").inner_text()) == (
            "Which version of each artifact is in which stage: as of the last crawl. Past dates need scripts; the command line has them, too: catalog at 2026-03-01",
            "Which version of each artifact is in which stage: now, and at any date, as the tags say or as this catalog knew it.",
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("started", "made"),
    [
        pytest.param("2024-01-06 00:00:00", set(), id="its clock is right"),
        pytest.param("2024-01-04 12:00:00", {"index/stages.js"}, id="its clock is behind that of a crawl"),
        pytest.param(
            "2023-12-31 00:00:00",
            {"index/stages.js", "activity.html", "index/activity.js", "activity/2024-01.html", "index/activity/2024-01.js"},
            id="its clock is behind those of tags",
        ),
    ],
)  # fmt: skip
def test_a_later_crawl_that_saw_nothing_makes_the_pages_whose_times_its_clock_changes(visited, tmp_path, started, made):
    """The fourth crawl had ended by 5 January; a fifth of an earlier time says that it had ended by then."""
    file, site = tmp_path / "catalog.duckdb", tmp_path / "site"
    copytree(visited / "site", site)
    copyfile(visited / "catalog.duckdb", file)
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute(
            "insert into crawls by name select * replace (5 as crawl, ?::timestamp as started_at) from crawls where crawl = 4",
            [started],
        )
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*.*")}
    build(file, site, title="x")
    build(file, tmp_path / "anew", title="x")
    changed = {path for path in of_the_past(site) if before.get(site / path) != (site / path).stat().st_mtime_ns}
    assert (changed, of_the_past(site)) == (made, of_the_past(tmp_path / "anew"))


def of_the_past(site):
    """The pages and scripts of the board and of activity, by their paths."""
    names = (
        "stages.html",
        "activity.html",
        "activity/*.html",
        "index/stages*",
        "index/stages/*",
        "index/activity*",
        "index/activity/*",
    )
    files = [path for name in names for path in site.glob(name) if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
def test_an_unchanged_night_makes_nothing(visited):
    again = build(visited / "catalog.duckdb", visited / "site", title="x")
    assert (again.rendered, again.written, again.removed) == (0, 0, 0)


def period(number: int, ended: int | None = None, stage: str = "prod") -> BoardPeriodRow:
    return BoardPeriodRow(
        repo="git.example/acme/churn", artifact=f"m{number:05}", stage=stage, rank=None, version="v1.0.0", started_at=BEGAN, ended_at=ended,
        held_since=BEGAN, known_from=1, known_until=None, is_current=True, is_gone=False, unregistered=False, skipped=False, page="present",
    )  # fmt: skip


EARLIEST = int(datetime(2005, 4, 1, tzinfo=UTC).timestamp())


def board_of(periods):
    return stages.Board(periods=periods, behind=[], versions=[], crawls=[], absences=[], prod="prod", earliest=EARLIEST)


def head_of(periods):
    """What the script that the page loads first says."""
    script = dict(stage_board.scripts(board_of(periods), ""))[stage_board.BOARD]
    return json.loads(script.removeprefix(b'S("stages",').removesuffix(b");\n"))


@pytest.mark.parametrize(
    ("count", "scripts"), [(0, 5), (PERIODS, 6), (PERIODS + 1, 7)], ids=["none", "as many as one has", "one more"]
)
def test_the_past_is_in_several_scripts(count, scripts):
    made = dict(stage_board.scripts(board_of([period(number, BEGAN + 1) for number in range(count)]), ""))
    assert (len(made), [*made]) == (scripts, sorted(stage_board.paths(count), key=[*made].index))


@pytest.mark.parametrize(
    ("beyond", "columns"),
    [(0, COLUMNS), (1, COLUMNS + 1), (2, COLUMNS)],
    ids=["as many as have columns", "a single one more, which has a column rather than one of others", "two more"],
)
@pytest.mark.parametrize("ended", [None, BEGAN + 1], ids=["now", "the last in the past alone"])
def test_so_many_stages_have_columns(beyond, columns, ended):
    numbers = range(COLUMNS + beyond)
    periods = [period(1, stage=f"s{number}", ended=ended if number == numbers[-1] else None) for number in numbers]
    (line,) = stage_board.lines(board_of(periods))["acme"]
    assert (len(line.cells), bool(line.others)) == (columns, columns < len(numbers))


def test_columns_are_in_the_order_of_the_vocabulary_and_then_of_how_many_are_in_them():
    few, ranked = [period(1, stage="few")], [period(1, stage=f"ranked {rank}")._replace(rank=rank) for rank in (2, 0)]
    many = [
        period(number, stage=stage)
        for stage, numbers in {"many": (1, 2), "most": (1, 2, 3)}.items()
        for number in numbers
    ]
    assert stage_board.columns(board_of([*few, *many, *ranked])) == ["ranked 0", "ranked 2", "most", "many", "few"]


def test_stages_of_the_vocabulary_have_columns_before_those_of_more_artifacts():
    ranked = [period(1, stage=f"r{rank}")._replace(rank=rank) for rank in range(COLUMNS - 1)]
    others = [
        period(number, stage=stage) for stage in ("many", "few") for number in ((1, 2) if stage == "many" else (1,))
    ]
    others.append(period(1, stage="fewer", ended=BEGAN + 1))
    assert stage_board.columns(board_of([*others, *ranked])) == [f"r{rank}" for rank in range(COLUMNS - 1)] + ["many"]


@pytest.mark.parametrize("stage", ["prod", "s0"], ids=["production", "another stage"])
def test_production_has_a_column_however_few_are_in_it(stage):
    """Of two more stages than have columns, each has two artifacts."""
    others = [period(number, stage=f"s{place}") for place in range(COLUMNS + 2) for number in (1, 2)]
    columns = stage_board.columns(board_of([*others, period(3, stage=stage)]))
    assert (len(columns), "prod" in columns) == (COLUMNS, stage == "prod")


@pytest.mark.parametrize(
    ("began", "first"),
    [(EARLIEST + 1, EARLIEST + 1), (EARLIEST, EARLIEST), (EARLIEST - 1, EARLIEST), (-62_200_000_000, EARLIEST)],
    ids=["after Git was made", "when it was made", "a second before", "before the year 0"],
)
def test_the_slider_begins_when_git_was_made_at_the_earliest(began, first):
    assert head_of([period(1)._replace(started_at=began), period(2)])["first"] == first


def test_the_slider_has_the_bound_of_the_months_of_activity(visited):
    with closing(duckdb.connect(str(visited / "catalog.duckdb"), read_only=True)) as connection:
        assert stages.read(connection).earliest == EARLIEST


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_board_without_scripts_is_bounded(beyond):
    shown, rest = stage_board.first_lines(board_of([period(number) for number in range(ROWS + beyond)]))
    assert (sum(len(lines) for _, lines in shown), rest) == (ROWS, beyond)


def test_a_table_has_a_column_of_numbers_for_each_property():
    day = 86400
    rows = [
        period(1)._replace(unregistered=True, started_at=2 * day + 5, held_since=day + 7),
        period(2, stage="dev")._replace(skipped=True, known_from=None, started_at=day, held_since=day),
    ]
    now = head_of(rows)["now"]
    never, flags = stage_board._NEVER, (stage_board._UNREGISTERED, stage_board._SKIPPED)
    assert now == {
        "count": 2, "model": "~01", "stage": "~01", "versions": ["v1.0.0"], "version": "=0", "base": day, "unit": day, "from": "~10",
        "length": f"={never}", "known": f"1,{never}", "until": f"={never}", "held": {"0": day + 7}, "flags": f"~{flags[0]}{flags[1]}",
    }  # fmt: skip


def test_registrations_have_a_column_of_numbers_for_each_property():
    row = BoardVersionRow(
        repo="git.example/acme/churn", artifact="m00001", version="v1.0.0", oid="a", rank=1, item=0, registered_at=5, withdrawn=False, known_from=None,
        known_until=None, is_current=True,
    )  # fmt: skip
    board = board_of([period(1)])._replace(
        versions=[row, row._replace(withdrawn=True, is_current=False, registered_at=7), row._replace(artifact="other")]
    )
    script = dict(stage_board.scripts(board, ""))[stage_board.VERSIONS]
    never, flags = stage_board._NEVER, (stage_board._CURRENT, stage_board._WITHDRAWN)
    assert json.loads(script.removeprefix(b'S("stages/versions",').removesuffix(b");\n")) == {
        "count": 2, "model": "=0", "versions": ["v1.0.0"], "version": "=0", "rank": "=1", "item": "=0", "at": "~57",
        "known": f"={never}", "until": f"={never}", "flags": f"~{flags[0]}{flags[1]}",
    }  # fmt: skip

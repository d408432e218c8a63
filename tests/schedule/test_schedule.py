"""The schedule: what is due, how a run goes and is stopped, what monitors see, and the files for other timekeepers."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import pytest
import yaml

from catalog.cli import main
from catalog.cli.schedule import ExternalScheduler
from catalog.config.model import Schedule
from catalog.config.parse import parse
from catalog.errors import ConfigError, StoreError
from catalog.schedule import health, scheduler
from catalog.schedule import steps as step_module
from catalog.schedule.external_schedulers import file_for
from catalog.schedule.health import Health, RunOutcome
from catalog.schedule.scheduler import _AWAKE, due, once
from catalog.schedule.steps import Result, Runner, Step, steps

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
NIGHTLY = '[crawl]\nschedule = "0 3 * * *"\n'
ODD = "we \"are\" 100% $HOME 'odd'"


def nightly(folder, *lines):
    return parse("\n".join([NIGHTLY, *lines]), folder / "repos.toml")


def shell(line, **options):
    return Step(**{"name": "crawl", "command": ("/bin/sh", "-c", line), "good": (0, 5)} | options)


def until(true):
    """Waits for what another process does; gives up after ten seconds."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param(Health(), NOON, id="there was never a run: now"),
        pytest.param(Health(started_at=NOON - timedelta(hours=9)), NOON + timedelta(hours=15), id="tonight"),
        pytest.param(Health(started_at=NOON - timedelta(days=9)), NOON, id="nights were missed: once, now"),
        pytest.param(
            Health(started_at=NOON, outcome=RunOutcome.STOPPED), NOON, id="the last one was stopped: go on, now"
        ),
        pytest.param(Health(started_at=NOON, running=True), NOON, id="the last one was killed: go on, now"),
        pytest.param(
            Health(started_at=NOON - timedelta(hours=9), outcome=RunOutcome.FAILED),
            NOON + timedelta(hours=15),
            id="the last one failed: not before tonight",
        ),
        pytest.param(
            Health(started_at=NOON + timedelta(days=99)), NOON + timedelta(hours=15), id="the clock was wrong: tonight"
        ),
    ],
)
def test_when_a_run_is_due(last, expected):
    assert due(Schedule(cron="0 3 * * *", health_file=Path("x")), last, NOON) == expected


@pytest.mark.parametrize(
    ("todo", "expected"),
    [
        pytest.param([shell("true"), shell("true")], Result(outcome=RunOutcome.OK, code=0), id="all is well"),
        pytest.param(
            [shell("exit 5"), shell("exit 0")],
            Result(outcome=RunOutcome.SOME_FAILED, code=5, message="some repositories could not be read"),
            id="some repositories failed: what follows is done",
        ),
        pytest.param(
            [shell("exit 2"), shell("touch never")],
            Result(outcome=RunOutcome.FAILED, code=2, message="crawl ended with exit code 2"),
            id="a step failed: what follows is not done",
        ),
        pytest.param(
            [shell("kill -9 $$")],
            Result(outcome=RunOutcome.FAILED, code=1, message="crawl was ended by signal 9"),
            id="a step was killed",
        ),
        pytest.param(
            [shell("exit 5"), shell("exit 5", name="publish", good=(0,), failure=RunOutcome.PUBLISH_FAILED)],
            Result(outcome=RunOutcome.PUBLISH_FAILED, code=5, message="publish ended with exit code 5"),
            id="publishing failed",
        ),
        pytest.param(
            [shell("sleep 60", name="publish", seconds=0.1, failure=RunOutcome.PUBLISH_FAILED)],
            Result(outcome=RunOutcome.PUBLISH_FAILED, code=1, message="publish did not end within 0.1 seconds"),
            id="publishing hangs",
        ),
        pytest.param(
            [Step(name="publish", command=("no-such-program",))],
            Result(
                outcome=RunOutcome.FAILED,
                code=1,
                message="publish cannot be run: No such file or directory: 'no-such-program'",
            ),
            id="there is no such program",
        ),
    ],
)
def test_how_a_run_ends(tmp_path, todo, expected):
    result = Runner(todo, tmp_path, tmp_path).run()
    assert (result, (tmp_path / "never").exists()) == (expected, False)


def test_a_run_is_stopped_at_once_with_all_that_it_began(tmp_path):
    runner = Runner([shell("sleep 60 & echo $! > child; wait"), shell("touch never")], tmp_path, tmp_path)
    ends = []
    worker = Thread(target=lambda: ends.append(runner.run()))
    worker.start()
    until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text().strip())
    runner.stop()
    worker.join(5)
    gone = until(lambda: not alive(int((tmp_path / "child").read_text())))
    assert (ends, gone, (tmp_path / "never").exists()) == (
        [Result(outcome=RunOutcome.STOPPED, code=143, message="stopped during crawl")],
        True,
        False,
    )


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_is_published_knows_where_it_lies(tmp_path):
    config = nightly(tmp_path, '[schedule]\npublish = "echo $CATALOG_OUTPUT $PWD > told"')
    Runner(steps(config)[-1:], tmp_path, config.output).run()
    assert (tmp_path / "told").read_text() == f"{tmp_path}/output {tmp_path}\n"


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", None),
        ('publish = ["rsync", "a b", "$c"]', ("rsync", "a b", "$c")),
        ('publish = "rsync $c && true"', ("/bin/sh", "-c", "rsync $c && true")),
    ],
    ids=["nothing", "a list is run as it is", "a text is the shell's"],
)
def test_what_is_run_after_a_build(tmp_path, line, command):
    todo = steps(nightly(tmp_path, "[schedule]", line))
    assert [step.name for step in todo[:2]] + [step.command for step in todo[2:]] == ["crawl", "build"] + [command] * (
        command is not None
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        pytest.param("true", RunOutcome.OK, id="publishing that ends in time"),
        pytest.param("exec sleep 60", RunOutcome.PUBLISH_FAILED, id="publishing that does not"),
    ],
)
def test_publishing_has_an_end(tmp_path, monkeypatch, line, outcome):
    monkeypatch.setattr(step_module, "PUBLISH_SECONDS", 0.5)  # not an hour
    todo = steps(nightly(tmp_path, f'[schedule]\npublish = "{line}"'))
    assert Runner(todo[-1:], tmp_path, tmp_path).run().outcome == outcome


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "number"),
    [
        pytest.param("trap 'exit 3' TERM; touch here; while :; do sleep 0.05; done", 3, id="it ends in time"),
        pytest.param("trap '' TERM; touch here; while :; do sleep 0.05; done", -signal.SIGKILL, id="it does not"),
    ],
)
def test_a_process_may_end_by_itself_for_some_time(tmp_path, monkeypatch, line, number):
    monkeypatch.setattr(step_module, "GRACE", 0.5)  # not ten seconds
    process = subprocess.Popen(["/bin/sh", "-c", line], cwd=tmp_path, start_new_session=True)
    until((tmp_path / "here").exists)
    step_module._end(process)
    assert process.wait(10) == number


@pytest.mark.parametrize(
    ("glances", "woken"), [(_AWAKE - 1, 0), (_AWAKE, 1), (2 * _AWAKE, 2)], ids=["before", "at last", "twice"]
)
def test_the_clock_is_looked_at_every_so_often(monkeypatch, glances, woken):
    monkeypatch.setattr(scheduler, "_GLANCE", 0.0)  # not a second
    counted = count()

    class Ends(SimpleQueue):
        """A queue that gets a signal after so many glances."""

        def get(self, timeout):
            if next(counted) == glances:
                self.put(signal.SIGTERM)
            return super().get(timeout=timeout)

    wakes = []
    assert (scheduler._first(Ends(), lambda: wakes.append(1)), len(wakes)) == (signal.SIGTERM, woken)


def test_a_run_leaves_word_in_the_health_file(tmp_path):
    config = nightly(tmp_path)
    said = []
    before = datetime.now(UTC).replace(microsecond=0)
    result = once(config, Runner([shell("exit 5")], tmp_path, tmp_path), said.append, forced=False)
    found = health.read(config.schedule.health_file)
    assert (result and result.code, before <= found.started_at <= found.ended_at < found.next_run_at, found) == (
        5,
        True,
        Health(
            started_at=found.started_at,
            ended_at=found.ended_at,
            succeeded_at=found.ended_at,
            next_run_at=found.next_run_at,
            outcome=RunOutcome.SOME_FAILED,
            message="some repositories could not be read",
        ),
    )


def test_what_is_not_due_is_not_run_unless_it_must_be(tmp_path):
    config, said = nightly(tmp_path), []
    runner = Runner([shell("echo >> runs")], tmp_path, tmp_path)
    ran = [once(config, runner, said.append, forced=forced) is not None for forced in (False, False, True)]
    assert (ran, (tmp_path / "runs").read_text(), said[1].startswith("no run is due before ")) == (
        [True, False, True],
        "\n\n",
        True,
    )


def test_a_failed_run_does_not_hide_when_all_was_well_last(tmp_path):
    config = nightly(tmp_path)
    health.write(config.schedule.health_file, Health(succeeded_at=NOON))
    once(config, Runner([shell("exit 2")], tmp_path, tmp_path), lambda _: None, forced=True)
    found = health.read(config.schedule.health_file)
    assert (found.outcome, found.message, found.succeeded_at) == (
        RunOutcome.FAILED,
        "crawl ended with exit code 2",
        NOON,
    )


def test_the_health_file_for_monitors(tmp_path):
    health.write(tmp_path / "deep" / "health.json", Health(running=True, started_at=NOON, outcome=RunOutcome.OK))
    assert json.loads((tmp_path / "deep" / "health.json").read_text()) == {
        "running": True,
        "started_at": "2024-06-01T12:00:00+00:00",
        "ended_at": None,
        "outcome": "ok",
        "message": None,
        "succeeded_at": None,
        "next_run_at": None,
    }


@pytest.mark.parametrize(
    "text",
    [None, "", "[]", "{", '{"running": "yes"}', '{"running": false, "outcome": "fine", "message": null}', "\0\xff"],
    ids=["missing", "empty", "a list", "cut short", "another type", "an unknown outcome", "not text"],
)
def test_a_damaged_health_file_says_nothing(tmp_path, text):
    if text is not None:
        (tmp_path / "health.json").write_text(text, "latin-1")
    assert health.read(tmp_path / "health.json") == Health()


def test_a_time_without_a_zone_in_the_health_file_is_damage(tmp_path):
    health.write(tmp_path / "health.json", Health(started_at=NOON))
    text = (tmp_path / "health.json").read_text().replace("+00:00", "")
    (tmp_path / "health.json").write_text(text)
    assert health.read(tmp_path / "health.json") == Health()


def test_a_health_file_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write the health file .*/file/health\.json: "):
        health.write(tmp_path / "file" / "health.json", Health())


KEEPER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler if len(sys.argv) < 3 else signal.SIG_IGN)
from pathlib import Path
from catalog.config.parse import parse
from catalog.schedule.steps import Runner, Step
from catalog.schedule.scheduler import keep
folder = Path(sys.argv[1])
step = Step(name="crawl", command=("/bin/sh", "-c", "echo >> began; sleep 60"))
config = parse('[crawl]\\nschedule = "* * * * *"', folder / "repos.toml")
keep(config, Runner([step], folder, folder), lambda text: print(text, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_the_scheduler_and_what_it_runs(tmp_path, number):
    process = subprocess.Popen([sys.executable, "-c", KEEPER, tmp_path], stdout=subprocess.PIPE, text=True)
    began = until((tmp_path / "began").exists)
    process.send_signal(number)
    said, _ = process.communicate(timeout=10)
    found = health.read(tmp_path / "output" / "health.json")
    assert (began, process.returncode, said.splitlines()[-1], found.outcome, found.running) == (
        True,
        0,
        "run finished: stopped during crawl",
        RunOutcome.STOPPED,
        False,
    )


@pytest.mark.slow
def test_a_scheduler_in_the_background_of_a_shell_leaves_ctrl_c_to_the_foreground(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", KEEPER, tmp_path, "background"], stdout=subprocess.DEVNULL)
    began = until((tmp_path / "began").exists)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.terminate()
    assert (began, process.wait(10)) == (True, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--once", "--now"], 2, "catalog: found several of --once, --now and --print, expected one\n"),
        (
            [],
            2,
            'catalog: repos.toml: [crawl]: schedule is missing, expected five fields of crontab(5), such as "0 3 * * *"\n',
        ),
        (
            ["--once"],
            2,
            'catalog: repos.toml: [crawl]: schedule is missing, expected five fields of crontab(5), such as "0 3 * * *"\n',
        ),
        (
            ["--print", "cron"],
            2,
            'catalog: repos.toml: [crawl]: schedule is missing, expected five fields of crontab(5), such as "0 3 * * *"\n',
        ),
    ],
    ids=["several ways", "no schedule to keep", "no schedule that says what is due", "no schedule to print"],
)
def test_a_command_that_cannot_be_done(tmp_path, monkeypatch, capsys, arguments, code, complaint):
    monkeypatch.chdir(tmp_path)
    Path("repos.toml").touch()
    assert (main(["schedule", *arguments]), capsys.readouterr().err) == (code, complaint)


@pytest.mark.parametrize(
    ("line", "words", "code", "said"),
    [
        pytest.param("echo out; echo err >&2", ["--now", "-q"], 0, "", id="all is well: nothing"),
        pytest.param(
            "echo out; echo '\x1b' >&2; exit 3", ["--now", "-q"], 3, "out\n\\x1b\nrun finished: crawl ended with exit code 3\n", id="it failed: all of it"
        ),
        pytest.param("echo out; exit 5", ["--once", "-q"], 5, "out\nrun finished: some repositories could not be read\n", id="some failed: all of it"),
        pytest.param("true", ["-q"], 2, "catalog: found --quiet without --once or --now, expected one of them\n", id="no run to be quiet of"),
    ],
)  # fmt: skip
def test_a_quiet_run_prints_only_what_went_wrong(tmp_path, monkeypatch, capfd, line, words, code, said):
    (tmp_path / "repos.toml").write_text(NIGHTLY)
    monkeypatch.setattr(step_module, "steps", lambda _: [shell(line)])
    found = main(["schedule", *words, "--config", str(tmp_path / "repos.toml")])
    out, err = capfd.readouterr()
    assert (found, out, re.sub("; next run .*", "", err)) == (code, "", said)


@pytest.fixture
def odd(tmp_path):
    """A wish in a folder with a name that every reader of a file quotes otherwise."""
    (tmp_path / ODD).mkdir()
    return nightly(tmp_path / ODD)


def crontab(text):
    """The fields and the command of the only line; a percent sign has a backslash before it."""
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    command = line.split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    return line.split(" ", 5)[:5], command.replace(r"\%", "%")


def test_a_crontab_line_calls_a_run(odd):
    fields, command = crontab(file_for("cron", odd))
    told = subprocess.run(
        ["/bin/sh", "-c", command.replace(sys.executable, "printf '%s\\n' \"$PWD\"", 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    folder = str(odd.file.parent)
    assert (fields, told.stdout.splitlines()) == (
        ["0", "3", "*", "*", "*"],
        [folder, "-P", "-m", "catalog", "schedule", "--now", "-q", "--config", f"{folder}/repos.toml"],
    )


def unit(text):
    """A unit file's settings; `%%` is `%`, `$$` is `$`, and words may be in double quotes (systemd.syntax(7))."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "["))]
    return {name: value.replace("%%", "%") for name, _, value in (line.partition("=") for line in lines)}


def test_a_unit_starts_the_scheduler(odd):
    settings = unit(file_for("systemd", odd))
    folder = str(odd.file.parent)
    command = shlex.split(settings["ExecStart"].replace("$$", "$"))
    assert (settings["WorkingDirectory"], command) == (
        folder,
        [sys.executable, "-P", "-m", "catalog", "schedule", "--config", f"{folder}/repos.toml"],
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_has_nothing_to_say_against_the_unit(odd, tmp_path):
    file = tmp_path / "catalog.service"
    file.write_text(file_for("systemd", odd))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if "catalog.service" in line] == []


def test_github_keeps_the_store_and_publishes_the_site(tmp_path):
    found = yaml.safe_load(file_for("github-actions", nightly(tmp_path)))
    steps_ = found["jobs"]["catalog"]["steps"]
    cached = [step["with"]["path"] for step in steps_ if step.get("uses", "").startswith("actions/cache")]
    runs = [step["run"] for step in steps_ if "run" in step]
    # YAML 1.1 reads the key `on` as true.
    assert (found[True]["schedule"], cached, runs[1], steps_[-1]["with"]) == (
        [{"cron": "0 3 * * *"}],
        ["output/store", "output/store"],
        "catalog crawl --config repos.toml || [ $? -eq 5 ]",
        {"path": "output/site"},
    )


def test_gitlab_keeps_the_store_and_publishes_the_site(tmp_path):
    pages = yaml.safe_load(file_for("gitlab-ci", nightly(tmp_path)))["pages"]
    assert (pages["cache"]["paths"], pages["script"][1:], pages["artifacts"]) == (
        ["output/store"],
        ["catalog crawl --config repos.toml || [ $? -eq 5 ]", "rm -rf public", "cp -R output/site public"],
        {"paths": ["public"]},
    )


def test_kubernetes_keeps_all_on_a_volume(tmp_path):
    config = nightly(tmp_path, '[schedule]\ntimezone = "Europe/Berlin"')
    volume, job = yaml.safe_load_all(file_for("kubernetes", config))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    claim = next(found["persistentVolumeClaim"]["claimName"] for found in pod["volumes"] if found["name"] == "output")
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert (volume["metadata"]["name"], job["spec"]["schedule"], job["spec"]["timeZone"], mounts) == (
        claim,
        "0 3 * * *",
        "Europe/Berlin",
        {"repos": "/catalog/repos.toml", "output": "/catalog/output"},
    )


@pytest.mark.parametrize(
    "external",
    [
        external.value
        for external in ExternalScheduler
        if external not in (ExternalScheduler.CRON, ExternalScheduler.SYSTEMD)
    ],
)
def test_odd_names_stay_text_in_yaml(tmp_path, external):
    config = replace(nightly(tmp_path), file=tmp_path / ODD, output=tmp_path / f"{ODD}: #")
    assert list(yaml.safe_load_all(file_for(external, config)))


@pytest.mark.parametrize("external", [external.value for external in ExternalScheduler])
def test_a_line_break_in_a_name_is_refused(tmp_path, external):
    config = replace(nightly(tmp_path), file=tmp_path / "a\nb", output=tmp_path / "output")
    with pytest.raises(ConfigError, match="expected what fits into one line"):
        file_for(external, config)


def test_a_ci_job_has_no_folder_outside(tmp_path):
    config = replace(nightly(tmp_path), output=Path("/srv/catalog"))
    with pytest.raises(ConfigError, match=r"output is '.*srv/catalog', expected a folder beside the file"):
        file_for("github-actions", config)


@pytest.fixture
def real(tmp_path):
    """A wish without repositories, and what its publishing leaves."""
    text = f'{NIGHTLY}[schedule]\npublish = "ls $CATALOG_OUTPUT/site/feeds > published"\n'
    (tmp_path / "repos.toml").write_text(text)
    return parse(text, tmp_path / "repos.toml")


@pytest.mark.slow
def test_cron_s_command_crawls_builds_and_publishes(real, tmp_path):
    _, command = crontab(file_for("cron", real))
    done = subprocess.run(["/bin/sh", "-c", command], env={"PATH": os.defpath}, check=False)
    assert (done.returncode, (tmp_path / "published").read_text()) == (0, "all.json\nall.xml\n")


@pytest.mark.slow
def test_systemd_s_command_crawls_builds_publishes_and_goes_on(real, tmp_path):
    settings = unit(file_for("systemd", real))
    process = subprocess.Popen(
        shlex.split(settings["ExecStart"]),
        cwd=settings["WorkingDirectory"],
        env={"PATH": os.defpath},
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while health.read(real.schedule.health_file).outcome is None and time.monotonic() < deadline:
        time.sleep(0.1)
    running = process.poll() is None
    process.terminate()
    process.communicate(timeout=20)
    found = health.read(real.schedule.health_file).outcome
    assert (found, running, process.returncode, (tmp_path / "published").read_text()) == (
        RunOutcome.OK,
        True,
        0,
        "all.json\nall.xml\n",
    )

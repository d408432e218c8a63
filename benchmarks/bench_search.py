"""Search in a catalog of 10,000 models, 100,000 versions and a million metrics: warm, cold, beside MLflow, and what its index costs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import duckdb
import pyarrow as pa
from common import BIN, build, clean, interleaved, partition, run, smoke, tell, write_partitions

from catalog.database import search_index
from catalog.query import Catalog
from catalog.schema.arrow import schema
from catalog.schema.tables.inventory import Repo

Command = Sequence[str | Path]

# Repositories, models in each, versions of each.
SIZES, SMALL = (2000, 5, 10), (40, 5, 3)
KEEP = "BENCH_SEARCH_FOLDER"  # an environment variable: where to leave the catalog, and to find its rows again
PEER = "MLFLOW_VENV"  # another: the virtual environment of MLflow
ROUNDS, BUILDS = 25, 3
MIB = 1 << 20
MANY = 10_000  # more than there is to find
ASKED = "is:version name:*churn* stage:prod"
WARM, COLD = "at least 20 times faster", "at least 10 times faster"


_TOPICS = (  # noqa: SIM905 - a list would take a line for each
    "churn;fraud score;demand forecast;credit risk;lead score;price elasticity;next best offer;sentiment;intent;toxicity;invoice parser;face match;"
    "lane detection;defect detection;speech to text;speaker diarization;translation;summary;search ranking;product embedding;click through;bid shading;"
    "basket;stock out;route eta;driver match;energy load;wind power;predictive maintenance;anomaly;claim triage;readmission;sepsis alert;tumor segmentation;"
    "document layout;entity linking;spam filter;loan default;customer value;upsell"
).split(";")
_REAL = (  # noqa: SIM905 - a list would take a line for each
    "the of and to a in is for on with model data by are this as from that be training it was features we not version at an trained or used metrics test"
    " can evaluation performance set accuracy prediction customers values time validation dataset feature use input output class score risk weekly"
    " learning baseline threshold forecast demand credit fraud churn recall precision customer embedding transformer gradient boosting pipeline"
    " monitoring drift bias fairness privacy licence calibration segmentation detection regression classification ranking quantile holdout"
    " seasonality telecom insurance retail imbalance hyperparameter tokenizer convolution distillation quantization explainability chargeback"
    " subscription retention propensity uplift cohort elasticity censoring winsorized heteroscedastic shapley"
).split()
_LABELS = "nlp tabular vision legacy gdpr eu pii batch realtime team-ml experimental critical audio text ranking finance retail ads internal certified".split()  # noqa: SIM905 - a list would take a line for each
_ONE = (  # noqa: SIM905 - a list would take a line for each
    "churn fraud demand credit risk sentiment translation basket spam upsell the model data threshold calibration telecom drift shapley cohort winsorized"
    " nlp gdpr kuba tragebo git"
).split()
_TWO = [f"{one} {other}" for one, other in zip(_ONE, [*_ONE[10:], *_ONE[:10]], strict=True)]
_THREE = [
    f"{topic} {word}"
    for topic in ("credit risk", "fraud score", "lead score", "demand forecast", "defect detection")
    for word in _ONE[10:15]
]
_ALL = [
    f"{word} stage:prod label:{label} metric.auc:>0.{digit}"
    for word in _ONE[:5]
    for label, digit in zip(_LABELS[:5], (9, 7, 8, 95, 75), strict=True)
]
QUESTIONS = (
    ("one word", _ONE, 25),
    ("two words", _TWO, 25),
    ("three words", _THREE, 25),
    ("a word, two facets and a metric", _ALL, 40),
)
_FRAMEWORKS = ["sklearn", "torch", "xgboost", "lightgbm", "tensorflow", "transformers", "prophet", "onnx"]
_METRICS = ["auc", "accuracy", "loss", "f1", "precision", "recall", "logloss", "brier", "mcc", "latency_ms"]
_REGRESSION = ["rmse", "mae", "mape", "r2", "loss", "smape", "bias", "coverage", "pinball", "latency_ms"]

# Chance is a hash: the same in every run. `rank_of` is Zipf's law, by which the words of texts are distributed; `flat`: how alike the first ranks are.
_CHANCE = """
create macro dice(seed, sides) as (hash(seed) % sides)::integer;
create macro chance(seed) as dice(seed, 1000003) / 1000003;
create macro rank_of(seed, many, flat := 1) as least(many, floor(flat * exp(chance(seed) * ln(many / flat + 1)) - flat)::integer + 1);
"""
_WORDS = """
create table words as
with real as (select unnest($real) as word, generate_subscripts($real, 1) as place),
placed as (select word, place + place * place * place // 60 as rank from real),
syllables as (select list(c || v order by c, v) as s from unnest(string_split('b d f g k l m n p r s t v z st tr', ' ')) a(c), unnest(string_split('a e i o u', ' ')) b(v))
select n as rank, coalesce(word, s[n % 80 + 1] || s[n // 80 % 80 + 1] || case when n < 6400 then '' else s[n // 6400 % 80 + 1] end) as word
from range(1, 40001) r(n) cross join syllables left join placed on rank = n
"""
# Most models of a repository share its topic. `salt` is part of what a change rewrites: texts and labels, never a name.
_MODELS = """
create table models as
with topics as (
    select *, case when chance(i || ' own') < 0.3 then $topics[rank_of(i || ' topic', len($topics), flat := 5)] else $topics[rank_of(r || ' topic', len($topics), flat := 5)] end as topic
    from (select r * $models + m as i, r, m, case when m < $grown then 1 else 0 end as salt from range($repos) a(r), range($models) b(m))
),
numbered as (
    select *, string_split(topic, ' ') as subject, row_number() over (partition by topic order by i) as n,
        ['eu', 'us', 'apac', 'uk', 'nordics', 'latam'][dice(i || ' region', 6) + 1] as region
    from topics
)
select
    i, r, m, salt, subject, 'git.example/team-' || r % 100 || '/project-' || r as repo, 'models/m' || m as folder,
    case dice(i || ' style', 3)
        when 0 then array_to_string(subject, '-') || '-' || region || '-' || n
        when 1 then array_to_string(subject, '_') || '_' || n
        else subject[1] || array_to_string(list_transform(case when len(subject) > 1 then subject[2:] else ['model'] end, lambda w: upper(w[1]) || w[2:]), '') || n
    end as name,
    folder || ':' || name as artifact,
    list_distinct(list_transform(range(dice(i || ' labels' || salt, 5)), lambda k: $labels[rank_of(i || ' label ' || k || salt, len($labels), flat := 5)])) as labels,
    $frameworks[dice(i || ' framework', len($frameworks)) + 1] as framework,
    ['apache-2.0', 'mit', 'cc-by-4.0', null][dice(i || ' licence', 4) + 1] as licence,
    case when dice(i || ' prod', 5) = 0 then dice(i || ' live', $versions) end as prod,
    case when dice(i || ' staging', 3) = 0 then dice(i || ' next', $versions) end as staging,
    prod is null and dice(i || ' deprecated', 40) = 0 as deprecated,
    'Dev ' || dice(i || ' author', 60) as author, 'dev' || dice(i || ' author', 60) || '@team.example' as author_email
from numbered
"""
_DESCRIBED = """
create table described as
select i, array_to_string(subject, ' ') || ' ' || string_agg(word, ' ' order by k) as description
from models join lateral (select unnest(range(4 + dice(i || ' length' || salt, 9))) as k) on true
join words on rank = rank_of(i || ' says ' || k || salt, 3000) + 20
group by i, subject
"""
# A commit for each version of each model. Of a changed repository, the first `grown` models have one version more.
_VERSIONS = """
create table made as
select
    *, 'v1.' || v || '.0' as version, '1.' || lpad(v::varchar, 6, '0') as precedence, sha1(i || '/' || v) as commit, sha1('tip ' || r || ' ' || salt) as tip,
    timestamp '2023-06-01' + to_hours(dice(i || ' begin', 8000)) + to_days(v::integer * 90) as moment,
    v = max(v) over (partition by i) as newest
from models join described using (i), range($versions + 1) versions(v)
where r % $every = $every - 1 and (v < $versions or m < $grown)
order by r, m, v
"""
_BY = "author, author_email"
_ROWS = {
    "branches": "select distinct repo, 'main' as branch, tip as commit, true as is_default from part",
    "revisions": f"""
        select repo, commit, ['tag'] as reasons, {_BY}, moment as authored_at, moment as committed_at, 'Train again' as summary from part
        union all
        select repo, max(tip), ['tip'], 'Dev 0', 'dev0@team.example', max(moment), max(moment), 'Say more' from part group by repo""",
    "events": f"""
        select *, sha1('tag ' || repo || tag) as oid, 0 as utc_offset, '' as message from (
            select repo, artifact || '@' || version as tag, 'registration' as event, artifact, version, precedence, null as stage, null as counter,
                commit, moment as created_at, {_BY} from part
            union all
            select repo, artifact || '#' || s.stage || '#1', 'assignment', artifact, null, null, s.stage, 1, commit, moment + to_days(3), {_BY}
            from part, (values ('prod'), ('staging')) s(stage) where v = case s.stage when 'prod' then prod else staging end
            union all
            select repo, artifact || '@deprecated', 'deprecation', artifact, null, null, null, null, commit, moment + to_days(30), {_BY}
            from part where newest and deprecated
        )""",
    "annotations": """
        select repo, c as commit, folder || '/dvc.yaml' as file, 'dvc.yaml' as source, artifact, 'model.pkl' as path, 'model' as type, description, labels,
            case when i % 3 = 0 then map {'framework': framework, 'owner': 'team-' || r % 100} else map {} end as meta,
            folder as dvc_root, folder || '/model.pkl' as target, false as executable
        from (select *, unnest(case when newest then [commit, tip] else [commit] end) as c from part)""",
    "gto_configs": "select distinct repo, tip as commit, ['dev', 'staging', 'prod'] as stages from part",
    "cards": """
        select repo, commit, folder || '/README.md' as file, folder, true as is_model_card, name as title, licence, ['en'] as languages, [] as datasets,
            [] as base_models, labels as tags, [] as metrics, framework as library, map {} as other,
            string_agg(said, '' order by k) as text
        from (
            select p.*, k,
                case k when 0 then '# ' || name || chr(10) || chr(10) else '' end
                || case when chance(i || ' about ' || k || salt) < 0.02 then subject[k % len(subject) + 1] else word end
                || case when k % 60 = 59 then '.' || chr(10) || chr(10) || '## ' when k % 12 = 11 then '. ' else ' ' end as said
            from (select *, unnest(range(120 + dice(i || ' words' || salt, 200))) as k from part where newest) p
            join words on rank = rank_of(i || ' card ' || k || salt, 40000)
        )
        group by all""",
    "code_owners": """
        select repo, c as commit, 'CODEOWNERS' as file, m + 1 as line, '/' || folder || '/' as pattern, ['@team-' || r % 100] as owners, [artifact] as artifacts
        from (select *, unnest([commit, tip]) as c from part where newest)""",
    "params": """
        select repo, commit, folder as dvc_root, null as metafile, folder || '/params.yaml' as file, name, number, number::varchar as text, 'number' as kind, false as locked
        from (
            select repo, commit, folder, unnest(['lr', 'depth']) as name, unnest([[0.1, 0.01, 0.001][dice(i, 3) + 1], dice(i || 'd', 9)]) as number
            from part where newest
        )""",
    "measure_files": """
        select repo, commit, folder as dvc_root, 'metrics' as role, folder || '/metrics.json' as file, folder || '/dvc.yaml' as metafile, 'ok' as status from part
        union all
        select repo, commit, folder, 'params', folder || '/params.yaml', null, 'ok' from part where newest""",
    "metrics": """
        select repo, commit, folder as dvc_root, folder || '/metrics.json' as file, case when i % 5 = 0 then 'test.' else '' end || metric as name,
            round(0.6 + 0.39 * chance(commit || metric), 4) as number, number::varchar as text, 'number' as kind
        from (select *, unnest(case when dice(i || ' kind', 4) = 0 then {regression} else {metrics} end) as metric from part)""",
}
_REPOS = """
select distinct repo, 'https://' || repo || '.git' as url, 'fresh' as outcome, false as stale, timestamp '2026-11-01' as visited_at, timestamp '2026-11-01' as read_at,
    r % 50 = 0 as archived, 'internal' as visibility, [['ml', 'pricing', 'risk', 'growth'][r % 4 + 1]] as topics
from made order by repo
"""


# MLflow's side of the comparison, for the Python that has it: once, or once for each line of input.
_MLFLOW = """
import sys
from time import perf_counter
from mlflow import MlflowClient
client = MlflowClient(tracking_uri=sys.argv[1], registry_uri=sys.argv[1])
for _ in sys.stdin if sys.argv[2:] else [None]:
    start = perf_counter()
    hits = len(client.search_model_versions("name ILIKE '%churn%' and tags.stage = 'prod'", max_results=10000))
    print(perf_counter() - start, hits, flush=True)
"""
# What the catalog has, as MLflow's tables want it.
_MODELS_AND_VERSIONS = {
    "registered_models (name, creation_time, last_updated_time, description)": """
        select name, epoch_ms(created_at), epoch_ms(updated_at), description from artifacts""",
    "model_versions (name, version, creation_time, last_updated_time, description, current_stage, source, storage_location, status)": """
        select a.name, row_number() over (partition by a.id order by v.precedence), epoch_ms(v.created_at), epoch_ms(v.created_at), v.description,
            'None', 's3://bucket/' || v.commit, 's3://bucket/' || v.commit, 'READY'
        from versions v join artifacts a using (repo, artifact)""",
}
_TAGS = {
    "stage tags alone": "select name, place, 'stage', stages[1] from numbered where len(stages) > 0",
    "stage, author and labels as tags": """
        select name, place, unnest(['stage', 'author'] || labels), unnest([coalesce(stages[1], 'none'), author] || list_transform(labels, lambda _: 'true'))
        from numbered""",
}
_NUMBERED = """
with numbered as (
    select a.name, row_number() over (partition by a.id order by v.precedence) as place, v.stages, v.author, v.labels
    from versions v join artifacts a using (repo, artifact)
)"""


def main() -> None:
    small = smoke(__doc__)
    sizes = SMALL if small else SIZES
    with kept() as folder:
        files, repos = write(folder / "rows", sizes)
        path = folder / "catalog.duckdb"
        cost_of_index(folder, files, repos, sizes, 1 if small else BUILDS)
        with Catalog.open(path) as catalog:
            in_process(catalog)
        cold(folder, path, 2 if small else ROUNDS)
        beside_mlflow(folder, path, small=small)


@contextmanager
def kept() -> Iterator[Path]:
    """The folder that the environment names, or else one that goes in the end."""
    if KEEP in os.environ:
        yield Path(os.environ[KEEP])
    else:
        with TemporaryDirectory(prefix="bench-") as temporary:
            yield Path(temporary)


def in_process(catalog: Catalog) -> None:
    counted = catalog.sql(
        "select (select count(*) from artifacts) as models, (select count(*) from versions) as versions"
    ).rows[0]
    what = "{models:,} models, {versions:,} versions".format(**counted)
    for name, queries, limit in QUESTIONS:
        taken = timed([partial(catalog.search, query) for query in queries])
        row(f"{what}: search, {name}", taken, limit)
    row(f"{what}: facets of a word", timed([partial(catalog.facets, query) for query in _ONE]), None)


def timed(measures: Sequence[Callable[[], object]]) -> list[float]:
    """The milliseconds that each takes, once all were asked before."""
    for measure in measures:
        measure()
    return [seconds(measure) * 1000 for measure in measures]


def row(what: str, taken: Sequence[float], limit: float | None) -> None:
    ours = f"{median(taken):.1f} ms, at worst {max(taken):.1f} ms"
    goal = (f"limit {limit:.0f} ms", f"{median(taken) / limit:.2f}", "at most 1") if limit else ("", "", "")
    tell(what, ours, *goal)


def cold(folder: Path, path: Path, rounds: int) -> None:
    environment = clean(folder)
    search = (BIN / "catalog", "search", "churn", "--catalog", path)
    opened = (sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", path)
    ours, theirs = alternating(rounds, search, opened, environment)
    tell(
        "cold `catalog search churn`",
        f"{ours * 1000:.0f} ms",
        f"import duckdb, and open {theirs * 1000:.0f} ms",
        f"{ours / theirs:.2f}",
        "at most 1.5",
    )


def alternating(rounds: int, ours: Command, theirs: Command, environment: Mapping[str, str]) -> list[float]:
    """The median seconds of two commands in turns, once both were run: byte code, and the disk's cache."""
    measures = [partial(seconds, partial(run, command, environment)) for command in (ours, theirs)]
    for measure in measures:
        measure()
    return interleaved(rounds, *measures)


def beside_mlflow(folder: Path, path: Path, *, small: bool) -> None:
    """The same question to both. SystemExit where they find different things."""
    python = mlflow(folder, small=small)
    if python is None:
        tell("versions in prod of names with churn, warm", "", "mlflow: not installed", "", WARM)
        tell("versions in prod of names with churn, cold", "", "mlflow: not installed", "", COLD)
        return
    environment = clean(folder) | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    for what, tags in _TAGS.items():
        store = fill_mlflow(folder / "mlflow.db", path, tags, partial(run, environment=environment), python)
        peer = (python, "-c", _MLFLOW, f"sqlite:///{store}")
        hits, *taken = warm(path, peer, environment, 2 if small else ROUNDS)
        told(f"{hits} versions in prod of names with churn, warm", what, *taken, WARM)
    search = (BIN / "catalog", "search", ASKED, "--limit", str(MANY), "-o", "json", "--catalog", path)
    taken = alternating(1 if small else 5, search, peer, environment)
    told(f"{hits} versions in prod of names with churn, cold", what, *taken, COLD)


def warm(path: Path, peer: Command, environment: Mapping[str, str], rounds: int) -> tuple[int, float, float]:
    """How many both find, and the median seconds of each, in turns."""
    with (
        Catalog.open(path) as catalog,
        subprocess.Popen([*peer, "again"], env=environment, stdin=-1, stdout=-1, text=True) as worker,
    ):
        ask = partial(catalog.search, ASKED, limit=MANY)
        hits, (_, others) = len(ask().values), asked(worker)
        if hits != others:
            raise SystemExit(f"found {others} versions by MLflow, {hits} by `{ASKED}`")
        ours, theirs = interleaved(rounds, partial(seconds, ask), lambda: asked(worker)[0])
        worker.communicate()
    return hits, ours, theirs


def told(what: str, tags: str, ours: float, theirs: float, goal: str) -> None:
    tell(
        what,
        f"{ours * 1000:.1f} ms",
        f"MLflow, {tags} {theirs * 1000:.0f} ms",
        f"{theirs / ours:.1f} times faster",
        goal,
    )


def asked(worker: subprocess.Popen[str]) -> tuple[float, int]:
    """The seconds that MLflow took, and how much it found."""
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write("\n")
    worker.stdin.flush()
    taken, hits = worker.stdout.readline().split()
    return float(taken), int(hits)


def mlflow(folder: Path, *, small: bool) -> Path | None:
    """The Python that has MLflow: of the environment's `MLFLOW_VENV`, or else of one that is made for it; None where that fails."""
    where = Path(os.environ.get(PEER, folder / "mlflow"))
    python = where / "bin" / "python"
    commands = [(python, "-c", "import mlflow, sqlalchemy, alembic")]
    if not python.is_file() and not small:
        install = (python, "-m", "pip", "install", "--quiet", "mlflow-skinny", "sqlalchemy", "alembic")
        commands = [(sys.executable, "-m", "venv", where), install, *commands]
    try:
        for command in commands:
            run(command, os.environ)
    except (OSError, SystemExit):
        return None
    return python


def fill_mlflow(store: Path, path: Path, tags: str, command: Callable[..., str], python: Path) -> Path:
    """MLflow makes its tables; rows are put into them, because a hundred thousand calls of its client would take an hour."""
    store.unlink(missing_ok=True)
    command([python, "-c", _MLFLOW, f"sqlite:///{store}"])
    queries = {**_MODELS_AND_VERSIONS, "model_version_tags (name, version, key, value)": f"{_NUMBERED} {tags}"}
    with Catalog.open(path) as catalog, closing(sqlite3.connect(store)) as peer, peer:
        for table, query in queries.items():
            places = ", ".join("?" * len(table.split(",")))
            peer.executemany(f"insert into {table} values ({places})", catalog.sql(query).values)
    return store


def cost_of_index(
    folder: Path, files: Mapping[str, Path], repos: pa.Table, sizes: tuple[int, int, int], rounds: int
) -> None:
    """What the index takes of the file and of the build, and to bring up to date. The whole catalog stays in the folder."""
    whole, bare, changed = folder / "catalog.duckdb", folder / "bare.duckdb", folder / "changed.duckdb"
    one_percent = write(folder / "rows-repositories", sizes, every=min(100, sizes[0] // 2), grown=sizes[1])
    scattered = write(folder / "rows-models", sizes, every=min(20, sizes[0] // 2), grown=1)
    taken = []
    for _ in range(rounds):
        for path in (whole, bare):
            path.unlink(missing_ok=True)
        full = built(whole, files, repos)
        without = built(bare, files, repos, lambda *_, **__: None)
        updates = []
        for some, _ in (one_percent, scattered):
            shutil.copyfile(whole, changed)
            updates.append(built(changed, {**files, **some}, repos)[1])
        taken.append((*full, without[0], *updates))
    build_all, index_all, build_bare, *updates = (median(column) for column in zip(*taken, strict=True))
    size, rest = whole.stat().st_size, bare.stat().st_size
    tell(
        "index: size",
        f"{(size - rest) / MIB:.1f} MiB",
        f"database {size / MIB:.1f} MiB",
        f"{1 - rest / size:.0%}",
        "at most 25 %",
    )
    tell(
        "index: from nothing",
        f"{index_all:.2f} s",
        f"build {build_all:.1f} s, without it {build_bare:.1f} s",
        f"{index_all / build_all:.0%}",
        "at most 15 %",
    )
    for (some, _), models, update in zip((one_percent, scattered), (sizes[1], 1), updates, strict=True):
        what = f"index: {len(some) * models} of {sizes[0] * sizes[1]:,} models changed, in {len(some)} repositories"
        tell(
            what,
            f"{update * 1000:.0f} ms",
            f"from nothing {index_all:.2f} s",
            f"{update / index_all:.2f}",
            "at most 0.1",
        )


def built(
    path: Path, files: Mapping[str, Path], repos: pa.Table, update: Callable[..., object] = search_index.update
) -> tuple[float, float]:
    """The seconds that a build takes, and those of them that the index takes."""
    spent = []
    with patch.object(
        search_index, "update", lambda *args, **options: spent.append(seconds(partial(update, *args, **options)))
    ):
        whole = seconds(partial(build, path, files, repos))
    return whole, sum(spent)


def seconds(measure: Callable[[], object]) -> float:
    start = perf_counter()
    measure()
    return perf_counter() - start


def write(
    folder: Path, sizes: tuple[int, int, int], every: int = 1, grown: int = 0
) -> tuple[dict[str, Path], pa.Table]:
    """Writes the partitions of each `every`-th repository, in which `grown` models have changed; and the rows of `repos`."""
    repos, models, versions = sizes
    with closing(duckdb.connect()) as source:
        source.execute(_CHANCE)
        source.execute(_WORDS, {"real": _REAL})
        source.execute(
            _MODELS,
            {
                "repos": repos,
                "models": models,
                "versions": versions,
                "grown": grown,
                "topics": _TOPICS,
                "labels": labels(),
                "frameworks": _FRAMEWORKS,
            },
        )
        source.execute(_DESCRIBED)
        source.execute(_VERSIONS, {"versions": versions, "every": every, "grown": grown})
        source.register("shape", schema(Repo).empty_table())
        rows = source.sql(f"from shape union all by name {_REPOS}").to_arrow_table().cast(schema(Repo))
        # A build tells by its name that a partition is another one.
        files = {repo: partition(folder, repo).with_suffix(f".{grown}.rows") for repo in rows["repo"].to_pylist()}
        if not all(map(Path.is_file, files.values())):
            folder.mkdir(parents=True, exist_ok=True)
            write_partitions(
                source, {**_ROWS, "metrics": _ROWS["metrics"].format(regression=_REGRESSION, metrics=_METRICS)}, folder
            )
            for repo, file in files.items():
                partition(folder, repo).rename(file)
    return files, rows


def labels() -> list[str]:
    """Two hundred: the real ones are the most frequent."""
    return [*_LABELS, *(f"tag-{number}" for number in range(200 - len(_LABELS)))]


if __name__ == "__main__":
    main()

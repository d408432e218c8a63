"""Builds catalog and site, and says what came of it: what `crawl`, `build` and `demo` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.cli.output import say
from catalog.cli.progress import SiteProgress
from catalog.store import file_stamps
from catalog.text import plural

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.config.model import SiteConfig
    from catalog.config.parse import Config
    from catalog.crawl.crawl import CrawlReport
    from catalog.database.build import BuildReport
    from sites.build import SiteReport
    from sites.data.rows import CrawlRow
    from sites.theme import Theme

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildOutcome:
    """What a build had to make: the catalog or not, and `written` of the `files` of the site."""

    catalog: bool
    written: int = 0
    files: int = 0


def build(
    config: Config,
    *,
    no_site: bool,
    wait: bool = False,
    in_crawl: bool = False,
    check: bool = False,
    tell: Tell = say,
) -> BuildOutcome:
    """Builds catalog and site, as far as they do not follow from the same as last time. With `check`, all files are compared."""
    from catalog.database import prewarm

    if not no_site:
        check_themes(config)
    prewarm.wait()
    from catalog.database.build import build as build_catalog  # a cold `show` needs no pyarrow
    from catalog.store.lock import lock

    with nullcontext() if in_crawl else lock(config.output, wait=wait, tell=tell):
        built = build_catalog(config, tell=tell, in_crawl=in_crawl, is_locked=True, check=check)
        tell(
            f"{built.database}: {_contents(built)}{', unchanged,' if built.unchanged else ''} in {built.seconds:.1f} s"
        )
        outcome = BuildOutcome(catalog=not built.unchanged)
        if no_site:
            return outcome
        written, files = _build_site(config, built, check=check, tell=tell)
        for site in config.sites:
            more = _build_site_of_some(config, site, check=check, tell=tell)
            written, files = written + more[0], files + more[1]
    return replace(outcome, written=written, files=files)


def check_themes(config: Config) -> None:
    """Reads the look of each site, to stop before any work where one cannot be used: ConfigError."""
    for folder in (config.theme, *(site.theme for site in config.sites)):
        _theme(folder)


def notify(config: Config) -> None:
    """Tells those whom repos.toml names what changed since they were told last."""
    if not config.notifications:
        return
    from catalog.database.gathering import email_mask
    from catalog.notify.notifications import notify_all
    from catalog.store.lock import lock

    with lock(config.output, wait=True, tell=say):
        notify_all(config, email_mask(config), say)


def summary(report: CrawlReport, outcome: BuildOutcome) -> str:
    """What a crawl, and the build after it, did not have to do."""
    parts = []
    if outcome.catalog:
        read = report.crawl.new + report.crawl.changed
        parts.append(plural(read, "repository", "repositories") if read else "catalog")
    if outcome.written:
        parts.append(f"{outcome.written:,} of {plural(outcome.files, 'file')} of the site")
    done = f"{', '.join(parts)} made" if parts else "nothing to build"
    return f"{report.crawl.fresh + report.unpushed:,} unchanged; {done}"


def _contents(built: BuildReport) -> str:
    counts = built.counts
    artifacts = _counted("", {"not registered": counts.unregistered, "deprecated": counts.deprecated})
    versions = _counted("and ", {"deregistered": counts.deregistered, "not registered": counts.not_registered})
    return (
        f"{plural(counts.artifacts, 'artifact')}{artifacts}, {plural(counts.versions, 'version')}{versions} "
        f"of {plural(counts.repos, 'repository', 'repositories')}"
    )


def _counted(before: str, counts: Mapping[str, int]) -> str:
    """The counts above zero, in brackets."""
    stated = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f" ({before}{stated})" if stated else ""


def _build_site(config: Config, built: BuildReport, *, check: bool, tell: Tell) -> tuple[int, int]:
    """How many files of the site were written, and how many it has; 0 of 0 where none had to be looked into."""
    from catalog.database import build_record
    from catalog.database.build_inputs import site_digest

    folder, theme = config.output / "site", _theme(config.theme)
    inputs = site_digest(built.inputs, config.title, config.site_url, theme.digest if theme else "")
    record = build_record.read(config.output)
    is_same = bool(built.inputs) and record is not None and record.site is not None and record.site.inputs == inputs
    if is_same and _refresh(config, built, inputs) and not check:
        return 0, 0
    from catalog.database.gathering import email_mask
    from sites.build import build as build_site  # a cold `show` needs no jinja2

    mask = email_mask(config)
    with SiteProgress() as progress:
        site = build_site(
            built.database,
            folder,
            title=config.title,
            site_url=config.site_url,
            mask=mask,
            check=check,
            data=config.output / "data",
            theme=theme,
            progress=progress,
            processes=config.processes,
        )
    tell(f"{folder}: {_counts(site)} in {site.seconds:.1f} s")
    _keep(config, built, inputs, _files(config))
    return site.written, site.written + site.unchanged


def _build_site_of_some(config: Config, site: SiteConfig, *, check: bool, tell: Tell) -> tuple[int, int]:
    """How many files of a further site were written, and how many it has."""
    from catalog.database.gathering import email_mask
    from catalog.database.site_catalog import build_site_catalog
    from sites.build import build as build_site

    shown = build_site_catalog(config, site, tell=tell, check=check)
    with SiteProgress() as progress:
        report = build_site(
            shown.database,
            shown.site,
            title=site.title or config.title,
            site_url=site.site_url,
            mask=email_mask(config),
            check=check,
            data=shown.data,
            theme=_theme(site.theme or config.theme),
            progress=progress,
            processes=config.processes,
        )
    repos = plural(shown.repos, "repository", "repositories")
    tell(f"{shown.site}: {_counts(report)}, of {repos}")
    return report.written, report.written + report.unchanged


def _counts(site: SiteReport) -> str:
    pages = f"{site.rendered:,} of {plural(site.pages, 'page')} made"
    return f"{pages}, {plural(site.written, 'file')} written, {site.unchanged:,} unchanged"


def _theme(folder: Path | None) -> Theme | None:
    """The look of a site that its owner chose; ConfigError where it cannot be used."""
    if folder is None:
        return None
    from sites.render import load_theme  # a crawl in which nothing changed needs no jinja2

    return load_theme(folder)


def _refresh(config: Config, built: BuildReport, inputs: str) -> bool:
    """Puts the last crawls into the pages that tell of them; False where a file of the site is not as it was built."""
    from catalog.database import build_record
    from sites.manifest import MANIFEST
    from sites.refresh import refresh

    folder, record, files = config.output / "site", build_record.read(config.output), _files(config)
    as_built = record is not None and record.site is not None and record.site.files == file_stamps.digest(files)
    written = refresh(folder, _last_crawls(built)) if as_built else None
    if written:
        now = {page: stamp for page in (*written, MANIFEST) if (stamp := file_stamps.stamp_of(folder / page))}
        _keep(config, built, inputs, files | now)
    return written is not None


def _last_crawls(built: BuildReport) -> list[CrawlRow]:
    """As the site reads them from the database: the last first, with times that do not say that they are UTC."""
    from sites.data.rows import CrawlRow

    return [
        CrawlRow(
            **{name: getattr(row, name) for name in CrawlRow._fields}
            | {"started_at": row.started_at.replace(tzinfo=None)}
        )
        for row in reversed(built.crawls)
    ]


def _keep(config: Config, built: BuildReport, inputs: str, files: Mapping[str, str]) -> None:
    """Records the site as that of this build; not where another process has built since."""
    from catalog.database import build_record

    record = build_record.read(config.output)
    if (
        built.inputs
        and record
        and record.inputs == built.inputs
        and record.database == file_stamps.stamp_of(built.database)
    ):
        site = build_record.SiteRecord(inputs=inputs, files=file_stamps.digest(files))
        build_record.write(config.output, replace(record, site=site))


def _files(config: Config) -> dict[str, str]:
    return file_stamps.stamps_below(config.output / "site")

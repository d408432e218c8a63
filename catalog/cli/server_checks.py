"""Checks of what the catalog reads from: tokens, sources, hosts, and one repository as a crawl would read it. Nothing is written."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from catalog.cli.findings import CheckState, Deadline, Finding, fault, ok, warning
from catalog.crawl.context import ReadContext
from catalog.crawl.visit import VisitTask, visit
from catalog.discovery.discover import discover, offer_tokens
from catalog.discovery.inventory import Inventory, Repository, read_inventory
from catalog.errors import READ, Gone, OriginError, VisitOutcome
from catalog.naming import repo_name
from catalog.plugins.connector import installed as connectors
from catalog.plugins.forge import installed as forges
from catalog.store.partitions import readers_digest
from catalog.text import plural
from catalog.transport.address import GitServer, parse_address
from catalog.transport.origin import Limits, NetworkRules, Pool, open_origin

if TYPE_CHECKING:
    from catalog.config.model import Config

OF_A_SERVER = 20.0  # seconds for one server, or for one source
OF_A_VISIT = 60.0  # and for the repository that is read
AT_A_TIME = 8
TRIED = 3  # repositories of one host, until one can be listed


def check_servers(config: Config, deadline: Deadline) -> Iterator[Finding]:
    """Tokens, sources and hosts, and a visit to a repository whose host answers."""
    yield from _tokens(config)
    with Pool() as pool:
        for complaint in pool.keyring.complaints:
            yield warning("credentials", complaint)
        yield from _sources(config, pool, deadline)
        offer_tokens(config.sources, pool)
        inventory = read_inventory(config)
        yield from _ssh(inventory, pool)
        answered: list[Repository] = []
        yield from _hosts(config, inventory, pool, deadline, answered)
        if answered:
            yield _visit(config, answered[0], pool, deadline)


def _tokens(config: Config) -> Iterator[Finding]:
    """Whether each source has one in the environment; the token itself is in no line."""
    for source in config.sources:
        names = (source.token_env,) if source.token_env else forges()[source.kind].tokens
        variable = next((name for name in names if os.environ.get(name, "").strip()), None)
        if variable:
            yield ok("token", f"{source.name}: {variable} is set")
        elif source.token_env:
            yield fault(
                "token",
                f"{source.name}: token_env names {source.token_env}, which is not set",
                f"set {source.token_env}",
            )
        elif names:
            message = f"{source.name}: {' or '.join(names)} is not set: the forge lists what anybody may see, and answers less often"
            yield warning("token", message, f"set {names[0]}, unless Git's credential helper has a token")


def _sources(config: Config, pool: Pool, deadline: Deadline) -> Iterator[Finding]:
    if not config.sources:
        return
    seconds = deadline.left(OF_A_SERVER)
    quick = replace(
        config,
        sources=tuple(
            replace(each, options=replace(each.options, timeout=min(seconds, each.options.timeout)))
            for each in config.sources
        ),
    )
    for name, state in discover(quick, pool, keep=False).items():
        if state.failure is None:
            yield ok("source", f"{name}: {plural(len(state.listed), 'repository', 'repositories')} listed")
        elif state.outcome == VisitOutcome.TOO_SLOW:
            yield warning(
                "source",
                f"{name}: its listing took longer than {seconds:.0f} s",
                "`catalog sources preview` gives it all of its time",
            )
        else:
            yield fault(
                "source",
                f"{name}: {state.failure}",
                "mend its address, its token or the network; its last listing stays",
            )


def _ssh(inventory: Inventory, pool: Pool) -> Iterator[Finding]:
    """Whether the program that SSH addresses need is there: whether its keys are accepted shows where a host is tried."""
    over_ssh = sum(_scheme(repo.url, pool) == "ssh" for repo in inventory.repos)
    program = (
        pool.git.environ.get("GIT_SSH_COMMAND")
        or pool.git.get("core", "sshcommand")
        or pool.git.environ.get("GIT_SSH")
        or "ssh"
    )
    if not over_ssh:
        return
    if shutil.which(program.split()[0]):
        yield ok("ssh", f"{program.split()[0]} is there for {plural(over_ssh, 'repository', 'repositories')}")
    else:
        yield fault(
            "ssh",
            f"{program.split()[0]} is not there, and {plural(over_ssh, 'repository needs', 'repositories need')} it",
            "install OpenSSH's client",
        )


def _scheme(url: str, pool: Pool) -> str:
    try:
        address = parse_address(pool.git.rewrite(url))
    except OriginError:  # told where the host is tried
        return ""
    return address.scheme if isinstance(address, GitServer) else "file"


def _hosts(
    config: Config, inventory: Inventory, pool: Pool, deadline: Deadline, answered: list[Repository]
) -> Iterator[Finding]:
    """Lists the refs of one repository of each host; those that answered are added to `answered`."""
    hosts: dict[str, list[Repository]] = defaultdict(list)
    for entry in inventory.repositories:
        if not entry.has_left:
            hosts[repo_name(entry.repo.url).partition("/")[0]].append(entry)

    def check(item: tuple[str, list[Repository]]) -> tuple[Finding, Repository | None]:
        return _host(config, *item, pool, deadline)

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        for finding, listed in threads.map(check, sorted(hosts.items())):
            yield finding
            if listed is not None:
                answered.append(listed)


def _host(
    config: Config, host: str, entries: list[Repository], pool: Pool, deadline: Deadline
) -> tuple[Finding, Repository | None]:
    """A repository that is gone says nothing of its host: the next one is tried."""
    gone: list[str] = []
    for entry in entries[:TRIED]:
        if deadline.is_over:
            return warning("host", f"{host}: not tried in this time", "give more time by --timeout"), None
        try:
            refs = _refs(config, entry, pool, deadline)
        except Gone as error:
            gone.append(str(error))
        except OriginError as error:
            return fault("host", f"{host}: {error}", _advice(entry, error)), None
        else:
            return ok("host", f"{host}: {entry.repo.name} lists {plural(refs, 'ref')}"), entry
    return warning("host", f"{host}: {gone[0]}", "mend or remove it in repos.toml; its last good rows stay"), None


def _refs(config: Config, entry: Repository, pool: Pool, deadline: Deadline) -> int:
    limits = Limits(
        connect=min(config.connect_timeout, OF_A_SERVER),
        idle=min(config.idle_timeout, OF_A_SERVER),
        total=deadline.left(OF_A_SERVER),
        max_refs=entry.repo.options.max_refs,
    )
    permits = NetworkRules(allow=config.allowed_hosts).permits if entry.has_untrusted_url else None
    with open_origin(entry.repo.url, limits, pool=pool, permits=permits) as origin:
        return len(origin.refs().refs)


def _advice(entry: Repository, error: OriginError) -> str:
    if error.outcome is VisitOutcome.REFUSED:
        return "check the credentials that Git has for it, or its SSH key; its last good rows stay"
    return f"check the network, and the address {repo_name(entry.repo.url)}; its last good rows stay"


def _visit(config: Config, entry: Repository, pool: Pool, deadline: Deadline) -> Finding:
    """Reads a repository whole, as its first crawl would, into memory."""
    installed, options = connectors(), entry.repo.options
    context = ReadContext(connectors=installed, readers=readers_digest(installed), pool=pool, privacy=config.privacy)
    limits = Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=deadline.left(min(OF_A_VISIT, options.timeout)),
        processor_time=options.processor_time,
        max_refs=options.max_refs,
        max_bytes=options.max_bytes,
    )
    network, clock = NetworkRules(allow=config.allowed_hosts), perf_counter()
    task = VisitTask(
        repo=entry.repo, last=None, limits=limits, network=network, has_untrusted_url=entry.has_untrusted_url
    )
    result = visit(task, context)
    if result.visit.outcome in READ:
        size = len(result.data or b"")
        return ok(
            "visit", f"{entry.repo.name} was read into memory: {size:,} bytes of rows in {perf_counter() - clock:.1f} s"
        )
    state = CheckState.WARNING if result.visit.outcome == VisitOutcome.TOO_SLOW else CheckState.FAULT
    message = f"{entry.repo.name}: {result.visit.message or result.visit.outcome}"
    return Finding(
        state=state,
        check="visit",
        message=message,
        advice="`catalog crawl` reads it with all of its time; its last good rows stay",
    )

"""The CI of a model's repository: what a registry tag sets off. The settings that it shares with the catalog are those of its repos.toml."""

from __future__ import annotations

from typing import Any

from catalog import __version__
from catalog.config.model import Config, StorageConfig
from catalog.errors import ConfigError
from catalog.schedule.ci_variables import storage_variables
from catalog.schedule.rendering import render

_STAGE = "prod"  # where repos.toml names no stages


def model_file(scheduler: str, config: Config) -> str:
    """The text of a workflow of `github-actions`, or of a pipeline of `gitlab-ci`; ConfigError for settings that cannot stand in it."""
    settings, stages = settings_of(config), [*dict.fromkeys(config.stages.values())]
    lines = settings.split("\n")
    if any(not line.isprintable() for line in (*lines, *stages)) or any("${{" in text for text in (settings, *stages)):
        raise ConfigError(
            f"{config.file}: its settings have control characters or '${{{{', which a CI's file cannot hold"
        )
    return render(
        f"{scheduler}-model",
        {
            "package": f"federated-model-catalog=={__version__}",
            "settings": lines if settings else [],
            "storage": storage_variables(config),
            "stage": _STAGE if _STAGE in stages or not stages else stages[0],
        },
    )


def settings_of(config: Config) -> str:
    """What of repos.toml a job needs that reads one repository and gets its bytes: no repositories, sources or secrets. May be empty."""
    import tomlkit  # only the export needs it

    raw: dict[str, list[str]] = {}
    for name, stage in config.stages.items():
        raw.setdefault(stage, []).append(name)
    tables: dict[str, Any] = {
        "catalog": {"site_url": config.site_url} if config.site_url else {},
        "stages": {stage: [name for name in names if name != stage] for stage, names in raw.items()},
        "network": {"allow": [*config.allowed_hosts]} if config.allowed_hosts else {},
        "get": {"allow": [*config.allowed_urls]} if config.allowed_urls else {},
        "storage": [*map(_storage, config.storage)],
    }
    return tomlkit.dumps({name: values for name, values in tables.items() if values})


def _storage(storage: StorageConfig) -> dict[str, Any]:
    keys = ("url", "read_from", "endpoint", "region", "profile", "anonymous", "options", "env")
    values = {key: getattr(storage, key) for key in keys}
    return {key: dict(value) if key in ("options", "env") else value for key, value in values.items() if value}

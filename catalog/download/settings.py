"""What repos.toml and the environment say of one storage: settings, and the secrets that variables hold."""

from __future__ import annotations

import os

from catalog.config.model import StorageConfig
from catalog.errors import ConfigError


def secrets(stated: StorageConfig | None) -> dict[str, str]:
    """The settings of one storage, with the values of the variables that it names. ConfigError for one that is not set."""
    if stated is None:
        return {}
    missing = [name for name in stated.env.values() if not os.environ.get(name)]
    if missing:
        raise ConfigError(
            f"{', '.join(missing)}: not set, expected the value that [[storage]] {stated.url} reads there"
        )
    return {**stated.options, **{key: os.environ[name] for key, name in stated.env.items()}}


def account_name(stated: StorageConfig | None) -> str | None:
    """The account of Azure's storage, as obstore finds it: in repos.toml, or else in the environment."""
    return (stated.options.get("account_name") if stated else None) or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME")

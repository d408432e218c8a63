"""What repos.toml and the environment say of one storage: settings, and the secrets that variables hold."""

from __future__ import annotations

import os
from configparser import ConfigParser, Error
from pathlib import Path

from catalog.config.model import StorageConfig
from catalog.errors import ConfigError

_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}


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


def profile_keys(profile: str | None) -> dict[str, str]:
    """The keys in `~/.aws/credentials` of a profile, or else of the default one, where no variable has any."""
    if profile is None and os.environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    name = profile or os.environ.get("AWS_PROFILE") or "default"
    file = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (Error, OSError, UnicodeError) as error:
        raise ConfigError(f"{file}: cannot be read, expected the profiles of AWS's tools") from error
    if not parser.has_section(name):
        if profile is not None:
            raise ConfigError(f"{file}: no profile {profile!r}, which [[storage]] names")
        return {}
    return {ours: parser[name][theirs] for theirs, ours in _KEYS.items() if parser[name].get(theirs)}

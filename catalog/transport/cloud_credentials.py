"""Credentials of a cloud: whether there are any, stated by the user or of a machine of that cloud (obstore would ask the metadata service of any machine), and the keys of AWS's profiles, which obstore does not read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path

from catalog.errors import ConfigError

# The variables in which the tools of each cloud, and obstore, find credentials or where to ask for them.
_VARIABLES = {
    "s3": (
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "gs": (
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_BEARER_TOKEN",
        "GOOGLE_SERVICE_ACCOUNT",
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_SERVICE_ACCOUNT_PATH",
    ),
    "azure": (
        "AZURE_CLIENT_SECRET",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_IDENTITY_ENDPOINT",
        "AZURE_MSI_ENDPOINT",
        "AZURE_STORAGE_ACCESS_KEY",
        "AZURE_STORAGE_ACCOUNT_KEY",
        "AZURE_STORAGE_CLIENT_SECRET",
        "AZURE_STORAGE_MASTER_KEY",
        "AZURE_STORAGE_SAS_KEY",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_STORAGE_TOKEN",
        "AZURE_USE_AZURE_CLI",
        "IDENTITY_ENDPOINT",
        "MSI_ENDPOINT",
    ),
}
_NO_CREDENTIALS = {"account_name", "endpoint", "skip_signature"}  # of what repos.toml may state
_LOGIN = Path("~/.config/gcloud/application_default_credentials.json")  # of `gcloud auth application-default login`
_DMI = Path("/sys/devices/virtual/dmi/id")
# What a virtual machine says of its maker; the number is Azure's own for all of its machines.
_MACHINES = {
    "s3": ("sys_vendor", "Amazon EC2"),
    "gs": ("sys_vendor", "Google"),
    "azure": ("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"),
}

_PROFILE_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}


def are_known(cloud: str, stated: Mapping[str, object]) -> bool:
    """Whether there are credentials for `s3`, `gs` or `azure`: `stated` in repos.toml, in the environment, of a login, or of this machine."""
    if stated.keys() - _NO_CREDENTIALS or any(os.environ.get(name) for name in _VARIABLES[cloud]):
        return True
    return (cloud == "gs" and _LOGIN.expanduser().is_file()) or _is_machine_of(cloud)


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
            raise ConfigError(f"{file}: no profile {name!r}, which [[storage]] names")
        return {}
    return {ours: parser[name][theirs] for theirs, ours in _PROFILE_KEYS.items() if parser[name].get(theirs)}


def _is_machine_of(cloud: str) -> bool:
    file, text = _MACHINES[cloud]
    try:
        return (_DMI / file).read_text().strip() == text
    except OSError:
        return False

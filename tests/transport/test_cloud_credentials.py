"""Clouds are asked with credentials where there are some: no metadata service is asked for them on other machines."""

from __future__ import annotations

import os

import pytest

from catalog.transport import cloud_credentials
from catalog.transport.cloud_credentials import are_known


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """A machine that is no cloud's, and no credentials in its environment."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "AZURE_", "GOOGLE_", "IDENTITY_", "MSI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(cloud_credentials, "_DMI", tmp_path)


@pytest.mark.parametrize("cloud", ["s3", "gs", "azure"])
def test_where_nobody_stated_any_there_are_none(cloud):
    assert not are_known(cloud, {"account_name": "acme", "endpoint": "http://127.0.0.1:1", "skip_signature": True})


@pytest.mark.parametrize(
    ("cloud", "key"),
    [("gs", "service_account_key"), ("azure", "account_key"), ("azure", "sas_token"), ("azure", "msi_endpoint")],
)
def test_what_repos_toml_states_is_used(cloud, key):
    assert are_known(cloud, {"account_name": "acme", key: "x"})


@pytest.mark.parametrize(
    ("cloud", "name"), [(cloud, name) for cloud, names in cloud_credentials._VARIABLES.items() for name in names]
)
def test_what_the_environment_states_is_used_by_its_own_cloud(monkeypatch, cloud, name):
    monkeypatch.setenv(name, "x")
    assert [each for each in ("s3", "gs", "azure") if are_known(each, {})] == [cloud]


def test_a_login_of_google_s_tools_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    file = cloud_credentials._LOGIN.expanduser()
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    assert [each for each in ("s3", "gs", "azure") if are_known(each, {})] == ["gs"]


@pytest.mark.parametrize(
    ("cloud", "file", "text"),
    [
        ("s3", "sys_vendor", "Amazon EC2"),
        ("gs", "sys_vendor", "Google"),
        ("azure", "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"),
    ],
)
def test_a_machine_of_a_cloud_asks_that_cloud_s_metadata_service(tmp_path, cloud, file, text):
    (tmp_path / file).write_text(f"{text}\n")
    assert [each for each in ("s3", "gs", "azure") if are_known(each, {})] == [cloud]

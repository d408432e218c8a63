"""Puts into the wheel a bill of materials, the dependencies that the product was tested with, by version and hash (CycloneDX, PEP 770), and the bundle of what the site takes from npm."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))  # hatchling loads this file by its path
import frontend

LOCK = Path("requirements") / "product.txt"
NAME = "federated-model-catalog.cdx.json"

_LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class WheelContents(BuildHookInterface):
    """Writes what is made for the wheel where hatchling takes it from."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install has neither: it is no release."""
        if version == "editable":
            return
        self._folder = TemporaryDirectory()
        self._include_bundle(Path(self.root), build_data)
        file = Path(self._folder.name) / NAME
        text = (Path(self.root) / LOCK).read_text("utf-8")
        file.write_text(bill_of_materials(text, self.metadata.name, self.metadata.version), encoding="utf-8")
        build_data["sbom_files"].append(str(file))

    def _include_bundle(self, root: Path, build_data: dict[str, Any]) -> None:
        """Without Node.js or npm's registry there is none, and plots are pictures only."""
        vendor = root / frontend.VENDOR
        if not frontend.is_current(root):
            vendor = Path(self._folder.name) / frontend.VENDOR.name
            try:
                frontend.bundle(root, vendor)
            except frontend.Unavailable as error:
                self.app.display_warning(f"built without interactive plots: {error}")
                return
        build_data["force_include"][str(vendor)] = frontend.VENDOR.as_posix()


def bill_of_materials(lock: str, name: str, version: str) -> str:
    """CycloneDX JSON of a product with the locked dependencies. Equal locks give equal bytes."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    product = Component(type=ComponentType.APPLICATION, name=name, version=version, bom_ref=name)
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"{name}=={version}\n{lock}"))
    bom.metadata.component, bom.metadata.timestamp = product, _moment()
    parts = []
    for locked in _LOCKED.finditer(lock):
        url = PackageURL("pypi", None, locked["name"].lower(), locked["version"])
        hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in _HASH.findall(locked["rest"])]
        parts.append(
            Component(
                type=ComponentType.LIBRARY,
                name=locked["name"],
                version=locked["version"],
                purl=url,
                bom_ref=str(url),
                hashes=hashes,
            )
        )
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(product, parts)
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


def _moment() -> datetime:
    """When the product was built, as reproducible builds state it; otherwise the time that hatchling gives the files in a wheel."""
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(stated), UTC) if stated else datetime(2020, 2, 2, tzinfo=UTC)

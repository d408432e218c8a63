"""DVC with its plugins for S3 and Azure, in an environment of its own, which `.ci/run` makes: they want another botocore than moto does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/judges/bin/python"


def dvc(folder: Path, *words: str, environment: Mapping[str, str]) -> str:
    """What DVC prints, in a folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AZURE_", "PYTHON"))}
    own |= {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder.parent / "site"), **environment}
    return subprocess.run(
        [PYTHON, "-m", "dvc", *words], cwd=folder, env=own, check=True, capture_output=True, text=True, timeout=60
    ).stdout

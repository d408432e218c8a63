"""A process that makes visits does not import pandas, which can be imported there later."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NO_PANDAS = """
import sys
from catalog.crawl.arrow_loading import load_without_pandas
load_without_pandas()
import pyarrow
pyarrow.array(["a"])
print("pandas" in sys.modules)
import pandas
print(pandas.is_there)
"""


@pytest.mark.slow
def test_arrays_are_made_without_pandas_which_can_be_imported_later(tmp_path):
    (tmp_path / "pandas.py").write_text("is_there = True")
    environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", NO_PANDAS], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]

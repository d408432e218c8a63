"""Some cases of a table, where each takes long and shows much the same as its neighbours; `.ci/run` tries all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def some(step: int, cases: Sequence[Any]) -> list[Any]:
    """Each `step`-th case, beginning with the first; those between are marked slow."""
    return [case if number % step == 0 else _slow(case) for number, case in enumerate(cases)]


def _slow(case: Any) -> Any:
    values, marks, name = case if hasattr(case, "marks") else ((case,), (), None)
    return pytest.param(*values, marks=(*marks, pytest.mark.slow), id=name)

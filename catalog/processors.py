"""What this machine offers to more processes of the program: processors, and an interpreter that can be started."""

from __future__ import annotations

import os
import sys


def processor_count() -> int:
    """The processors that this process may use; where the system does not state them, those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_start_python() -> bool:
    """Whether `sys.executable` takes `-c`: not in a program that Python is only a part of."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)

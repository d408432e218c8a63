"""An invented company's repositories, so that a newcomer sees a living catalog and a benchmark has any size it wants."""

from __future__ import annotations

from catalog.demo.fleet import make_fleet, touch
from catalog.demo.repos_toml import write_config
from catalog.demo.storage import write_storage

__all__ = ["make_fleet", "touch", "write_config", "write_storage"]

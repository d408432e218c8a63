"""Invented measurements: scores with noise, learning curves, and the series that plots are drawn from."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Sequence

from catalog.demo.content import digest


def noise(seed: str) -> float:
    """A number between -1 and 1 that `seed` stands for, always the same."""
    return int(digest(seed.encode())[:8], 16) / 0x7FFFFFFF - 1 if seed else 0.0


def vary(seed: str, value: float, spread: float, digits: int = 4) -> float:
    """`value`, off by at most `spread`."""
    return round(value + spread * noise(seed), digits)


def curve(seed: str, start: float, end: float, count: int) -> list[float]:
    """A learning curve: from `start` it bends towards `end`, with less noise as it goes."""
    return [
        round(end + (start - end) * math.exp(-4 * step / count) + 0.02 * (start - end) * noise(f"{seed} {step}"), 5)
        for step in range(count)
    ]


def write_table(header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    lines = [header, *rows]
    return "".join(separator.join(map(str, line)) + "\n" for line in lines)


def write_curve(seed: str, column: str, start: float, end: float, count: int, separator: str = ",") -> str:
    """A table of two columns: the step, and a learning curve."""
    return write_table(("step", column), enumerate(curve(seed, start, end, count)), separator)


def write_png(rows: Sequence[Sequence[int]], scale: int = 12) -> bytes:
    """A grey picture of numbers from 0 to 255, each a square of `scale` pixels. Not compressed: its bytes are the same everywhere."""
    height, width = len(rows) * scale, len(rows[0]) * scale
    lines = [b"\0" + b"".join(bytes([value]) * scale for value in row) for row in rows for _ in range(scale)]
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 0)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def roc(auc: float, count: int = 11) -> list[dict[str, float]]:
    """Points of a ROC curve that encloses about `auc`."""
    bend = max(1 / auc - 1, 0.01)
    return [{"fpr": round(x / (count - 1), 3), "tpr": round((x / (count - 1)) ** bend, 4)} for x in range(count)]

"""Exported batches without e-mail addresses."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from catalog.privacy.emails import MAY_HOLD, UNMASKED, Mask, masked

_AT_SIGN = re.compile(b"@")


def mask_batch(batch: pa.RecordBatch, mask: Mask) -> pa.RecordBatch:
    """The batch with its texts masked; most columns hold no address, and stay as they are."""
    columns = [
        _masked(column, mask) if name not in UNMASKED and _may_hold(column) else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _masked(column: pa.Array, mask: Mask) -> pa.Array:
    if not _is_text(column.type):
        return pa.array([masked(cell, mask) for cell in column.to_pylist()], column.type)
    distinct = column.dictionary_encode()  # one author has many tags: 5 ms for 32,000 of them instead of 30
    texts = pa.array([masked(text, mask) for text in distinct.dictionary.to_pylist()], column.type)
    return texts.take(distinct.indices)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _may_hold(column: pa.Array) -> bool:
    """Whether a text in the column, or in its lists and maps, may have an address in it."""
    kind = column.type
    if _is_text(kind):
        return _has_at_sign(column) and pc.any(pc.match_substring_regex(column, MAY_HOLD)).as_py() is True
    if pa.types.is_map(kind):
        return _may_hold(column.keys) or _may_hold(column.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _may_hold(column.flatten())
    if pa.types.is_struct(kind):
        return any(map(_may_hold, column.flatten()))
    return False


def _has_at_sign(column: pa.Array) -> bool:
    """Whether the bytes of these texts, or of others in the same buffer, have an `@`: to look for one takes a tenth of the time of the expression."""
    texts = column.buffers()[-1]
    return texts is not None and _AT_SIGN.search(texts) is not None

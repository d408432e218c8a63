"""Likely secrets do not get into the log: an error may quote the value that it is about."""

from __future__ import annotations

import logging
from traceback import format_exception

from catalog.privacy.detector import clean

MAX_TRACEBACK = 64 << 10  # characters, of its end: what was raised stands there


class WithoutSecrets(logging.Filter):
    """A filter for the loggers that tell of repositories' contents: message and traceback become text without likely secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass."""
        record.msg, record.args = clean(record.getMessage()), None
        if record.exc_info:
            text = "".join(format_exception(*record.exc_info)).rstrip()
            record.exc_text = clean(text[-MAX_TRACEBACK:])  # what formatters show
        return True

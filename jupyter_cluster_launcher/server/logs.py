"""What this package logs, in the log of the Jupyter server and without secrets."""

from __future__ import annotations

import copy
import logging
import os

from ..masking import masked

package_log = logging.getLogger(__name__.partition(".")[0])


class _Masking(logging.Handler):
    """Passes records on without the values of secret variables."""

    def __init__(self, log: logging.Logger) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a copy on: other handlers may want the record as it is."""
        shown = copy.copy(record)
        shown.msg, shown.args = masked(record.getMessage(), os.environ), ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            shown.exc_text = masked(trace, os.environ)  # formatters take this where it is set
        self.log.handle(shown)


def log_to(log: logging.Logger) -> None:
    """Send what this package logs to the server's log."""
    log_no_longer_to()  # to that of another server of this process
    package_log.addHandler(_Masking(log))
    package_log.propagate = False
    package_log.setLevel(log.level)


def log_no_longer_to(log: logging.Logger | None = None) -> None:
    """Undo ``log_to``, unless another server of this process has the package's log now."""
    for handler in list(package_log.handlers):
        if isinstance(handler, _Masking) and log in (None, handler.log):
            package_log.removeHandler(handler)
            package_log.propagate = True
            package_log.setLevel(logging.NOTSET)

"""What this package logs, in the log of the Jupyter server: without secrets, a line for each."""

from __future__ import annotations

import copy
import logging
import os

from ..masking import masked
from ..platforms.files import printable

package_log = logging.getLogger(__name__.partition(".")[0])


class _Masking(logging.Handler):
    """Passes records on without secret values, and without text that begins a line of its own."""

    def __init__(self, log: logging.Logger) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a copy on: other handlers may want the record as it is."""
        shown = copy.copy(record)
        shown.msg, shown.args = printable(masked(record.getMessage(), os.environ)), ()
        if record.exc_info:
            trace = masked(logging.Formatter().formatException(record.exc_info), os.environ)
            # Formatters take this where it is set.
            shown.exc_text = "\n".join(f"  {printable(line)}" for line in trace.splitlines())
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

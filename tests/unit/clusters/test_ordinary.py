"""What is left out of the log of a healthy cluster."""

from __future__ import annotations

from jupyter_cluster_launcher.clusters.ordinary import without_ordinary

TIME = "2026-11-26 04:19:37,130 - "
UNREGISTERED = (
    f"{TIME}distributed.scheduler - WARNING - Received heartbeat from unregistered worker "
    "'tls://127.0.0.1:41727'.\n"
)
UNAWARE = (
    f"{TIME}distributed.worker - WARNING - Scheduler was unaware of this worker; shutting down.\n"
)
HEARTBEAT = (
    f"{TIME}distributed.worker - ERROR - Failed to communicate with scheduler during heartbeat.\n"
)
OTHERS = (
    f"{TIME}distributed.worker - ERROR - Invalid Worker.status transition: Status.closing -> "
    "Status.closing_gracefully\n"
    f"{TIME}distributed.nanny - WARNING - Worker process still alive after 4.0 seconds, killing\n"
    f"{TIME}distributed.comm.tcp - WARNING - Listener on 'tls://127.0.0.1:4': TLS handshake failed "
    "with remote 'tls://127.0.0.1:5': EOF occurred in violation of protocol (_ssl.c:1006)\n"
)
CHAIN = """\
Traceback (most recent call last):
  File "distributed/comm/tcp.py", line 226, in read
    frames_nosplit_nbytes_bin = await stream.read_bytes(fmt_size)
tornado.iostream.StreamClosedError: Stream is closed

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "distributed/worker.py", line 1165, in heartbeat
    response = await retry_operation(
               ^^^^^^^^^^^^^^^^^^^^^^
distributed.comm.core.CommClosedError: in <TLS (closed)>: Stream is closed
"""
MEMORY = f"{TIME}distributed.nanny.memory - WARNING - Worker tls://a (pid=1) exceeded 95%\n"


def test_ordinary_events_are_left_out() -> None:
    """Guards against a healthy cluster whose log begins with a traceback."""
    text = UNREGISTERED + UNAWARE + OTHERS + HEARTBEAT + CHAIN
    assert without_ordinary(text) == ""
    assert without_ordinary(text + "Low tide\n" + text + MEMORY) == "Low tide\n" + MEMORY


def test_all_else_is_kept() -> None:
    """Guards against a traceback of a task, or a line that users printed, that is left out."""
    text = f"{CHAIN}{MEMORY}{CHAIN}High tide\n\n  and low\n"
    assert without_ordinary(text) == text
    assert without_ordinary(UNAWARE + text[len(CHAIN) :]) == text[len(CHAIN) :]
    assert without_ordinary("no end of line") == "no end of line"
    assert without_ordinary(HEARTBEAT + CHAIN[:150]) == ""

"""Secrets that must not appear in a log or on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import a_cluster, backend

from jupyter_cluster_launcher.masking import MASK, PIECE, masked
from jupyter_cluster_launcher.models import Report, State
from jupyter_cluster_launcher.server.serializers import cluster_view


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export API_TOKEN=abc123 x", f"export API_TOKEN={MASK} x"),
        ("{'DB_PASSWORD': 'a b', 'HOME': '/x'}", f"{{'DB_PASSWORD': {MASK}, 'HOME': '/x'}}"),
        ('GITHUB_TOKEN: "q"', f"GITHUB_TOKEN: {MASK}"),
        ("http://host/lab?token=abcdef&x=1", f"http://host/lab?token={MASK}&x=1"),
        ("the key is 'held-by-env'.", f"the key is '{MASK}'."),
        ("tokens = next(token)  # no secret", "tokens = next(token)  # no secret"),
        ("PATH=/usr/bin", "PATH=/usr/bin"),
    ],
)
def test_masks(text: str, shown: str) -> None:
    """Guards against a log that cannot be sent to a colleague, or that hides ordinary code."""
    env = {"MY_API_TOKEN": "held-by-env", "OTHER_TOKEN": "a", "EDITOR": "next(token)"}
    assert masked(text, env) == shown
    assert masked([{"text": text}, 1, None], env) == [{"text": shown}, 1, None]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # ~/.aws/credentials, arguments of boto3 and s3fs, what AWS answers, a command, YAML
        ("aws_secret_access_key = wJalr/XUt+nF", f"aws_secret_access_key = {MASK}"),
        ("aws_session_token=FwoGZXIvYXdzE//8", f"aws_session_token={MASK}"),
        ("Session(aws_secret_access_key='a b')", f"Session(aws_secret_access_key={MASK})"),
        ("S3FileSystem(secret='a', key=key)", f"S3FileSystem(secret={MASK}, key=key)"),
        ('"SecretAccessKey": "wJalr", "Expires"', f'"SecretAccessKey": {MASK}, "Expires"'),
        ("mysql --password=hunter2 tides", f"mysql --password={MASK} tides"),
        ("client-secret: 8a.b", f"client-secret: {MASK}"),
        ("{'api_key': 'x', 'n': 1}", f"{{'api_key': {MASK}, 'n': 1}}"),
    ],
)
def test_small_letters_too(text: str, shown: str) -> None:
    """Guards against the secret that most users here have: the one in ~/.aws/credentials."""
    assert masked(text, {}) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token = next(token)",
        "password = config.get('password')",
        "secret = os.environ['NAME']",
        "token=None, retries=3",
        "tokenize = normalize",
        "max_tokens = 4096",
        "NoCredentialsError: Unable to locate credentials",
        "InvalidTokenError: 'abc' has expired",
        "check the password in your Dask configuration.",
        "it gives a new token; elsewhere",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Guards against a traceback, or the reason of a failure, that cannot be understood."""
    assert masked(text, {}) == text


def test_long_texts() -> None:
    """Guards against a value at a seam of the pieces in which a long text is looked through."""
    lines = ["x" * 97 + "=\n'y'\n", "AWS_SECRET_ACCESS_KEY:\n  'wJalr'\n", "key line\n"]
    text = "".join(lines) * (3 * PIECE // 100)
    held = masked(text, {})
    assert "wJalr" not in held
    assert held == text.replace("'wJalr'", MASK)


def test_what_a_row_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a key in the reason of a failure, which the row shows.

    An exception quotes what it was called with.
    """
    monkeypatch.setenv("MY_API_TOKEN", "held-by-env")
    report = Report(warnings=("Refused: --comment held-by-env",))
    message = "Invalid bucket for aws_secret_access_key=wJalrXUt, token held-by-env"
    cluster = a_cluster(state=State.FAILED, message=message, report=report)
    shown = cluster_view(cluster, backend(), tmp_path, "/")
    assert shown["message"] == f"Invalid bucket for aws_secret_access_key={MASK}, token {MASK}"
    assert shown["warnings"] == [f"Refused: --comment {MASK}"]

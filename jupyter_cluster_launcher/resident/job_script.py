"""Runs in a short-lived Python of a kernel's environment: the script of one job, nothing started.

Sent after ``core`` and ``jobqueue``. The very code of a launch is run, but the cluster stops being
made before its scheduler would start.
"""
# ruff: noqa: F821  # names of jobqueue, in whose module this stands

import json
import os
import sys


class Enough(BaseException):
    """Carries the cluster out of its constructor."""


def script(settings, code):
    """Return the script of a job of the cluster that ``code`` makes."""
    from distributed import Security
    from distributed.deploy.spec import SpecCluster

    def enough(cluster, *args, **kwargs):
        raise Enough(cluster)

    def no_keys(cls, **kwargs):
        folder = settings["directory"]
        return cls(
            require_encryption=True,
            tls_ca_file=f"{folder}/CA",
            tls_worker_cert=f"{folder}/CERTIFICATE",
            tls_worker_key=f"{folder}/KEY",
        )

    SpecCluster.__init__ = enough
    Security.temporary = classmethod(no_keys)
    os.makedirs = lambda *args, **kwargs: None  # the folder of the logs is made by the launch
    prepare(settings)
    try:
        exec(compile(code, "create", "exec"), {})  # noqa: S102 - what a launch would run
    except Enough as seen:
        text = seen.args[0].job_script()
        placeholder = "tcp://<insert-scheduler-address-here>:8786"
        return text.replace(placeholder, "ADDRESS-OF-THE-SCHEDULER").replace("dummy-name", "NAME")
    raise RuntimeError("the code makes no cluster of dask-jobqueue")


try:
    # Out of the environment at once: the code that runs now has no business with it.
    answer = {"script": script(**json.loads(os.environ.pop("CLUSTER_LAUNCHER_PRIVATE")))}
except Exception as error:  # told to the person
    answer = {"error": f"{type(error).__name__}: {error}"}
sys.stdout.write(json.dumps(answer) + "\n")

"""What a kernelspec starts, and how another program starts in the same environment.

Sites start kernels through scripts of their own, which load modules or activate environments. So
the command and the environment are those of the kernel itself, made by jupyter_client, and only
``-m ipykernel_launcher`` in it is replaced. Where only a script knows of it, ``scripted`` helps.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ..errors import BadInputError
from .scripted import starts_by_script

LOCAL = "local-provisioner"
PROGRAM = "CLUSTER_LAUNCHER_PROGRAM"  # a variable with JSON: the code, and its arguments
# What follows in the command is the kernel's connection file. Without a single quote, so that it
# can stand within them in the command of a shell.
BOOT = (
    f'import json,os,sys;a=json.loads(os.environ.pop("{PROGRAM}"));'
    'sys.argv[1:]=a[1:];exec(a[0],{"__name__":"__main__"})'
)
KERNEL = re.compile(r"(?<!\S)-m\s*ipykernel(_launcher)?(?=[\s;]|$)")  # in the command of a shell


@dataclass(frozen=True)
class KernelCommand:
    """How the Python of a kernel is started.

    ``argv`` is the kernel's command with ``BOOT`` in the place of ipykernel, ``python`` what comes
    before that: empty where the kernel is started by a shell's command. ``env`` is what the
    kernelspec adds to the environment, ``title`` its name for users. ``by_script`` is None, or
    where ipykernel is not in the command returns that for a connection file.
    """

    argv: tuple[str, ...]
    python: tuple[str, ...]
    env: dict[str, str]
    title: str
    spec: Any
    by_script: Callable[[str], list[str]] | None = None

    async def environment(self, code: str, arguments: list[str]) -> dict[str, str]:
        """Return the environment in which ``argv`` runs code: the kernel's, and the program."""
        provisioner = LocalProvisioner(kernel_id="", kernel_spec=self.spec)
        launch = await provisioner.pre_launch(env=dict(os.environ))
        return {**launch["env"], PROGRAM: json.dumps([code, *arguments])}


class _Known(KernelSpecManager):
    """Knows one kernelspec that has been read, and reads no other."""

    def __init__(self, spec: KernelSpec) -> None:
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return that kernelspec."""
        return self._spec


def command_of(kernel_name: str, spec: Any) -> KernelCommand:
    """Return the command of a kernelspec.

    Raises ``BadInputError`` where it is not Python's, or does not run on this host.
    """
    title = str(spec.display_name or kernel_name)
    if spec.language.lower() != "python":
        raise BadInputError(
            f"{title} is not a Python kernel, and Dask needs one. Choose another environment."
        )
    provisioner = (spec.metadata or {}).get("kernel_provisioner") or {}
    if provisioner.get("provisioner_name", LOCAL) == LOCAL:

        def formatted(connection_file: str) -> list[str]:
            manager = KernelManager(
                kernel_name=kernel_name,
                kernel_spec_manager=_Known(spec),
                connection_file=connection_file,
            )
            return list(map(str, manager.format_kernel_cmd()))

        kernel, env = formatted(os.devnull), dict(spec.env or {})
        argv, python = _replaced(kernel)
        if argv != kernel:
            return KernelCommand(tuple(argv), tuple(python), env, title, spec)
        if starts_by_script(kernel):
            return KernelCommand(tuple(kernel), (), env, title, spec, formatted)
    raise BadInputError(
        f"{title} is started in a way that cannot run a cluster (it is not an ordinary Python "
        "kernel of this computer). Choose another environment."
    )


def _replaced(kernel: list[str]) -> tuple[list[str], list[str]]:
    """Return a kernel's command with ``BOOT`` in it, and what comes before that; as it is if none.

    conda's kernels begin with a runner that activates the environment: it stays in front.
    """
    for i, part in enumerate(kernel):
        if part == "-m" and "ipykernel" in "".join(kernel[i + 1 : i + 2]):
            return [*kernel[:i], "-c", BOOT, *kernel[i + 2 :]], kernel[:i]
        if KERNEL.search(part):
            text = KERNEL.sub(lambda _: f"-c {shlex.quote(BOOT)}", part)
            return [*kernel[:i], text, *kernel[i + 1 :]], []
    return kernel, []

"""Questions to the Python of a kernel's environment, which is often not the server's.

The Jupyter server never imports Dask. What the notebook's environment has is asked of that
environment itself, in a process that ends at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traitlets import TraitError

from ..masking import masked
from ..models import BadInputError, NotAvailableError
from .archive import importing, temporary_archive

ABSENT_FOR = 5.0  # seconds for which a launch is refused for a missing package without a new look
RENEW_AFTER = 60.0  # seconds after which a look at the list has what is there asked for once more
PRIVATE = "CLUSTER_LAUNCHER_PRIVATE"  # as in resident/program.py
PROBE = """
import importlib.util, json, os, sys
sys.path[:0] = filter(None, [os.path.expanduser(sys.argv[1])])
def found(name):
    # A folder that happens to have the name of a package has a spec, but no origin.
    spec = importlib.util.find_spec(name.partition(".")[0])
    return spec is not None and spec.origin is not None
absent = [name for name in sys.argv[2:] if not found(name)]
print(json.dumps({"absent": absent, "prefix": sys.prefix}))
"""


@dataclass
class Answers:
    """What one environment was found to have."""

    # By module: when it was asked for, and whether it is there.
    found: dict[str, tuple[float, bool]] = field(default_factory=dict)
    prefix: str | None = None  # the folder of the environment, None where nothing is known yet
    # The question under way; whoever wants to know more waits for it, and for no other's.
    asking: asyncio.Task[None] | None = None

    def lacks(self, module: str) -> bool:
        """Return whether a module is not known to be there."""
        return module not in self.found or not self.found[module][1]

    def age(self, module: str, now: float) -> float:
        """Return for how many seconds the answer is known, endless where there is none."""
        return now - self.found[module][0] if module in self.found else float("inf")


class Environments:
    """The environments behind the kernelspecs of one server."""

    def __init__(
        self,
        kernel_spec_manager: Any,
        default: str,
        timeout: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask about the kernels that ``kernel_spec_manager`` knows, for ``timeout`` seconds each.

        ``default`` is the kernel that is used where a person has named none; ``clock`` tells the
        seconds by which answers grow old.
        """
        self.kernel_spec_manager, self.default = kernel_spec_manager, default
        self._timeout, self._clock = timeout, clock
        self._answers: dict[tuple[Any, ...], Answers] = {}

    def spec(self, kernel_name: str) -> Any:
        """Return a kernelspec; raises ``BadInputError`` where there is none that can be read."""
        try:
            return self.kernel_spec_manager.get_kernel_spec(kernel_name)
        except KeyError:
            raise BadInputError(
                f"There is no kernel named {kernel_name!r:.80}. Choose another environment."
            ) from None
        except (OSError, ValueError, TypeError, TraitError):
            raise BadInputError(
                f"The kernel {kernel_name!r:.80} is described by a broken file. "
                "Choose another environment."
            ) from None

    def command(self, kernel_name: str) -> tuple[list[str], dict[str, str], str]:
        """Return a kernel's Python as a command, the environment to add, and the kernel's title.

        Raises ``BadInputError`` for a kernel that does not exist, is not Python, or does not run
        on this host.
        """
        spec = self.spec(kernel_name)
        title = str(spec.display_name or kernel_name)
        if spec.language.lower() != "python":
            raise BadInputError(
                f"{title} is not a Python kernel, and Dask needs one. Choose another environment."
            )
        provisioner = (spec.metadata or {}).get("kernel_provisioner") or {}
        name = provisioner.get("provisioner_name", "local-provisioner")
        argv = list(spec.argv)
        if argv and _plain_python(argv[0]):
            argv[0] = sys.executable
        # conda's kernels begin with a runner that activates the environment: it stays in front.
        module = next(
            (
                i
                for i, part in enumerate(argv)
                if part == "-m" and "ipykernel" in "".join(argv[i + 1 : i + 2])
            ),
            None,
        )
        if name != "local-provisioner" or module is None:
            raise BadInputError(
                f"{title} is started in a way that cannot run a cluster (it is not an "
                "ordinary Python kernel of this computer). Choose another environment."
            )
        return argv[:module], dict(spec.env or {}), title

    def title(self, kernel_name: str) -> str:
        """Return the name of a kernel that people see, its plain name where it has gone."""
        try:
            return str(self.spec(kernel_name).display_name or kernel_name)
        except BadInputError:
            return kernel_name

    async def missing(
        self, kernel_name: str, modules: Sequence[str], folder: str | None = None
    ) -> list[str]:
        """Return which of some modules a kernel's environment lacks, without importing any.

        They may be in ``folder``, too. What was found there once is answered at once, so that a
        launch waits for no process; what is absent is asked for again, so that nobody is refused
        for what has been installed by now.
        Raises ``BadInputError`` as ``command`` does, and ``NotAvailableError`` as ``run`` does.
        """
        answers = self._known(kernel_name, folder)

        def unsure() -> bool:
            now = self._clock()
            return any(answers.lacks(m) and answers.age(m, now) > ABSENT_FOR for m in modules)

        while answers.asking and unsure():  # questions asked together are one process, not five
            await asyncio.shield(answers.asking)
        if unsure():
            await asyncio.shield(self._ask(kernel_name, modules, folder))
        return [name for name in modules if answers.lacks(name)]

    def prefix(self, kernel_name: str, folder: str | None = None) -> str | None:
        """Return ``sys.prefix`` of a kernel's environment, None before ``missing`` has answered.

        Raises ``BadInputError`` as ``command`` does.
        """
        return self._known(kernel_name, folder).prefix

    async def look(self, kernel_name: str, wanted: Mapping[str | None, Collection[str]]) -> None:
        """Look for modules anew, because a person looks: ``wanted`` has their names by folder.

        What was absent is asked for before this returns. Where all were there, they are asked for
        in the background now and then, so that a package that went away is noticed by the next
        look. Raises as ``missing``.
        """
        await asyncio.gather(*(self._look(kernel_name, set(n), f) for f, n in wanted.items()))

    async def _look(self, kernel_name: str, modules: set[str], folder: str | None) -> None:
        answers, now = self._known(kernel_name, folder), self._clock()
        if any(answers.lacks(name) for name in modules):
            await asyncio.shield(answers.asking or self._ask(kernel_name, modules, folder))
            await self.missing(kernel_name, sorted(modules), folder)
        elif not answers.asking and any(answers.age(m, now) > RENEW_AFTER for m in modules):
            self._ask(kernel_name, modules, folder)

    def _known(self, kernel_name: str, folder: str | None) -> Answers:
        """Return what is known of an environment, which several kernelspecs may have in common."""
        command, env, _ = self.command(kernel_name)
        key = (*command, *sorted(env.items()), folder)
        return self._answers.setdefault(key, Answers())

    def _ask(
        self, kernel_name: str, modules: Collection[str], folder: str | None
    ) -> asyncio.Task[None]:
        """Begin to ask for modules, and once more for all that were asked for before."""
        answers = self._known(kernel_name, folder)
        names, now = sorted({*answers.found, *modules}), self._clock()

        async def ask() -> None:
            try:
                known = await self.ask(kernel_name, PROBE, [folder or "", *names])
                answers.found.update({name: (now, name not in known["absent"]) for name in names})
                answers.prefix = known["prefix"]
            finally:
                answers.asking = None

        answers.asking = task = asyncio.get_running_loop().create_task(ask())
        # Whoever waits is told what went wrong; in the background there is nobody.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def ask(self, kernel_name: str, code: str, *args: Any, **kwargs: Any) -> Any:
        """Run code as ``run`` does and return the JSON of the last line that it printed.

        What came before is not ours: some environments greet, and some imports talk. Raises as
        ``run``.
        """
        text = await self.run(kernel_name, code, *args, **kwargs)
        try:
            return json.loads(text.strip().split("\n")[-1])
        except ValueError:
            raise NotAvailableError(
                f"The Python of {self.title(kernel_name)} did not answer what it was asked."
            ) from None

    async def ask_resident(
        self,
        kernel_name: str,
        module: str,
        arguments: Sequence[str] = (),
        timeout: float | None = None,
        private: Any = None,
    ) -> Any:
        """Run ``main`` of a module of the resident in a kernel's environment; return its answer.

        Arguments and errors as of ``run``. Raises ``NotAvailableError`` also where the module
        cannot be written for that process to import it.
        """
        with contextlib.ExitStack() as stack:
            try:
                path = stack.enter_context(temporary_archive())
            except OSError as error:
                raise NotAvailableError(
                    f"No temporary file can be written: {error.strerror}."
                ) from None
            code = f"{importing('load', path, module)}\nload().main()"
            return await self.ask(kernel_name, code, arguments, timeout, private)

    async def run(
        self,
        kernel_name: str,
        code: str,
        arguments: Sequence[str] = (),
        timeout: float | None = None,
        private: Any = None,
    ) -> str:
        """Run code in a kernel's environment and return what it printed.

        ``arguments`` can be read by everybody on this computer. What only its owner may see goes
        as JSON in the variable ``PRIVATE`` of the process: input would not do, since a runner in
        front, such as conda's, may keep that for itself.
        Raises ``NotAvailableError`` where it fails or takes longer than ``timeout`` seconds.
        """
        command, own, title = self.command(kernel_name)
        limit = timeout or self._timeout
        secret = {} if private is None else {PRIVATE: json.dumps(private)}
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                "-c",
                code,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, **own, **secret},
            )
        except OSError as error:
            raise NotAvailableError(
                f"The Python of {title} cannot be started: {error.strerror}."
            ) from None
        try:
            out, err = await asyncio.wait_for(process.communicate(), limit)
        except asyncio.TimeoutError:
            raise NotAvailableError(
                f"The Python of {title} did not answer within {limit:g} seconds. Try again."
            ) from None
        finally:
            # All of it: behind a runner such as conda's, Python is a child of what was started.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode:
            words = err.decode(errors="replace").strip().split("\n")[-1][:300]
            last = masked(words, os.environ)
            raise NotAvailableError(f"The Python of {title} cannot be asked: {last}")
        return out.decode()


def _plain_python(command: str) -> bool:
    """Return whether ``jupyter_client`` would put the server's own Python in its place."""
    major, minor = sys.version_info[:2]
    return command in {"python", f"python{major}", f"python{major}.{minor}"}

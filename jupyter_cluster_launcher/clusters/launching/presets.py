"""Named launches: those in the platform files of a site, and those that the user saved."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_dir

from ...errors import BadInputError, NotAvailableError, UnknownError
from ...platforms.catalog import Catalog
from ...platforms.types import Bounds

FILE = "presets.json"
LOCK = ".presets-lock"
FIELDS = ("platform", "workers", "adapt", "options")  # what a preset says of a launch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preset:
    """A launch with a name; ``own`` says that the user saved it, and can delete it.

    Without ``workers`` and ``adapt`` the number of workers is the platform's default.
    """

    name: str
    platform: str
    workers: int | None = None
    adapt: Bounds | None = None
    options: dict[str, Any] = field(default_factory=dict)
    own: bool = False


class Presets:
    """The presets that a user has."""

    def __init__(self, catalog: Catalog, folder: Path | None = None) -> None:
        """Keep those of the user in ``folder``, by default in Jupyter's configuration."""
        self._catalog = catalog
        self._folder = folder or Path(jupyter_config_dir()) / "cluster-launcher"

    def list(self) -> list[Preset]:
        """Return all presets: the user's own, then those of sites whose names are still free."""
        own = self._own()
        site = [
            Preset(platform=platform.name, **preset)
            for platform in self._catalog.find()[0]
            for preset in platform.presets
        ]
        found = {preset.name: preset for preset in reversed([*own.values(), *site])}
        return list(reversed(found.values()))

    def get(self, name: str) -> Preset:
        """Return a preset; raises ``UnknownError``."""
        known = {preset.name: preset for preset in self.list()}
        if name not in known:
            names = ", ".join(known) or "none"
            raise UnknownError(f"There is no preset {name!r:.80}. There are: {names}.")
        return known[name]

    def applied(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request that names a preset with what the preset says.

        What the request says itself counts more; options are changed one by one. Raises
        ``BadInputError`` and ``UnknownError``.
        """
        given = {key: value for key, value in request.items() if key != "preset"}
        preset = self.get(request["preset"])
        if given.get("platform") not in (None, preset.platform):
            raise BadInputError(
                f"The preset {preset.name} is for the platform {preset.platform}. Leave out the "
                "platform, or the preset."
            )
        size = {"workers": preset.workers, "adapt": preset.adapt}
        if given.get("adapt") or given.get("workers") is not None:
            size = {}
        options = {**preset.options, **(given.pop("options", None) or {})}
        sized = {key: value for key, value in size.items() if value is not None}
        return {**sized, **given, "platform": preset.platform, "options": options}

    def save(self, preset: Preset) -> None:
        """Save a preset, in place of the user's own of that name; raises ``NotAvailableError``."""
        with self._changed() as own:
            own[preset.name] = preset

    def delete(self, name: str) -> None:
        """Delete a preset of the user; raises ``UnknownError`` and ``NotAvailableError``."""
        with self._changed() as own:
            if own.pop(name, None) is not None:
                return
        site = self.get(name)
        raise UnknownError(
            f"The preset {name} comes with the platform {site.platform}, so you cannot delete it."
        )

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Preset]]:
        """Yield the user's own presets, and write them as they are then."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                own = self._read()
                yield own
                self._write(own)
            finally:
                os.close(lock)
        except (OSError, ValueError) as error:
            raise NotAvailableError(
                f"Presets cannot be saved in {self._folder / FILE}: {error}."
            ) from None

    def _own(self) -> dict[str, Preset]:
        try:
            return self._read()
        except (OSError, ValueError) as error:
            log.warning("The presets in %s cannot be read: %s", self._folder / FILE, error)
            return {}

    def _read(self) -> dict[str, Preset]:
        """Return the user's own presets; raises ``OSError`` and ``ValueError``."""
        try:
            data = json.loads((self._folder / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except RecursionError:
            raise ValueError("it is nested too deep") from None
        if not isinstance(data, dict):
            raise ValueError("it is not a JSON object")
        return {name: _preset(name, given) for name, given in data.items()}

    def _write(self, own: Mapping[str, Preset]) -> None:
        data = {name: {key: getattr(preset, key) for key in FIELDS} for name, preset in own.items()}
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".presets-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=2)
            Path(temporary).replace(self._folder / FILE)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _preset(name: str, given: Any) -> Preset:
    """Return the preset of an entry in the file; raises ``ValueError``."""
    entry = given if isinstance(given, dict) else {}
    known = {key: entry[key] for key in FIELDS if entry.get(key) is not None}
    kinds: dict[str, type] = {"platform": str, "workers": int, "adapt": dict, "options": dict}
    wrong = [key for key, value in known.items() if not isinstance(value, kinds[key])]
    if wrong or "platform" not in known:
        raise ValueError(f"the preset {name!r:.80} has no valid {(wrong or ['platform'])[0]}")
    return Preset(name, own=True, **known)

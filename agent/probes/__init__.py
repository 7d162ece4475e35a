"""The folder is the registry: a file here is a probe, and the file's name is the kind's name.

A probe is imported when it is first asked for, so an agent pays only for the kinds its plan uses. Folders named in the
environment variable ``NINEWARD_PROBES`` (separated like ``PATH``) are searched after this one; a file there is a probe
too. What a probe must be stands in ``probe.py``.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType

from agent.probes.probe import Probe
from rules.errors import Broken, Missing

_HERE = Path(__file__).parent
_NOT_KINDS = frozenset({"__init__", "probe"})


def kinds() -> list[str]:
    """Names of all probes there are, sorted. Imports none of them."""
    return sorted({path.stem for path in _files()})


def find(kind: str) -> type[Probe]:
    """The probe of that kind.

    Raises Missing when there is none, Broken when its file does not hold exactly one probe.
    """
    for path in _files():
        if path.stem == kind:
            return _load(kind, path)
    near = get_close_matches(kind, kinds(), 1)
    hint = f", did you mean {near[0]!r}?" if near else "."
    raise Missing(f"There is no probe of kind {kind!r}{hint}")


def _files() -> Iterator[Path]:
    for folder in (_HERE, *_extra_folders()):
        for path in sorted(folder.glob("*.py")):
            if path.stem not in _NOT_KINDS:
                yield path


def _extra_folders() -> list[Path]:
    return [Path(text) for text in os.environ.get("NINEWARD_PROBES", "").split(os.pathsep) if text]


@cache
def _load(kind: str, path: Path) -> type[Probe]:
    module = (
        importlib.import_module(f"agent.probes.{kind}")
        if path.parent == _HERE
        else _load_file(f"nineward_probe_{kind}", path)
    )
    found = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Probe) and item.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise Broken(f"{path.name} must hold exactly one subclass of Probe, it holds {len(found)}.")
    found[0].kind = kind
    return found[0]


def _load_file(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Broken(f"{path.name} cannot be loaded as a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

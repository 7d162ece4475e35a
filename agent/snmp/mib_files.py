"""Names from MIB files that people have, by pysmi (which reads them) and pysnmp (which knows what they mean).

Files are looked for in the folders given and nowhere else, and never in the network. What was read is kept, compiled,
in a folder of the user's cache, so that the next run is quick.
"""

import hashlib
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.snmp.node import Node
from rules.errors import Invalid

_MODULE = re.compile(rb"^\s*([A-Z][A-Za-z0-9-]*)\s+(?:\{[^}]*\}\s*)?DEFINITIONS\b[^:]*::=\s*BEGIN", re.MULTILINE)
_MOST_BYTES = 8 << 20
_BASE = Path(__file__).parent / "mibs" / "base"
"""What nearly every MIB builds on, for folders that lack it."""
_HINTS = {
    "255a": "text",
    "255t": "text",
    "2d-1d-1d,1d:1d:1d.1d,1a1d:1d": "date",
    "1x:": "mac",
    "1d.1d.1d.1d": "address",
}


def nodes(folders: Sequence[Path], cache: Path | None = None) -> tuple[list[Node], list[str]]:
    """The objects of all MIBs in these folders and below them, and what could not be read, in words.

    ``cache`` is where compiled MIBs are kept. Raises Invalid for a folder that cannot be read, and where the packages
    that read MIBs are missing.
    """
    texts = _texts(folders)
    if not texts:
        raise Invalid(f"There is no MIB in {', '.join(map(str, folders))}.")
    every = _texts((_BASE,)) | texts
    place = _place(cache or _cache(), every)
    faults = _compile(every, place)
    return list(_loaded(texts, place, faults)), faults


def _texts(folders: Sequence[Path]) -> dict[str, bytes]:
    """The MIBs in the folders, by the names they give themselves: files are called anything."""
    found: dict[str, bytes] = {}
    for folder in folders:
        if not folder.is_dir() and not folder.is_file():
            raise Invalid(f"{folder} is no folder of MIB files.")
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        for path in files:
            try:
                if path.stat().st_size > _MOST_BYTES:
                    continue
                text = path.read_bytes()
            except OSError as trouble:
                raise Invalid(f"{path} cannot be read: {trouble.strerror}.") from None
            for match in _MODULE.finditer(text):
                found.setdefault(match[1].decode(), text)
    return found


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "nineward" / "mibs"


def _place(cache: Path, texts: Mapping[str, bytes]) -> Path:
    """The folder for what is compiled of exactly these texts, for its owner alone: it holds code that is run."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(name.encode() + b"\0" + hashlib.sha256(texts[name]).digest())
    place = cache / digest.hexdigest()[:24]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = place.stat()
    if told.st_uid != os.geteuid() or told.st_mode & 0o022:
        raise Invalid(f"{place} can be written by others; what is in it would be run. Remove it.")
    return place


def _compile(texts: Mapping[str, bytes], place: Path) -> list[str]:
    """Compile what is not compiled yet; what could not be."""
    wanted = [name for name in texts if not (place / f"{name}.py").exists()]
    if not wanted:
        return []
    try:
        from pysmi.codegen.pysnmp import PySnmpCodeGen, baseMibs
        from pysmi.compiler import MibCompiler
        from pysmi.parser.dialect import smi_v1_relaxed
        from pysmi.parser.smi import parserFactory
        from pysmi.reader.callback import CallbackReader
        from pysmi.searcher.pyfile import PyFileSearcher
        from pysmi.searcher.pypackage import PyPackageSearcher
        from pysmi.searcher.stub import StubSearcher
        from pysmi.writer.pyfile import PyFileWriter
    except ImportError:
        raise Invalid("Reading MIB files needs the Python package pysmi: install nineward[mibs].") from None

    compiler = MibCompiler(parserFactory(**smi_v1_relaxed)(), PySnmpCodeGen(), PyFileWriter(str(place)))
    compiler.add_sources(CallbackReader(lambda name, _: _decoded(texts.get(name, b""))))
    compiler.add_searchers(PyFileSearcher(str(place)), StubSearcher(*baseMibs), PyPackageSearcher("pysnmp.smi.mibs"))
    told = compiler.compile(*wanted, ignoreErrors=True)
    return [
        f"{name}: {_why(status)}"
        for name, status in told.items()
        if status in ("failed", "unprocessed", "missing") and not _comes_with_pysnmp(name)
    ]


def _comes_with_pysnmp(name: str) -> bool:
    from pysnmp.smi import mibs

    return any((Path(folder) / f"{name}.py").exists() for folder in mibs.__path__)


def _why(status: Any) -> str:
    if status == "missing":
        return "another MIB needs it, and it is in none of the folders"
    error = getattr(status, "error", None)
    return f"cannot be read: {error}" if error else "left out, as a MIB it needs is missing"


def _decoded(text: bytes) -> str:
    """Remarks may be in any character set; what counts is ASCII."""
    return text.decode("utf-8", "replace")


def _loaded(names: Mapping[str, bytes], place: Path, faults: list[str]) -> Iterator[Node]:
    """The objects of compiled MIBs."""
    from pysnmp.smi.builder import DirMibSource, MibBuilder
    from pysnmp.smi.error import SmiError

    builder = MibBuilder()
    builder.add_mib_sources(DirMibSource(str(place)))
    for name in names:
        if not (place / f"{name}.py").exists():
            continue
        try:
            with warnings.catch_warnings():
                # What pysmi compiles still calls pysnmp by the names of its versions before.
                warnings.simplefilter("ignore", DeprecationWarning)
                builder.load_modules(name)
        except SmiError as wrong:
            faults.append(f"{name}: cannot be used: {str(wrong).splitlines()[0]}")
            continue
        symbols = builder.mibSymbols[name]
        tables = {}
        for symbol in symbols.values():
            if type(symbol).__name__ == "MibTableRow":
                tables[tuple(symbol.name)[:-1]] = tuple(_index(builder, symbol))
        for label, symbol in symbols.items():
            oid = getattr(symbol, "name", None)
            if isinstance(oid, tuple) and oid and not isinstance(symbol, type):
                yield _node(name, label, oid, symbol, tables)


def _node(module: str, label: str, oid: Any, symbol: Any, tables: Mapping[Any, tuple[str, ...]]) -> Node:
    syntax = getattr(symbol, "syntax", None)
    states = {int(number): str(word) for word, number in dict(getattr(syntax, "namedValues", None) or {}).items()}
    kind = type(symbol).__name__
    return Node(
        tuple(map(int, oid)),
        module,
        label,
        _form(syntax, states),
        states,
        tables.get(tuple(oid), ()),
        kind == "MibScalar",
    )


def _form(syntax: Any, states: Mapping[int, str]) -> str:
    """How values of that syntax read."""
    if syntax is None:
        return ""
    bases = {base.__name__ for base in type(syntax).__mro__}
    if "Bits" in bases:
        return "bits" if states else "octets"
    hint = str(getattr(syntax, "displayHint", "") or "")
    if hint in _HINTS:
        return _HINTS[hint]
    if re.fullmatch(r"\d+[at]", hint):
        return "text"
    return hint if re.fullmatch(r"d-\d", hint) else ""


def _index(builder: Any, row: Any) -> Iterator[str]:
    """The forms of the parts of a row's index (RFC 2578 §7.7)."""
    for implied, module, label in row.getIndexNames():
        (column,) = builder.import_symbols(module, label)
        bases = {base.__name__ for base in type(column.syntax).__mro__}
        if "IpAddress" in bases:
            yield "address"
        elif "OctetString" in bases:
            form = _form(column.syntax, {})
            yield "mac" if form == "mac" else ("implied " if implied else "") + ("text" if form == "text" else "octets")
        elif "ObjectIdentifier" in bases:
            yield "implied oid" if implied else "oid"
        else:
            yield "number"

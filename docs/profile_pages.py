"""The generated part of the page of device profiles: which there are, for which devices, and what each reads."""

from collections.abc import Iterator
from pathlib import Path

from agent.snmp.ber import Oid
from agent.snmp.profile import KINDS, UNITS, Limits, Match, Naming, Object, Part, Place, State
from agent.snmp.profile_file import read_file
from agent.snmp.profile_library import SHIPPED
from docs.probe_pages import BEGIN, END

PAGE = Path(__file__).parent / "reference" / "device-profiles.md"


def section() -> str:
    """What stands between the marks."""
    profiles = sorted(SHIPPED.glob("*.toml"))
    blocks = sorted((SHIPPED / "blocks").glob("*.toml"))
    lines = ["## Profiles", "", "| profile | devices | sysObjectID |", "| --- | --- | --- |"]
    for path in profiles:
        head, _ = read_file(path)
        ids = "<br>".join(map(_match, head.matches)) or "chosen where no other fits"
        lines.append(f"| [`{path.stem}`](#{path.stem}) | {head.title} | {ids} |")
    lines += ["", "## What each reads", ""]
    for path in profiles:
        lines += _described(path, f"### {path.stem}")
    lines += ["## Blocks", "", "What several profiles share.", ""]
    for path in blocks:
        lines += _described(path, f"### {path.stem} (block)")
    lines += ["## Kinds", "", "With the unit their value has where the profile gives no other.", ""]
    lines += [f"* `{kind}`{unit and f': {unit}'}" for kind, unit in KINDS.items()]
    return "\n".join(lines).rstrip()


def filled(page: str) -> str:
    """The page with its generated part written anew. Raises ValueError when it has no marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page of device profiles has no place for the generated part")
    return f"{before}{BEGIN}\n\n{section()}\n\n{END}{after}"


def write() -> None:
    """Write the generated part of the page anew."""
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")


def _described(path: Path, heading: str) -> Iterator[str]:
    head, parts = read_file(path)
    yield heading
    yield ""
    yield f"{head.title}."
    if head.uses:
        yield f"Blocks: {', '.join(f'[`{use}`](#{use}-block)' for use in head.uses)}."
    yield ""
    if parts:
        yield "| kind | name | read from | unit | not ok when | limits |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from map(_row, parts)
        yield ""


def _row(part: Part) -> str:
    objects = dict.fromkeys(_dotted(one.oid) for one in _main(part))
    told = dict.fromkeys(
        f"{state}: {word}"
        for _, states in part.state
        for state, word in states.words.values()
        if state in (State.WARNING, State.CRITICAL)
    )
    kind = f"{part.kind} (where nothing before it was found)" if part.fallback else part.kind
    unit = part.unit if part.value or part.used or part.free or part.total else ""
    cells = (
        kind,
        _name(part.names[0]),
        "<br>".join(objects),
        unit if unit in UNITS else "",
        "<br>".join(told),
        _limits(part.limits),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _main(part: Part) -> Iterator[Object]:
    if part.value is not None:
        yield part.value
    yield from (*part.used, *part.free, *part.total)
    yield from (one for one, _ in part.state)


def _match(match: Match) -> str:
    text = _dotted(match.object_id)
    if match.descr is not None:
        pattern = match.descr.pattern.replace("|", "\\|")
        text += f" and sysDescr `{pattern}`"
    return text


def _name(naming: Naming) -> str:
    pieces = (
        piece
        if isinstance(piece, str)
        else "{index}"
        if piece == Place(0)
        else f"{{{piece.number if isinstance(piece, Place) else piece.name}}}"
        for piece in naming.pieces
    )
    return f"`{''.join(pieces)}`"


def _limits(limits: Limits) -> str:
    told = (
        ("warning ≥", limits.warn),
        ("critical ≥", limits.critical),
        ("warning ≤", limits.low_warn),
        ("critical ≤", limits.low_critical),
    )
    return ", ".join(
        f"{word} {'the device’s own' if isinstance(limit, Object) else f'{limit:g}'}"
        for word, limit in told
        if limit is not None
    )


def _dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))

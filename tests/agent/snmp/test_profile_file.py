from pathlib import Path

import pytest

from agent.snmp.profile import Place, State
from agent.snmp.profile_file import read_file, read_head
from agent.snmp.profile_values import parse_oid
from rules.errors import Invalid

HEAD = 'title = "Boxes"\nmatch = [{ object_id = "1.3.6.1.4.1.99999" }]\n'
GOOD = (
    HEAD
    + """
[objects]
fan = "1.3.6.1.4.1.99999.1.1.2"

[states.fan]
ok = { 1 = "turns" }
critical = { 2 = "stands" }

[[part]]
kind = "fan"
name = "fan {index}"
state = { fan = "fan" }
"""
)

# What is changed in a good file, and what is told of it.
WRONG = [
    ('title = "Boxes"\n', "", "title: expected a text that says which devices these are"),
    ("match =", "matches =", "matches: unknown key, did you mean 'match'?"),
    ('object_id = "1.3.6.1.4.1.99999"', 'object_id = "cisco"', "match[1].object_id: 'cisco' is no object identifier"),
    ('object_id = "', 'descr = "(", object_id = "', "match[1].descr: missing ), unterminated subpattern"),
    ('"1.3.6.1.4.1.99999.1.1.2"', '"1.3.6.1.4.1.99999.4294967296"', "objects.fan.oid: '1.3.6.1.4.1.99999.4294967296'"),
    ('"1.3.6.1.4.1.99999.1.1.2"', "{ oid = 7 }", "objects.fan.oid: expected an object identifier, found 7"),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", scal = 2 }',
        "objects.fan.scal: unknown key, did you mean 'scale'?",
    ),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", scale = 0 }',
        "objects.fan.scale: expected a number other than 0",
    ),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", low = 9, high = 1 }',
        "objects.fan: low (9) is not below high (1)",
    ),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", via = "fan" }',
        "objects.fan: it is read by way of itself",
    ),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", index = "first" }',
        "objects.fan.index: expected numbers and places such as {1}, with dots between, found 'first'",
    ),
    (
        '"1.3.6.1.4.1.99999.1.1.2"',
        '{ oid = "1.3.6.1.4.1.99999.1.1.2", index = "{1}" }',
        "part[1]: none of its value and states has the rows: each is read via another or by an index",
    ),
    ("[states.fan]", "[objects2]\nx = 1\n[states.fan]", "objects2: unknown key, did you mean 'objects'?"),
    ("[states.fan]", 'speed = "1.3.6.1.4.1.99999.1.1.3"\n[states.fan]', "objects.speed: no part uses it"),
    ("[states.fan]", "[states.door]\nok = { 1 = 'shut' }\n[states.fan]", "states.door: no part uses it"),
    ("critical = {", "kritical = {", "states.fan.kritical: unknown key, did you mean 'critical'?"),
    ('{ 2 = "stands" }', '{ 1 = "stands" }', "states.fan.critical.1: it is ok already"),
    ('{ 2 = "stands" }', "{ 2 = 5 }", "states.fan.critical.2: expected the device's word for it, found 5"),
    ('kind = "fan"', 'kind = "fen"', "found 'fen', did you mean 'fan'?"),
    ('name = "fan {index}"', "", "part[1].name: expected a name"),
    (
        'name = "fan {index}"',
        'name = "{fun}"',
        "part[1].name: expected the name of an object, found 'fun', did you mean 'fan'?",
    ),
    (
        '{ fan = "fan" }',
        '{ fan = "fun" }',
        "part[1].state.fan: expected one of the states, found 'fun', did you mean 'fan'?",
    ),
    ('state = { fan = "fan" }', "", "part[1]: expected a value, two of used, free and total, or a state"),
    ('{ fan = "fan" }', '{ fan = "fan" }\nused = "fan"', "part[1]: a share is of two of used, free and total"),
    ('{ fan = "fan" }', '{ fan = "fan" }\nunit = "mph"', "part[1].unit: expected one of %, °C"),
    ('{ fan = "fan" }', '{ fan = "fan" }\nfallback = 1', "part[1].fallback: expected true or false, found 1"),
    ('{ fan = "fan" }', '{ fan = "fan" }\nwhen = { fan = [] }', "part[1].when.fan: expected numbers, patterns"),
    ('{ fan = "fan" }', '{ fan = "fan" }\nwhen = { fan = ["("] }', "part[1].when.fan: missing )"),
    (
        '{ fan = "fan" }',
        '{ fan = "fan" }\nlimits = { warn = 9, critical = 5 }',
        "part[1].limits: expected low_critical ≤ low_warn ≤ warn ≤ critical",
    ),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "boxes.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    head, (part,) = read_file(written(tmp_path, GOOD))

    (object_, states), *_ = part.state
    assert (head.title, part.kind, object_.oid) == ("Boxes", "fan", (1, 3, 6, 1, 4, 1, 99999, 1, 1, 2))
    assert states.words == {1: (State.OK, "turns"), 2: (State.CRITICAL, "stands")}


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD

    with pytest.raises(Invalid) as raised:
        read_file(written(tmp_path, GOOD.replace(old, new, 1)))

    assert told in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Boxes", "").replace('kind = "fan"', 'kind = "fen"').replace("critical =", "kritical =")

    with pytest.raises(Invalid) as raised:
        read_file(written(tmp_path, text))

    assert [mistake.partition(":")[0] for mistake in raised.value.mistakes] == [
        "title",
        "states.fan.kritical",
        "part[1].kind",
    ]


def test_the_message_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("[[part]]", "[[parts]]"))

    with pytest.raises(Invalid, match=str(path)):
        read_file(path)


@pytest.mark.parametrize("text", ['title = "Boxes', "title = 5 6", "\0"])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match="is not TOML"):
        read_head(written(tmp_path, text))


def test_a_file_of_other_characters_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "boxes.toml"
    path.write_bytes(GOOD.replace("Boxes", "Gerät").encode("latin-1"))

    with pytest.raises(Invalid, match="cannot be read"):
        read_file(path)


def test_the_head_is_read_without_the_rest(tmp_path: Path) -> None:
    head = read_head(written(tmp_path, HEAD + "[objects]\nnot even TOML"))

    assert head.matches[0].object_id == (1, 3, 6, 1, 4, 1, 99999)


def test_a_head_with_a_bracket_at_the_beginning_of_a_line_is_read(tmp_path: Path) -> None:
    text = GOOD.replace("match =", "use = [\n# not\n[\n]]\nmatch =")

    with pytest.raises(Invalid, match=r"use\[1\]: expected the name of a block"):
        read_head(written(tmp_path, text))


def test_the_index_of_another_row_is_made_of_places_and_numbers(tmp_path: Path) -> None:
    text = GOOD.replace(
        "[states.fan]", 'label = { oid = "1.3.6.1.4.1.99999.1.1.3", index = "{-1}.0.{index}" }\n[states.fan]'
    )
    _, (part,) = read_file(written(tmp_path, text.replace('"fan {index}"', '"{label}"')))

    (piece,) = part.names[0].pieces
    assert getattr(piece, "index", None) == (Place(-1), 0, Place(0))


@pytest.mark.parametrize("text", ["1.3.6.1.4.1.9", ".1.3.6.1.4.1.9"])
def test_an_object_identifier_may_begin_with_a_dot(text: str) -> None:
    assert parse_oid(text) == (1, 3, 6, 1, 4, 1, 9)


@pytest.mark.parametrize(
    "text", ["", "1", "1..3", "3.1", "1.40", "1.3.-6", "1.3.x", "1.3.6 ", "1.3." + ".".join(["1"] * 127)]
)
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no object identifier"):
        parse_oid(text)

import json
from pathlib import Path

import pytest

from agent.plan import Plan, parse, remember, remembered
from rules.errors import Invalid

CHECK = {
    "handle": 17,
    "id": "c_x",
    "target": "core-1",
    "target_id": "t_x",
    "kind": "ping",
    "address": "127.0.0.2",
    "interval_ms": 60000,
    "retry_ms": 10000,
    "timeout_ms": 3000,
    "confirm_down": 3,
    "confirm_up": 2,
    "phase_key": 17,
    "vital": True,
    "options": {"count": 3},
    "thresholds": [{"metric": "loss_ratio", "warn": 0.1}],
    "credentials": ["lab"],
    "a_field_of_next_year": 1,
}


def body(**plan: object) -> bytes:
    return json.dumps({"revision": 7, "checks": [CHECK], "credentials": {"lab": {"kind": "snmp"}}} | plan).encode()


def test_a_plan_is_read_and_what_is_unknown_is_ignored() -> None:
    plan = parse(body(a_field_of_next_year=[1]))

    check = plan.checks[0]
    assert (plan.revision, check.handle, check.interval, check.retry, check.credentials) == (
        7,
        17,
        60000,
        10000,
        ("lab",),
    )


def test_one_wrong_check_does_not_spoil_the_others() -> None:
    plan = parse(body(checks=[CHECK, CHECK | {"handle": 0}, CHECK | {"handle": 18, "interval_ms": "soon"}, "no"]))

    assert ([check.handle for check in plan.checks], len(plan.rejected)) == ([17], 3)


def test_a_handle_that_is_there_twice_is_told() -> None:
    assert parse(body(checks=[CHECK, CHECK])).rejected == ("checks[1]: handle 17 is there twice",)


@pytest.mark.parametrize("wrong", [b"", b"[]", b"null", b'{"revision": "x"}', b"\xff\xfe", b'{"checks": 3}'])
def test_what_is_no_plan_is_refused(wrong: bytes) -> None:
    with pytest.raises(Invalid):
        parse(wrong)


def test_wishes_are_read_and_not_remembered(tmp_path: Path) -> None:
    wished = body(look_now=["c_x"], resend={"b1": 5})
    remember(tmp_path / "plan.json", wished)

    assert (parse(wished).look_now, parse(wished).resend) == (("c_x",), {"b1": 5})
    assert remembered(tmp_path / "plan.json") == parse(body())


def test_the_plan_on_disk_is_for_its_owner_alone(tmp_path: Path) -> None:
    remember(tmp_path / "plan.json", body())

    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o600


def test_without_a_remembered_plan_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert remembered(tmp_path / "plan.json") == Plan()

"""One user at one device: the engine found, its clock kept, its Reports understood, and nobody else believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.snmp.ber import Malformed, Oid, Tag, VarBind
from agent.snmp.credentials import AUTH, PRIV, Access
from agent.snmp.errors import Cause, Denied
from agent.snmp.message import Forged, Kind, Report, header, number_of, request, response
from agent.snmp.v3 import User
from tests.agent.snmp import v3_engine, wire
from tests.agent.snmp.v3_engine import ENGINE, Engine, access

UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TICKS = [(UPTIME, wire.number(4711, wire.TICKS))]
READ = [VarBind(UPTIME, Tag.TIME_TICKS, 4711)]
QUESTION = request(Kind.GET, 5, [UPTIME])


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.s = 50.0

    def __call__(self) -> float:
        return self.s


def introduced(engine: Engine, clock: Clock | None = None) -> User:
    """A user who has met the engine, and had one answer."""
    user = User(engine.to, clock or Clock())
    with pytest.raises(Report):
        user.open(engine.report(1, v3_engine.UNKNOWN_ENGINE))
    user.open(engine.answer(2, TICKS))
    return user


def told(user: User, datagram: bytes) -> Report:
    with pytest.raises(Report) as report:
        user.open(datagram)
    return report.value


def clock_in(datagram: bytes) -> tuple[int, int]:
    """Boots and time in a message."""
    parameters = wire.parts(wire.split(wire.split(datagram)[1])[1] and wire.parts(wire.split(datagram)[1])[2][1])
    fields = wire.parts(parameters[0][1])
    return int.from_bytes(fields[1][1], "big"), int.from_bytes(fields[2][1], "big")


def test_the_first_question_is_for_the_engine() -> None:
    asked = User(access()).seal(QUESTION, 5)

    assert number_of(asked) == 5
    assert (header(asked).engine, header(asked).user, header(asked).pdu) == (b"", b"", Kind.GET)
    assert clock_in(asked) == (0, 0)


def test_the_answer_to_it_dates_the_next_and_proves_nothing() -> None:
    engine = Engine(access())
    user = User(engine.to)

    report = told(user, engine.report(5, v3_engine.UNKNOWN_ENGINE))

    assert (report.cause, report.again) == (Cause.UNKNOWN_ENGINE, True)
    assert (user.engine_id, user.boots) == (ENGINE, None)
    assert clock_in(user.seal(QUESTION, 5)) == (7, 1000)


def test_a_second_question_under_way_is_asked_again_too() -> None:
    engine = Engine(access())
    user = User(engine.to)
    told(user, engine.report(5, v3_engine.UNKNOWN_ENGINE))

    assert told(user, engine.report(6, v3_engine.UNKNOWN_ENGINE)).again


def test_a_second_word_on_the_engine_does_not_move_its_proven_clock() -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots, engine.time = 1, 1

    told(user, engine.report(6, v3_engine.UNKNOWN_ENGINE))

    assert clock_in(user.seal(QUESTION, 5)) == (7, 1000)


@pytest.mark.parametrize("priv", ["", *PRIV])
@pytest.mark.parametrize("auth", AUTH)
def test_an_answer_is_read_at_every_level(auth: str, priv: str) -> None:
    engine = Engine(access(auth, priv))
    user = introduced(engine)

    assert response(*user.open(engine.answer(5, TICKS))).varbinds == READ
    assert user.boots == 7


def test_an_answer_is_read_without_any_key() -> None:
    engine = Engine(access("", ""))

    assert response(*introduced(engine).open(engine.answer(5, TICKS))).varbinds == READ


@pytest.mark.parametrize(
    ("counter", "cause", "retry"),
    [
        (v3_engine.UNSUPPORTED_LEVEL, Cause.UNSUPPORTED_LEVEL, True),
        (v3_engine.UNKNOWN_USER, Cause.UNKNOWN_USER, False),
        (v3_engine.WRONG_DIGEST, Cause.WRONG_DIGEST, False),
        (v3_engine.DECRYPTION, Cause.DECRYPTION, True),
        (v3_engine.NOT_IN_TIME, Cause.NOT_IN_TIME_WINDOW, False),
        (v3_engine.UNKNOWN_CONTEXT, Cause.UNKNOWN_CONTEXT, False),
        ((1, 3, 6, 1, 6, 3, 12, 1, 4), Cause.UNKNOWN_CONTEXT, False),
        ((1, 3, 6, 1, 6, 3, 11, 2, 1, 1), Cause.UNSUPPORTED_MODEL, False),
        ((1, 3, 6, 1, 6, 3, 11, 2, 1, 2), Cause.OTHER, False),
        ((1, 3, 6, 1, 6, 3, 11, 2, 1, 3), Cause.OTHER, False),
        ((1, 3, 6, 1, 4, 1, 99, 1), Cause.OTHER, False),
    ],
)
def test_a_report_is_a_cause_in_words(counter: Oid, cause: Cause, retry: bool) -> None:
    engine = Engine(access())

    report = told(introduced(engine), engine.report(5, counter))

    assert (report.cause, report.retry, report.again) == (cause, retry, False)
    assert (report.denied().cause, str(report.denied())) == (cause, str(report))


def test_a_counter_without_its_instance_is_understood() -> None:
    engine = Engine(access())

    assert told(introduced(engine), engine.report(5, v3_engine.UNKNOWN_USER, instance=())).cause == Cause.UNKNOWN_USER


def test_a_report_that_names_nothing_is_one() -> None:
    engine = Engine(access())
    empty = engine.message(5, wire.tlv(wire.REPORT, wire.number(5) + wire.number(0) * 2 + b"\x30\x00"), False, False)

    assert told(introduced(engine), empty).cause == Cause.OTHER


@pytest.mark.parametrize("time", [10, 5000])
def test_a_proven_word_on_the_clock_is_followed(time: int) -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots, engine.time = 8, time

    report = told(user, engine.report(5, v3_engine.NOT_IN_TIME, proven=True))

    assert report.again
    assert clock_in(user.seal(QUESTION, 5)) == (8, time)
    assert user.boots == 8


def test_a_device_that_forgot_its_boots_is_followed() -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots, engine.time = 1, 20
    told(user, engine.report(5, v3_engine.NOT_IN_TIME, proven=True))

    assert response(*user.open(engine.answer(6, TICKS))).varbinds == READ
    assert user.boots == 1


def test_an_unproven_word_on_the_clock_is_not_followed() -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots, engine.time = 8, 5000

    report = told(user, engine.report(5, v3_engine.NOT_IN_TIME))

    assert not report.again
    assert clock_in(user.seal(QUESTION, 5)) == (7, 1000)


def test_the_clock_goes_on_between_answers() -> None:
    clock = Clock()
    user = introduced(Engine(access()), clock)

    clock.s += 86_400.9

    assert clock_in(user.seal(QUESTION, 5)) == (7, 87_400)


@pytest.mark.parametrize(("passed", "believed"), [(150, True), (151, False)])
def test_an_answer_of_150_seconds_ago_is_the_oldest_believed(passed: int, believed: bool) -> None:
    clock = Clock()
    engine = Engine(access())
    user = introduced(engine, clock)

    clock.s += passed

    if believed:
        assert response(*user.open(engine.answer(5, TICKS))).varbinds == READ
    else:
        with pytest.raises(Forged, match="old"):
            user.open(engine.answer(5, TICKS))


def test_an_answer_from_before_the_last_start_is_not_believed() -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots = 6

    with pytest.raises(Forged, match="old"):
        user.open(engine.answer(5, TICKS))


def test_nothing_is_believed_once_the_boots_are_used_up() -> None:
    engine = Engine(access(), boots=2**31 - 1)
    user = User(engine.to)
    told(user, engine.report(1, v3_engine.UNKNOWN_ENGINE))

    with pytest.raises(Forged, match="old"):
        user.open(engine.answer(5, TICKS))


def test_a_restart_is_seen_in_the_boots() -> None:
    engine = Engine(access())
    user = introduced(engine)
    engine.boots, engine.time = 8, 3

    user.open(engine.answer(5, TICKS))

    assert user.boots == 8
    assert clock_in(user.seal(QUESTION, 5)) == (8, 3)


def test_another_engine_at_the_address_is_met_anew() -> None:
    engine = Engine(access())
    user = introduced(engine)
    other = Engine(engine.to, engine_id=ENGINE[:-1] + b"\x99", boots=1, time=7)

    assert told(user, other.report(5, v3_engine.UNKNOWN_ENGINE)).again
    assert response(*user.open(other.answer(5, TICKS))).varbinds == READ
    assert user.engine_id == other.id


def _another_user() -> Engine:
    return Engine(access(user="stranger"))


def _another_engine() -> Engine:
    return Engine(access(), engine_id=ENGINE + b"\x01")


@pytest.mark.parametrize("stranger", [_another_user(), _another_engine()], ids=["user", "engine"])
def test_the_answer_of_somebody_else_is_not_believed(stranger: Engine) -> None:
    user = introduced(Engine(access()))

    with pytest.raises(Forged, match="another"):
        user.open(stranger.answer(5, TICKS))


@pytest.mark.parametrize(
    ("auth", "priv", "why"),
    [(False, False, "not authenticated"), (True, False, "not encrypted"), (False, True, "but not")],
)
def test_an_answer_below_the_users_level_is_not_believed(auth: bool, priv: bool, why: str) -> None:
    engine = Engine(access())

    with pytest.raises(Forged, match=why):
        introduced(engine).open(engine.answer(5, TICKS, auth=auth, priv=priv))


def test_an_answer_above_the_users_level_is_not_believed() -> None:
    user = introduced(Engine(access("sha256", "")))

    with pytest.raises(Forged, match="not for us"):
        user.open(Engine(access()).answer(5, TICKS))


@pytest.mark.parametrize("place", range(0, 160, 3))
def test_a_message_changed_anywhere_is_not_believed(place: int) -> None:
    engine = Engine(access())
    user = introduced(engine)
    good = engine.answer(5, TICKS)
    place %= len(good)

    with pytest.raises((Forged, Malformed)):
        user.open(good[:place] + bytes((good[place] ^ 0x10,)) + good[place + 1 :])


def test_a_digest_cut_short_is_not_believed() -> None:
    engine = Engine(access())
    parameters = wire.text(ENGINE) + wire.number(7) + wire.number(1000) + wire.text(b"watcher") + wire.text(b"") * 2
    head = wire.tlv(0x30, wire.number(5) + wire.number(1500) + wire.text(b"\x01") + wire.number(3))
    scoped = wire.tlv(0x30, wire.text(ENGINE) + wire.text(b"") + wire.response(5, TICKS))
    unsigned = wire.tlv(0x30, wire.number(3) + head + wire.text(wire.tlv(0x30, parameters)) + scoped)

    with pytest.raises(Forged, match="length"):
        introduced(engine).open(unsigned)


def test_text_that_another_key_encrypted_is_told_as_such() -> None:
    engine = Engine(access())
    user = introduced(engine)
    garbled = engine.sealed(5, bytes(range(100, 164)))

    assert told(user, garbled).cause == Cause.DECRYPTION


@pytest.mark.parametrize("octets", [33, 300])
def test_an_engine_id_longer_than_any_is_malformed(octets: int) -> None:
    engine = Engine(access(), engine_id=bytes(octets))

    with pytest.raises(Malformed, match="engine id"):
        User(engine.to).open(engine.report(5, v3_engine.UNKNOWN_ENGINE))


@given(st.binary(max_size=120))
def test_any_scoped_pdu_that_can_be_believed_is_read_or_refused(scoped: bytes) -> None:
    engine = Engine(access("md5", ""))
    user = introduced(engine)

    found: list[VarBind] = []
    try:
        found = response(*user.open(engine.sealed(5, scoped))).varbinds
    except (Malformed, Report, Forged):
        assert user.engine_id == ENGINE

    assert all(isinstance(one, VarBind) for one in found)


def test_the_context_is_asked_for() -> None:
    engine = Engine(access("sha1", "", context="vrf-blue"))
    asked = introduced(engine).seal(QUESTION, 5)
    scoped = wire.parts(wire.split(asked)[1])[3][1]

    assert [octets for _, octets in wire.parts(scoped)[:2]] == [ENGINE, b"vrf-blue"]


@pytest.mark.parametrize("priv", PRIV)
def test_no_two_messages_share_a_salt(priv: str) -> None:
    user = introduced(Engine(access("sha1", priv)))

    assert len({user.seal(QUESTION, 5) for _ in range(500)}) == 500


@pytest.mark.parametrize("auth", AUTH)
def test_a_question_is_signed_and_encrypted_for_the_engine(auth: str) -> None:
    engine = Engine(access(auth, "aes128"))
    user, reader = introduced(engine), introduced(engine)

    buffer, at = reader.open(user.seal(QUESTION, 5))

    assert buffer[at : at + len(QUESTION)] == QUESTION


@pytest.mark.parametrize(
    ("lacking", "why"),
    [
        (Access("x", "v3", None, "watcher", "sha1"), "lacks a key"),
        (Access("x", "v3", None, "watcher", "", None, "aes128"), "privacy without authentication"),
    ],
)
def test_a_credential_without_what_its_level_needs_is_told(lacking: Access, why: str) -> None:
    user = User(lacking)

    with pytest.raises(Denied, match=why):
        user.open(Engine(access()).report(5, v3_engine.UNKNOWN_ENGINE))
    assert user.engine_id == b""

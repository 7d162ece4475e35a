"""From facts to findings: each thing that can be wrong is found, named, and nothing else is."""

from dataclasses import replace

import pytest

from agent.snmp.doctor import LATCHED, Finding, Mark, enterprises, findings
from agent.snmp.errors import Cause
from agent.snmp.facts import EngineClock, Facts, Reply, Told
from agent.snmp.remedy import Problem

VALUES, NOTHING, SILENT = Reply(Told.VALUES), Reply(Told.NOTHING), Reply(Told.SILENT)
ALL_SHOWN = {"system": VALUES, "interfaces": VALUES, "entity": VALUES, "everything": VALUES}
NOW_MS = 1_795_240_805_300
"""2026-11-21 06:00:05.3 UTC"""


def refused(cause: Cause, text: str = "as it said") -> Reply:
    return Reply(Told.REFUSED, cause, text)


KNOCK = refused(Cause.UNKNOWN_USER)

V2C = Facts(
    "192.0.2.1",
    161,
    "v2c",
    addresses=("192.0.2.1",),
    source="192.0.2.9",
    echo=True,
    reply=VALUES,
    views=ALL_SHOWN,
    bulk=VALUES,
    large=VALUES,
    large_bytes=2393,
    uptime=8_640_000,
)
V3 = replace(
    V2C,
    version="v3",
    user="watcher",
    auth="sha256",
    priv="aes128",
    knock=KNOCK,
    engine_id=bytes.fromhex("800007db03001a2b3c4d5e"),
    boots=3,
    clocks=(EngineClock(3, 500, 10.0), EngineClock(3, 501, 11.2)),
)


def marked(facts: Facts, mark: Mark) -> list[Finding]:
    return [finding for finding in findings(facts) if finding.mark is mark]


def wrong(facts: Facts) -> Finding:
    """The one thing that is wrong."""
    (finding,) = marked(facts, Mark.BAD)
    return finding


@pytest.mark.parametrize("facts", [V2C, V3, replace(V2C, version="v1", bulk=Reply(), large=Reply())])
def test_a_device_that_answers_all_is_found_healthy(facts: Facts) -> None:
    assert marked(facts, Mark.BAD) == []
    assert marked(facts, Mark.OPEN) == []


def test_a_name_that_does_not_resolve_ends_it() -> None:
    (told,) = findings(Facts("core", 161, "v2c", unresolved="core does not resolve here: no such name"))

    assert (told.step, told.mark) == ("name", Mark.BAD)


def test_a_name_is_told_with_the_address_that_is_asked() -> None:
    told = findings(replace(V2C, host="core", addresses=("192.0.2.1", "192.0.2.2")))[0]

    assert told.text == "core is 192.0.2.1 (also 192.0.2.2, which are not asked)."


def test_a_machine_without_a_route_says_so() -> None:
    reason = "network unreachable (ENETUNREACH)"
    told = wrong(Facts("192.0.2.1", 161, "v2c", addresses=("192.0.2.1",), unroutable=reason))

    assert told.step == "route"
    assert "ENETUNREACH" in told.text


DEAD = replace(V2C, reply=SILENT, knock=SILENT, views={}, bulk=Reply(), large=Reply(), uptime=None)


def test_a_host_that_answers_nothing_is_told_as_that() -> None:
    steps = {finding.step for finding in marked(replace(DEAD, echo=False), Mark.BAD)}

    assert steps == {"ping", "port"}


def test_a_port_nobody_listens_at_is_told_by_the_host_s_own_word() -> None:
    told = wrong(replace(DEAD, knock=Reply(Told.SILENT, text="port unreachable (ECONNREFUSED)")))

    assert (told.step, told.problem) == ("port", Problem.LISTENER)
    assert told.text.startswith("Nothing listens at UDP port 161")


def test_a_router_that_refuses_is_not_the_device() -> None:
    reason = "port unreachable (ECONNREFUSED), says 192.0.2.254"
    told = wrong(replace(DEAD, reply=Reply(Told.SILENT, text=reason)))

    assert told.problem is Problem.ACCESS_LIST
    assert "192.0.2.254" in told.text


def test_silence_of_a_host_that_answers_a_ping_is_not_laid_on_one_cause_alone() -> None:
    port, community = marked(DEAD, Mark.BAD)

    assert port.step == "port"
    assert "the community is wrong" in community.text
    assert "does not let 192.0.2.9 ask" in community.text
    assert "snmpInBadCommunityNames" in community.advice


def test_a_device_that_answers_v3_but_not_the_community_is_told_to_live() -> None:
    facts = replace(DEAD, knock=KNOCK, engine_id=V3.engine_id)

    assert (wrong(facts).step, wrong(facts).problem) == ("community", Problem.COMMUNITY)


def test_a_community_that_is_taken_with_the_other_version_is_right() -> None:
    told = wrong(replace(DEAD, other_version="v1"))

    assert "The community is right" in told.text
    assert "--v1" in told.advice


def test_no_ping_matters_little_when_snmp_answers() -> None:
    assert marked(replace(V2C, echo=False), Mark.BAD) == []


def test_a_ping_this_machine_may_not_send_says_nothing_of_the_host() -> None:
    (told,) = marked(replace(V2C, echo=None, echo_text="no permission"), Mark.OPEN)

    assert told.step == "ping"


def stopped(reply: Reply, **others: object) -> Facts:
    """A device that does not let the user in."""
    gone = replace(V3, reply=reply, views={}, bulk=Reply(), large=Reply(), uptime=None, boots=None, clocks=())
    return replace(gone, **others)  # type: ignore[arg-type]


def test_an_unknown_user_is_told() -> None:
    told = wrong(stopped(refused(Cause.UNKNOWN_USER), nameless=refused(Cause.UNKNOWN_USER)))

    assert (told.step, told.problem) == ("user", Problem.USER)
    assert "'watcher'" in told.text


def test_an_unknown_user_is_told_also_by_a_device_that_is_silent_about_keys() -> None:
    assert wrong(stopped(SILENT, nameless=refused(Cause.UNKNOWN_USER))).step == "user"


WRONG_DIGEST = refused(Cause.WRONG_DIGEST)


def test_a_wrong_authentication_key_is_told() -> None:
    told = wrong(stopped(WRONG_DIGEST, nameless=refused(Cause.NO_ACCESS), unencrypted=WRONG_DIGEST))

    assert (told.step, told.problem) == ("authentication key", Problem.KEY)


def test_a_wrong_authentication_protocol_is_told_with_the_right_one() -> None:
    told = wrong(stopped(WRONG_DIGEST, unencrypted=WRONG_DIGEST, right_auth="sha1"))

    assert told.step == "authentication protocol"
    assert "takes sha1, not sha256" in told.text


def test_swapped_keys_are_told() -> None:
    assert "swapped" in wrong(stopped(WRONG_DIGEST, unencrypted=WRONG_DIGEST, swapped=True)).text


@pytest.mark.parametrize("reply", [refused(Cause.DECRYPTION), SILENT])
def test_a_wrong_privacy_key_is_told_by_word_and_by_silence(reply: Reply) -> None:
    told = wrong(stopped(reply, nameless=refused(Cause.NO_ACCESS), unencrypted=refused(Cause.NO_ACCESS)))

    assert (told.step, told.problem) == ("privacy key", Problem.KEY)


def test_a_wrong_privacy_protocol_is_told_with_the_right_one() -> None:
    told = wrong(stopped(SILENT, unencrypted=refused(Cause.NO_ACCESS), right_priv="aes256-blumenthal"))

    assert told.step == "privacy protocol"
    assert "takes aes256-blumenthal, not aes128" in told.text


def test_a_user_without_privacy_is_told() -> None:
    told = wrong(stopped(refused(Cause.UNSUPPORTED_LEVEL), unencrypted=VALUES, nameless=refused(Cause.NO_ACCESS)))

    assert told.step == "level"
    assert "no privacy" in told.text


def test_a_user_without_any_key_is_told() -> None:
    told = wrong(
        stopped(refused(Cause.UNSUPPORTED_LEVEL), unencrypted=refused(Cause.UNSUPPORTED_LEVEL), nameless=VALUES)
    )

    assert (told.step, told.problem) == ("level", Problem.LEVEL)


def test_a_group_that_asks_for_encryption_is_told() -> None:
    told = wrong(stopped(refused(Cause.NO_ACCESS), priv=""))

    assert told.step == "level"
    assert "--priv" in told.advice


def test_a_machine_that_cannot_encrypt_is_not_the_device_s_fault() -> None:
    told = wrong(stopped(refused(Cause.CANNOT_ENCRYPT, "encryption needs a package"), unencrypted=VALUES))

    assert told.text == "Encryption needs a package."


def test_an_engine_that_counted_its_starts_to_the_end_is_told() -> None:
    told = wrong(stopped(refused(Cause.NOT_IN_TIME_WINDOW), boots=LATCHED))

    assert (told.step, told.problem) == ("engine clock", Problem.ENGINE)
    assert str(LATCHED) in told.text


def test_a_device_that_never_agrees_on_the_time_is_told() -> None:
    assert "jumps" in wrong(stopped(refused(Cause.NOT_IN_TIME_WINDOW))).text


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (EngineClock(4, 1, 11.2), "from 3 to 4"),
        (EngineClock(3, 900, 11.2), "went on by 400 s"),
        (EngineClock(3, 490, 11.2), "went on by -10 s"),
    ],
)
def test_an_engine_clock_that_jumps_is_told(second: EngineClock, said: str) -> None:
    told = wrong(replace(V3, clocks=(V3.clocks[0], second)))

    assert told.step == "engine clock"
    assert said in told.text


def test_an_engine_id_at_two_addresses_is_told() -> None:
    told = wrong(replace(V3, twins=("192.0.2.7",)))

    assert told.problem is Problem.ENGINE
    assert "192.0.2.7" in told.text


def test_an_engine_id_against_the_rules_is_told() -> None:
    assert "RFC 3411" in wrong(replace(V3, engine_id=bytes(12))).text


def test_an_engine_is_told_with_its_vendor() -> None:
    (told,) = [finding for finding in findings(V3) if finding.step == "engine"]

    assert "huawei, enterprise 2011" in told.text
    assert "00:1a:2b:3c:4d:5e" in told.text


@pytest.mark.parametrize("reply", [refused(Cause.UNKNOWN_CONTEXT), SILENT, NOTHING, refused(Cause.NO_ACCESS)])
def test_a_wrong_context_is_told_when_without_it_there_is_an_answer(reply: Reply) -> None:
    told = wrong(stopped(reply, context="blue", without_context=VALUES, unencrypted=SILENT))

    assert (told.step, told.problem) == ("context", Problem.CONTEXT)
    assert "without a context it answers" in told.text


def test_a_right_context_is_told() -> None:
    assert "context" in {finding.step for finding in marked(replace(V3, context="blue"), Mark.GOOD)}


def test_a_user_that_may_see_nothing_is_told() -> None:
    told = wrong(stopped(refused(Cause.NO_ACCESS, "authorizationError"), unencrypted=refused(Cause.NO_ACCESS)))

    assert (told.step, told.problem) == ("view", Problem.VIEW)
    assert "authorizationError" in told.text


@pytest.mark.parametrize("name", ["system", "interfaces"])
@pytest.mark.parametrize("reply", [NOTHING, refused(Cause.NO_ACCESS)])
def test_what_a_view_leaves_out_is_told(name: str, reply: Reply) -> None:
    told = wrong(replace(V2C, views={**ALL_SHOWN, name: reply}))

    assert told.problem is Problem.VIEW


def test_a_missing_inventory_may_be_no_fault() -> None:
    (told,) = marked(replace(V2C, views={**ALL_SHOWN, "entity": NOTHING}), Mark.OPEN)

    assert "it has none" in told.text


def test_an_empty_view_is_told_once() -> None:
    told = wrong(replace(V2C, views=dict.fromkeys(ALL_SHOWN, NOTHING), bulk=Reply(), large=Reply()))

    assert "The view is empty" in told.text


def test_a_device_without_getbulk_is_read_all_the_same() -> None:
    (told,) = marked(replace(V2C, bulk=SILENT, large=Reply()), Mark.OPEN)

    assert told.step == "GETBULK"


def test_lost_fragments_are_told() -> None:
    told = wrong(replace(V2C, large=SILENT, large_bytes=0))

    assert (told.step, told.problem) == ("size", Problem.SIZE)


DATE = b"\x07\xea\x0b\x15\x06\x00\x05\x03"


@pytest.mark.parametrize("zone", [b"", b"+\0\0"])
def test_a_device_clock_that_is_right_is_told(zone: bytes) -> None:
    told = [finding for finding in findings(replace(V2C, date=DATE + zone, now_ms=NOW_MS)) if "clock" in finding.step]

    assert [finding.mark for finding in told] == [Mark.GOOD]


def test_a_clock_without_a_zone_is_right_when_it_is_some_zone_s_time() -> None:
    assert marked(replace(V2C, date=DATE, now_ms=NOW_MS + 8 * 3_600_000), Mark.BAD) == []


@pytest.mark.parametrize(
    ("date", "said"), [(DATE + b"+\x08\0", "28,800 s behind"), (DATE + b"-\x01\0", "3,600 s ahead")]
)
def test_a_device_clock_that_is_off_is_told(date: bytes, said: str) -> None:
    told = wrong(replace(V2C, date=date, now_ms=NOW_MS))

    assert told.problem is Problem.CLOCK
    assert said in told.text


@pytest.mark.parametrize("date", [b"\x01", b"\x07\xea\x0f\x15\x06\x00\x05\x03", b"\x07\xea\x0b\x00\x06\x00\x05\x03"])
def test_a_date_that_is_none_says_nothing(date: bytes) -> None:
    assert "device clock" not in {finding.step for finding in findings(replace(V2C, date=date, now_ms=NOW_MS))}


def test_a_device_that_was_just_restarted_is_told() -> None:
    (told,) = marked(replace(V2C, uptime=4_200), Mark.OPEN)

    assert "0d 00:00:42.00" in told.text


@pytest.mark.parametrize(
    ("facts", "numbers"),
    [
        (V3, {2011}),
        (replace(V2C, object_id=(1, 3, 6, 1, 4, 1, 9, 1, 1)), {9}),
        (replace(V2C, object_id=(1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)), set()),
        (replace(V2C, descr="H3C Comware Platform Software"), {25506}),
        (V2C, set()),
    ],
)
def test_the_vendor_is_known_by_its_numbers_and_its_words(facts: Facts, numbers: set[int]) -> None:
    assert enterprises(facts) == numbers

"""What every channel that speaks HTTP promises, and the folder as their registry."""

import tomllib
from pathlib import Path

import pytest

import collector.notices
from collector.notices import configured, kinds, make
from collector.notices.channel import fitted
from collector.remote.telling import RemoteError
from collector.settings import Settings
from rules.errors import Invalid
from rules.settings import read
from tests.collector.notices.cases import ADA, CASES, Case, message
from tests.collector.rooms import START
from tests.collector.tickets.wire import Fault, wired

ROOT = Path(collector.notices.__file__).parents[2]
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
PAGE = (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Sign in</body></html>")


@EVERY
def test_title_lines_and_link_arrive(case: Case) -> None:
    robot = case.robot()
    with wired(robot.handle):
        answer = case.channel().send(message())

    assert "core-1 is down" in robot.said[0]
    assert "since 14:03" in robot.said[0]
    assert "INC-2026-000001" in str(robot.bodies[0])
    assert answer


@EVERY
def test_every_try_says_the_same(case: Case) -> None:
    robot = case.robot()
    with wired(robot.handle):
        channel = case.channel()
        channel.send(message())
        channel.send(message())

    assert robot.bodies[0] == robot.bodies[1]


@EVERY
def test_a_refusal_is_for_a_person_and_says_why(case: Case) -> None:
    for refusal in case.refusals:
        robot = case.robot()
        robot.faults = [refusal]
        with wired(robot.handle), pytest.raises(RemoteError) as caught:
            case.channel().send(message())

        assert caught.value.permanent


@EVERY
def test_who_writes_too_fast_is_told_how_long_to_wait(case: Case) -> None:
    assert case.hurried is not None
    robot = case.robot()
    robot.faults = [case.hurried]
    with wired(robot.handle), pytest.raises(RemoteError) as caught:
        case.channel().send(message())

    assert not caught.value.permanent
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= 30


@pytest.mark.parametrize("case", [case for case in CASES if case.kind != "webhook"], ids=lambda case: case.kind)
def test_a_page_instead_of_an_answer_is_no_success(case: Case) -> None:
    robot = case.robot()
    robot.faults = [PAGE]
    with wired(robot.handle), pytest.raises(RemoteError) as caught:
        case.channel().send(message())

    assert (caught.value.permanent, caught.value.uncertain) == (False, True)


@EVERY
@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST, Fault.BROKEN, Fault.AWAY])
def test_what_got_lost_is_tried_again(case: Case, fault: Fault) -> None:
    robot = case.robot()
    with wired(robot.handle) as wire:
        wire.faults = [fault]
        with pytest.raises(RemoteError) as caught:
            case.channel().send(message())

    assert not caught.value.permanent


@EVERY
def test_no_secret_is_shown_in_errors_or_previews(case: Case) -> None:
    channel = case.channel()
    shown = [channel.preview(message())]
    for fault in (Fault.REFUSED, Fault.LOST, Fault.AWAY):
        with wired(case.robot().handle) as wire:
            wire.faults = [fault]
            with pytest.raises(RemoteError) as caught:
                channel.send(message())
            shown.append(caught.value.message)

    hidden = [
        part for text in case.secrets.values() for part in (text, text.rpartition("=")[2], text.rpartition("/")[2])
    ]
    assert [part for part in hidden if len(part) > 1 and any(part in text for text in shown)] == []


@EVERY
def test_the_preview_is_what_is_sent(case: Case) -> None:
    assert "core-1 is down" in case.channel().preview(message())


@EVERY
def test_a_full_message_fits(case: Case) -> None:
    channel = case.channel()
    lines = tuple(f"机房 {number}: 交换机 core-{number} 不可达" for number in range(10_000))
    title = "‼ 10000 起事件"
    whole = message(
        title, *fitted(lines, channel.SIZE - 200, lambda count: f"… {count}", channel.LINE), mentions=(("ada", ADA),)
    )
    robot = case.robot()
    with wired(robot.handle):
        channel.send(whole)

    assert "core-0 " in robot.said[0]


@EVERY
def test_people_are_called_by_the_name_they_have_there(case: Case) -> None:
    robot = case.robot()
    with wired(robot.handle):
        case.channel().send(message(mentions=(("ada", ADA),)))

    wanted = {
        "dingtalk": "ding-ada",
        "wecom": "<@wecom-ada>",
        "feishu": "<at id=ou_ada>",
        "slack": "<@U0ADA>",
        "teams": "ada@example.org",
        "telegram": "@ada_t",
        "webhook": "ada",
    }
    assert wanted[case.kind] in str(robot.bodies[0])


@EVERY
def test_what_targets_say_calls_nobody_and_makes_no_link(case: Case) -> None:
    evil = "[pay](https://evil.example) <@all> <at id=all></at> <!channel> ![x](y)"
    robot = case.robot()
    with wired(robot.handle):
        case.channel().send(message(evil, evil, mentions=()))

    if case.kind in ("dingtalk", "wecom"):
        assert not any(bad in robot.said[0] for bad in ("](https://evil", "<@all>", "<at "))
    elif case.kind == "slack":
        assert not any(bad in robot.said[0] for bad in ("<@all>", "<!channel>"))
    elif case.kind == "feishu":
        tags = {element["text"]["tag"] for element in robot.bodies[0]["card"]["elements"] if "pay" in str(element)}
        assert tags == {"plain_text"}
    elif case.kind == "teams":
        blocks = [block for block in robot.bodies[0]["attachments"][0]["content"]["body"] if "pay" in str(block)]
        assert {block["type"] for block in blocks} == {"RichTextBlock"}
    elif case.kind == "telegram":
        assert "parse_mode" not in robot.bodies[0]
    else:
        assert robot.bodies[0]["mentions"] == []


def test_the_files_are_the_kinds() -> None:
    assert kinds() == ["dingtalk", "feishu", "mail", "slack", "teams", "telegram", "webhook", "wecom"]


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_its_page_and_its_test(kind: str) -> None:
    assert (ROOT / "docs" / "reference" / "notices" / f"{kind}.md").exists()
    assert (ROOT / "tests" / "collector" / "notices" / f"test_{kind}.py").exists()


def test_an_unknown_kind_is_told_with_the_likely_one() -> None:
    with pytest.raises(Invalid, match="did you mean 'dingtalk'"):
        make("ops", {"kind": "dingtak"}, lambda: START)


@pytest.mark.parametrize(
    ("manner", "told"),
    [
        ({"awake": ["high"]}, "awake: expected some of urgent, important, general, found 'high'"),
        ({"awake": ["urgnt"]}, "did you mean 'urgent'?"),
        ({"quiet": {"mon-sun": ["00:00-24:00"]}}, "quiet: expected an hour of the week that is not quiet"),
    ],
)
def test_a_manner_in_which_nothing_would_be_told_is_refused(manner: dict[str, object], told: str) -> None:
    with pytest.raises(Invalid) as caught:
        make("ops", {"kind": "slack", "url": {"env": "URL"}, **manner}, lambda: START, lambda *_: "https://x/y")

    assert told in str(caught.value)


def test_the_mistakes_of_all_channels_are_told_at_once() -> None:
    table = {
        "one": {"kind": "slack", "limit": "many"},
        "two": {"kind": "mail"},
        "three": 3,
        "fo ur": {"kind": "slack"},
    }
    with pytest.raises(Invalid) as caught:
        configured(table, lambda: START)

    told = str(caught.value)
    assert "notices.one.limit: expected a whole number" in told
    assert "notices.one.url: missing" in told
    assert "notices.two.host: missing" in told
    assert "[notices.three]: expected a table" in told
    assert "[notices.fo ur]: expected a name" in told


def test_nobody_may_set_a_limit_that_the_system_punishes() -> None:
    table = {"kind": "wecom", "url": {"env": "URL"}, "limit": 500}

    assert make("ops", table, lambda: START, lambda *_: "https://qyapi.weixin.qq.com/x?key=k").limit == 18


def test_an_address_that_is_none_is_refused_without_being_shown() -> None:
    with pytest.raises(Invalid) as caught:
        make("ops", {"kind": "slack", "url": {"env": "URL"}}, lambda: START, lambda *_: "file:///top-secret")

    assert "top-secret" not in str(caught.value)


def test_lines_that_do_not_fit_are_counted() -> None:
    lines = tuple("x" * 8 for _ in range(10))

    assert fitted(lines, 45, lambda count: f"+{count}") == (*["x" * 8] * 4, "+6")


def test_one_line_that_is_too_long_is_cut_between_characters() -> None:
    assert fitted(("机房" * 100,), 20, lambda count: "")[0].endswith("…")


def test_the_example_shows_every_kind_and_holds() -> None:
    example = (ROOT / "examples" / "notices" / "nineward.toml").read_text(encoding="utf-8")
    table = tomllib.loads(example)
    addresses = {"DINGTALK_URL": "https://x/robot/send?access_token=t", "WECOM_URL": "https://x/send?key=k"}

    lines = configured(table["notices"], lambda: START, lambda _, name: addresses.get(name, "https://x/y"))
    settings = read(Settings, table, resolve=lambda _, name: "x")

    assert sorted({options["kind"] for options in table["notices"].values()}) == kinds()
    assert set(lines) == {channel for route in settings.routes for channel in route.channels}

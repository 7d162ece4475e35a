"""One case for each kind that speaks HTTP: its settings, its stand-in, how it says too fast, and its secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from collector import notices
from collector.notices.channel import Channel, Message
from rules.rota import Contact
from tests.collector.notices import robots
from tests.collector.notices.robots import Answer, Robot, as_json
from tests.collector.rooms import START


@dataclass(frozen=True)
class Case:
    """``secrets`` are the texts behind ``{ env = … }``; ``refusals`` and ``hurried`` are answers it may give."""

    kind: str
    table: Mapping[str, Any]
    robot: Callable[[], Robot]
    secrets: Mapping[str, str]
    refusals: tuple[Answer, ...]
    hurried: Answer | None = None

    def channel(self, **changed: Any) -> Channel:
        table = {"kind": self.kind, **self.table, **changed}
        return notices.make("ops", table, lambda: START, lambda _, name: self.secrets[name]).channel


CASES = (
    Case(
        "dingtalk",
        {"url": {"env": "URL"}, "secret": {"env": "SECRET"}},
        lambda: robots.DingTalk(START, secret="SECabc"),
        {"URL": "https://oapi.dingtalk.com/robot/send?access_token=t0k3n", "SECRET": "SECabc"},
        (as_json({"errcode": 310000, "errmsg": "sign not match"}),),
        as_json({"errcode": 130101, "errmsg": "send too fast"}),
    ),
    Case(
        "wecom",
        {"url": {"env": "URL"}},
        lambda: robots.WeCom(START),
        {"URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"},
        (as_json({"errcode": 93000, "errmsg": "invalid webhook url"}),),
        as_json({"errcode": 45009, "errmsg": "api freq out of limit"}),
    ),
    Case(
        "feishu",
        {"url": {"env": "URL"}, "secret": {"env": "SECRET"}},
        lambda: robots.Feishu(START, secret="fs-secret"),
        {"URL": "https://open.feishu.cn/open-apis/bot/v2/hook/fstok", "SECRET": "fs-secret"},
        (
            as_json({"code": 19021, "msg": "sign match fail"}),
            as_json({"code": 19024, "msg": "Key Words Not Found"}),
            as_json({"code": 9499, "msg": "Bad Request"}),
        ),
        as_json({"code": 11232, "msg": "frequency limited"}),
    ),
    Case(
        "slack",
        {"url": {"env": "URL"}},
        lambda: robots.Slack(START),
        {"URL": "https://hooks.slack.com/services/T/B/x"},
        ((403, {}, b"action_prohibited"), (410, {}, b"channel_is_archived"), (400, {}, b"invalid_payload")),
        (429, {"Retry-After": "30"}, b"rate_limited"),
    ),
    Case(
        "teams",
        {"url": {"env": "URL"}},
        lambda: robots.Teams(START),
        {"URL": "https://prod-1.logic.azure.com/workflows/w/triggers/manual/paths/invoke?api-version=1&sig=s%2Bg"},
        (
            as_json({"error": {"code": "DirectApiAuthorizationRequired"}}, 401),
            (200, {}, b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413"),
        ),
        (200, {}, b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"),
    ),
    Case(
        "telegram",
        {"token": {"env": "TOKEN"}, "chat": "-100"},
        lambda: robots.Telegram(START),
        {"TOKEN": "1:tok"},
        (as_json({"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked"}, 403),),
        as_json({"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 34}}, 429),
    ),
    Case(
        "webhook",
        {"url": "https://pager.example/hook", "secret": {"env": "SECRET"}},
        lambda: robots.Receiver(START),
        {"SECRET": "s3cret"},
        ((401, {}, b"bad signature"),),
        (429, {"Retry-After": "60"}, b"slow down"),
    ),
)


def case(kind: str) -> Case:
    """The case of a kind."""
    (found,) = [one for one in CASES if one.kind == kind]
    return found


def message(title: str = "[INC-2026-000001] core-1 is down", *lines: str, **given: Any) -> Message:
    """A message as composing makes it."""
    told = lines or ("core-1 is down: ping: no answer", "since 14:03")
    entries = ({"event": "opened", "key": "nineward:n1:i_abc"},)
    return Message(
        **{
            "id": "m_abc",
            "at": START,
            "title": title,
            "lines": told,
            "link": "https://watch.example/incidents/INC-2026-000001",
            "key": "nineward:n1:i_abc",
            "urgent": True,
            "entries": entries,
            **given,
        }
    )


ADA = Contact(
    mail="ada@example.org",
    mobile="13800000000",
    dingtalk="ding-ada",
    wecom="wecom-ada",
    feishu="ou_ada",
    slack="U0ADA",
    teams="ada@example.org",
    telegram="@ada_t",
)

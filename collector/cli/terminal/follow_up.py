"""What follows an incident, as parts of ``nineward incident``: its cause, actions, call-backs, satisfaction."""

import argparse
from typing import Any

from collector.cli.terminal import options

AREAS = ("process", "people", "technology", "tool")
KINDS = ("corrective", "preventive")
_YES = {"yes": True, "no": False}


def arrange(of: options.Actions) -> None:
    """cause, action, callback, satisfaction, and the lists of what is still to be done."""
    cause = options.action(of, "cause", "say what the cause was", run_cause)
    cause.add_argument("number", metavar="N")
    cause.add_argument("text", metavar="TEXT")
    cause.add_argument("--area", choices=AREAS, default="", help="where it has to be mended")
    cause.add_argument("--code", metavar="CODE", default="", help="what broke, such as power, disk, configuration")
    cause.add_argument("--why", action="append", default=[], metavar="TEXT", help="an answer to why; up to five times")
    action = options.action(of, "action", "have something done about the cause, or say how far that is", run_action)
    action.add_argument("number", metavar="N")
    action.add_argument("action", metavar="ACTION", type=int, nargs="?", help="its number; a new one without")
    action.add_argument("--what", metavar="TEXT", help="what is to be done")
    action.add_argument("--owner", metavar="NAME", help="who has to do it")
    action.add_argument("--due", metavar="DAY", help="until the end of which day")
    action.add_argument("--kind", choices=KINDS, default="corrective")
    action.add_argument("--measure", metavar="KEY", help="the measure of the report that it is to mend, such as mttr")
    action.add_argument("--done", action="store_true", default=None, help="it is done")
    action.add_argument("--effective", choices=tuple(_YES), help="whether it helped; not for its owner to say")
    action.add_argument("--remark", metavar="TEXT")
    action.add_argument("--withdraw", action="store_true", default=None, help="it will not be done")
    options.action(of, "actions", "actions that are to be done or judged, the first due first", run_actions)
    back = options.action(of, "callback", "somebody called back those who asked", run_call_back)
    back.add_argument("number", metavar="N")
    back.add_argument("text", metavar="TEXT", nargs="?", default="", help="what they said")
    back.add_argument("--not-reached", action="store_true", help="nobody answered")
    back.add_argument("--solved", choices=tuple(_YES), help="whether they say that it is solved")
    options.action(of, "callbacks", "those nobody has called back yet, the first solved first", run_call_backs)
    content = options.action(of, "satisfaction", "how content those who asked are", run_satisfaction)
    content.add_argument("number", metavar="N")
    content.add_argument("score", metavar="SCORE", type=int, choices=range(1, 6), help="from 1 (bad) to 5")
    content.add_argument("text", metavar="TEXT", nargs="?", default="", help="what they said")
    content.add_argument("--solved", choices=tuple(_YES), help="whether they say that it is solved")


def run_cause(arguments: argparse.Namespace) -> int:
    """Tell the cause, in place of what was told before."""
    body = {"text": arguments.text, "area": arguments.area, "code": arguments.code, "whys": arguments.why}
    return _noted(arguments, "cause", body)


def run_action(arguments: argparse.Namespace) -> int:
    """Add an action, or change the one that is named."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.incident_words import action_state
    from rules.errors import Invalid

    path = f"incidents/{quote(arguments.number)}/actions"
    given = {name: getattr(arguments, name) for name in ("what", "owner", "due", "done", "remark", "measure")}
    given["withdrawn"] = arguments.withdraw
    given["effective"] = _YES.get(arguments.effective or "")
    body = {name: value for name, value in given.items() if value is not None}
    if arguments.action is None and not {"what", "owner", "due"} <= body.keys():
        raise Invalid("A new action needs --what, --owner and --due.")
    with answer.collector(arguments) as client:
        if arguments.action is None:
            done = client.post(path, {**body, "kind": arguments.kind})
        else:
            done = client.patch(f"{path}/{arguments.action}", body)
    named = f"{done['incident']} {done['number']}: {done['what']}"
    answer.show(arguments, done, lambda words: f"{named}, {action_state(done, words)}")
    return 0


def run_actions(arguments: argparse.Namespace) -> int:
    """One line per action."""
    from collector.cli.terminal import answer
    from collector.cli.terminal.incident import actions

    with answer.collector(arguments) as client:
        found = list(client.every("actions"))
    empty = "Nothing is to be done."
    answer.show(
        arguments, found, lambda words: actions(found, arguments.tz, words, numbered=True) if found else words(empty)
    )
    return 0


def run_call_back(arguments: argparse.Namespace) -> int:
    """Note a try to call back."""
    reached, solved = not arguments.not_reached, _YES.get(arguments.solved or "")
    return _noted(arguments, "callback", {"reached": reached, "solved": solved, "text": arguments.text})


def run_call_backs(arguments: argparse.Namespace) -> int:
    """One line per incident."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("callbacks"),
            (
                ("Incident", lambda item: item["incident"]),
                ("Target", lambda item: item["target"]),
                ("Resolved", lambda item: instant(item["resolved_at"], arguments.tz)),
                ("Call back until", lambda item: instant((item["clock"] or {}).get("due"), arguments.tz)),
                ("Title", lambda item: item["title"]),
            ),
            "Nobody is to be called back.",
        )
    return 0


def run_satisfaction(arguments: argparse.Namespace) -> int:
    """Note what those who asked said."""
    solved = _YES.get(arguments.solved or "")
    return _noted(arguments, "satisfaction", {"score": arguments.score, "solved": solved, "text": arguments.text})


def _noted(arguments: argparse.Namespace, what: str, body: dict[str, Any]) -> int:
    """Note something about the incident, and say that it is noted."""
    from collector.cli.terminal import answer
    from collector.client import quote

    path = f"incidents/{quote(arguments.number)}"
    with answer.collector(arguments) as client:
        client.post(f"{path}/{what}", body)
        found = client.get(path)
    name = found["number"]
    answer.show(arguments, found["follow_up"], lambda words: words("Noted for {incident}.", incident=name))
    return 0

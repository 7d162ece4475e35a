"""``nineward calendar``: service hours, with holidays and make-up working days."""

import argparse
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "service hours, holidays and make-up working days"


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, import, list, show, remove."""
    of = options.actions(parser)
    add = options.action(of, "add", "make a calendar, or change the hours and days of one from now on", run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--weekly",
        metavar="DAYS=HOURS",
        action="append",
        help="mon-fri=09:00-12:00,13:30-18:00; takes the place of all weekly hours there were",
    )
    add.add_argument("--closed", metavar="DATE[=NAME]", action="append", help="a holiday")
    add.add_argument("--open", metavar="DATE[=HOURS]", action="append", help="a day that is worked on")
    add.add_argument("--ordinary", metavar="DATE", action="append", help="by its day of the week again")
    add.add_argument("--year", dest="years", metavar="Y", type=int, action="append", help="all its holidays are told")
    load = options.action(of, "import", "take holidays and make-up days from a file: all of it or nothing", run_import)
    load.add_argument("name", metavar="NAME")
    load.add_argument("file", metavar="FILE", help=".ics, .csv, .toml or .json")
    load.add_argument("--hours", metavar="HOURS", help="of make-up days without hours (else the calendar's usual ones)")
    load.add_argument(
        "--year", dest="years", metavar="Y", type=int, action="append", help="a year of which the file tells all"
    )
    load.add_argument("--replace", action="store_true", help="take away days of these years that the file lacks")
    load.add_argument("--dry-run", action="store_true", help="only say what would be done")
    options.action(of, "list", "all calendars", run_list)
    show = options.action(of, "show", "one calendar with all its days", run_show)
    show.add_argument("name", metavar="NAME")
    remove = options.action(of, "remove", "retire a calendar that nothing uses", run_remove)
    remove.add_argument("name", metavar="NAME")


def run_add(arguments: argparse.Namespace) -> int:
    """Make one calendar, or change what is named of the one there is."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from rules.errors import Missing

    with answer.collector(arguments) as client:
        try:
            before = client.get(f"calendars/{quote(arguments.name)}")
        except Missing:
            before = {"tz": arguments.tz, "weekly": {}, "closed": [], "open": {}, "years": [], "names": {}}
        made = client.post("calendars", _spec(arguments, before))
    answer.show(arguments, made, lambda words: words("The calendar {name} holds from now on.", name=made["name"]))
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Hand the whole file over; the collector takes all of it or nothing."""
    from collector import holidays
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.holidays.day import hours

    found = holidays.read(arguments.file)
    spec = {
        "days": [
            {"date": str(day.date), "kind": day.kind.value, "name": day.name, "hours": day.hours} for day in found.days
        ],
        "years": arguments.years or found.years,
        "hours": hours(arguments.hours) if arguments.hours else (),
        "replace": arguments.replace,
        "dry_run": arguments.dry_run,
    }
    with answer.collector(arguments) as client:
        done = client.post(f"calendars/{quote(arguments.name)}/days", spec)
    sentence = (
        "Would add {added} days, change {changed}, take away {removed}, leave {unchanged}. Nothing was done."
        if arguments.dry_run
        else "Added {added} days, changed {changed}, took away {removed}, left {unchanged} as they were."
    )
    counts = {key: len(done[key]) for key in ("added", "changed", "removed", "unchanged")}

    def text(words: Any) -> str:
        lines = [words(sentence, **counts)]
        lines.append(words("Holidays are known of: {years}", years=", ".join(map(str, done["years"]))))
        if found.passed_over:
            names = ", ".join(found.passed_over)
            lines.append(words("Passed over, since the file does not mark them: {names}", names=names))
        return "\n".join(lines)

    answer.show(arguments, {**done, "passed_over": found.passed_over}, text)
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per calendar."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("calendars"),
            (
                ("Calendar", lambda item: item["name"]),
                ("Time zone", lambda item: item["tz"]),
                ("Weekly hours", lambda item: _week(item["weekly"])),
                ("Closed days", lambda item: len(item["closed"])),
                ("Make-up days", lambda item: len(item["open"])),
                ("Years", lambda item: ", ".join(map(str, item["years"]))),
            ),
            "No calendar yet. Make one with: nineward calendar add NAME --weekly mon-fri=09:00-18:00",
            right=(3, 4),
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Everything about one calendar."""
    from collector.cli.terminal import answer, table
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.get(f"calendars/{quote(arguments.name)}")

    def text(words: Any) -> str:
        facts = [
            (words("Calendar"), found["name"]),
            (words("Time zone"), found["tz"]),
            (words("Weekly hours"), _week(found["weekly"])),
            (words("Years"), ", ".join(map(str, found["years"])) or words("none: its clocks know no holidays")),
        ]
        days = {day: words("day off") for day in found["closed"]}
        days |= {day: ", ".join(hours) for day, hours in found["open"].items()}
        rows = [(day, told, found["names"].get(day, "")) for day, told in sorted(days.items())]
        listed = table.table((words("Date"), words("Hours"), words("Name")), rows) if rows else ""
        return "\n\n".join(part for part in (table.facts(facts), listed) if part)

    answer.show(arguments, found, text)
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Retire one calendar."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        removed = client.delete(f"calendars/{quote(arguments.name)}")
    answer.show(arguments, removed, lambda words: words("The calendar {name} is retired.", name=arguments.name))
    return 0


def _spec(arguments: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """The calendar as it shall be: what it was, with what the options name."""
    from collector.calendar_days import usual_hours
    from collector.holidays.day import day, hours

    weekly = before["weekly"]
    if arguments.weekly:
        weekly = {days: list(hours(text)) for days, text in options.pairs(arguments.weekly).items()}
    closed, worked, names = set(before["closed"]), dict(before["open"]), dict(before["names"])
    for text in (*(arguments.closed or ()), *(arguments.open or ()), *(arguments.ordinary or ())):
        date = str(day(text.partition("=")[0]))
        closed.discard(date)
        worked.pop(date, None)
        names.pop(date, None)
    for text in arguments.closed or ():
        date, _, name = text.partition("=")
        closed.add(str(day(date)))
        if name:
            names[str(day(date))] = name
    for text in arguments.open or ():
        date, _, given = text.partition("=")
        usual = hours(given) if given else usual_hours({days: tuple(entry) for days, entry in weekly.items()})
        if not usual:
            raise Invalid(f"--open {date}: say its hours, such as {date}=09:00-18:00; no day of the week has any.")
        worked[str(day(date))] = list(usual)
    return {
        "name": arguments.name,
        "tz": before["tz"],
        "weekly": weekly,
        "closed": sorted(closed),
        "open": worked,
        "years": sorted({*before["years"], *(arguments.years or ())}),
        "names": names,
    }


def _week(weekly: dict[str, list[str]]) -> str:
    return "; ".join(f"{days} {', '.join(hours)}" for days, hours in weekly.items())

"""``nineward report``: issue reports, and check issued ones."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "issue a report, list and verify issued ones"
PATIENCE_S = 3600.0

_KINDS = {
    "month": ("YYYY-MM", "of a calendar month"),
    "quarter": ("YYYY-QN", "of a calendar quarter"),
    "year": ("YYYY", "of a calendar year"),
    "special": ("INC-YYYY-NNNNNN", "about one major incident and the days it touched"),
}


def arrange(parser: argparse.ArgumentParser) -> None:
    """month, quarter, year, special, list, verify, approve, comment, statement, remarks, mail, key."""
    of = options.actions(parser)
    for kind, (shape, about) in _KINDS.items():
        issue = options.action(of, kind, f"issue the report {about}", run_issue)
        issue.add_argument("name", metavar=shape)
        part = issue.add_mutually_exclusive_group()
        part.add_argument("--service", metavar="NAME", default="", help="an edition about this service and its parts")
        part.add_argument("--select", metavar="SELECTOR", default="", help="an edition about these: customer=acme")
        issue.add_argument("--format", dest="formats", metavar="LIST", default="html,json,csv", help=_formats())
        issue.add_argument("--out", metavar="DIR", default=".", help="where to write the files (default: here)")
        issue.set_defaults(kind=kind)
    listed = options.action(of, "list", "all issued reports", run_list)
    only = listed.add_mutually_exclusive_group()
    only.add_argument("--service", metavar="NAME", default="", help="only editions about this service")
    only.add_argument("--select", metavar="SELECTOR", default="", help="only editions about these: customer=acme")
    verify = options.action(
        of, "verify", "say whether an issued report holds (exit code 0), and why it does not (1)", run_verify
    )
    verify.add_argument("file", metavar="FILE", help="any file that was issued")
    approve = options.action(of, "approve", "stand for a frozen report by name, as a signed-in person", run_approve)
    approve.add_argument("id", metavar="ID")
    comment = options.action(of, "comment", "say something about a measure that was missed", run_comment)
    comment.add_argument("id", metavar="ID")
    comment.add_argument("measure", metavar="MEASURE", help="such as mtbf, mttr or fault_rate")
    comment.add_argument("text", metavar="TEXT")
    statement = options.action(of, "statement", "say in the next report's summary what all of it comes to", run_comment)
    statement.add_argument("id", metavar="ID", help="a report on the same period and edition")
    statement.add_argument("text", metavar="TEXT")
    statement.set_defaults(measure="")
    remarks = options.action(of, "remarks", "who approved a report, and what was said of it", run_remarks)
    remarks.add_argument("id", metavar="ID")
    mail = options.action(of, "mail", "how far the letter of a report has come", run_mail)
    mail.add_argument("id", metavar="ID")
    mail.add_argument("--again", action="store_true", help="send a parked letter again")
    key = options.action(of, "key", "make a key that signs reports", run_key)
    key.add_argument("file", metavar="FILE", help="where to keep it, outside the data folder")


def _formats() -> str:
    from collector.reports import formats

    return ", ".join(formats.names())


def run_issue(arguments: argparse.Namespace) -> int:
    """Issue, then write the files."""
    from collector.cli.terminal import answer, progress
    from collector.reports import formats

    wanted = [name for name in arguments.formats.split(",") if name]
    endings = {name: formats.find(name).EXTENSION for name in wanted}
    out = Path(arguments.out)
    with answer.collector(arguments) as client, progress.shown(arguments, "report"):
        issued = client.post(
            "reports",
            {
                "kind": arguments.kind,
                "name": arguments.name,
                "tz": arguments.tz,
                "lang": arguments.lang,
                "service": arguments.service,
                "select": arguments.select,
            },
            patience=PATIENCE_S,
        )
        files = {
            out / f"{issued['file']}.{endings[name]}": client.download(
                f"reports/{issued['id']}.{name}?lang={arguments.lang}"
            )
            for name in wanted
        }
    replaced = _write(files)
    issued["files"] = [str(path) for path in files]

    def text(words: Any) -> str:
        said = words("Report {name} is issued and sealed: {digest}", name=issued["name"], digest=issued["sha256"])
        if issued["revision"]:
            said += "\n" + words("The period is frozen: this is revision {number}.", number=issued["revision"])
        if issued["status"] == "draft":
            said += "\n" + words("The period has not ended: this is a draft.")
        instead = words("in the place of one that said something else")
        return "\n".join([said, *(f"  {path}" + (f" ({instead})" if path in replaced else "") for path in files)])

    answer.show(arguments, issued, text)
    return 0


def _write(files: Mapping[Path, bytes]) -> list[Path]:
    """Write all; those that took the place of a file that said something else. Raises Invalid."""
    replaced = []
    for path, content in files.items():
        try:
            if path.exists() and path.read_bytes() != content:
                replaced.append(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as trouble:
            raise Invalid(f"{path} cannot be written: {trouble.strerror}.") from trouble
    return replaced


def run_list(arguments: argparse.Namespace) -> int:
    """One line per issued report."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    words = answer.words(arguments)
    asked = {key: value for key, value in (("service", arguments.service), ("select", arguments.select)) if value}
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("reports", **asked),
            (
                ("Report", lambda item: item["name"]),
                ("Edition", lambda item: item["edition"]["name"] if item["edition"] else None),
                ("Zone", lambda item: item["tz"]),
                ("Id", lambda item: item["id"]),
                ("State", lambda item: words(item["status"].capitalize())),
                ("Revision", lambda item: item["revision"] or None),
                ("Issued", lambda item: instant(item["issued_at"], arguments.tz)),
                ("Seal", lambda item: item["sha256"][:16]),
            ),
            "No report was issued yet. Issue one with: nineward report month YYYY-MM",
        )
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Exit code 0 for a report that holds, 1 for every other verdict."""
    from collector.cli.terminal import answer
    from collector.reports.sayings import SIGNED, VERIFIED, besides

    try:
        content = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
    except OSError as trouble:
        raise Invalid(f"{arguments.file} cannot be read: {trouble.strerror}.") from trouble
    with answer.collector(arguments) as client:
        found = client.post("reports/verify", content, patience=PATIENCE_S)
    answer.show(
        arguments,
        found,
        lambda words: "\n".join(
            [
                words(VERIFIED[found["verdict"]]),
                *(f"  {words(why)}" for why in found["reasons"]),
                words(SIGNED[found["signature"]["state"]], key=found["signature"]["key"]),
                *(f"  {note}" for note in besides(found, arguments.tz, words)),
            ]
        ),
    )
    return 0 if found["verdict"] == "holds" else 1


def run_approve(arguments: argparse.Namespace) -> int:
    """Approve one report."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        done = client.post(f"reports/{quote(arguments.id)}/approve")
    answer.show(
        arguments, done, lambda words: words("Report {id} is approved by {by}.", id=done["report"], by=done["by"])
    )
    return 0


def run_comment(arguments: argparse.Namespace) -> int:
    """Add one comment, on a measure or on the whole."""
    from collector.cli.terminal import answer
    from collector.client import quote

    body = {"measure": arguments.measure, "text": arguments.text}
    with answer.collector(arguments) as client:
        done = client.post(f"reports/{quote(arguments.id)}/comments", body)
    answer.show(
        arguments,
        done,
        lambda words: (
            words("The comment on {measure} is kept.", measure=done["measure"])
            if done["measure"]
            else words("It will be printed in the summary of the next report on this period.")
        ),
    )
    return 0


def run_remarks(arguments: argparse.Namespace) -> int:
    """Approvals first, then comments in order of time."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.printed import instant
    from collector.reports.words import MEASURES

    with answer.collector(arguments) as client:
        found = client.get(f"reports/{quote(arguments.id)}/remarks")

    def text(words: Any) -> str:
        lines = [
            words("Approved by {by}, {at}", by=one["by"], at=instant(one["at"], arguments.tz))
            for one in found["approvals"]
        ] or [words("Nobody has approved it.")]
        for one in found["comments"]:
            measure = words(MEASURES.get(one["measure"], one["measure"]) or "The report as a whole")
            lines.append(f"{instant(one['at'], arguments.tz)}  {one['by']}  {measure}: {one['text']}")
        return "\n".join(lines)

    answer.show(arguments, found, text)
    return 0


def run_mail(arguments: argparse.Namespace) -> int:
    """Exit code 1 when the letter is parked."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.reports.sayings import LETTERS

    key = quote(arguments.id)
    with answer.collector(arguments) as client:
        found = client.post(f"reports/{key}/mail/release") if arguments.again else client.get(f"reports/{key}/mail")
    letter = found["letter"]

    def text(words: Any) -> str:
        if letter is None:
            return str(words("No letter is sent with this report."))
        said = words("The letter of this report is {state}.", state=words(LETTERS[letter["state"]]))
        return f"{said}\n  {letter['answer']}" if letter["answer"] else str(said)

    answer.show(arguments, found, text)
    return 1 if letter and letter["state"] == "parked" else 0


def run_key(arguments: argparse.Namespace) -> int:
    """Make the key; no collector is needed. What must be set for it to be used is told, not done."""
    from collector.cli.terminal import answer
    from collector.reports import signature
    from collector.settings import default_data

    path = Path(arguments.file).absolute()
    public = signature.make(path, Path(arguments.data) if arguments.data else default_data())
    answer.show(
        arguments,
        {"file": str(path), "public_key": public},
        lambda words: "\n".join(
            [
                words("The key is made. Its public half is {key}", key=public),
                words("Reports are signed with it once nineward.toml says: {line}", line=f'report_key = "{path}"'),
            ]
        ),
    )
    return 0

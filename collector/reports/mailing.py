"""Mails issued reports to a distribution list, editions each to their own, files attached: each issue once.

A letter is queued in the transaction that issues its report. What the mail server did not take for sure is tried again;
where that is not known (the connection broke while it was handed over, or this process ended) it is parked, because two
letters with one report are worse than a person who looks.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from collector.clock import Clock
from collector.languages import LANGUAGES
from collector.place import address
from collector.remote import smtp
from collector.remote.hosts import barred
from collector.remote.smtp import MailServer, atom
from collector.remote.telling import RemoteError
from collector.reports import formats
from collector.reports.archive import Archive
from collector.reports.distribution import EditionTerms, Stage, editions, mailed
from collector.reports.naming import stem
from collector.settings import Settings, secret
from collector.store import report_mail, reports
from collector.store.report_mail import Letter
from collector.store.reports import Issued
from collector.store.state import State
from collector.texts import Translator, translator
from rules import settings as table
from rules.errors import Invalid, Missing
from rules.settings import Resolve

FIRST_PAUSE, LONGEST_PAUSE = 60_000, 3_600_000
PATIENCE = 7 * 86_400_000
"""A letter that was not taken for so long (ms) after its report was issued is parked."""

_SHOWN = 500
_UNKNOWN = "It is not known whether the mail server took it. Ask one of the recipients before it is sent again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(MailServer):
    """``[reports]`` of nineward.toml: a mail server, and who gets which issues in which form."""

    to: tuple[str, ...] = field(metadata={"key": "recipients"})
    formats: tuple[str, ...] = ("html", "xlsx")
    """The files attached."""
    languages: tuple[str, ...] = ()
    """In which languages; by default the installation's own."""
    on: tuple[Stage, ...] = (Stage.FINAL, Stage.REVISION)
    """Which issues are sent: draft (what the collector issues before a period is frozen), final, revision."""

    def __post_init__(self) -> None:
        # A dataclass with slots is made anew, and a bare super() would not find it.
        MailServer.__post_init__(self)
        for form in self.formats:
            formats.find(form)
        if unknown := [language for language in self.languages if language not in LANGUAGES]:
            raise Invalid(f"languages: {unknown[0]!r} is none of {', '.join(LANGUAGES)}")


def check(reports: Mapping[str, Any], hosts: Sequence[str] = ()) -> None:
    """Raise Invalid with the mistakes of a ``[reports]`` table; ``hosts`` are the only ones allowed, if any are."""
    editions(reports)
    if mailed(reports):
        _options(mailed(reports), hosts, secret)


def _options(given: Mapping[str, Any], hosts: Sequence[str], resolve: Resolve) -> Options:
    found = table.read(Options, given, "[reports]", resolve=resolve)
    if mistakes := barred(found, hosts):
        raise Invalid("[reports] has mistakes.", tuple(mistakes))
    return found


def stage_of(issued: Issued) -> Stage:
    """What an issued report is to its readers."""
    if not issued.revision:
        return Stage.DRAFT
    return Stage.FINAL if issued.revision == 1 else Stage.REVISION


class Mailing:
    """Queues and sends the letters of one installation; without ``[reports]`` there are none."""

    def __init__(self, archive: Archive, state: State, clock: Clock, settings: Settings) -> None:
        """Raises Invalid with the mistakes of ``[reports]``."""
        self._archive = archive
        self._state = state
        self._clock = clock
        self._settings = settings
        self._begun = False
        # What is queued does not depend on a secret, and a command that issues a report need not have it.
        self._on = frozenset[Stage]() if not mailed(settings.reports) else frozenset(self._options(_no_secret).on)
        self._editions = editions(settings.reports)

    def queue(self, tx: sqlite3.Connection, issued: Issued) -> None:
        """Have an issued report sent if the settings say so. A draft is, only when the calendar issued it.

        An edition goes to its own distribution list, and nowhere else. One in another zone than the installation's is
        for whoever asked for it.
        """
        if issued.tz != self._settings.tz:
            return
        stage = stage_of(issued)
        if issued.edition:
            terms = self._terms(tx, issued)
            if terms is not None and terms.recipients and stage in terms.on:
                report_mail.queue(tx, issued.id, issued.issued_at)
        elif stage in self._on and (stage is not Stage.DRAFT or not issued.author):
            report_mail.queue(tx, issued.id, issued.issued_at)

    def work(self) -> None:
        """Send what is due."""
        if not self._begun:
            with self._state.write() as tx:
                report_mail.park_claimed(tx, _UNKNOWN, self._clock.now())
            self._begun = True
        while self.step(self._clock.now()):
            continue

    def step(self, now: int) -> bool:
        """Send one letter; False when none is due."""
        if not mailed(self._settings.reports):
            return False
        with self._state.write() as tx:
            letter = report_mail.claim(tx, now)
            if letter is None:
                return False
            issued = reports.get(tx, letter.report)
        try:
            options = self._addressed(self._options(secret), issued)
            message = self._message(options, issued)
        except Exception as trouble:
            # Nothing was sent yet, so it is tried again: a font, a secret or disk space is missing.
            _log.exception("report=%s cannot be mailed", issued.id)
            self._put_off(letter, issued, RemoteError(f"The letter cannot be made: {trouble}"), now)
            return True
        try:
            answer = smtp.send(options, message, options.to)
        except RemoteError as trouble:
            self._put_off(letter, issued, trouble, now)
        except Exception as trouble:
            _log.exception("report=%s", issued.id)
            self._put_off(letter, issued, RemoteError(f"Sending it failed: {trouble}", uncertain=True), now)
        else:
            _log.info("report=%s mailed: %s", issued.id, answer)
            with self._state.write() as tx:
                report_mail.settle(tx, issued.id, report_mail.SENT, answer[:_SHOWN], self._clock.now())
        return True

    def of(self, key: str) -> Letter | None:
        """The letter of a report, None where none is to be sent. Raises Missing for an unknown report."""
        with self._state.read() as tx:
            reports.get(tx, key)
            return report_mail.find(tx, key)

    def release(self, key: str) -> Letter:
        """Try a parked letter again. Raises Missing where none is parked."""
        with self._state.write() as tx:
            return report_mail.release(tx, key, self._clock.now())

    def _put_off(self, letter: Letter, issued: Issued, trouble: RemoteError, now: int) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(letter.attempts - 1, 10))
        lost = trouble.permanent or trouble.uncertain or now + pause - issued.issued_at > PATIENCE
        said = f"{trouble.message} {_UNKNOWN}" if trouble.uncertain else trouble.message
        _log.warning("report=%s attempt=%d parked=%s %s", issued.id, letter.attempts, lost, trouble.message)
        with self._state.write() as tx:
            state = report_mail.PARKED if lost else report_mail.WAITING
            report_mail.settle(tx, issued.id, state, said[:_SHOWN], now, now + pause)

    def _terms(self, tx: sqlite3.Connection, issued: Issued) -> EditionTerms | None:
        """What is set of the edition that a report is."""
        for terms in self._editions:
            try:
                if terms.edition(tx).key == issued.edition:
                    return terms
            except Missing:
                continue
        return None

    def _addressed(self, options: Options, issued: Issued) -> Options:
        """The options for one report: an edition goes to its own list. Raises Invalid where that is gone."""
        if not issued.edition:
            return options
        with self._state.read() as tx:
            terms = self._terms(tx, issued)
        if terms is None or not terms.recipients:
            raise Invalid("nineward.toml names no recipients of this edition any more.")
        return replace(
            options,
            to=terms.recipients,
            formats=terms.formats or options.formats,
            languages=terms.languages or options.languages,
        )

    def _options(self, resolve: Resolve) -> Options:
        return _options(mailed(self._settings.reports), self._settings.allowed_hosts, resolve)

    def _message(self, options: Options, issued: Issued) -> EmailMessage:
        languages = options.languages or (self._settings.language,)
        words = translator(languages[0])
        domain = options.sender.rpartition("@")[2]
        letter = EmailMessage(policy=SMTP)
        letter["From"] = options.sender
        letter["To"] = ", ".join(options.to)
        letter["Date"] = format_datetime(datetime.fromtimestamp(issued.issued_at / 1000, UTC))
        letter["Subject"] = _subject(issued, words)
        letter["Message-ID"] = f"<{atom(issued.id)}@{domain}>"
        # RFC 3834 §5: nobody's holiday answer, and no other robot, shall answer this.
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content("\n\n".join(self._text(issued, translator(language)) for language in languages) + "\n")
        for name, media, content in self._files(options, issued, languages).values():
            main, _, sub = media.partition(";")[0].partition("/")
            letter.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return letter

    def _text(self, issued: Issued, words: Translator) -> str:
        return "\n".join(
            [
                _subject(issued, words),
                words("Seal (SHA-256): {digest}", digest=issued.sha256),
                words("All reports: {link}", link=f"{address(self._settings)}/reports"),
            ]
        )

    def _files(
        self, options: Options, issued: Issued, languages: tuple[str, ...]
    ) -> Mapping[str, tuple[str, str, bytes]]:
        """Each file once: a format without languages is the same in all of them."""
        found = {}
        for form in options.formats:
            shape = formats.find(form)
            for language in languages if shape.LANGUAGES else languages[:1]:
                content, media = self._archive.file(issued.id, form, language)
                told = f".{language}" if shape.LANGUAGES else ""
                name = f"{stem(issued.name, issued.as_json()['edition'])}{told}.{shape.EXTENSION}"
                found[name] = (name, media, content)
        return found


def _subject(issued: Issued, words: Translator) -> str:
    about = issued.members
    name = issued.name if about is None else f"{issued.name} · {about.name}"
    match stage_of(issued):
        case Stage.DRAFT:
            return words("Service quality report {name}: draft, not frozen yet", name=name)
        case Stage.FINAL:
            return words("Service quality report {name}", name=name)
    return words("Service quality report {name}: revision {number}", name=name, number=issued.revision)


def _no_secret(source: str, name: str) -> str:
    return f"{source} {name}"

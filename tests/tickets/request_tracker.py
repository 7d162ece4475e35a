"""Debian's Request Tracker with a database, settings and a port of its own in a temporary folder."""

import base64
import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.journeys.lab import Lab
from tests.journeys.receiver import wait_for
from tests.tickets.desk import HERE, Desk, asked, serving, set_up

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SET_UP = "/usr/sbin/rt-setup-database-5"
PORT = 18901
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "tickets" / "request_tracker.md"
HOOK_SECRET = "the secret that hook_secret names"
"""As it stands in the scrip on the page."""
API = "/REST/2.0"

SETTINGS = """
Set($rtname, 'desk');
Set($Organization, 'desk.test');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($WebDomain, '{here}');
Set($WebPort, {port});
Set($WebBaseURL, 'http://{here}:{port}');
Set($Timezone, 'Asia/Shanghai');
Set($MasonDataDir, '{folder}/mason');
Set($MasonSessionDir, '{folder}/session');
Set($VarPath, '{folder}');
Set($LogToSTDERR, 'warning');
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($MailCommand, 'testfile');
1;
"""

DATA = """
our @Queues = ({{ Name => 'Operations', CorrespondAddress => 'ops@desk.test', CommentAddress => 'notes@desk.test' }});
our @Users = map {{ {{ Name => $_, EmailAddress => "$_\\@desk.test", Password => "$_-password", Privileged => 1 }} }}
    qw(nineward alice);
our @CustomFields = ({{ Name => 'Site', Type => 'FreeformSingle', MaxValues => 1, Queue => ['Operations'],
    LookupType => 'RT::Queue-RT::Ticket' }});
our @ACL = map {{ my $who = $_; map {{ {{ UserId => $who, Queue => 'Operations', Right => $_ }} }}
    qw(SeeQueue ShowTicket ShowTicketComments CreateTicket ModifyTicket CommentOnTicket SeeCustomField
        ModifyCustomField) }} qw(nineward alice);
push @ACL, map {{ {{ UserId => 'alice', Queue => 'Operations', Right => $_ }} }} qw(OwnTicket TakeTicket ReplyToTicket);
our @Scrips = ({{ Queue => 'Operations', Description => 'tell Nineward', ScripCondition => 'On Transaction',
    ScripAction => 'User Defined', Template => 'Blank', Stage => 'TransactionBatch',
    CustomPrepareCode => 'return 1;', CustomCommitCode => <<'CODE' }});
{scrip}
CODE
1;
"""

TOKEN = """
use lib '/usr/share/request-tracker5/lib';
use RT -init;
my $user = RT::User->new(RT->SystemUser);
$user->Load('nineward');
my ($ok, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'Nineward');
die $message unless $ok;
print $token;
"""


class RequestTracker(Desk):
    """Calls Nineward by a scrip whenever a ticket changes; it is hardly ever polled."""

    port = PORT
    RESOLVED = "resolved"

    def __init__(self, lab: Lab, token: str) -> None:
        self._lab = lab
        self._token = token

    @property
    def settings(self) -> str:
        return (
            f'kind = "request_tracker"\nurl = "http://{HERE}:{PORT}"\nqueue = "Operations"\npoll = "1h"\n'
            'token = { env = "DESK" }\nhook_secret = { env = "HOOK" }\nfields = { Site = "{target.labels.site}" }\n'
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {"DESK": self._token, "HOOK": HOOK_SECRET}

    def tickets(self) -> list[str]:
        return [str(item["id"]) for item in self._ask("GET", "/tickets?query=id>0")["items"]]

    def take(self, ticket: str) -> int:
        self._ask("PUT", f"/ticket/{ticket}/take", {})
        rows = self._ask("GET", f"/ticket/{ticket}/history?fields=Field,Created,Type&per_page=100")["items"]
        (taken,) = [row for row in rows if row["Field"] == "Owner" and row["Type"] == "Set"]
        return int(datetime.fromisoformat(taken["Created"].replace("Z", "+00:00")).timestamp() * 1000)

    def begin(self, ticket: str) -> None:
        self._ask("PUT", f"/ticket/{ticket}", {"Status": "open"})

    def say(self, ticket: str, text: str) -> None:
        self._ask("POST", f"/ticket/{ticket}/comment", {"Content": text, "ContentType": "text/plain"})

    def status(self, ticket: str) -> str:
        return str(self._ask("GET", f"/ticket/{ticket}")["Status"])

    def texts(self, ticket: str) -> list[str]:
        parts = self._ask("GET", f"/ticket/{ticket}/attachments?fields=Content&per_page=100")["items"]
        return [str(self._ask("GET", f"/ticket/{ticket}")["Subject"]), *(str(part["Content"]) for part in parts)]

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        signed = {"Authorization": "Basic " + base64.b64encode(b"alice:alice-password").decode()}
        status, text = asked(self._lab, PORT, method, API + path, signed, body)
        assert status in (200, 201), f"{method} {path} gave {status}: {text}"
        return json.loads(text)


@contextlib.contextmanager
def running(lab: Lab, folder: Path, hook: int) -> Iterator[RequestTracker]:
    """A new Request Tracker; ``hook`` is the port on which Nineward hears."""
    for name in ("mason", "session", "more"):
        (folder / name).mkdir(parents=True)
    settings = folder / "RT_SiteConfig.pm"
    settings.write_text(SETTINGS.format(folder=folder, here=HERE, port=PORT))
    environment = {"RT_SITE_CONFIG": str(settings), "RT_SITE_CONFIG_DIR": str(folder / "more")}
    set_up((SET_UP, "--action", "init", "--skip-create"), folder, environment)
    data = folder / "data.pl"
    data.write_text(DATA.format(scrip=_scrip(hook)))
    set_up((SET_UP, "--action", "insert", "--skip-create", "--datafile", str(data)), folder, environment)
    token = set_up(("perl", "-e", TOKEN), folder, environment).strip()
    command = (str(SERVER), "--host", HERE, "--port", str(PORT), "--max-workers", "3")
    with serving(lab, command, folder, environment):
        desk = RequestTracker(lab, token)
        wait_for("Request Tracker answers", lambda: _answers(desk), 60)
        yield desk


def _scrip(port: int) -> str:
    """The scrip that the page tells to set up, for a Nineward at this port."""
    (scrip,) = re.findall(r"```perl\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(scrip).replace("https://nineward.example", f"http://{HERE}:{port}")


def _answers(desk: RequestTracker) -> bool:
    try:
        return desk.tickets() == []
    except OSError:
        return False

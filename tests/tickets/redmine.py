"""Debian's Redmine with a database, settings and a port of its own in a temporary folder."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.journeys.lab import Lab
from tests.journeys.receiver import wait_for
from tests.tickets.desk import HERE, Desk, asked, serving, set_up

HOME = Path("/usr/share/redmine")
PORT = 18902

DATABASE = """
production:
  adapter: sqlite3
  database: {folder}/redmine.db
  encoding: utf8
"""

# Debian's own list of gems names a database only where the package set one up, and no server.
GEMFILE = """
eval_gemfile "/usr/share/redmine/Gemfile"
gem "sqlite3", "~> 1.4.0"
gem "webrick"
"""

DATA = """
Redmine::DefaultData::Loader.load('en')
Setting['rest_api_enabled'] = '1'
Setting['login_required'] = '1'
Setting['notified_events'] = []
project = Project.new(name: 'Operations', identifier: 'operations')
project.enabled_module_names = ['issue_tracking']
project.trackers = Tracker.all
project.save!
keys = %w[alice nineward].map do |login|
  user = User.new(firstname: login.capitalize, lastname: 'Li', mail: "#{login}@desk.test", language: 'en')
  user.login = login
  user.password = user.password_confirmation = "#{login}-password"
  user.save!
  Member.create!(project: project, principal: user, roles: [Role.find_by!(name: 'Manager')])
  [login, user.api_key]
end
puts keys.to_h.to_json
"""


class Redmine(Desk):
    """Makes no calls; it is polled."""

    port = PORT
    RESOLVED = "Resolved"

    def __init__(self, lab: Lab, keys: Mapping[str, str]) -> None:
        self._lab = lab
        self._keys = keys

    @property
    def settings(self) -> str:
        return (
            f'kind = "redmine"\nurl = "http://{HERE}:{PORT}"\nproject = "operations"\ntoken = {{ env = "DESK" }}\n'
            'tracker = "Support"\npoll = "1s"\n'
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {"DESK": self._keys["nineward"]}

    def tickets(self) -> list[str]:
        return [str(issue["id"]) for issue in self._ask("GET", "/issues.json?status_id=*")["issues"]]

    def take(self, ticket: str) -> int:
        self._change(ticket, assigned_to_id="me")
        (row,) = [row for row in self._issue(ticket)["journals"] if row["details"]]
        return int(datetime.fromisoformat(row["created_on"].replace("Z", "+00:00")).timestamp() * 1000)

    def begin(self, ticket: str) -> None:
        self._change(ticket, status_id=2)

    def say(self, ticket: str, text: str) -> None:
        self._change(ticket, notes=text)

    def status(self, ticket: str) -> str:
        return str(self._issue(ticket)["status"]["name"])

    def texts(self, ticket: str) -> list[str]:
        issue = self._issue(ticket)
        return [issue["subject"], issue["description"], *(row["notes"] for row in issue["journals"])]

    def _issue(self, ticket: str) -> Any:
        return self._ask("GET", f"/issues/{ticket}.json?include=journals")["issue"]

    def _change(self, ticket: str, **change: Any) -> None:
        self._ask("PUT", f"/issues/{ticket}.json", {"issue": change})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        status, text = asked(self._lab, PORT, method, path, {"X-Redmine-API-Key": self._keys["alice"]}, body)
        assert status in (200, 204), f"{method} {path} gave {status}: {text}"
        return json.loads(text) if text.strip() else None


@contextlib.contextmanager
def running(lab: Lab, folder: Path, hook: int) -> Iterator[Redmine]:
    """A new Redmine with its default data; it calls nobody, so ``hook`` is not used."""
    for name in ("config", "log", "tmp", "files"):
        (folder / name).mkdir(parents=True)
    (folder / "config" / "database.yml").write_text(DATABASE.format(folder=folder))
    (folder / "config" / "secret_key.txt").write_text("0" * 128)
    (folder / "Gemfile").write_text(GEMFILE)
    environment = {
        # Debian's Redmine looks for an instance's settings in a folder of that name beside its own.
        "REDMINE_INSTANCE": os.path.relpath(folder, HOME / "instances"),
        "BUNDLE_GEMFILE": str(folder / "Gemfile"),
        "RAILS_ENV": "production",
        "SCHEMA": str(folder / "schema.rb"),
        "HOME": str(folder),
    }
    data = folder / "data.rb"
    data.write_text(DATA)
    set_up(("bundle", "exec", "rake", "db:migrate"), HOME, environment)
    keys = set_up(("bundle", "exec", "rails", "runner", str(data)), HOME, environment)
    server = ("bundle", "exec", "rackup", "--server", "webrick", "--host", HERE, "--port", str(PORT))
    with serving(lab, (*server, "--env", "none", str(HOME / "config.ru")), folder, environment):
        desk = Redmine(lab, json.loads(keys.splitlines()[-1]))
        wait_for("Redmine answers", lambda: _answers(desk), 120)
        yield desk


def _answers(desk: Redmine) -> bool:
    try:
        return desk.tickets() == []
    except OSError:
        return False

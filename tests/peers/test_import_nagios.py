"""A real Nagios watches two hosts through cuts, a failed parent and a downtime; its log is then judged."""

import itertools
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.collector.importers.running import imported, judged

NAGIOS = "/usr/sbin/nagios4"

pytestmark = pytest.mark.skipif(not Path(NAGIOS).exists(), reason="nagios4 is not installed")

SETTINGS = {
    "log_file": "nagios.log", "cfg_file": "objects.cfg", "object_cache_file": "objects.cache",
    "precached_object_file": "objects.precache", "status_file": "status.dat", "temp_file": "temp", "temp_path": "",
    "lock_file": "lock", "command_file": "commands", "check_result_path": "", "state_retention_file": "retention.dat",
    "log_archive_path": "", "query_socket": "query",
}  # fmt: skip

PLAIN = """
interval_length=1
log_initial_states=1
log_host_retries=1
log_service_retries=1
check_external_commands=1
use_syslog=0
cached_host_check_horizon=0
max_host_check_spread=1
host_inter_check_delay_method=0.5
service_inter_check_delay_method=n
nagios_user=root
nagios_group=root
"""

HOST = """
define host {{
  host_name {name}
  address 127.0.0.1
  check_command look
  max_check_attempts 2
  check_interval 1
  retry_interval 1
  check_period always
  contacts nobody
  {more}
}}
"""

OBJECTS = """
define service {{
  host_name web
  service_description page
  check_command look
  max_check_attempts 2
  check_interval 1
  retry_interval 1
  check_period always
  notification_period always
  contacts nobody
}}
define timeperiod {{
  timeperiod_name always
  alias always
  {week}
}}
define command {{
  command_name look
  command_line /bin/sh -c 'test ! -e {folder}/down-$HOSTNAME$ || exit 2'
}}
define command {{
  command_name none
  command_line /bin/true
}}
define contact {{
  contact_name nobody
  host_notifications_enabled 0
  service_notifications_enabled 0
  host_notification_period always
  service_notification_period always
  host_notification_options n
  service_notification_options n
  host_notification_commands none
  service_notification_commands none
}}
"""

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


class Nagios:
    """One running Nagios whose hosts are down while a file of their name is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, int] = {}
        paths = "".join(f"{key}={folder / value}\n" for key, value in SETTINGS.items())
        (folder / "nagios.cfg").write_text(paths + PLAIN, encoding="ascii")
        week = "\n  ".join(f"{day} 00:00-24:00" for day in DAYS)
        hosts = HOST.format(name="router", more="") + HOST.format(name="web", more="parents router")
        (folder / "objects.cfg").write_text(OBJECTS.format(week=week, folder=folder) + hosts, encoding="ascii")
        with (folder / "out").open("wb") as out:
            self.process = subprocess.Popen([NAGIOS, folder / "nagios.cfg"], stdout=out, stderr=out)

    @property
    def log(self) -> Path:
        return self.folder / "nagios.log"

    def cut(self, *hosts: str) -> None:
        for host in hosts:
            (self.folder / f"down-{host}").touch()

    def mend(self, *hosts: str) -> None:
        for host in hosts:
            (self.folder / f"down-{host}").unlink()

    def downtime(self, host: str, start: int, end: int) -> None:
        command = f"SCHEDULE_HOST_DOWNTIME;{host};{start};{end};1;0;{end - start};me;patches"
        with (self.folder / "commands").open("w", encoding="ascii") as pipe:
            pipe.write(f"[{int(time.time())}] {command}\n")

    def saw(self, text: str) -> None:
        """Wait until the log has one more line with this text than at the last call for it."""
        seen = self._seen.get(text, 0)
        for _ in range(600):
            if self.log.exists() and self.log.read_text(encoding="utf-8").count(text) > seen:
                self._seen[text] = seen + 1
                return
            time.sleep(0.1)
        raise AssertionError(f"Nagios never logged {text!r}")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Nagios that lived through the story and was stopped."""
    if os.geteuid() != 0:
        pytest.skip("Nagios changes its user, which needs root")
    nagios = Nagios(tmp_path_factory.mktemp("nagios"))
    try:
        nagios.saw("INITIAL HOST STATE: web;UP;HARD")
        nagios.cut("web")
        nagios.saw("HOST ALERT: web;DOWN;HARD")
        nagios.mend("web")
        nagios.saw("HOST ALERT: web;UP;HARD")
        # The router first and back last: web is behind it, and never seen to fail alone.
        nagios.cut("router")
        nagios.saw("HOST ALERT: router;DOWN;HARD")
        nagios.cut("web")
        nagios.saw("HOST ALERT: web;UNREACHABLE;HARD")
        nagios.mend("web")
        nagios.saw("HOST ALERT: web;UP;HARD")
        nagios.mend("router")
        nagios.saw("HOST ALERT: router;UP;HARD")
        now = int(time.time())
        nagios.downtime("web", now + 2, now + 60)
        nagios.saw("HOST DOWNTIME ALERT: web;STARTED")
        nagios.cut("web")
        nagios.saw("HOST ALERT: web;DOWN;HARD")
        nagios.mend("web")
        nagios.saw("HOST ALERT: web;UP;HARD")
    finally:
        nagios.process.terminate()
        nagios.process.wait(20)
    return nagios.folder


def test_every_cut_is_found_with_its_class(watched: Path) -> None:
    code, lines, said = imported(
        "nagios", str(watched / "nagios.log"), "--objects", str(watched / "objects.cache"), "--interval", "1s"
    )
    stamps = [int(line[1:11]) for line in (watched / "nagios.log").read_text(encoding="utf-8").splitlines()]
    found = judged(lines, stamps[0] * 1000, stamps[-1] * 1000, merge_gap="1s")

    assert (code, said) == (0, "")
    assert (found["router"]["failures"], found["web"]["failures"]) == (1, 1)
    assert found["web"]["unreachable_ms"] > 0
    assert found["web"]["maintenance_ms"] > 0
    assert found["web: page"]["failures"] >= 1


def test_downtime_equals_what_the_log_itself_says(watched: Path) -> None:
    text = (watched / "nagios.log").read_text(encoding="utf-8").splitlines()
    told = [(int(line[1:11]), line.split(";")[1]) for line in text if "HOST ALERT: router;" in line]
    by_hand = sum(later - earlier for (earlier, state), (later, _) in itertools.pairwise(told) if state == "DOWN")
    _, lines, _ = imported("nagios", str(watched / "nagios.log"), "--interval", "1s")
    stamps = [int(line[1:11]) for line in text]
    found = judged(lines, stamps[0] * 1000, stamps[-1] * 1000)

    # Both edges lie in brackets of one interval, so the sum of both shifts is at most that interval.
    assert abs(found["router"]["down_ms"] - by_hand * 1000) <= 1000

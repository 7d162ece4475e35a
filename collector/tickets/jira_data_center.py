"""``jira_data_center``: issues of a project in Jira Data Center (or Server), by its REST API 2.

Guarantee: exactly one as far as its search lets it be so: after a try of unknown outcome nothing is created again
before a minute of looking has passed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from collector.jira.client import DATA_CENTER
from collector.jira.options import JiraOptions
from collector.jira.system import Jira
from collector.remote.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(JiraOptions):
    """``[tickets.NAME]`` with ``kind = "jira_data_center"``."""

    issue_type: str = "Task"
    """The name of the issue type."""


class System(Jira):
    """One project of one installation."""

    LAG = DATA_CENTER.lag

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        headers = {"Authorization": f"Bearer {options.token.reveal()}"}
        http = Http(options.url, timeout=options.timeout, now=now, verify=options.verify, headers=headers)
        super().__init__(options, options.issue_type, DATA_CENTER, http, now)

"""``jira_cloud``: issues of a project in Jira Cloud, by its REST API 3.

Guarantee: exactly one as far as its search lets it be so. It enforces no uniqueness, and shows what was made a while
later: after a try of unknown outcome nothing is created again before five minutes of looking have passed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from collector.jira.client import CLOUD
from collector.jira.options import JiraOptions
from collector.jira.system import Jira
from collector.remote.http import Http
from rules.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(JiraOptions):
    """``[tickets.NAME]`` with ``kind = "jira_cloud"``."""

    user: str
    """The e-mail address of the account whose API token it is."""
    issue_type: str = "Task"
    """The name of the issue type."""

    def __post_init__(self) -> None:
        JiraOptions.__post_init__(self)
        if "@" not in self.user:
            raise Invalid("user: expected the e-mail address of the account")


class System(Jira):
    """One project of one site."""

    LAG = CLOUD.lag

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        auth = (options.user, options.token.reveal())
        http = Http(options.url, timeout=options.timeout, now=now, verify=options.verify, auth=auth)
        super().__init__(options, options.issue_type, CLOUD, http, now)

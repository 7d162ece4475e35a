"""Jira Cloud: documents instead of texts, and a search that is minutes behind."""

from tests.collector.tickets.stand_ins import jira


class StandIn(jira.Jira):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "jira_cloud",
        "url": "http://desk.example",
        "user": "nineward@ops.example",
        "token": {"env": "S"},
        "project": "OPS",
        "pauses": {"Waiting": "customer"},
        "hook_secret": {"env": "S"},
    }
    API = 3
    CLOUD = True
    LAG = 180_000

"""Jira Data Center: plain texts, tokens, and an index that other nodes see some seconds later."""

from tests.collector.tickets.stand_ins import jira


class StandIn(jira.Jira):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "jira_data_center",
        "url": "http://desk.example",
        "token": {"env": "S"},
        "project": "OPS",
        "pauses": {"Waiting": "customer"},
        "hook_secret": {"env": "S"},
    }
    API = 2
    CLOUD = False
    LAG = 20_000

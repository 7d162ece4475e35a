"""What the kinds of Jira have in common in their settings."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.jira import fields as templates
from collector.tickets.ticket_system import Standing
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_LABEL = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraOptions:
    """Options of every kind of Jira."""

    url: str
    """Where Jira is, such as https://example.atlassian.net or https://jira.example.com."""
    token: Secret
    """The API token (Cloud) or personal access token (Data Center)."""
    project: str
    """The key of the project."""
    labels: tuple[str, ...] = ()
    """More labels of a new issue, besides the one we find it by."""
    priorities: dict[str, str] = field(default_factory=dict)
    """Names of Jira's priorities by ours; without it an issue gets the project's default."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What statuses stand for, by name, where their category does not say it."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What an issue waits for in statuses in which work stands still, by name."""
    resolved: str = ""
    """The transition, or the status it leads to, by which an issue is resolved; empty for any that ends it."""
    reopened: str = ""
    """The transition, or the status it leads to, by which an issue is opened again; empty for any that does."""
    resolution: str = "Done"
    """The resolution that is set where the transition asks for one."""
    satisfaction: str = ""
    """The id of the field with the asker's score from 1 to 5, where the project has one."""
    fields: dict[str, Any] = field(default_factory=dict)
    """More fields of a new issue; the texts in them are templates."""
    hook_secret: Secret | None = None
    """The secret with which Jira signs its webhook."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether Jira's certificate is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid('url: expected an address such as "https://example.atlassian.net"')
        if not self.project:
            raise Invalid('project: expected its key such as "OPS"')
        for label in self.labels:
            if not label or len(label) > _LABEL or any(sign.isspace() for sign in label):
                raise Invalid(f"labels: {label!r}: expected a word of at most {_LABEL} characters without a space")
        templates.read("fields", self.fields)

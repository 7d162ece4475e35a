"""Signing in to an instance of ServiceNow."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from collector.remote.http import Http
from rules.errors import Invalid
from rules.secret import Secret


@dataclass(frozen=True, slots=True)
class Account:
    """An instance's address and who we are there. Raises Invalid for what cannot be used."""

    url: str
    user: str
    password: Secret | None
    api_key: Secret | None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid('url: expected an address such as "https://example.service-now.com"')
        if not self.user:
            raise Invalid("user: missing; the instance names us so in its history, also with an API key")
        if (self.password is None) == (self.api_key is None):
            raise Invalid("password or api_key: expected one of them")

    def http(self, timeout: int, verify: bool, now: Callable[[], int]) -> Http:
        """The instance as that account. ``timeout`` in ms."""
        headers = {"Accept": "application/json"}
        if self.api_key is not None:
            headers["x-sn-apikey"] = self.api_key.reveal()
        auth = None if self.password is None else (self.user, self.password.reveal())
        return Http(self.url, timeout=timeout, now=now, verify=verify, headers=headers, auth=auth)

"""Credentials: how agents get in, by name. Set, replaced, listed; what they hold is never given back."""

from collections.abc import Mapping

from collector.access import Principal
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.specs import CredentialSpec
from collector.store import credentials, targets
from collector.store.credentials import Credential
from collector.vault import Vault
from rules.errors import Conflicting, Invalid
from rules.secret import Secret
from rules.settings import suggest

WORDS = frozenset({"version", "user", "auth", "priv", "context", "username"})
"""Fields that may be shown. Every other field of a credential is a secret."""

_SNMP = frozenset({"version", "community", "user", "auth", "auth_key", "priv", "priv_key", "context"})
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "version": ("v1", "v2c", "v3"),
    "auth": ("md5", "sha", "sha1", "sha224", "sha256", "sha384", "sha512"),
    "priv": ("des", "aes", "aes128", "aes192", "aes256"),
}
_SHORTEST_KEY = 8  # RFC 3414, section 11.2


class Credentials:
    """Sets and removes credentials. The secrets go to the vault alone, the log learns the rest."""

    def __init__(self, journal: Journal, vault: Vault) -> None:
        self._journal = journal
        self._vault = vault

    def set(self, spec: CredentialSpec, author: Principal) -> Credential:
        """Make a credential, or give the one of that name new contents; the old ones are then gone."""
        _examine(spec)
        journal, now = self._journal, self._journal.clock.now()
        secret = {name: Secret(text) for name, text in spec.fields.items() if name not in WORDS}
        with journal.turn():
            with journal.state.write() as tx:
                known = credentials.named(tx, spec.name)
                key = known.id if known else new_id("k")
                box = self._vault.seal(tx, key, secret, now)
            data = {
                "name": spec.name,
                "kind": spec.kind,
                "words": {name: text for name, text in spec.fields.items() if name in WORDS},
                "secrets": sorted(secret),
                "sealed": box,
                "created": known.created if known else now,
            }
            journal.write([Change("credential", key, "set" if known else "add", data)], author)
            with journal.state.write() as tx:
                self._vault.forget(tx, key, keep=box)
                return credentials.get(tx, key)

    def remove(self, name: str, author: Principal) -> None:
        """Retire a credential and delete its secrets. Raises Conflicting while targets use it."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                found = credentials.resolve(tx, name)
                users = sorted(target.name for target in targets.living(tx) if found.name in target.credentials)
            if users:
                raise Conflicting(
                    f"The credential {found.name} is used by {', '.join(users[:10])}. Change those first."
                )
            if found.retired is None:
                journal.write([Change("credential", found.id, "remove", {"retired": journal.clock.now()})], author)
            with journal.state.write() as tx:
                self._vault.forget(tx, found.id)


def _examine(spec: CredentialSpec) -> None:
    """Raise Invalid with all mistakes. No message repeats a value: it may be the secret itself."""
    mistakes = []
    fields = spec.fields
    if not spec.name.strip():
        mistakes.append("name: expected a name")
    if not spec.kind:
        mistakes.append("kind: expected what it is for, for example snmp")
    mistakes += [f"fields.{name}: must not be empty" for name, text in fields.items() if not text]
    if spec.kind == "snmp":
        mistakes += [f"fields.{name}: unknown{suggest(name, _SNMP)}" for name in fields if name not in _SNMP]
        mistakes += [
            f"fields.{name}: expected one of {', '.join(choices)}"
            for name, choices in _CHOICES.items()
            if name in fields and fields[name] not in choices
        ]
        if ("community" in fields) == ("user" in fields):
            mistakes.append("fields: expected either community (v1, v2c) or user (v3)")
        for method, key in (("auth", "auth_key"), ("priv", "priv_key")):
            if (method in fields) != (key in fields):
                mistakes.append(f"fields: {method} and {key} belong together")
            if key in fields and len(fields[key]) < _SHORTEST_KEY:
                mistakes.append(f"fields.{key}: needs at least {_SHORTEST_KEY} characters")
        if "priv" in fields and "auth" not in fields:
            mistakes.append("fields: priv needs auth")
    elif not fields:
        mistakes.append("fields: expected at least one")
    if mistakes:
        raise Invalid("The credential cannot be used.", tuple(mistakes))

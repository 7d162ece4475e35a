"""Whose notifications pysnmp can read: communities as they come, v3 users the agent has a credential for.

Every community is let in: what v1 and v2c say can be forged anyhow, and a notification sets no state. For v3 traps the
sender's engine is the authority (RFC 3414 §3.2), so a user is known to each engine from the moment it first speaks.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from agent.snmp.credentials import Access

_MOST_COMMUNITIES = 256
_MOST_ENGINES = 4096


class Understood:
    """The communities, users and engines configured in a pysnmp engine."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._users: tuple[Access, ...] = ()
        self._names: frozenset[bytes] = frozenset()
        self._communities: OrderedDict[bytes, str] = OrderedDict()
        self._number = 0
        self._engines: OrderedDict[bytes, None] = OrderedDict()

    def users(self, users: Iterable[Access]) -> None:
        """Understand these users, and no others. pysnmp knows one key of a name: that of the first."""
        first = {one.user: one for one in reversed([*users]) if one.version == "v3"}
        wanted = tuple(first.values())
        changed = {one.user for one in set(wanted) ^ set(self._users)}
        gone = changed - {one.user for one in wanted}
        before, self._users = self._users, wanted
        self._names = frozenset(user.user.encode() for user in wanted)
        for engine in (None, *self._engines):
            for user in before:
                if user.user in gone:
                    self._delete(user, engine)
            for user in wanted:
                if user.user in changed:
                    self._add(user, engine)

    def community(self, community: bytes) -> None:
        """Understand that community; the one unheard for the longest is forgotten for it."""
        from pysnmp.entity import config

        if community in self._communities:
            self._communities.move_to_end(community)
            return
        self._number += 1
        name = self._communities[community] = f"community-{self._number}"
        config.add_v1_system(self._engine, name, community)
        if len(self._communities) > _MOST_COMMUNITIES:
            _, oldest = self._communities.popitem(last=False)
            config.delete_v1_system(self._engine, oldest)

    def engine(self, engine: bytes, user: bytes) -> bool:
        """Understand the known users of that engine; the one unheard for the longest is forgotten for it.

        False when the user that speaks there is none of them: strangers make up engines as they like, and each costs
        time and memory.
        """
        if user not in self._names:
            return False
        if engine in self._engines:
            self._engines.move_to_end(engine)
            return True
        self._engines[engine] = None
        for one in self._users:
            self._add(one, engine)
        if len(self._engines) > _MOST_ENGINES:
            oldest, _ = self._engines.popitem(last=False)
            for one in self._users:
                self._delete(one, oldest)
        return True

    def _add(self, user: Access, engine: bytes | None) -> None:
        from pysnmp.entity import config
        from pysnmp.proto.rfc1902 import OctetString

        config.add_v3_user(
            self._engine,
            user.user,
            _AUTH[user.auth],
            user.auth_key.reveal() if user.auth and user.auth_key else None,
            _PRIV[user.priv],
            user.priv_key.reveal() if user.priv and user.priv_key else None,
            securityEngineId=None if engine is None else OctetString(engine),
        )

    def _delete(self, user: Access, engine: bytes | None) -> None:
        from pysnmp.entity import config
        from pysnmp.proto.rfc1902 import OctetString

        config.delete_v3_user(self._engine, user.user, None if engine is None else OctetString(engine))


_USM_AUTH = (1, 3, 6, 1, 6, 3, 10, 1, 1)
_USM_PRIV = (1, 3, 6, 1, 6, 3, 10, 1, 2)
_REEDER = (1, 3, 6, 1, 4, 1, 9, 12, 6, 1)
_BLUMENTHAL = (1, 3, 6, 1, 4, 1, 14832, 1)

_AUTH = {
    name: (*_USM_AUTH, number)
    for number, name in enumerate(("", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"), 1)
}
"""SNMP-USER-BASED-SM-MIB; SNMP-USM-HMAC-SHA2-MIB (RFC 7860)."""

_PRIV = {
    "": (*_USM_PRIV, 1),
    "des": (*_USM_PRIV, 2),
    "aes128": (*_USM_PRIV, 4),
    "aes192": (*_REEDER, 1),
    "aes256": (*_REEDER, 2),
    "aes192-blumenthal": (*_BLUMENTHAL, 3),
    "aes256-blumenthal": (*_BLUMENTHAL, 4),
}
"""SNMP-USM-AES-MIB (RFC 3826); the two key extensions for longer keys have numbers of vendors."""

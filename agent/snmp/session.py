"""Requests to one device by pysnmp, with deadlines of our own.

pysnmp keeps for each way in an engine with a socket and the device's clocks (USM); checks with the same way in share
one. Its own timeouts are set so long that they never speak first, because each different timeout would stay in its
tables for ever.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from agent.names import version
from agent.snmp.credentials import Access
from agent.snmp.walk import Oid, Value

_NEVER_S = 60
_TICK_S = 2.0
_TRIES = 3
_BACKOFF = 1.5


class Silent(Exception):
    """Nothing came back in time: dead, blocked, or a community the device does not know."""


class Denied(Exception):
    """The device, or our side, refused the credentials; the message says why. ``retry`` when another key may do."""

    def __init__(self, text: str, retry: bool = False) -> None:
        super().__init__(text)
        self.retry = retry


class ErrorStatus(Exception):
    """The device answered with an error status (RFC 3416 §3); ``index`` counts the objects asked from 1."""

    def __init__(self, text: str, status: int, index: int) -> None:
        super().__init__(text)
        self.status, self.index = status, index


NO_SUCH_NAME = 2
_NO_RIGHT = (6, 16)
"""noAccess and authorizationError."""

_engines: dict[tuple[int, Access], tuple[Any, int]] = {}
"""By event loop and way in: the engine, and how many sessions use it."""


class Session:
    """One device by one way in. Close it when done with the device."""

    def __init__(self, access: Access, address: str, port: int) -> None:
        from pysnmp.hlapi.v3arch.asyncio import ContextData, SnmpEngine

        self.access, self.address, self.port = access, address, port
        self._key = (id(asyncio.get_running_loop()), access)
        engine, users = _engines.get(self._key) or (SnmpEngine(), 0)
        _engines[self._key] = (engine, users + 1)
        self._engine = engine
        self._auth = _security(access)
        self._context = ContextData(contextName=access.context.encode())
        self._target: Any = None

    def close(self) -> None:
        """Give back this session's share of the engine; the last one ends its socket."""
        engine, users = _engines.pop(self._key, (None, 0))
        if engine is not None and users > 1:
            _engines[self._key] = (engine, users - 1)
        elif engine is not None:
            engine.close_dispatcher()

    async def get(self, oids: Sequence[Oid], patience_s: float) -> list[tuple[Oid, Value]]:
        """Values of some objects. An old device (v1) that lacks one of them is asked again without it."""
        from pysnmp.hlapi.v3arch.asyncio import get_cmd

        wanted = list(oids)
        absent: list[tuple[Oid, Value]] = []
        while wanted:
            try:
                return await self._ask(get_cmd, (), wanted, patience_s) + absent
            except ErrorStatus as refused:
                if refused.status != NO_SUCH_NAME or not 1 <= refused.index <= len(wanted):
                    raise
                absent.append((wanted.pop(refused.index - 1), None))
        return absent

    async def following(self, oids: Sequence[Oid], repetitions: int, patience_s: float) -> list[tuple[Oid, Value]]:
        """The objects after these, up to ``repetitions`` rows of them; one row with v1, which has no GETBULK."""
        from pysnmp.hlapi.v3arch.asyncio import bulk_cmd, next_cmd

        if self.access.version != "v1" and repetitions > 1:
            return await self._ask(bulk_cmd, (0, repetitions), oids, patience_s)
        try:
            return await self._ask(next_cmd, (), oids, patience_s)
        except ErrorStatus as refused:
            if refused.status != NO_SUCH_NAME or not 1 <= refused.index <= len(oids):
                raise
        # With v1 the end of one column spoils the answer for all: ask each alone.
        found: list[tuple[Oid, Value]] = []
        for oid in oids:
            try:
                found += await self._ask(next_cmd, (), [oid], patience_s)
            except ErrorStatus:
                found.append((oid, None))
        return found

    async def _ask(
        self, command: Any, numbers: tuple[int, ...], oids: Sequence[Oid], patience_s: float
    ) -> list[tuple[Oid, Value]]:
        """One exchange with repeats: three tries, each half as long again, within ``patience_s``."""
        from pysnmp.hlapi.v3arch.asyncio import ObjectIdentity, ObjectType
        from pysnmp.proto import rfc1902

        share = patience_s / sum(_BACKOFF**number for number in range(_TRIES))
        objects = [ObjectType(ObjectIdentity(rfc1902.ObjectName(oid)), rfc1902.Null("")) for oid in oids]
        for number in range(_TRIES):
            with suppress(TimeoutError):
                async with asyncio.timeout(share * _BACKOFF**number):
                    target = await self._place()
                    asked = command(
                        self._engine, self._auth, target, self._context, *numbers, *objects, lookupMib=False
                    )
                    trouble, status, index, varbinds = await self._begin(asked)
                    if trouble:
                        raise _trouble(trouble)
                    if int(status) in _NO_RIGHT:
                        raise Denied(f"these credentials may not read ({status.prettyPrint()})")
                    if status:
                        raise ErrorStatus(f"error status {status.prettyPrint()}", int(status), int(index))
                    return [(tuple(oid), _plain(value)) for oid, value in varbinds]
        raise Silent

    async def _begin(self, asked: Any) -> Any:
        answer = asyncio.ensure_future(asked)
        await asyncio.sleep(0)
        # The engine's ticks only clean up here; ten of them a second would cost more than the polling.
        if self._engine.transport_dispatcher is not None:
            self._engine.transport_dispatcher.set_timer_resolution(_TICK_S)
        try:
            return await answer
        finally:
            answer.cancel()

    async def _place(self) -> Any:
        from pysnmp.hlapi.v3arch.asyncio import Udp6TransportTarget, UdpTransportTarget

        if self._target is None:
            kind = UdpTransportTarget if version(self.address) == 4 else Udp6TransportTarget
            self._target = await kind.create((self.address, self.port), timeout=_NEVER_S, retries=0)
        return self._target


def _security(access: Access) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as api

    if access.community is not None:
        return api.CommunityData(access.community.reveal(), mpModel=0 if access.version == "v1" else 1)
    auth = {
        "": api.USM_AUTH_NONE,
        "md5": api.USM_AUTH_HMAC96_MD5,
        "sha1": api.USM_AUTH_HMAC96_SHA,
        "sha224": api.USM_AUTH_HMAC128_SHA224,
        "sha256": api.USM_AUTH_HMAC192_SHA256,
        "sha384": api.USM_AUTH_HMAC256_SHA384,
        "sha512": api.USM_AUTH_HMAC384_SHA512,
    }
    priv = {
        "": api.USM_PRIV_NONE,
        "des": api.USM_PRIV_CBC56_DES,
        "aes128": api.USM_PRIV_CFB128_AES,
        "aes192": api.USM_PRIV_CFB192_AES,
        "aes256": api.USM_PRIV_CFB256_AES,
        "aes192-blumenthal": api.USM_PRIV_CFB192_AES_BLUMENTHAL,
        "aes256-blumenthal": api.USM_PRIV_CFB256_AES_BLUMENTHAL,
    }
    return api.UsmUserData(
        access.user,
        access.auth_key.reveal() if access.auth_key and access.auth else None,
        access.priv_key.reveal() if access.priv_key and access.priv else None,
        authProtocol=auth[access.auth],
        privProtocol=priv[access.priv],
    )


_REASONS = {
    "UnknownUserName": ("the device does not know the user", False),
    "UnknownSecurityName": ("the device does not know the user", False),
    "WrongDigest": ("wrong authentication key or protocol", False),
    "AuthenticationFailure": ("wrong authentication key or protocol", False),
    "AuthenticationError": ("wrong authentication key or protocol", False),
    "DecryptionError": ("wrong privacy key or protocol", True),
    "UnsupportedSecurityLevel": ("the device does not offer this security level to the user", True),
    "NotInTimeWindow": ("the device's clock does not agree with its own earlier answers", False),
    "EncryptionError": ("encryption needs the Python package cryptography on the agent", False),
    "UnsupportedPrivProtocol": ("this agent cannot do the privacy protocol", False),
    "UnsupportedAuthProtocol": ("this agent cannot do the authentication protocol", False),
}


def _trouble(indication: Any) -> Exception:
    """What pysnmp's error indication means: silence, or a configuration that does not fit."""
    name = type(indication).__name__
    if name == "RequestTimedOut":
        return Silent()
    text, retry = _REASONS.get(name, (str(indication), False))
    return Denied(text, retry)


def _plain(value: Any) -> Value:
    """A value of pysnmp's as Python's own."""
    kind = type(value).__name__
    if kind in ("NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null"):
        return None
    if kind == "ObjectIdentifier":
        return tuple(value)
    if hasattr(value, "asOctets"):
        return bytes(value.asOctets())
    return int(value)

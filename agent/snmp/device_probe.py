"""What the probes of SNMP devices have in common: how the device is reached, and what its silence means."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

from agent.names import Unresolved, resolve, version
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.snmp.credentials import ways_in
from agent.snmp.errors import Denied, ErrorStatus, Silent
from agent.snmp.survey import Alive, Kind, Survey, Tables, open_survey
from agent.stream import split
from agent.trouble import judge
from rules.errors import NinewardError
from rules.result import Outcome, Reading

_USERS = count(1)


@dataclass(frozen=True, slots=True)
class DeviceOptions:
    """How a device is reached and read."""

    version: str = option(
        "auto", "protocol version; auto takes what the credential says", choices=("auto", "v1", "v2c", "v3")
    )
    port: int = option(161, "UDP port, when the address has none", low=1, high=65535)
    profile: str = option("auto", "device profile; auto chooses by sysObjectID and sysDescr")
    most_values: int = option(50_000, "values after which the reading of a table is cut off", low=100, high=1_000_000)


class DeviceProbe(Probe):
    """A probe of a device, or of a part of one. All checks of one device share its Survey.

    A subclass says in ``tables`` which tables of the survey it reads, and in ``read`` what it makes of them. One that
    looks at a ``part`` could not look when the device itself is silent: that the device is down is for others to say.
    ``begun_s`` is when the present look began, by the loop's clock.
    """

    part: ClassVar[bool] = True

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self.user = next(_USERS)
        self.begun_s = 0.0
        self._survey: Survey | None = None
        self._subject: Subject | None = None

    @abstractmethod
    def tables(self) -> Tables:
        """The tables of the device that it reads."""

    @abstractmethod
    async def read(self, survey: Survey, alive: Alive, subject: Subject, until: float) -> Reading:
        """The reading of a device that answers. May raise what readings of a survey raise."""

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        self.begun_s = asyncio.get_running_loop().time()
        until = self.begun_s + deadline_s
        try:
            survey = await self._reach(subject, until)
        except (ValueError, Unresolved, TimeoutError) as wrong:
            return Reading(Outcome.ERROR, text=str(wrong) or f"resolving {subject.address} took too long")
        if not survey.kind.ways:
            return Reading(Outcome.ERROR, text="no SNMP credential that fits is given to this check")
        try:
            alive = await survey.alive(self.user, subject.interval_s / 2, until, self.log)
            return await self.read(survey, alive, subject, until)
        except Denied as refused:
            return Reading(Outcome.ERROR, text=f"the device answers, but could not be read: {refused}")
        except ErrorStatus as refused:
            return Reading(Outcome.ERROR, text=f"the device answers with {refused}")
        except (Silent, TimeoutError) as nothing:
            text = str(nothing) or "no answer in time"
            asked = nothing.asked if isinstance(nothing, Silent) else True
            return (
                Reading(Outcome.FAILED, text=text)
                if asked and not self.part
                else Reading(Outcome.ERROR, text=f"could not look: {text}")
            )
        except OSError as trouble:
            outcome, text = judge(trouble, version(survey.kind.address))
            return Reading(Outcome.ERROR if self.part else outcome, text=text)
        except NinewardError as wrong:
            return Reading(Outcome.ERROR, text=str(wrong))

    def close(self) -> None:
        if self._survey is not None:
            self._survey.close(self.user)
            self._survey = None

    async def _reach(self, subject: Subject, until: float) -> Survey:
        """The survey of the subject, another one only when its address or its credentials have become others.

        Raises ValueError, Unresolved, TimeoutError.
        """
        host, port = split(subject.address, self.options.port)
        async with asyncio.timeout_at(until):
            address = (await resolve(host))[0]
        survey = self._survey
        if (
            survey is not None
            and subject is self._subject
            and (address, port) == (survey.kind.address, survey.kind.port)
        ):
            return survey
        options: DeviceOptions = self.options
        kind = Kind(address, port, tuple(ways_in(subject.credentials, options.version)), options.profile, self._folders)
        found = self._survey = open_survey(kind, self.user, self.tables())
        self._subject = subject
        if survey is not None and survey is not found:
            survey.close(self.user)
        return found

    @property
    def _folders(self) -> tuple[str, ...]:
        """Folders of device profiles besides those that come with the product."""
        given = self.local.get("profiles", ())
        return tuple(map(str, given)) if isinstance(given, list | tuple) else ()

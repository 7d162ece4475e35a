"""How far the agent's clock is from a time server's (SNTP, RFC 4330): an example of a probe of one's own."""

import asyncio
import socket
import struct
import time
from dataclasses import dataclass

from agent.names import Unresolved, resolve, version
from agent.probes.probe import Probe, Subject, option
from agent.trouble import judge
from rules.result import Outcome, Reading
from rules.threshold import Threshold

_EPOCH = 2_208_988_800
"""Seconds from 1900, where the protocol counts from, to 1970."""


@dataclass(frozen=True, slots=True)
class Options:
    port: int = option(123, "UDP port", low=1, high=65535)
    samples: int = option(4, "questions per look; the answer with the shortest way counts", low=1, high=8)


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer: offset and length of the way, in seconds."""

    offset_s: float
    delay_s: float


def parse(packet: bytes, asked: bytes, sent_s: float, received_s: float) -> Sample | None:
    """What an answer says, or None when it is none, not ours, or from a server that has no time itself."""
    if len(packet) < 48 or packet[24:32] != asked or packet[0] & 7 != 4:
        return None
    if packet[0] >> 6 == 3 or not 1 <= packet[1] <= 15:
        return None
    seconds_in, part_in, seconds_out, part_out = struct.unpack("!IIII", packet[32:48])
    came, went = (seconds - _EPOCH + part / 2**32 for seconds, part in ((seconds_in, part_in), (seconds_out, part_out)))
    return Sample(((came - sent_s) + (went - received_s)) / 2, (received_s - sent_s) - (went - came))


class ClockOffset(Probe):
    """Asks a few times and keeps the sample with the shortest way."""

    shape = Options
    thresholds = (Threshold("offset_s", warn=0.05, critical=1.0, for_ms=600_000, clear=0.025),)

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        try:
            async with asyncio.timeout(deadline_s):
                address = (await resolve(subject.address))[0]
                samples = [await self._ask(address) for _ in range(self.options.samples)]
        except Unresolved as wrong:
            return Reading(Outcome.ERROR, text=str(wrong))
        except TimeoutError:
            return Reading(Outcome.FAILED, text="no answer")
        except OSError as trouble:
            outcome, text = judge(trouble)
            return Reading(outcome, text=text)
        best = min(samples, key=lambda sample: sample.delay_s)
        return Reading(Outcome.OK, {"offset_s": round(abs(best.offset_s), 6), "delay_s": round(best.delay_s, 6)})

    async def _ask(self, address: str) -> Sample:
        loop = asyncio.get_running_loop()
        family = socket.AF_INET if version(address) == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((address, self.options.port))
            sent_s = time.time()
            asked = struct.pack("!II", int(sent_s) + _EPOCH, int(sent_s % 1 * 2**32))
            await loop.sock_sendall(sock, bytes([0x23]) + bytes(39) + asked)
            while True:
                sample = parse(await loop.sock_recv(sock, 1024), asked, sent_s, time.time())
                if sample is not None:
                    self.log(f"{address}: offset {sample.offset_s:+.6f} s, delay {sample.delay_s:.6f} s")
                    return sample

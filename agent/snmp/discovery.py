"""The first message of SNMPv3 (RFC 3414 §4): asks a device for its engine, needs no user and no key.

An answer to it shows that the device's SNMP agent lives, whatever it thinks of our credentials.
"""

import asyncio
import os
import socket

_GLOBAL = bytes.fromhex("020103 3011 0204")
_REST = bytes.fromhex(
    "020300ffe3 040104 020103"  # largest message 65507, flag "reportable", security model USM
    "0410 300e 0400 020100 020100 0400 0400 0400"  # nothing known yet of engine, clocks, user
    "3014 0400 0400 a00e 0204"
)
_END = bytes.fromhex("020100 020100 3000")


def question(number: bytes) -> bytes:
    """The discovery message with that number (4 bytes, the first below 0x80) as message and request id."""
    body = _GLOBAL + number + _REST + number + _END
    return bytes([0x30, len(body)]) + body


def is_answer(packet: bytes, number: bytes) -> bool:
    """Whether a packet is an SNMPv3 message in answer to that number."""
    return packet[:1] == b"\x30" and b"\x02\x01\x03" in packet[:8] and number in packet[:24]


async def discovered(address: str, port: int, patience_s: float) -> bool:
    """Whether the device answers a discovery message in time; sent twice, as datagrams get lost."""
    loop = asyncio.get_running_loop()
    number = bytes([os.urandom(1)[0] & 0x3F | 0x40]) + os.urandom(3)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        try:
            sock.connect((address, port))
            for _ in range(2):
                try:
                    async with asyncio.timeout(patience_s / 2):
                        await loop.sock_sendall(sock, question(number))
                        while not is_answer(await loop.sock_recv(sock, 2048), number):
                            pass
                        return True
                except TimeoutError:
                    continue
        except OSError:
            return False
    return False

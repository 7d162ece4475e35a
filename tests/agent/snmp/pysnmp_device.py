"""A device made of pysnmp, in a process of its own: every pair of protocols is a user of the name AUTH + PRIV.

Started as ``python -m tests.agent.snmp.pysnmp_device ADDRESS PORT``.
"""

import asyncio
import sys

from agent.snmp.credentials import AUTH, PRIV
from tests.agent.snmp.asking import AUTH_KEY, PRIV_KEY


async def serve(address: str, port: int) -> None:
    from pysnmp.carrier.asyncio.dgram import udp
    from pysnmp.entity import config, engine
    from pysnmp.entity.rfc3413 import cmdrsp, context

    from tests.agent.snmp.pysnmp_protocols import AUTHS, PRIVS

    device = engine.SnmpEngine()
    config.add_transport(device, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode((address, port)))
    everything = (1, 3, 6)
    for auth in AUTH:
        for priv in ("", *PRIV):
            name = auth + priv
            if priv:
                config.add_v3_user(device, name, AUTHS[auth], AUTH_KEY, PRIVS[priv], PRIV_KEY)
            else:
                config.add_v3_user(device, name, AUTHS[auth], AUTH_KEY)
            config.add_vacm_user(device, 3, name, "authPriv" if priv else "authNoPriv", everything)
    known = context.SnmpContext(device)
    cmdrsp.GetCommandResponder(device, known)
    cmdrsp.NextCommandResponder(device, known)
    cmdrsp.BulkCommandResponder(device, known)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))

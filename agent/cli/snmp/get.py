"""``nineward-agent snmp get``: the values of single objects."""

import argparse

from agent.cli.snmp.asking import access, dictionary

SUMMARY = "ask for single objects"


def arrange(parser: argparse.ArgumentParser) -> None:
    """The device, the way in, the objects."""
    access.arrange(parser)
    parser.add_argument(
        "objects", metavar="OBJECT", nargs="+", help="name or number: sysUpTime, IF-MIB::ifDescr.1, 1.3.6.1.2.1.1.5.0"
    )
    dictionary.arrange(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Ask and print. 1 when the device does not answer, refuses, or lacks one of the objects."""
    import json

    from agent.cli.snmp.asking import exchange
    from agent.cli.snmp.asking.printing import line, record
    from agent.snmp.device import Device

    names = dictionary.names(given)
    oids = [names.value_oid(word) for word in given.objects]

    async def work(device: Device) -> int:
        found = await device.get(oids, given.timeout)
        if given.json:
            rows = [record(names, one) for one in found]
            print(json.dumps({"address": given.address, "rows": rows}, ensure_ascii=False))
        else:
            for one in found:
                print(line(names, one, given.numeric))
        return exchange.BAD if any(one.value is None for one in found) else 0

    return exchange.run(given, work)

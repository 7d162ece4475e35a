"""The same doors under atheris, which looks for bytes that reach new code: ``python -m tests.fuzz.snmp_coverage``.

Takes libFuzzer's options (``-runs=1000000``, ``-max_total_time=300``) and a folder to keep what it found in.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agent.snmp"]):
    from tests.fuzz.snmp_doors import ALLOWED, doors


def main() -> None:
    entrances = [door for door, _ in doors().values()]

    def one(octets: bytes) -> None:
        """The first octet chooses the door."""
        if not octets:
            return
        try:
            entrances[octets[0] % len(entrances)](octets[1:])
        except ALLOWED:
            return

    with tempfile.TemporaryDirectory() as folder:
        for number, (_, examples) in enumerate(doors().values()):
            for place, example in enumerate(examples):
                (Path(folder) / f"{number}-{place}").write_bytes(bytes((number,)) + example)
        atheris.Setup([*sys.argv, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

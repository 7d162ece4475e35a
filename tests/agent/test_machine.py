from pathlib import Path

from agent.machine import hostname, machine_boot, resident_bytes, version


def test_the_boot_id_is_the_kernels() -> None:
    assert machine_boot() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_an_agent_knows_its_name_its_version_and_its_size() -> None:
    assert hostname()
    assert version()
    assert resident_bytes() > 5_000_000

"""``make docs``: writes the generated parts of these pages anew. Tests hold the pages to the code."""

from pathlib import Path

from collector.cli import build_parser
from collector.cli.terminal import reference
from docs import agent_commands, probe_pages, profile_pages


def main() -> None:
    """Write the options of the probes and the references of the commands."""
    probe_pages.write()
    profile_pages.write()
    agent_commands.write()
    (Path(__file__).parent / "reference" / "commands.md").write_text(reference.page(build_parser()), encoding="utf-8")


if __name__ == "__main__":
    main()

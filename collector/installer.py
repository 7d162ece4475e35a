"""The script that brings an agent to a machine: from this collector's wheels, into an environment of its own."""

import shlex

_SCRIPT = """\
#!/bin/sh
# Installs the Nineward agent from the collector that served this script, and joins it. Needs Python 3.11 and curl.
# Usage: install.sh JOIN_TOKEN [--name NAME] [--replace]
set -eu

url={url}
pin={pin}

say() {{ printf '%s\\n' "$*"; }}
fail() {{ say "nineward: $*" >&2; exit 2; }}
fetch() {{
    # With a pin the key decides, not the authorities this machine happens to know.
    if [ -n "$pin" ]; then curl -fsS -k --pinnedpubkey "sha256//$pin" "$@"; else curl -fsS "$@"; fi
}}

[ $# -ge 1 ] || fail "give the join token: nineward agent join-token prints the whole line"
token=$1
shift

python=
for each in python3 python3.13 python3.12 python3.11; do
    if "$each" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$each
        break
    fi
done
[ -n "$python" ] || fail "needs Python 3.11 or newer with venv (Debian: apt install python3-venv)"

if [ "$(id -u)" = 0 ]; then
    home=/opt/nineward-agent
else
    home=${{XDG_DATA_HOME:-$HOME/.local/share}}/nineward-agent
fi
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

say "Fetching the agent from $url"
fetch "$url/agent/wheels" | while read -r wheel; do
    fetch -o "$wheels/$wheel" "$url/agent/wheels/$wheel"
done
"$python" -m venv "$home"
"$home/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$wheels" \\
    --upgrade 'nineward[snmpv3]'

"$home/bin/nineward-agent" join "$url" --token "$token" "$@"

if [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then
    cat > /etc/systemd/system/nineward-agent.service <<UNIT
[Unit]
Description=Nineward agent
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=$home/bin/nineward-agent run
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
    systemctl enable nineward-agent
    systemctl restart nineward-agent
    say "The agent runs as the service nineward-agent."
else
    say "Start the agent with: $home/bin/nineward-agent run"
fi
"""


def script(url: str, pin: str) -> str:
    """The script for a collector at ``url``; ``pin`` is the SHA-256 of its certificate's key in base64, or empty."""
    return _SCRIPT.format(url=shlex.quote(url), pin=shlex.quote(pin))

#!/bin/sh
# Installs the Debian packages the tests use as real counterparts. It says so first, installs only what is missing,
# and keeps the package manager from starting any daemon. Not root, not Debian or APT=0: does nothing; the tests that
# need a missing package are then skipped by name.
set -eu

# Other packages than these can be named as arguments.
wanted="chromium fonts-noto-cjk fping iproute2 iputils-ping poppler-utils snmp snmpd strace"
[ $# -eq 0 ] || wanted="$*"

[ "${APT:-1}" != 0 ] || exit 0
[ "$(id -u)" = 0 ] || exit 0
command -v apt-get >/dev/null 2>&1 || exit 0

missing=""
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing for the tests (APT=0 forbids it):$missing"
policy=/usr/sbin/policy-rc.d
made=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=yes
fi
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
apt-get update -q >/dev/null
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null

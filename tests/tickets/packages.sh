#!/bin/sh
# Installs Debian's Request Tracker and Redmine, which the journeys of tickets use as real counterparts. Their own
# databases are not set up: the tests make databases, settings and ports of their own, and start no system daemon.
set -eu

if [ "${APT:-1}" != 0 ] && [ "$(id -u)" = 0 ] && command -v debconf-set-selections >/dev/null 2>&1; then
    # Where a package was purged before, debconf may refuse: then it makes databases that nobody uses.
    debconf-set-selections <<'ANSWERS' || true
request-tracker5 request-tracker5/dbconfig-install boolean false
redmine redmine/instances/default/dbconfig-install boolean false
dbconfig-common dbconfig-common/dbconfig-install boolean false
ANSWERS
fi
exec sh tests/packages.sh request-tracker5 rt5-db-sqlite rt5-standalone redmine redmine-sqlite

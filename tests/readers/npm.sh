#!/bin/sh
# Puts a validator of HTML and a checker of accessibility into the folder given, from npm, unless they are there already.
set -eu

folder=$1
wanted="html-validate@8.29.0 axe-core@4.10.3"
stamp="$folder/$(echo "$wanted" | tr ' /' '__')"
[ ! -e "$stamp" ] || exit 0
command -v npm >/dev/null 2>&1 || { echo "npm is not installed: no validator of HTML" >&2; exit 1; }
echo "Installing $wanted into $folder …"
rm -rf "$folder" && mkdir -p "$folder"
cd "$folder"
echo '{"private": true}' >package.json
# shellcheck disable=SC2086
npm install --silent --no-audit --no-fund $wanted
touch "$stamp"

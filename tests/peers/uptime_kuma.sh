#!/bin/sh
# Puts a real Uptime Kuma into the folder given, from npm, unless it is there already. Needs node and npm.
set -eu

folder=$1
version=2.0.0-dev.0
[ ! -e "$folder/$version" ] || exit 0
command -v npm >/dev/null 2>&1 || { echo "npm is not installed: no Uptime Kuma" >&2; exit 1; }
echo "Installing Uptime Kuma $version into $folder …"
rm -rf "$folder" && mkdir -p "$folder"
cd "$folder"
npm pack --silent "uptime-kuma@$version" >/dev/null
tar xzf "uptime-kuma-$version.tgz"
cd package
npm install --silent --omit=dev --no-audit --no-fund --legacy-peer-deps
# This release holds some of its migrations beside the folder in which it looks for them, and no built pages.
cp -n db/patch-*.sql db/old_migrations/
mkdir -p dist
echo '<html></html>' >dist/index.html
touch "$folder/$version"

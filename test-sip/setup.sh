#!/usr/bin/env bash
# Installs what the tests need beyond npm, from the system's packages, and says so. Nothing is skipped silently.
set -euo pipefail

# command:package
NEEDS=(sipp:sip-tester ip:iproute2 unshare:util-linux openssl:openssl promtool:prometheus sqlite3:sqlite3 curl:curl
  nft:nftables baresip:baresip-core kamailio:kamailio pdftoppm:poppler-utils python3:python3 php:php-cli)

missing=()
for need in "${NEEDS[@]}"; do
  command -v "${need%%:*}" >/dev/null || missing+=("${need##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null || { echo "setup: please install: ${missing[*]} (no apt-get here)" >&2; exit 1; }
asroot=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: please run as root: apt-get install ${missing[*]}" >&2; exit 1; }
  asroot=(sudo)
fi
echo "setup: installing ${missing[*]} from the system's packages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { "${asroot[@]}" apt-get update && "${asroot[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "setup: apt-get install ${missing[*]} failed (above: its last lines)" >&2
  exit 1
fi

#!/usr/bin/env bash
# Installs what the tests need and runs them all.
#   scripts/test.sh [pytest arguments]
# As root on Debian or Ubuntu it installs the few system packages that tests need. Elsewhere it says which tests it
# leaves out and why; with CI=true leaving any out is a failure.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/environment.sh
. "$checkout/scripts/environment.sh"
cd "$checkout"

packages=(chromium postgresql prometheus prometheus-alertmanager python3-venv shellcheck openssl)
missing=()
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
# As root the stack under test runs as another user, who cannot use a Python below root's home.
if [ -x /usr/bin/python3 ] && ! /usr/bin/python3 -c 'import ensurepip' 2>/dev/null; then missing+=(python3-venv); fi
command -v amtool >/dev/null || missing+=(prometheus-alertmanager)
for each in prometheus shellcheck openssl; do command -v "$each" >/dev/null || missing+=("$each"); done
if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  say "Installing ${missing[*]} for the tests."
  apt-get update -qq
  # The tests start servers of their own; those that Debian would start are not wanted.
  if [ -d /run/systemd/system ]; then systemctl mask --quiet prometheus{,-node-exporter,-alertmanager}.service; fi
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

python=$(find_python "$(id -un)")
install "$checkout/.venv" "$python" "$checkout" "$checkout/requirements.txt" "$checkout/requirements-dev.txt"
bin="$checkout/.venv/bin"

say "Checking style, types and the layers of the house."
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
if command -v shellcheck >/dev/null; then
  shellcheck scripts/*.sh scripts/vigie .ci/run
elif [ "${CI:-}" = true ]; then
  die "shellcheck is missing, and with CI=true nothing is left out."
else
  say "Left out: shellcheck is not installed (${packages[*]} are what root on Debian gets)."
fi

say "Running the tests."
# A temporary folder of this run's own: pytest's usual one is tidied by every other run on the machine.
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$bin/python" -m pytest --basetemp="$place/t" -n "${VIGIE_TEST_PROCESSES:-2}" --dist loadgroup "$@"

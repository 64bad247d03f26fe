#!/usr/bin/env bash
# Starts everything: makes the virtual environment, installs the hashed requirements, runs `vigie up`. Ctrl-C stops it.
#   scripts/run.sh [--demo]
# As root, Vigie runs as the system user `vigie` from a copy below /var/lib/vigie (VIGIE_HOME chooses another folder);
# nothing of ours keeps running as root.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/environment.sh
. "$checkout/scripts/environment.sh"

for word in "$@"; do
  case "$word" in
    --demo) ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "scripts/run.sh does not know $word. It takes --demo or nothing; for other commands use scripts/vigie." ;;
  esac
done

home="${VIGIE_HOME:-/var/lib/vigie}"

make_system_user() {
  if ! id vigie >/dev/null 2>&1; then
    useradd --system --user-group --home-dir "$home" --no-create-home --shell "$(command -v nologin || echo /bin/false)" vigie \
      || die "The system user vigie cannot be made. Make it yourself (useradd --system vigie) and run this again."
  fi
  mkdir -p "$home/state"
  chown root:vigie "$home" && chmod 0750 "$home"
  # The system user may not write to its own code; what Python compiles goes beside the state.
  mkdir -p "$home/bytecode"
  chown vigie:vigie "$home/state" "$home/bytecode" && chmod 0700 "$home/state" "$home/bytecode"
}

# A fresh copy of the checkout that the system user may read and only root may change.
copy_checkout() {
  rm -rf "$home/app.new"
  mkdir -m 0755 "$home/app.new"
  # Nothing hidden is needed, and tools write there while this reads.
  tar -C "$checkout" --exclude='./.*' --exclude=__pycache__ --exclude='*.egg-info' -cf - . | tar -C "$home/app.new" --no-same-owner -xf -
  chmod -R u=rwX,go=rX "$home/app.new"
  [ -d "$home/app/vigie.egg-info" ] && cp -r "$home/app/vigie.egg-info" "$home/app.new/"
  rm -rf "$home/app.old"
  [ -d "$home/app" ] && mv "$home/app" "$home/app.old"
  mv "$home/app.new" "$home/app"
  rm -rf "$home/app.old"
}

if [ "$(id -u)" -eq 0 ]; then
  umask 022
  make_system_user
  say "Started as root: Vigie runs as the system user vigie, below $home."
  python=$(find_python vigie)
  lock="$home/state/up.lock"  # held while a Vigie runs: its code is not changed under it
  if [ ! -e "$lock" ] || ! command -v flock >/dev/null || flock -n "$lock" true; then copy_checkout; fi
  app="$home/app" venv="$home/venv"
else
  python=$(find_python "$(id -un)")
  app="$checkout" venv="$checkout/.venv"
fi
install "$venv" "$python" "$app" "$app/requirements.txt"
cd "$app"
if [ "$(id -u)" -eq 0 ]; then export PYTHONPYCACHEPREFIX="$home/bytecode"; fi
exec "$venv/bin/vigie" up "$@"

# Sourced by run.sh and test.sh: finds a Python, makes a virtual environment, installs the hashed requirements.
# shellcheck shell=bash

say() { printf 'vigie: %s\n' "$*" >&2; }
die() { say "$*"; exit 2; }

# find_python USER: prints the newest Python 3.11 to 3.14 that USER may run and that can make virtual environments.
find_python() {
  local user="$1" candidate real found=""
  for candidate in ${VIGIE_PYTHON:-} python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3 /usr/local/bin/python3; do
    real=$("$candidate" -c 'import sys; print(sys.executable) if (3, 11) <= sys.version_info[:2] <= (3, 14) else sys.exit(1)' 2>/dev/null) || continue
    found="$real"
    _runs_for "$user" "$real" || continue
    "$real" -c 'import ensurepip, venv' 2>/dev/null || continue
    printf '%s\n' "$real"
    return 0
  done
  if [ -z "$found" ]; then
    die "Python 3.11 to 3.14 was not found. Install one (Debian: apt install python3 python3-venv), or set VIGIE_PYTHON to its path."
  fi
  die "No Python from 3.11 to 3.14 here can be used by $user to make a virtual environment. Install python3-venv (Debian: apt install python3-venv), or set VIGIE_PYTHON."
}

# Whether USER may run this interpreter: one below root's home cannot be walked to by anybody else.
_runs_for() {
  [ "$(id -un)" = "$1" ] && return 0
  "$2" - "$1" "$2" 2>/dev/null <<'PY'
import os, pwd, sys
account = pwd.getpwnam(sys.argv[1])
os.initgroups(account.pw_name, account.pw_gid)
os.setgid(account.pw_gid)
os.setuid(account.pw_uid)
os.chdir("/")
os.execv(sys.argv[2], [sys.argv[2], "-c", ""])
PY
}

# install VENV PYTHON APP REQUIREMENTS…: installs what APP pins, and APP itself, unless exactly that stands there already.
install() {
  local venv="$1" python="$2" app="$3" wanted
  shift 3
  local stamp="$venv/installed-$#" files=("$@") arguments=() file
  wanted=$("$python" -V; printf '%s\n' "$app"; cat "$app/scripts/uv.txt" "$app/pyproject.toml" "${files[@]}")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$(printf '%s' "$wanted" | cksum)" ]; then return 0; fi
  say "Installing the pinned requirements into $venv (once)."
  if [ "$("$venv/bin/python" -V 2>/dev/null)" != "$("$python" -V)" ] || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    "$python" -m venv --clear "$venv" \
      || die "The virtual environment $venv cannot be made. Free space or correct the owner of that folder."
  fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$app/scripts/uv.txt" \
    || die "The package index does not answer. Check the network or pip's settings, then run this again."
  for file in "${files[@]}"; do arguments+=(-r "$file"); done
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: "${arguments[@]}" \
    || die "The requirements were not installed; the lines above say why."
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable "$app" \
    || die "Vigie itself was not installed; the lines above say why."
  printf '%s' "$wanted" | cksum >"$stamp"
}

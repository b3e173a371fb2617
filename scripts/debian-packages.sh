#!/bin/sh
# Install the Debian packages that the tests need and that no Python or npm package provides.
# With the argument "long", also those of the long suites. Without root or passwordless sudo, list the
# missing packages and what each is for.
set -eu

wanted="
python3-venv             the environment in .venv
chromium                 the browser tests
fonts-dejavu-core        readable text in the screenshots
slurmctld                the SLURM tests
slurmd                   the SLURM tests
slurm-client             the SLURM tests
slurm-wlm-basic-plugins  the SLURM tests
munge                    the SLURM tests
slurmdbd                 the SLURM tests with accounts
mariadb-server           the SLURM tests with accounts
gridengine-master        the long Grid Engine tests
gridengine-exec          the long Grid Engine tests
gridengine-client        the long Grid Engine tests
openssh-server           the SSH tests
"
[ "${1:-}" = long ] || wanted=$(echo "$wanted" | grep -v " the long ")

if ! command -v apt-get >/dev/null; then
  echo "This is not a Debian machine, so nothing is installed here."
  echo "The tests that need Chromium, SLURM or sshd are skipped where those are missing."
  exit 0
fi

missing=$(echo "$wanted" | while read -r package _; do
  [ -z "$package" ] || dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
done)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root="env"
elif sudo -n true 2>/dev/null; then
  as_root="sudo -n env"
else
  echo "These Debian packages are missing, and installing them takes a password:"
  echo "$missing" | while read -r package; do echo "$wanted" | grep "^$package "; done
  echo "To run the tests that need them:"
  echo "  sudo apt-get install --no-install-recommends" $missing
  exit 0
fi

$as_root apt-get update
# shellcheck disable=SC2086  # one word per package
$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing

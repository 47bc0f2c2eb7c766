"""Finds PostgreSQL and Redis for the tests, or installs them, and says what it found.

It always succeeds: without them the tests run on SQLite alone.
"""

import os
import shutil
import subprocess
import sys

from tests.servers import MISSING, found, postgresql, redis

# The packages would start services of their own, which nobody asked for.
INSTALL = f"""
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > $policy
    chmod +x $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get --quiet --yes update
apt-get --quiet --yes install --no-install-recommends {postgresql.PACKAGE} {redis.PACKAGE}
"""


def install() -> None:
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        try:
            subprocess.run([*as_root, "sh", "-c", INSTALL], stdout=sys.stderr, check=False)
        except FileNotFoundError:
            return


if __name__ == "__main__":
    if not found():
        install()
    if found():
        sys.stdout.write(f"tests use PostgreSQL in {postgresql.programs()} and {redis.program()}\n")
    else:
        sys.stdout.write(f"{MISSING}\n")

"""Keeps a server running as long as whoever started it lives, and leaves nothing behind.

    python keeper.py FOLDER USER PROGRAM [ARGUMENT …]

Runs the program and does what each line on its input says: `stop` or `start`. When the input ends, even
because the test run was killed, the server is stopped and FOLDER is removed.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PATIENCE = 10.0  # seconds


def start(folder: str, user: str, command: list[str]) -> subprocess.Popen[bytes]:
    who = {"user": user, "group": user, "extra_groups": []} if user else {}
    with (Path(folder) / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **who)  # type: ignore[call-overload,no-any-return]


def stop(server: subprocess.Popen[bytes]) -> None:
    """At once: PostgreSQL calls SIGQUIT an immediate shutdown, and takes its shared memory along."""
    server.send_signal(signal.SIGCONT)
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main() -> None:
    # Ctrl-C reaches the whole group: we end when the test run has ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder, user, *command = sys.argv[1:]
    server = start(folder, user, command)
    try:
        for line in sys.stdin:
            stop(server)
            if line.strip() == "start":
                server = start(folder, user, command)
            print("done", flush=True)  # noqa: T201
    finally:
        with contextlib.suppress(ProcessLookupError):
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

"""Clients that hold on to a proxy and hardly send or read (slowhttptest's four modes), and what everybody else notices."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from peers import installed
from processes import Process

ATTACKERS = 400
CONNECT_SECONDS = 2
# Longer than any measured run: they hold on until they are stopped.
ATTACK_SECONDS = 120

# What each mode asks for, and slowhttptest's options for it. /upload is answered once its body is there.
MODES = {
    "slow heads": ("/text", ["-H", "-i", "1"]),
    "slow bodies": ("/upload", ["-B", "-i", "1", "-s", "100000", "-t", "POST"]),
    "ranges": ("/large", ["-R", "-a", "5", "-b", "3000"]),
    "slow reading": ("/large", ["-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32", "-k", "3"]),
}


@contextlib.contextmanager
def off_the_last_core(*started: Process):
    """What was started, this process and its children to come (load and proxies) leave one core to the attackers: what
    those burn is not the proxy's doing. With one core there is nothing to part."""
    cores = os.sched_getaffinity(0)
    rest = sorted(cores)[:-1] or sorted(cores)
    for pid in [0, *(member for process in started for member in process.members())]:
        os.sched_setaffinity(pid, rest)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Attack:
    """slowhttptest on the last core, from the end of its connecting to the end of the `with`."""

    def __init__(self, mode: str, proxy: Process, directory: Path):
        path, options = MODES[mode]
        self._mode = mode
        self._port = proxy.port
        self._log = directory / "slowhttptest.log"
        url = f"{proxy.scheme}://127.0.0.1:{proxy.port}{path}"
        self._command = ["taskset", "-c", str((os.cpu_count() or 1) - 1), installed("slowhttptest"), "-c", str(ATTACKERS),
                         "-r", str(ATTACKERS), "-l", str(ATTACK_SECONDS), "-p", "5", "-u", url, *options]
        self._popen: subprocess.Popen | None = None

    def __enter__(self) -> "Attack":
        with open(self._log, "wb") as out:
            self._popen = subprocess.Popen(self._command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        time.sleep(CONNECT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        held = established(self._port)
        if self._popen.poll() is not None:
            print(f"  {self._mode}: over by itself, exit code {self._popen.returncode}", file=sys.stderr)
            return
        self._popen.kill()
        self._popen.wait()
        print(f"  {self._mode}: {held} connections held at the end", file=sys.stderr)


def established(port: int) -> int:
    """Connections that a server on loopback has accepted at this port and not closed."""
    ours = f":{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return sum(1 for row in rows if row[1].endswith(ours) and row[3] == "01")

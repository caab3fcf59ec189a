"""Starting, watching and ending the processes of a comparison. Linux only: CPU time comes from /proc."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS_MAX = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; the second may hold spaces and parentheses."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat_fields(int(entry.name))[1]), []).append(int(entry.name))
            except (OSError, IndexError):
                pass  # it ended meanwhile
    return children


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children = _children()
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


class Process:
    """A server that listens on `port`. All its threads and children are measured together."""

    def __init__(self, name: str, command: list[str], port: int, log: Path):
        self.name = name
        self.port = port
        self.scheme = "http"
        self._log = log
        with open(log, "wb") as out:
            self._popen = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            self._await_listening()
        except Exception:
            self.stop()
            raise

    def _await_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._popen.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not start: {self._log.read_text(errors='replace')[-2000:]}")

    def members(self) -> list[int]:
        return family(self._popen.pid)

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads and children."""
        ticks = 0
        for pid in self.members():
            try:
                fields = _stat_fields(pid)
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / TICKS_PER_SECOND

    def rss_bytes(self) -> int:
        total = 0
        for pid in self.members():
            try:
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                pass
        return total

    def stop(self) -> None:
        if self._popen.poll() is not None:
            return
        members = self.members()
        self._popen.send_signal(signal.SIGTERM)
        try:
            self._popen.wait(timeout=8)
        except subprocess.TimeoutExpired:
            for pid in members:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self._popen.wait()


class BadShadow:
    """A shadow target that misbehaves: takes connections and never answers, or answers what is no HTTP."""

    def __init__(self, garbage: bool):
        self._garbage = garbage
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._open: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._garbage:
                self._answer_garbage(connection)
            else:
                self._open.append(connection)

    @staticmethod
    def _answer_garbage(connection: socket.socket) -> None:
        try:
            connection.recv(65536)
            connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\x00\xff\r\n\r\n")
            connection.close()
        except OSError:
            pass

    def stop(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()

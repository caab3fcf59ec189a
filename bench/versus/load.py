"""One run of wrk against one proxy, and what it cost that proxy."""

import math
import re
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from processes import Process

CONNECTIONS = 32
# Asynchronous work (mirrors, compression) ends within this; its CPU belongs to the run.
SETTLE_SECONDS = 1.2
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
PACED_LUA = """
-- Every connection waits between its requests, by a share of its own, so that they do not march in step.
function init(args) math.randomseed(os.time()) end
function delay() return math.random(%d, %d) end
"""


@dataclass
class Sample:
    requests: int
    seconds: float
    errors: int
    p50_seconds: float
    p99_seconds: float
    cpu_seconds: float
    rss_bytes: int
    shadow_requests: int | None  # None: no shadow that counts

    @property
    def cpu_us_per_request(self) -> float:
        """NaN when the CPU clock's ticks (10 ms) cannot resolve so few requests."""
        return self.cpu_seconds / self.requests * 1e6 if self.requests >= 100 else float("nan")

    @property
    def cpu_us_per_mirrored(self) -> float:
        """All of the CPU over what reached the shadow alone: exchanges that were dropped do not make the rest cheaper."""
        return self.cpu_seconds / self.shadow_requests * 1e6 if (self.shadow_requests or 0) >= 100 else float("nan")

    @property
    def requests_per_second(self) -> float:
        return self.requests / self.seconds

    def as_json(self) -> dict:
        return {"requests": self.requests, "seconds": self.seconds, "errors": self.errors,
                "cpu_us_per_request": finite(self.cpu_us_per_request),
                "cpu_us_per_mirrored": finite(self.cpu_us_per_mirrored), "requests_per_second": self.requests_per_second,
                "latency_seconds": {"p50": finite(self.p50_seconds), "p99": finite(self.p99_seconds)},
                "rss_bytes": self.rss_bytes, "shadow_requests": self.shadow_requests}


def finite(value: float) -> float | None:
    """JSON knows no NaN."""
    return value if math.isfinite(value) else None


def _duration(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def served_by(port: int) -> int:
    """Requests that an nginx of ours has handled, from its stub_status page (which counts itself)."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/versus-status", timeout=5) as page:
        return int(page.read().split()[9])


def wrk(proxy: Process, path: str, seconds: float, pace_ms: int, directory: Path,
        new_connections: bool) -> tuple[int, float, int, float, float]:
    """Requests, seconds, errors, p50 and p99. `pace_ms`: mean pause of a connection between requests, 0 for none."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "10s"]
    if pace_ms:
        script = directory / "paced.lua"
        script.write_text(PACED_LUA % (pace_ms // 2, pace_ms + pace_ms // 2))
        command += ["-s", str(script)]
    if new_connections:
        command += ["-H", "Connection: close"]
    done = subprocess.run([*command, f"{proxy.scheme}://127.0.0.1:{proxy.port}{path}"], capture_output=True, text=True, check=True,
                          timeout=seconds + 60)
    text = done.stdout
    requests, took = re.search(r"(\d+) requests in ([\d.]+\w+)", text).groups()
    percentiles = dict(re.findall(r"^\s+(50|99)%\s+(\S+)$", text, re.M))  # none when nothing was answered
    p50, p99 = (_duration(percentiles[name]) if name in percentiles else float("nan") for name in ("50", "99"))
    errors = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
    errors += sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    return int(requests), _duration(took), errors, p50, p99


def measure(proxy: Process, path: str, seconds: float, pace_ms: int, directory: Path,
            shadow_port: int | None = None, new_connections: bool = False) -> Sample:
    """`shadow_port`: an nginx whose own count says how many requests were mirrored to it. `new_connections`: one for
    every request."""
    shadow_before = served_by(shadow_port) if shadow_port else 0
    cpu_before = proxy.cpu_seconds()
    requests, took, errors, p50, p99 = wrk(proxy, path, seconds, pace_ms, directory, new_connections)
    time.sleep(SETTLE_SECONDS)
    cpu = proxy.cpu_seconds() - cpu_before
    shadowed = served_by(shadow_port) - shadow_before - 1 if shadow_port else None
    return Sample(requests, took, errors, p50, p99, cpu, proxy.rss_bytes(), shadowed)

#!/usr/bin/env python3
"""What a primary that is asked for more than it can do means to the clients, with and without `limits.in_flight`.

usage: scripts/bench overload [--json FILE] [--seconds N]

The primary answers PLACES requests at a time in SERVICE seconds each and lets the others wait. Every client asks again
as soon as it has an answer, also after a 503: worse than any client that heeds Retry-After.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from peers import UNDERSTUDY
from processes import Process, free_port

PLACES = 8
SERVICE = 0.02
ROWS = [("at capacity", PLACES), ("3 x as many", 3 * PLACES), ("25 x as many", 25 * PLACES), ("at capacity again", PLACES)]
CONFIG = """
listeners: [{{address: "127.0.0.1:{port}"}}]
primary: {{url: "http://127.0.0.1:{primary}"}}
workers: 1
{limits}
"""


async def serve_primary(port: int) -> None:
    places = asyncio.Semaphore(PLACES)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                async with places:
                    await asyncio.sleep(SERVICE)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)


class Tally:
    """What the clients of one row saw."""

    def __init__(self) -> None:
        self.served: list[float] = []
        self.refused = 0
        self.without_retry_after = 0
        self.broken = 0

    def row(self, name: str, clients: int, seconds: float) -> dict:
        ordered = sorted(self.served) or [float("nan")]
        at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3
        return {"name": name, "clients": clients, "served_per_second": len(self.served) / seconds, "p50_ms": at(0.5),
                "p99_ms": at(0.99), "refused": self.refused, "refused_without_retry_after": self.without_retry_after,
                "broken": self.broken}


async def client(port: int, until: float, tally: Tally) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            began = time.monotonic()
            writer.write(b"GET / HTTP/1.1\r\nHost: overload\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if head.startswith(b"HTTP/1.1 200"):
                tally.served.append(time.monotonic() - began)
            else:
                tally.refused += 1
                tally.without_retry_after += b"retry-after" not in head.lower()
        writer.close()
    except (asyncio.IncompleteReadError, ConnectionError, IndexError):
        tally.broken += 1


async def measure(limits: str, seconds: float, directory: Path) -> list[dict]:
    port, primary = free_port(), free_port()
    await serve_primary(primary)
    config = directory / "proxy.yaml"
    config.write_text(CONFIG.format(port=port, primary=primary, limits=limits))
    proxy = Process("understudy", [str(UNDERSTUDY), "proxy", "--config", str(config)], port, directory / "proxy.log")
    rows = []
    try:
        for name, clients in ROWS:
            tally = Tally()
            until = time.monotonic() + seconds
            await asyncio.gather(*(client(port, until, tally) for _ in range(clients)))
            rows.append(tally.row(name, clients, seconds))
    finally:
        proxy.stop()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench overload", description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    parser.add_argument("--seconds", type=float, default=4, help="length of one row (default 4)")
    options = parser.parse_args()
    if not UNDERSTUDY.exists():
        raise SystemExit(f"overload: SKIPPED, not built: {os.path.relpath(UNDERSTUDY)}")
    print(f"The primary can serve {PLACES / SERVICE:.0f} requests a second, {PLACES} at a time")
    results = {}
    for title, limits in [("no limit (the default)", ""), (f"in_flight: {PLACES}", f"limits: {{in_flight: {PLACES}}}")]:
        with tempfile.TemporaryDirectory(prefix="understudy-overload-") as directory:
            results[title] = asyncio.run(measure(limits, options.seconds, Path(directory)))
        print(f"\n{title:<24}{'clients':>9}{'served/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'503':>8}{'broken':>8}")
        for row in results[title]:
            print(f"  {row['name']:<22}{row['clients']:>9}{row['served_per_second']:>10.0f}{row['p50_ms']:>9.1f}"
                  f"{row['p99_ms']:>9.1f}{row['refused']:>8}{row['broken']:>8}")
    if options.json:
        Path(options.json).write_text(json.dumps({"schema": 1, "rows": results}, indent=1))


if __name__ == "__main__":
    main()

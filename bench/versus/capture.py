#!/usr/bin/env python3
"""Measures recording beside gzip and a plain copy of the same bytes: real API exchanges, one thread, one run.

usage: scripts/bench capture [--json FILE] [--rounds N] [--data FILE]
See bench/versus/README.md for how to read it.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import capture_reading
from rows import ROOT, UNDERSTUDY, Row, at_least, at_most, child_cpu_seconds

MICRO = Path(os.environ.get("UNDERSTUDY_CAPTURE_BENCH", ROOT / "build/release/bench/micro/capture_bench"))
DATA = Path(os.environ.get("UNDERSTUDY_DATA", ROOT.parent / "shared/data")) / "github-api.har.zst"


class Recorded:
    """The data set in every form that is compared; all in `directory`."""

    def __init__(self, data: Path, directory: Path):
        self.har = directory / "recorded.har"
        self.capture = directory / "recorded.ucap.zst"
        self.gor = directory / "recorded.gor"
        self.gzip = directory / "recorded.gor.gz"
        if data.suffix == ".zst":
            subprocess.run(["zstd", "-dqfo", self.har, data], check=True)
        else:
            self.har.write_bytes(data.read_bytes())
        raw = ["--allow-unscrubbed"]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([UNDERSTUDY, "capture", "import", "--from", "har", *raw, "-o", self.capture, self.har], **quiet)
        subprocess.run([UNDERSTUDY, "capture", "export", "--to", "gor", *raw, "-o", self.gor, self.capture], **quiet)


def micro_rates(recorded: Recorded, pattern: str, minimum_seconds: float) -> dict[str, dict]:
    """Each benchmark of the pattern once: its name, without how it is timed, to its figures."""
    done = subprocess.run(
        [MICRO, f"--benchmark_filter=^{pattern}(/manual_time)?$", "--benchmark_format=json", f"--benchmark_min_time={minimum_seconds}"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "UNDERSTUDY_CAPTURE": str(recorded.capture)})
    return {row["name"].removesuffix("/manual_time"): row for row in json.loads(done.stdout)["benchmarks"]}


def encode_rows(recorded: Recorded, rounds: int) -> list[Row]:
    """Neighbours within a round are compared; the median of the rounds counts."""
    cases = [("recorded exchanges", "BM_EncodeRecorded", "BM_MemcpyRecorded"), ("made-up, 7 KB bodies", "BM_Encode/7000", "BM_Memcpy/7000")]
    runs = [micro_rates(recorded, "BM_(Encode|Memcpy)(Recorded|/7000)", 0.2) for _ in range(rounds)]
    rows = []
    for title, encode, copy in cases:
        speed = {name: statistics.median(run[name]["bytes_per_second"] for run in runs) / 1e9 for name in (encode, copy)}
        ratio = statistics.median(run[encode]["bytes_per_second"] / run[copy]["bytes_per_second"] for run in runs)
        rows.append(at_least(f"encode / memcpy, {title}", f"{speed[encode]:.2f} GB/s", f"{speed[copy]:.2f} GB/s", ratio, 0.85))
    return rows


def gzip_rows(recorded: Recorded, rounds: int) -> list[Row]:
    ours, theirs, ratios = [], [], []
    for _ in range(rounds):
        theirs.append(child_cpu_seconds(["gzip", "-6", "-c", recorded.gor], recorded.gzip))
        run = micro_rates(recorded, "BM_EncodeAndCompressRecorded/3", 0.3)["BM_EncodeAndCompressRecorded/3"]
        ours.append(run["cpu_time"] / 1e3)
        ratios.append(theirs[-1] / ours[-1])
    sizes = recorded.capture.stat().st_size, recorded.gzip.stat().st_size
    return [
        at_least("gzip -6 of the .gor / encode + compress", f"{statistics.median(ours) * 1e3:.1f} ms",
                 f"{statistics.median(theirs) * 1e3:.1f} ms", statistics.median(ratios), 8),
        at_most("capture / gzip -6 of the .gor, bytes", f"{sizes[0]:,}", f"{sizes[1]:,}", sizes[0] / sizes[1], 0.83),
    ]


# Each takes the recorded data and the number of rounds, and gives rows.
MEASUREMENTS = [encode_rows, gzip_rows, *capture_reading.MEASUREMENTS]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench capture", description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each measurement (default 5)")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FILE", help=f"a HAR, .zst or plain (default {DATA.name} of UNDERSTUDY_DATA)")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    missing = [str(path) for path in (UNDERSTUDY, MICRO, options.data) if not path.exists()]
    if missing:
        print(f"scripts/bench capture: SKIPPED, not here: {', '.join(missing)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="understudy-capture-bench-") as directory:
        recorded = Recorded(options.data, Path(directory))
        print(f"{platform.platform()}, {options.rounds} rounds, medians; {recorded.gor.stat().st_size:,} bytes of .gor")
        print(f"  {'':<44}{'ours':>16}{'beside':>20}{'ratio':>9}   target")
        rows = []
        for measure in MEASUREMENTS:
            for row in measure(recorded, options.rounds):
                row.print()
                rows.append(row)
    if options.json:
        Path(options.json).write_text(json.dumps({"schema": 1, "platform": platform.platform(), "rounds": options.rounds,
                                                  "rows": [row.__dict__ for row in rows]}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The reading side of scripts/bench capture: verify, full decode, filters, merging."""

import os
import statistics
import subprocess
import time
from pathlib import Path

from rows import Row, UNDERSTUDY, at_least, at_most, child_cpu_seconds

# The data set is small: this many copies in one file are long enough to measure.
COPIES = 24
MERGED_FILES = 8


def wall_seconds(command: list) -> float:
    begun = time.monotonic()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def repeated(recorded, copies: int) -> Path:
    """One sealed file of many copies, as `cat` and `compact` make it."""
    joined = recorded.capture.with_name("joined.ucap.zst")
    path = recorded.capture.with_name(f"repeated-{copies}.ucap.zst")
    if not path.exists():
        joined.write_bytes(recorded.capture.read_bytes() * copies)
        subprocess.run([UNDERSTUDY, "capture", "compact", "--level", "3", "--allow-unscrubbed", joined, "-o", path],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        joined.unlink()
    return path


def verify_rows(recorded, rounds: int) -> list[Row]:
    """The longer file minus the shorter one: starting the program is not what is measured."""
    one, many = repeated(recorded, 1), repeated(recorded, COPIES)
    stored = many.stat().st_size - one.stat().st_size
    verify = [UNDERSTUDY, "capture", "verify"]
    for path in (one, many):
        wall_seconds([*verify, path])
    speeds = []
    for _ in range(rounds):
        seconds = wall_seconds([*verify, *([many] * 8)]) - wall_seconds([*verify, *([one] * 8)])
        speeds.append(8 * stored / max(seconds, 1e-4) / 1e9)
    speed = statistics.median(speeds)
    return [at_least("verify, stored GB/s", f"{speed:.2f} GB/s", "2 GB/s", speed / 2, 1)]


def decode_rows(recorded, rounds: int) -> list[Row]:
    many = repeated(recorded, COPIES)
    count = [UNDERSTUDY, "capture", "cat", "--count", many]
    zstd = ["zstd", "-dcq", many]
    cpu, wall = [], []
    output = Path(os.devnull)
    for _ in range(rounds):
        cpu.append((child_cpu_seconds(count, output), child_cpu_seconds(zstd, output)))
        wall.append((wall_seconds(count), wall_seconds(zstd)))
    rows = []
    for name, pairs in (("CPU", cpu), ("elapsed", wall)):
        ours, theirs = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        rows.append(at_least(f"zstd -dc / cat --count, {name}", f"{ours * 1e3:.0f} ms", f"{theirs * 1e3:.0f} ms",
                             statistics.median(pair[1] / pair[0] for pair in pairs), 0.8))
    return rows


def filter_rows(recorded, rounds: int) -> list[Row]:
    """Bytes asked of the kernel beyond the wanted chunks themselves: index, header, end."""
    many = repeated(recorded, COPIES)
    trace = many.with_name("trace")
    if subprocess.run(["which", "strace"], stdout=subprocess.DEVNULL).returncode != 0:
        print("  cat --where: SKIPPED, no strace")
        return []
    subprocess.run(["strace", "-f", "-e", "trace=pread64", "-o", trace, UNDERSTUDY, "capture", "cat", "--count", "--where",
                    "time<1971-01-01T00:00:00Z", many], check=True, stdout=subprocess.DEVNULL)
    read = sum(int(line.rsplit("= ", 1)[1]) for line in trace.read_text().splitlines()
               if "pread64(" in line and line.rsplit("= ", 1)[-1].isdigit())
    size = many.stat().st_size
    return [at_most("cat --where that wants nothing: share read", f"{read:,}", f"{size:,}", read / size, 0.004)]


def merge_rows(recorded, rounds: int) -> list[Row]:
    """Files of the same times, all of which overlap: sorted outside of memory."""
    many = repeated(recorded, COPIES)
    files = [many.with_name(f"merged-{i}.ucap.zst") for i in range(MERGED_FILES)]
    for path in files:
        os.link(many, path)
    output = many.with_name("merged.ucap.zst")
    command = [UNDERSTUDY, "capture", "merge", "--allow-unscrubbed", "--force", *files, "-o", output]
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"merge failed with {process.returncode}")
    peak = usage.ru_maxrss / 1024
    stored = sum(path.stat().st_size for path in files) / 1e6
    output.unlink()
    return [at_most(f"merge of {stored:.0f} MB at {stored / seconds:.0f} MB/s: memory", f"{peak:.0f} MiB", "256 MiB", peak / 256, 1)]


MEASUREMENTS = [verify_rows, decode_rows, filter_rows, merge_rows]

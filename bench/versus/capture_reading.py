"""The reading side of scripts/bench capture: verify, full decode, filters, merging."""

import itertools
import json
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

from rows import Row, UNDERSTUDY, at_least, at_most, child_cpu_seconds

# The data set is small: this many copies in one file are long enough to measure.
COPIES = 24
MERGED_FILES = 8
# Of the file in which one chunk in a hundred is wanted.
CHUNKS = 200
CHUNK_BYTES = 1 << 20
SEPARATOR = "\n🐵🙈🙉\n".encode()


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


def bytes_read(capture: Path, where: str) -> tuple[int, int]:
    """What a filter asks of the kernel, and how many exchanges it finds."""
    trace = capture.with_name("trace")
    done = subprocess.run(["strace", "-f", "-e", "trace=pread64", "-o", trace, UNDERSTUDY, "capture", "cat", "--count", "--where", where,
                           capture], check=True, stdout=subprocess.PIPE)
    return sum(int(line.rsplit("= ", 1)[1]) for line in trace.read_text().splitlines()
               if "pread64(" in line and line.rsplit("= ", 1)[-1].isdigit()), int(done.stdout)


def import_gor(records: list[bytes], path: Path) -> Path:
    text = path.with_suffix(".gor")
    text.write_bytes(b"".join(record + SEPARATOR for record in records))
    subprocess.run([UNDERSTUDY, "capture", "import", "--from", "gor", "--allow-unscrubbed", "--force", text, "-o", path],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    text.unlink()
    return path


def repeated_records(recorded) -> list[bytes]:
    """Request and response of each exchange in turn, in the order of time, none with a 5xx; enough for CHUNKS and some more."""
    fields = [(*record.split(b"\n", 1)[0].split(b" "), record.split(b"\n", 1)[1])
              for record in recorded.gor.read_bytes().split(SEPARATOR) if record]
    by_id = {}
    for kind, identity, begun, *_, payload in fields:
        by_id.setdefault(identity, {})[kind] = (int(begun), payload)
    whole = sorted((pair for pair in by_id.values() if len(pair) == 2), key=lambda pair: pair[b"1"][0])
    first, span = whole[0][b"1"][0], whole[-1][b"1"][0] - whole[0][b"1"][0] + 1_000_000_000
    records = []
    for copy in range(-(-CHUNKS * CHUNK_BYTES * 5 // 4 // recorded.gor.stat().st_size)):
        for i, pair in enumerate(whole):
            at = first + copy * span + i * 1000
            payload = re.sub(rb"^(HTTP/1.1) 5..", rb"\1 200", pair[b"2"][1])
            records += [b"1 %024x %d 0\n" % (copy << 32 | i, at) + pair[b"1"][1], b"2 %024x %d 0\n" % (copy << 32 | i, at + 500) + payload]
    return records


def chunks_of(capture: Path) -> list[dict]:
    listed = subprocess.run([UNDERSTUDY, "capture", "index", "--json", capture], check=True, stdout=subprocess.PIPE)
    return json.loads(listed.stdout)["files"][0]["chunks"]


def with_rare_errors(recorded) -> Path:
    """CHUNKS chunks, of which one in a hundred holds one 5xx, in its middle: of each hundred the one whose size is nearest to the mean."""
    path = recorded.capture.with_name("rare-errors.ucap.zst")
    records = repeated_records(recorded)
    chunks = chunks_of(import_gor(records, path))[:CHUNKS]
    ends = list(itertools.accumulate(chunk["exchanges"] for chunk in chunks))
    mean = statistics.mean(chunk["stored_bytes"] for chunk in chunks)
    records = records[:2 * ends[-1]]
    for hundred in range(0, CHUNKS, 100):
        chunk = min(range(hundred, hundred + 100), key=lambda i: abs(chunks[i]["stored_bytes"] - mean))
        at = 2 * (ends[chunk] - chunks[chunk]["exchanges"] // 2) + 1
        records[at] = re.sub(rb"HTTP/1.1 ...", b"HTTP/1.1 503", records[at], count=1)
    return import_gor(records, path)


def filter_rows(recorded, rounds: int) -> list[Row]:
    """Bytes asked of the kernel: the wanted chunks, and index, header, end."""
    if subprocess.run(["which", "strace"], stdout=subprocess.DEVNULL).returncode != 0:
        print("  cat --where: SKIPPED, no strace")
        return []
    path = with_rare_errors(recorded)
    size = path.stat().st_size
    chunks = chunks_of(path)
    wanted = sum(1 for chunk in chunks if chunk["status"]["5xx"])
    read, found = bytes_read(path, "status=5xx")
    if found != wanted or wanted * 100 != len(chunks):
        raise SystemExit(f"cat --where status=5xx: {found} found in {wanted} of {len(chunks)} chunks")
    nothing, _ = bytes_read(path, "time<1971-01-01T00:00:00Z")
    return [
        at_most("cat --where status=5xx in 1 % of chunks / 1 %", f"{read:,}", f"{size // 100:,}", 100 * read / size, 1),
        at_most("cat --where that wants nothing / 0.1 %", f"{nothing:,}", f"{size // 1000:,}", 1000 * nothing / size, 1),
    ]


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


# Merging comes before what takes much memory here: the peak of a child's memory begins with its parent's.
MEASUREMENTS = [verify_rows, decode_rows, merge_rows, filter_rows]

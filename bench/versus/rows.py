"""One figure beside what it is held against: what the measurements of captures give and print."""

import os
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNDERSTUDY = Path(os.environ.get("UNDERSTUDY_PROGRAM", ROOT / "build/release/understudy"))


@dataclass
class Row:
    """One figure beside what it is held against; `ratio` is read as the target says."""

    name: str
    ours: str
    theirs: str
    ratio: float
    target: str
    met: bool

    def print(self) -> None:
        print(f"  {self.name:<44}{self.ours:>16}{self.theirs:>20}{self.ratio:>9.2f}   {self.target:<8}"
              f"{'' if self.met else '  MISSED'}")


def at_least(name: str, ours: str, theirs: str, ratio: float, limit: float) -> Row:
    return Row(name, ours, theirs, ratio, f">= {limit:g}", ratio >= limit)


def at_most(name: str, ours: str, theirs: str, ratio: float, limit: float) -> Row:
    return Row(name, ours, theirs, ratio, f"<= {limit:g}", ratio <= limit)


def child_cpu_seconds(command: list, output: Path) -> float:
    """User and system time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(output, "wb") as out:
        subprocess.run(command, check=True, stdout=out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

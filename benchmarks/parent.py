"""What one more submission costs the parent process of ``autograder grade``, in CPU time and memory.

Grades many different trivial notebooks of the toy lab in ``tests/engine/toy_lab``, a tenth of them first,
and prints what the parent process used: its workers and the students' processes do not count.

    python benchmarks/parent.py [--count N] [--jobs N]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import MB, peak_memory
from notebooks import trivial
from places import ROOT

TOY_LAB = ROOT / "tests" / "engine" / "toy_lab" / "grading_config.yml"


AS_THE_PARENT = "--as-the-parent"
"""First argument of this script when it starts itself to run ``autograder``."""


@dataclass(frozen=True)
class Used:
    """What one run of the parent process used.

    Attributes:
        count: submissions.
        cpu_seconds: user and system time.
        peak_mb: peak resident memory (RSS).
        wall_seconds: of the whole command.
    """

    count: int
    cpu_seconds: float
    peak_mb: float
    wall_seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", metavar="N", type=int, default=300, help="submissions (default: 300)")
    parser.add_argument("--jobs", metavar="N", type=int, default=2, help="workers (default: 2)")
    options = parser.parse_args()
    few, all_of_them = (used(count, options.jobs) for count in (max(1, options.count // 10), options.count))
    print(f"{'submissions':>11}  {'CPU s of the parent':>19}  {'ms each':>7}  {'peak MB':>7}  {'wall s':>7}")
    for one in (few, all_of_them):
        print(
            f"{one.count:>11}  {one.cpu_seconds:>19.2f}  {1000 * one.cpu_seconds / one.count:>7.2f}  "
            f"{one.peak_mb:>7.1f}  {one.wall_seconds:>7.1f}"
        )
    if few.count < all_of_them.count:
        more = all_of_them.count - few.count
        print(
            f"each further submission: {1000 * (all_of_them.cpu_seconds - few.cpu_seconds) / more:.2f} ms of CPU, "
            f"{1024 * (all_of_them.peak_mb - few.peak_mb) / more:.1f} kB of memory"
        )


def used(count: int, jobs: int) -> Used:
    """Grade ``count`` notebooks with the real command."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        for number in range(count):
            student = folder / "class" / f"student {number}"
            student.mkdir(parents=True)
            (student / "words.ipynb").write_text(trivial(number), encoding="utf-8")
        report = folder / "used.json"
        command = [
            sys.executable, __file__, AS_THE_PARENT, report,
            "grade", folder / "class", "--out", folder / "out", "--config", TOY_LAB, "--jobs", str(jobs),
        ]  # fmt: skip
        started = time.perf_counter()
        with (folder / "log.txt").open("w") as log:
            done = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        written = len(list((folder / "out" / "results").glob("*.json")))
        if done.returncode or written != count:
            raise SystemExit(f"{written} of {count} graded:\n{(folder / 'log.txt').read_text()[-2000:]}")
        return Used(**json.loads(report.read_text()), count=count, wall_seconds=seconds)


def be_the_parent(report: Path, arguments: list[str]) -> int:
    """Run ``autograder`` in this process, then write down what it used; the exit code."""
    from autograder.cli import main as autograder

    code = autograder(arguments)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    report.write_text(json.dumps({"cpu_seconds": cpu_seconds, "peak_mb": peak_memory("self") / MB}))
    return code


if __name__ == "__main__":
    if sys.argv[1:2] == [AS_THE_PARENT]:
        sys.exit(be_the_parent(Path(sys.argv[2]), sys.argv[3:]))
    main()

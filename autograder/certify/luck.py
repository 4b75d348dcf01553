"""How often an honest right solution misses a threshold by bad luck.

The lab brings a Python file that trains as its solution does:

* ``SETTINGS``: name -> whether the lab's own text or solution has this setting;
* ``TRIES``: how often a submission may try before it loses a mark;
* ``reached(setting, seed)``: whether one training with this seed reaches the threshold.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from autograder.certify.events import Begun, Done, Listener
from autograder.certify.intervals import Rate
from autograder.certify.records import Records
from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.lab_modules import own_modules
from autograder.mutate.processes import lines, worker

SEEDS = range(1000, 1200)
"""Of the trainings of each setting."""

WORKER = "autograder.certify.luck"


@dataclass(frozen=True)
class Trainer:
    """What the lab's file offers."""

    settings: Mapping[str, bool]
    tries: int
    reached: Callable[[str, int], bool]
    source: str


@dataclass(frozen=True)
class Luck:
    """How one setting fared.

    Attributes:
        suggested: whether the lab's text or solution has it.
        missed: trainings that missed the threshold.
        tries: how often a submission may try.
    """

    setting: str
    suggested: bool
    missed: Rate
    tries: int

    @property
    def unlucky(self) -> float:
        """At most so often an honest submission loses a mark: every try misses, and each by its own luck."""
        return self.missed.high**self.tries


def trainer(lab: Lab) -> Trainer | None:
    """What the lab's file offers; ``None`` where the lab names none. The file runs here.

    Raises:
        ConfigurationError: it cannot be run, or offers something else.
    """
    named = lab.config.corpus.luck if lab.config.corpus else None
    if named is None:
        return None
    file = lab.file(named)
    spec = importlib.util.spec_from_file_location("luck_of_the_lab", file)
    try:
        if spec is None or spec.loader is None:
            raise ImportError("it is no Python file")
        module = importlib.util.module_from_spec(spec)
        with own_modules(lab.root):
            spec.loader.exec_module(module)
        return Trainer(dict(module.SETTINGS), int(module.TRIES), module.reached, file.read_text("utf-8"))
    except (OSError, ImportError, AttributeError, SyntaxError, TypeError, ValueError) as reason:
        raise ConfigurationError(f"{file}: expected SETTINGS, TRIES and reached(): {reason}") from None


def luck_of(lab: Lab, records: Records, named: str, jobs: int, tell: Listener) -> list[Luck]:
    """How each setting of the lab fares; nothing where the lab names no trainings.

    Args:
        records: where trainings are kept, and found again.
        named: the name of the lab and everything else that a training depends on.
        tell: hears of each training.

    Raises:
        ConfigurationError: the lab's file is broken, or a training is.
    """
    found = trainer(lab)
    if found is None:
        return []
    about = ("luck", named, found.source)
    tasks = [(setting, seed) for seed in SEEDS for setting in found.settings]
    reached = {task: known for task in tasks if (known := records.get(*about, task)) is not None}
    tell(Begun("trainings", len(tasks), len(reached)))
    for setting, seed, good in trained(lab, [task for task in tasks if task not in reached], jobs):
        reached[setting, seed] = good
        records.add(good, *about, (setting, seed))
        tell(Done(f"{setting}, seed {seed}"))
    return [
        Luck(name, suggested, Rate(sum(not reached[name, seed] for seed in SEEDS), len(SEEDS)), found.tries)
        for name, suggested in found.settings.items()
    ]


def trained(lab: Lab, tasks: Sequence[tuple[str, int]], jobs: int) -> Iterator[tuple[str, int, bool]]:
    """Setting, seed and whether that training reached the threshold, as each ends.

    Raises:
        ConfigurationError: a training process ended before its work was done.
    """
    left = {*tasks}
    with ExitStack() as resources:
        shares = [tasks[first::jobs] for first in range(jobs) if tasks[first::jobs]]
        asked = [json.dumps({"config": str(lab.path), "tasks": share}) for share in shares]
        workers = [resources.enter_context(worker(WORKER, text)) for text in asked]
        for line in lines(workers):
            left.remove((line["setting"], line["seed"]))
            yield line["setting"], line["seed"], line["reached"]
    if left:
        setting, seed = min(left)
        raise ConfigurationError(
            f"{lab.path}: luck: the training {setting!r} with seed {seed} ended with an error"
        )


def main() -> int:
    """Train as the standard input says, and write a line for each training; the exit code."""
    from autograder.config.load import load

    asked = json.loads(sys.stdin.read())
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a training may print
        found = trainer(load(Path(asked["config"])))
        assert found is not None
        for setting, seed in asked["tasks"]:
            line = {"setting": setting, "seed": seed, "reached": bool(found.reached(setting, seed))}
            out.write(json.dumps(line) + "\n")
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

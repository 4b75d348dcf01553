"""``autograder doctor``: can this machine grade safely and rightly?"""

from __future__ import annotations

import argparse

from autograder.commands.options import Commands, add_common_options, config_path

OK, FOUND_SOMETHING = 0, 1


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    doctor = commands.add_parser("doctor", help="can this machine grade safely and rightly?")
    doctor.add_argument("--quick", action="store_true", help="leave out the reference and the template")
    add_common_options(doctor)
    doctor.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one line per finding.

    Returns:
        0 when all is well, 1 otherwise.

    Raises:
        ConfigurationError: the configuration cannot be read, which says nothing about the machine.
    """
    from autograder.config.load import load
    from autograder.doctor import examine

    config = config_path(options.config)
    load(config)
    good = True
    for finding in examine(config, quick=options.quick, enforce=options.sandbox == "full"):
        print(f"{'ok  ' if finding.good else 'FAIL'}  {finding.what:<46} {finding.detail}", flush=True)
        good = good and finding.good
    print("This machine can grade." if good else "This machine must not grade: see the lines with FAIL.")
    return OK if good else FOUND_SOMETHING

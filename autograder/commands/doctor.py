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
    machine, lab, tried = True, True, False
    for finding in examine(config, quick=options.quick, enforce=options.sandbox == "full"):
        print(f"{'ok  ' if finding.good else 'FAIL'}  {finding.what:<46} {finding.detail}", flush=True)
        tried = tried or not finding.of_lab
        machine = machine and (finding.good or finding.of_lab)
        lab = lab and (finding.good or not finding.of_lab)
    see = "see the lines with FAIL"
    if not tried:
        print(f"This machine was not tried, the lab comes first: {see}.")
        return FOUND_SOMETHING
    print("This machine can grade." if machine else f"This machine must not grade: {see}.")
    if not lab:
        print(f"The lab is not ready: {see}; autograder test tells more about a question.")
    return OK if machine and lab else FOUND_SOMETHING

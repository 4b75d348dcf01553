"""Grades Jupyter-notebook labs: student code in a sandbox, tests and marks outside of it."""

__version__ = "0.1.0"

DISTRIBUTION = "lab-autograder"
"""Name under which this package is installed, as `pyproject.toml` has it."""

__all__ = ["__version__"]

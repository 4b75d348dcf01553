"""Grades Jupyter-notebook labs: student code in a sandbox, tests and marks outside of it."""

__version__ = "0.1.0"

__all__ = ["__version__"]

"""Labs from before ``files:`` kept folders, when given/plots.py lay beside the notebook as plots.py."""

from __future__ import annotations

import ast
import re
from typing import Any

from autograder.config import located_yaml
from autograder.config.load import Lab
from autograder.config.wording import report
from autograder.errors import ConfigurationError
from autograder.notebook.code import parsed
from autograder.notebook.template import code_sources, read_template


def refuse_flat_files(lab: Lab) -> None:
    """Refuse a lab whose notebook looks for a file under its bare name, and never names its folder.

    Every submission would miss the file, and lose marks for it.

    Raises:
        ConfigurationError: one line per file: where it lies now, and what to do.
    """
    in_folders = [(index, name) for index, name in enumerate(lab.config.files) if "/" in name]
    if not in_folders or not (said := read_template(lab, _names)):
        return
    problems = [
        (
            ("files", index),
            f"{name} lies beside the notebook as {name}, and the template looks for {bare}: "
            f"move the file to {bare}, or name its folder in the master",
        )
        for index, name in in_folders
        for folder, bare in [(name.split("/", 1)[0], name.rsplit("/", 1)[1])]
        if {bare, bare.removesuffix(".py")} & said
        and not any(folder in re.split(r"[./]", one) for one in said)
    ]
    if problems:
        raise ConfigurationError(report(located_yaml.read(lab.path), problems))


def _names(notebook: Any) -> set[str]:
    """Texts in the template's code, and the modules that it imports."""
    nodes = [
        node
        for source in code_sources(notebook)
        if (tree := parsed(source)) is not None
        for node in ast.walk(tree)
    ]
    said = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    said |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return said | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}

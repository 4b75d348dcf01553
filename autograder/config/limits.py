"""What a submission may use, and how its kernel starts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from autograder.config.fields import Megabytes, Seconds, Section


class Limits(Section):
    """What a submission may use. ``…_mb`` counts 2**20 bytes.

    ``…_seconds`` goes by while student code computes, or sleeps, not while it waits for a busy processor.
    """

    cell_seconds: Seconds = Field(default=90, description="seconds: one cell of the notebook")
    notebook_seconds: Seconds = Field(default=300, description="seconds: all cells together")
    request_seconds: Seconds = Field(default=20, description="seconds: one call that a test case makes")
    submission_seconds: Seconds = Field(default=900, description="seconds: notebook and test cases")
    busy_factor: Annotated[float, Field(ge=1, le=100)] = Field(
        default=8, description="factor: how much longer each may last by the clock on a busy processor"
    )
    memory_mb: Megabytes = Field(default=4096, description="MB: private memory of the kernel")
    disk_mb: Megabytes = Field(default=200, description="MB: working directory, all files together")
    disk_files: Annotated[int, Field(ge=10, le=10_000_000)] = Field(
        default=5000, description="count: files and folders in the working directory"
    )
    file_mb: Megabytes = Field(default=100, description="MB: one written file")
    open_files: Annotated[int, Field(ge=32, le=65_536)] = Field(
        default=256, description="count: files and sockets open at once"
    )
    threads: Annotated[int, Field(ge=8, le=4096)] = Field(
        default=64, description="count: threads (and processes, where they are allowed at all)"
    )
    restarts: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=10, description="count: cells that may end the kernel; the cells after them are not run"
    )
    grader_mb: Megabytes = Field(
        default=6144,
        description="MB: private memory of a process that grades, which reads what students wrote",
    )
    output_mb: Megabytes = Field(default=20, description="MB: stored outputs of the notebook")
    reply_mb: Megabytes = Field(default=64, description="MB: one answer to a test case")
    reading_mb: Megabytes = Field(
        default=1024, description="MB: what a grading process may gain while it reads one notebook's messages"
    )
    notebook_mb: Megabytes = Field(default=50, description="MB: one submitted .ipynb file")
    archive_mb: Megabytes = Field(default=2000, description="MB: everything unpacked from one upload")
    archive_members: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=20_000, description="count: members of one upload, nested archives included"
    )


class Kernel(Section):
    """How the kernel starts."""

    preload: tuple[
        Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")], ...
    ] = Field(default=(), strict=False, description="modules imported once, before the sandbox closes")
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=1, description="count: threads of one numerical operation"
    )

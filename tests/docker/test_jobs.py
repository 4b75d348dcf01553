"""How many jobs fit into what control groups allow, with their files as the system writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.workers.cores import JOB_BYTES, core_shares, default_jobs

PROCESSORS = len(os.sched_getaffinity(0))

UNLIMITED_V1 = {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000", "memory/memory.limit_in_bytes": "9223372036854771712"}  # fmt: skip


def jobs(folder: Path, membership: str, files: dict[str, str]) -> int:
    for name, text in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    (folder / "membership").write_text(membership)
    return default_jobs(folder / "groups", folder / "membership")


def test_without_control_groups_there_is_a_job_for_each_processor(tmp_path):
    assert default_jobs(tmp_path / "none", tmp_path / "none") == PROCESSORS


def test_groups_without_limits_change_nothing(tmp_path):
    second = {"cpu.max": "max 100000", "memory.max": "max"}
    assert jobs(tmp_path / "2", "0::/\n", second) == PROCESSORS
    assert jobs(tmp_path / "1", "2:cpu,cpuacct:/\n1:memory:/\n0::/\n", UNLIMITED_V1) == PROCESSORS


@pytest.mark.parametrize(
    ("membership", "files"),
    [
        pytest.param("0::/\n", {"cpu.max": "150000 100000"}, id="second version, in a container"),
        pytest.param("0::/a/b\n", {"a/b/cpu.max": "150000 100000"}, id="its own group"),
        pytest.param("0::/a/b\n", {"a/cpu.max": "150000 100000"}, id="the group around it"),
        pytest.param("0::/\n", {"cpu.max": "1000 100000"}, id="far less than one processor"),
        pytest.param(
            "3:cpu,cpuacct:/docker/1f\n",
            {"cpu/cpu.cfs_quota_us": "150000", "cpu/cpu.cfs_period_us": "100000"},
            id="first version, in a container that sees its name outside",
        ),
        pytest.param(
            "3:cpu,cpuacct:/docker/1f\n",
            {"cpu,cpuacct/docker/1f/cpu.cfs_quota_us": "50000", "cpu,cpuacct/docker/1f/cpu.cfs_period_us": "50000"},
            id="first version, controllers in one folder",
        ),
        pytest.param("0::/\n", {"memory.max": str(JOB_BYTES * 2 - 1)}, id="memory for not quite two"),
        pytest.param("0::/\n", {"memory.max": "1000"}, id="memory for less than one"),
        pytest.param("4:memory:/x\n", {"memory/x/memory.limit_in_bytes": str(JOB_BYTES)}, id="memory, first version"),
    ],
)  # fmt: skip
def test_with_less_than_two_there_is_one_job(membership, files, tmp_path):
    assert jobs(tmp_path, membership, files) == 1


def test_a_single_job_gets_all_cores():
    assert core_shares(1) == (frozenset(os.sched_getaffinity(0)),)


@pytest.mark.parametrize("count", [2, 3, 5, 64])
def test_each_job_has_cores_that_no_other_has_as_long_as_there_are_enough(count, tmp_path):
    shares = core_shares(count, tmp_path / "none", tmp_path / "none")
    cores = os.sched_getaffinity(0)
    assert [len(share) for share in shares] == [max(1, PROCESSORS // count)] * count
    assert frozenset().union(*shares) <= cores
    used = [core for share in shares for core in share]
    assert max(used.count(core) for core in cores) == -(-len(used) // PROCESSORS)


def test_no_more_cores_are_shared_out_than_the_container_may_use(tmp_path):
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "membership").write_text("0::/\n")
    shares = core_shares(2, tmp_path, tmp_path / "membership")
    assert [len(share) for share in shares] == [1, 1]
    assert shares[0] != shares[1] or PROCESSORS == 1


def test_more_than_the_machine_has_is_no_gain(tmp_path):
    plenty = {"cpu.max": "102400000 100000", "memory.max": str(1 << 50)}
    assert jobs(tmp_path, "0::/\n", plenty) == PROCESSORS


def test_the_groups_of_others_do_not_count(tmp_path):
    assert jobs(tmp_path, "0::/a\n", {"b/cpu.max": "1000 100000", "b/memory.max": "1000"}) == PROCESSORS

"""Work in other processes: in order, never far ahead, and nobody left behind."""

from __future__ import annotations

import multiprocessing
import operator
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fieldapp.matching.crew import Crew, CrewLostError


@pytest.mark.parametrize("processes", [0, 1, 2])
def test_results_come_in_the_order_of_the_tasks_and_tasks_are_taken_as_they_are_done(processes: int) -> None:
    asked = 0

    def tasks() -> Iterator[int]:
        nonlocal asked
        for asked in range(1, 31):
            yield -asked

    with Crew[int, int](processes, partial, abs) as crew:
        for number, done in enumerate(crew.map(tasks()), 1):
            assert done == number
            assert asked - number <= 2 * processes + 1
    assert asked == 30
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_task_raises_comes_back_and_ends_the_processes(processes: int) -> None:
    with pytest.raises(ZeroDivisionError), Crew[int, float](processes, partial, operator.truediv, 1) as crew:
        list(crew.map([2, 0, 3]))
    assert multiprocessing.active_children() == []


def test_a_process_that_is_lost_is_told_and_waited_for_by_nobody() -> None:
    with pytest.raises(CrewLostError), Crew[int, None](2, partial, os._exit) as crew:
        list(crew.map([3] * 20))
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not tell whose child a process is")
def test_processes_end_when_the_one_that_started_them_is_killed() -> None:
    script = (
        "import time\nfrom functools import partial\nfrom fieldapp.matching.crew import Crew\n"
        "if __name__ == '__main__':\n"
        "    with Crew(2, partial, time.sleep) as crew:\n"
        "        for each in crew.map([0, 0, 60, 60]): print('.', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
    assert len(children) >= 2
    deadline = time.monotonic() + 20
    while any(map(runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, children))


def runs(process: str) -> bool:
    """Whether a process is still there; one that has ended and that nobody has asked about yet is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

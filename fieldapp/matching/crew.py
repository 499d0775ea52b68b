"""Work handed to other processes, in order, with never more under way than they can take; or done right here.

Processes are started by `spawn`, the one way that every system has. Nothing they work on touches a disk: what they need
goes to them through pipes. They end with the work, with its cancelling, and when the process that started them is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")

#: More processes would each hold the people once more and gain little.
MOST_PROCESSES: Final = 4
_AHEAD: Final = 2


class CrewLostError(Exception):
    """A process ended by itself, mostly because the machine had no memory left; the work is not done."""


def processes_here() -> int:
    """How many processes are worth having on this machine: its processors, but not many."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_PROCESSES)


class Crew(Generic[Task, Done]):
    """`make(*given)` is called once in every process and gives the function that does a task.

    With `processes` below two everything is done in this process. Use as a context; leaving it ends the processes.
    """

    def __init__(self, processes: int, make: Callable[..., Callable[[Task], Done]], *given: Any) -> None:
        self._here: Callable[[Task], Done] | None = make(*given) if processes < 2 else None
        self._executor: ProcessPoolExecutor | None = None
        self._ahead = processes * _AHEAD
        if self._here is None:
            self._executor = ProcessPoolExecutor(
                processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(make, given)
            )

    def __enter__(self) -> Crew[Task, Done]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._executor is not None:
            # Tasks are short, so waiting for those at hand is quicker than anybody notices.
            self._executor.shutdown(wait=True, cancel_futures=True)

    def map(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """What came of each task, in their order; `tasks` is asked for the next one only when somebody is free.

        Raises what a task raised, and CrewLostError.
        """
        if self._here is not None:
            yield from map(self._here, tasks)
            return
        under_way: deque[Future[Done]] = deque()
        for task in tasks:
            under_way.append(self._submitted(task))
            if len(under_way) > self._ahead:
                yield _result(under_way.popleft())
        while under_way:
            yield _result(under_way.popleft())

    def _submitted(self, task: Task) -> Future[Done]:
        if self._executor is None:
            raise RuntimeError("there are no other processes")
        try:
            with _quiet_start():
                return self._executor.submit(_do, task)
        except BrokenProcessPool as error:
            raise CrewLostError from error


def _result(future: Future[Done]) -> Done:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise CrewLostError from error


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Processes start on demand, with Ctrl+C already left to the one that started them: they inherit the ignoring."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_work: Callable[[Any], Any] | None = None


def _begin(make: Callable[..., Callable[[Any], Any]], given: tuple[Any, ...]) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work = make(*given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # Whoever wanted the work was killed; nobody is left to be told anything.
        os._exit(1)


def _do(task: Any) -> Any:
    if _work is None:
        raise RuntimeError("this process was given no work")
    return _work(task)

"""Several reading processes at work: files in, what was read of them out, in bounded memory.

One thread serves each process. A process is replaced when it dies, when it has read many files
and when it has grown; a file that ends a used process is tried once more in a fresh one, so
that it does not pay for what came before it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from pincite.config import Config
from pincite.ingest.parsed import Parsed, Reading, Task
from pincite.ingest.process import COMMAND, WorkerProcess

HELD_BYTES = 128 << 20
"""Results that nobody has fetched yet may hold about this much before reading pauses."""
FILES_A_PROCESS = 5_000
PEAK_MB = 1_500.0
TICK_S = 0.25


class Channel:
    """A queue bounded by the weight of what it holds, with room for news that may be dropped."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held = 0
        self._items: deque[tuple[Parsed | Reading | BaseException, int]] = deque()
        self._change = threading.Condition()
        self._open, self._nudged = True, False

    def put(self, item: Parsed | BaseException, weight: int) -> None:
        """Add an item, waiting while others hold the room it needs."""
        with self._change:
            self._change.wait_for(
                lambda: not self._open or not self._held or self._held + weight <= self._limit
            )
            self._items.append((item, weight))
            self._held += weight
            self._change.notify_all()

    def tell(self, news: Reading) -> None:
        """Add news unless there is plenty already; never waits."""
        with self._change:
            if len(self._items) < 100:
                self._items.append((news, 0))
                self._change.notify_all()

    def get(self, timeout_s: float) -> Parsed | Reading | BaseException | None:
        """Return the next item, or None when none came in time."""
        with self._change:
            self._change.wait_for(lambda: self._items or self._nudged, timeout_s)
            self._nudged = False
            if not self._items:
                return None
            item, weight = self._items.popleft()
            self._held -= weight
            self._change.notify_all()
            return item

    def nudge(self) -> None:
        """Wake whoever waits for an item, for there may be no more."""
        with self._change:
            self._nudged = True
            self._change.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._change:
            self._open = False
            self._change.notify_all()


class Pool:
    """Reads files in processes of their own; use it as a context manager.

    Example:
        with Pool(config) as pool:
            for item in pool.read(tasks):
                ...  # Parsed, Reading, or None when nothing happened for a moment
    """

    def __init__(
        self,
        config: Config,
        *,
        command: Sequence[str] = COMMAND,
        files_a_process: int = FILES_A_PROCESS,
        held_bytes: int = HELD_BYTES,
    ) -> None:
        self._config, self._command = config, command
        self._files_a_process = files_a_process
        self._channel = Channel(held_bytes)
        self._workers: dict[int, WorkerProcess] = {}
        self._lock = threading.Lock()
        self._stopping = False  # no Event: a signal handler sets it, and must not wait for a lock
        self._over = threading.Event()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._at_work = 0

    def __enter__(self) -> Pool:
        self._folder = Path(tempfile.mkdtemp(prefix="pincite-"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        for thread in self._threads:
            thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def read(self, tasks: Iterable[Task]) -> Iterator[Parsed | Reading | None]:
        """Yield each file as it is done, with news of long ones, and None in quiet moments.

        Raises:
            PinciteError: No reading process can be started.
        """
        self._tasks = iter(tasks)
        wanted = self._config["workers"] or os.cpu_count() or 1
        serving = [threading.Thread(target=self._serve, daemon=True) for _ in range(wanted)]
        watching = threading.Thread(target=self._watch, daemon=True)
        self._threads, self._at_work = [*serving, watching], wanted
        for thread in self._threads:
            thread.start()
        while True:
            at_work = self._at_work
            item = self._channel.get(TICK_S if at_work else 0.0)
            if isinstance(item, BaseException):
                raise item
            if item is None and not at_work:
                self._over.set()
                return
            yield item

    def stop(self) -> None:
        """Begin no further file; those begun are finished."""
        self._stopping = True

    def kill(self) -> None:
        """End all reading now; what was being read is lost, and read again in another run."""
        self._stopping = True
        self._over.set()
        self._channel.close()
        with self._lock:
            workers = list(self._workers.values())
        for worker in workers:
            worker.kill()

    def _next(self) -> Task | None:
        with self._lock:
            return None if self._stopping else next(self._tasks, None)

    def _serve(self) -> None:
        worker: WorkerProcess | None = None
        try:
            while (task := self._next()) is not None:
                worker = worker or self._start()
                parsed = self._read(worker, task)
                if _may_be_innocent(parsed, worker) and not self._over.is_set():
                    worker.bury()
                    worker = self._start()
                    parsed = self._read(worker, task)
                if self._over.is_set():
                    return
                self._channel.put(parsed, parsed.weight_bytes)
                if self._spent(worker):
                    worker.bury()
                    worker = None
        except BaseException as error:
            self._stopping = True
            self._channel.put(error, 0)
        finally:
            if worker is not None:  # idle, or its answer is not wanted any more
                worker.kill()
                worker.bury()
            with self._lock:
                self._at_work -= 1
            self._channel.nudge()

    def _start(self) -> WorkerProcess:
        number = next(self._numbers)
        count = self._config["workers"] or os.cpu_count() or 1
        threads = max(1, (os.cpu_count() or 1) // count)
        worker = WorkerProcess(self._config, self._folder / str(number), threads, self._command)
        with self._lock:
            self._workers = {n: w for n, w in self._workers.items() if not w.dead}
            self._workers[number] = worker
        if self._over.is_set():  # killed between the two: nobody else would end it
            worker.kill()
        worker.start()
        return worker

    def _read(self, worker: WorkerProcess, task: Task) -> Parsed:
        return worker.read(task, lambda news: self._channel.tell(Reading(task, news)))

    def _spent(self, worker: WorkerProcess) -> bool:
        return worker.dead or worker.files >= self._files_a_process or worker.peak_mb > PEAK_MB

    def _watch(self) -> None:
        """Kill whatever takes too long."""
        while not self._over.wait(0.1):
            with self._lock:
                workers = list(self._workers.values())
            for worker in workers:
                worker.expire(time.monotonic())


def _may_be_innocent(parsed: Parsed, worker: WorkerProcess) -> bool:
    """Return whether a file may have failed for what earlier files left in the process."""
    failure = parsed.failure
    if failure is None or worker.files < 2:
        return False
    died = worker.dead and failure.code == "PARSER_CRASHED"
    return died or failure.code == "PARSER_MEMORY"

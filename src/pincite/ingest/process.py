"""One reading process, seen from the program: started, asked, watched, and buried."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from pincite.config import Config
from pincite.errors import IngestError, PinciteError
from pincite.ingest.parsed import Collector, Parsed, Task
from pincite.ingest.problems import limit_reached
from pincite.ingest.wire import (
    End,
    StreamEnded,
    WireError,
    asset_to_json,
    read_event,
    read_frame,
    write_frame,
)
from pincite.types import Problem, Progress

COMMAND = (sys.executable, "-P", "-X", "faulthandler", "-m", "pincite.ingest.worker")
START_S = 120.0
_KEPT_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "XDG_CACHE_HOME", "XDG_DATA_HOME",
    "XDG_CONFIG_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "APPDATA",
    "LOCALAPPDATA", "USERPROFILE",
)  # fmt: skip
_OUT_OF_MEMORY = (b"MemoryError", b"bad_alloc", b"annot allocate memory", b"out of memory")


class WorkerProcess:
    """A process that reads files one at a time, in a process group and a folder of its own."""

    def __init__(self, config: Config, folder: Path, threads: int, command: Sequence[str]) -> None:
        self.files, self.peak_mb, self.dead = 0, 0.0, False
        self._config = config
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._timed_out = False
        folder.mkdir()
        self._messages = folder / "messages"
        with self._messages.open("ab") as messages:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                cwd=folder,
                env=_environment(folder, threads),
                start_new_session=True,
            )
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)

    def start(self) -> None:
        """Hand over the settings and wait until the process is confined and ready.

        Raises:
            PinciteError: It does not come up; the message holds its last words.
        """
        self._deadline = time.monotonic() + START_S
        try:
            write_frame(self._requests, {"config": dict(self._config.values)})
            self._requests.flush()
            ready = read_frame(self._replies)
        except (WireError, OSError):
            ready = None
        self._deadline = None
        if ready is None:
            self.bury()
            raise PinciteError(
                f"could not start a process that reads files (it ended with "
                f"{self._process.returncode}): {self._last_words() or 'it said nothing'}. "
                f"Check that file_memory_mb ({self._config['file_memory_mb']}) is enough, "
                f"and that pincite is installed completely: pincite doctor"
            )

    def read(self, task: Task, on_progress: Callable[[Progress], None]) -> Parsed:
        """Have one file read; afterwards `dead` says whether the process is still of use."""
        started = time.monotonic()
        collector = Collector(task, self._config)
        self._set_deadline(started + self._config["file_timeout_s"])
        nonsense = None
        try:
            self._ask(task)
            ended = self._collect(collector, on_progress)
        except (StreamEnded, OSError):
            ended = False
        except WireError as error:
            ended, nonsense = False, str(error)
            self.kill()
        self._set_deadline(None)
        if not ended or self._timed_out:
            self.bury()
        if not ended:
            collector.take(self._autopsy(collector.found, nonsense))
        self.files += 1
        return collector.result(time.monotonic() - started)

    def _ask(self, task: Task) -> None:
        write_frame(self._requests, {"path": task.path, "asset": asset_to_json(task.asset)})
        self._requests.flush()

    def _collect(self, collector: Collector, on_progress: Callable[[Progress], None]) -> bool:
        """Take events until the file ends; False when the stream ends before it."""
        while (event := read_event(self._replies)) is not None:
            if isinstance(event, End):
                self.peak_mb = event.peak_mb
                return True
            if isinstance(event, Progress):
                on_progress(event)
            else:
                collector.take(event)
        return False

    def expire(self, now: float) -> None:
        """Kill the process group if the file it reads has had its time."""
        with self._lock:
            if self._deadline is not None and now > self._deadline:
                self._timed_out = True
                self._signal_group()

    def bury(self) -> None:
        """End the process and all it started, and let go of its pipes."""
        if self.dead:
            return
        self.dead = True
        self._close(self._requests)  # an idle process ends by itself at the end of its input
        try:
            self._process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            self.kill()
        with self._lock:
            self._signal_group()
        self._process.wait()
        self._close(self._replies)

    def _set_deadline(self, when: float | None) -> None:
        with self._lock:
            self._deadline = when

    def kill(self) -> None:
        """End the process group at once; whoever waits for its answer sees the stream end."""
        with self._lock:
            self._signal_group()

    def _signal_group(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # nobody is left in it (macOS: a zombie)
            return

    def _close(self, pipe: BinaryIO) -> None:
        try:
            pipe.close()
        except BrokenPipeError:  # the process died before it read its last request
            return

    def _autopsy(self, found: int, nonsense: str | None) -> Problem | IngestError:
        code = self._process.returncode
        words = self._last_words()
        cpu = sys.platform != "win32" and code == -signal.SIGXCPU
        if self._timed_out or cpu:
            return limit_reached("time", found, self._config)
        killed = sys.platform != "win32" and code == -signal.SIGKILL and nonsense is None
        if killed or any(sign in words.encode() for sign in _OUT_OF_MEMORY):
            return limit_reached("memory", 0, self._config)
        how = nonsense or f"died ({_death(code)})"
        told = f" Its last words: {words.splitlines()[0][:200]}" if words else ""
        return IngestError(
            "PARSER_CRASHED",
            f"The process reading the file {how}.{told}",
            "Open the file in its own program; if it is sound there, report this as a bug.",
        )

    def _last_words(self) -> str:
        try:
            return self._messages.read_bytes()[-4000:].decode("utf-8", "replace").strip()
        except OSError:
            return ""


def _death(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"


def _environment(folder: Path, threads: int) -> dict[str, str]:
    """Return the variables of a reading process: no keys or tokens, modest threads."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    threading_ = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)
    )
    return (
        kept
        | threading_
        | {
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",
            "TMPDIR": str(folder),
            "TEMP": str(folder),
            "TMP": str(folder),
        }
    )

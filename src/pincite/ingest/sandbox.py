"""What a process that reads strangers' files may not do: grow, write, connect, start programs.

Limits of the operating system where it has them (memory, time, file size, open files, no core
dump). On Linux the kernel itself refuses sockets and new programs (seccomp); everywhere Python
refuses them too (audit hook), which stops our own mistakes but not hostile machine code.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import signal
import struct
import sys
from pathlib import Path
from typing import Any

from pincite.config import Config

MB = 1 << 20
SHARED_MB = 8192
"""Address space for code, shared libraries and reserved but unused pages, beside the memory."""
OPEN_FILES = 256
_REFUSED_EVENTS = frozenset(
    {
        "socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo",
        "socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
        "os.startfile", "webbrowser.open",
    }
)  # fmt: skip
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SECCOMP_MODE_FILTER = 2

# Numbers of: socket, connect, bind, listen, accept, accept4, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, bpf, unshare, setns, io_uring_setup
_X86 = (41, 42, 49, 50, 43, 288, 59, 322, 101, 310, 311, 321, 272, 308, 425)
_ARM = (198, 203, 200, 201, 202, 242, 221, 281, 117, 270, 271, 280, 97, 268, 425)
_CALLS = {"x86_64": (0xC000003E, _X86), "aarch64": (0xC00000B7, _ARM)}
"""Machine to the kernel's name of its architecture and the calls refused there."""


def confine(config: Config) -> None:
    """Take from this process, for good, what reading a file does not need."""
    if sys.platform != "win32":
        _limit(config)
    sys.addaudithook(_refuse)
    if sys.platform == "linux":
        _die_with_parent()
        _refuse_calls()


def allow_seconds(config: Config) -> None:
    """Give the process the processor time of one file, from now on."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime
    allowed = int(seconds + config["file_timeout_s"] * (os.cpu_count() or 1)) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        allowed = min(allowed, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def resident_mb() -> float:
    """Return the most memory this process has held so far.

    Linux counts the memory of whoever started a process as its own in `getrusage`; a reader
    started by a large program would seem large. Its own peak stands in `/proc`.
    """
    if sys.platform == "win32":
        return 0.0
    import resource

    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:  # macOS has no such file, and a container may hide it
        status = ""
    if own := re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE):
        return int(own[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak / 1024


def _limit(config: Config) -> None:
    if sys.platform == "win32":
        return
    import resource

    memory = config["file_memory_mb"] * MB
    limits = {
        resource.RLIMIT_AS: memory + SHARED_MB * MB,
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: config["max_unpacked_mb"] * MB,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            if sys.platform == "linux":  # macOS knows the names but refuses some of them
                raise


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REFUSED_EVENTS:
        raise PermissionError(errno.EACCES, f"a process that reads files may not do {event}")


def _prctl(*arguments: Any) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    filled = [*arguments, 0, 0, 0, 0][:5]
    return int(library.prctl(*(a if not isinstance(a, int) else ctypes.c_ulong(a) for a in filled)))


def _die_with_parent() -> None:
    """End this process when the one that started it ends, however that ends."""
    parent = os.getppid()
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _refuse_calls() -> None:
    """Install a filter of system calls; where the kernel has none, the other limits remain."""
    machine = platform.machine()
    if machine not in _CALLS or sys.maxsize < 2**32:
        return
    program = ctypes.create_string_buffer(_filter(*_CALLS[machine]))
    packed = struct.pack("@HP", (len(program) - 1) // 8, ctypes.addressof(program))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(packed))


def _filter(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Return the BPF program: refused calls give EACCES, all others pass.

    A foreign architecture and the x32 numbers, which would be ways around it, are refused too.
    """
    load, equal, at_least, leave = 0x20, 0x15, 0x35, 0x06
    refuse, allow = 0x00050000 | errno.EACCES, 0x7FFF0000
    n = len(refused)
    lines = [(load, 0, 0, 4), (equal, 0, n + 3, architecture), (load, 0, 0, 0)]
    lines.append((at_least, n + 1, 0, 0x40000000))
    lines += [(equal, n - i, 0, number) for i, number in enumerate(refused)]
    lines += [(leave, 0, 0, allow), (leave, 0, 0, refuse)]
    return b"".join(struct.pack("@HBBI", *line) for line in lines)

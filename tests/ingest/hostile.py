"""A reading process whose parser does what the first word of a file orders, for the tests.

It is started in place of the real one: same frames, same limits, another parser.
"""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path

from pincite.errors import IngestError
from pincite.ingest import worker
from pincite.ingest.detect import Detected
from pincite.types import (
    Extracted,
    Media,
    PageRegion,
    Problem,
    Progress,
    Segment,
    TextSpan,
    segment_id,
)

COMMAND = [sys.executable, "-P", "-X", "faulthandler", __file__]


def a_segment(asset, number, text, **media):
    locator = TextSpan(number * 1000, number * 1000 + len(text))
    id_ = segment_id(asset.id, locator, "hostile-1")
    return Extracted(Segment(id_, asset.id, "text", locator, text, ordinal=number), **media)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def slurp():
    """Take a gigabyte, piece by piece."""
    return [bytearray(16 << 20) for _ in range(64)]


def print_noise():
    print("noise " * 1000)
    os.write(1, b"\x00\xff" * 50_000)
    sys.stderr.write("more noise")
    return sys.stdin.read()


def damage_the_pipe():
    for number in range(3, 10):
        with contextlib.suppress(OSError):  # not open, or open for reading
            os.write(number, b"?" * 64)


def connect():
    socket.create_connection(("127.0.0.1", 9))


def kernel(*call):
    """What a library that does not ask Python gets from the kernel: the error number."""
    library = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    return ctypes.get_errno() if getattr(library, call[0])(*call[1:]) == -1 else 0


class Hostile:
    """Obeys the first word of the file; without an order the text is one segment."""

    def parse(self, path, asset, config):
        text = path.read_text("utf-8")
        order, _, rest = text.partition(" ")
        for number in range(rest.count("first")):
            yield a_segment(asset, 100 + number, "read before")
        match order:
            case "crash":
                crash()
            case "crash-if-used":
                if getattr(self, "used", False):
                    crash()
            case "exit":
                os._exit(3)
            case "hang":
                time.sleep(3600)
            case "progress":
                yield Progress("page", 3, 9)
                time.sleep(0.4)
                yield Progress("page", 4, 9)
            case "slurp":
                slurp()
            case "huge":
                bytearray(1 << 44)
            case "noise":
                print_noise()
            case "garbage":
                damage_the_pipe()
            case "raise":
                raise KeyError("no such part")
            case "refuse":
                raise IngestError("CORRUPT_FILE", "The table of contents is gone.", "Export again.")
            case "page":
                yield Problem("PAGE_FAILED", "Page 2 cannot be read.", "Export it again.")
            case "touch":
                os.utime(path, ns=(1, 1))
            case "delete":
                path.unlink()
            case "connect":
                connect()
            case "kernel":
                calls = [("socket", 2, 1, 0), ("execl", b"/bin/true", b"true", None)]
                yield a_segment(asset, 1, str([kernel(*call) for call in calls]))
            case "missing":
                Path("part-of-the-parser").read_text("utf-8")
            case "write":
                with Path("large").open("wb") as stream:
                    stream.write(b"x" * (3 << 20))
            case "pid":
                yield a_segment(asset, 1, str(os.getpid()))
            case "secret":
                yield a_segment(asset, 1, str(sorted(os.environ)))
            case "twins":
                yield a_segment(asset, 0, text)
            case "pictures":
                picture = Media("image/png", b"\x89PNG" * 1000)
                yield Extracted(
                    Segment("p" * 32, asset.id, "image", PageRegion(1), "caption"), picture, picture
                )
        self.used = True
        yield a_segment(asset, 0, text)


if __name__ == "__main__":
    worker.main(lambda path: Detected("text/x-hostile", "hostile"), lambda name: Hostile())

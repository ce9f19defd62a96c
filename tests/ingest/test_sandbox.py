"""What a confined process knows of itself."""

import subprocess
import sys

import pytest

ASK = "from pincite.ingest.sandbox import resident_mb; print(resident_mb())"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the starter's memory in")
def test_memory_of_the_starting_program_is_not_the_readers():
    """Else a large program would have a fresh process for every single file."""
    held = b"\1" * (400 << 20)
    small = float(subprocess.run([sys.executable, "-c", ASK], capture_output=True).stdout)
    assert len(held) == 400 << 20
    assert 1 < small < 300


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_the_peak_is_told_after_the_memory_was_given_back():
    taken = f"held = b'x' * (200 << 20); del held; {ASK}"
    peak = float(subprocess.run([sys.executable, "-c", taken], capture_output=True).stdout)
    assert 200 < peak < 400

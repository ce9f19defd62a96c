"""Reads the tide gauge on the north jetty and warns the house.

Runs from cron on the logger (DL-8) every six minutes. Wei Lan, last changed 2025-02-11.
"""

import math
import statistics
import time

PORT = "/dev/ttyS1"
BAUD = 4800
SAMPLES = 24  # one reading is the median of 24 samples, five seconds apart
SURGE_LIMIT_M = 2.85  # above this the boat must be hauled out and the house is rung
SPIKE_M = 0.40  # a step larger than this between two samples is thrown away
OFFSET_M = -0.127  # gauge zero below station datum, levelled on 12 January 2025


def clean(samples):
    """Drop spikes. Gulls like to sit on the pipe and we must not record the gull."""
    kept = samples[:1]
    for value in samples[1:]:
        if abs(value - kept[-1]) <= SPIKE_M:
            kept.append(value)
    return kept


def level(samples):
    """Return the water level above station datum in metres, or nan when too few are left."""
    kept = clean(samples)
    # Fewer than nine good samples means ice on the float: report nothing rather than nonsense.
    if len(kept) < 9:
        return math.nan
    return statistics.median(kept) + OFFSET_M


def watch(port, ring):
    """Take one reading and ring extension 212 when the surge limit is passed."""
    samples = []
    for _ in range(SAMPLES):
        samples.append(float(port.readline()))
        time.sleep(5)
    metres = level(samples)
    if metres > SURGE_LIMIT_M:
        ring(212, f"Surge: {metres:.2f} m on the north jetty")
    return metres

"""Numbers of the station: weather by the day, fuel by the week, instruments, a logger script."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from .places import CellFinder, Made, TextFinder

WEATHER_HEAD = "date,temp_mean_c,temp_min_c,wind_mean_ms,gust_max_ms,pressure_hpa,rain_mm,remark"
WEATHER = """\
01,3.1,0.4,6.2,12.8,1004.1,0.0,bright
02,2.8,-0.3,7.0,14.1,1002.6,0.2,
03,3.9,1.2,9.4,19.7,996.3,3.8,drizzle
04,4.4,1.9,8.8,18.0,994.0,1.1,
05,2.2,-1.0,5.1,11.2,1001.8,0.0,fog until noon
06,1.9,-1.4,4.3,9.6,1007.5,0.0,calmest day
07,2.6,-0.8,6.7,13.9,1006.0,0.0,
08,4.8,2.0,11.3,23.5,989.2,6.4,
09,5.2,2.7,12.0,25.1,984.7,7.7,
10,6.9,4.1,13.8,28.8,979.5,12.3,warmest day
11,6.1,3.6,15.2,31.4,975.8,41.0,wettest day
12,3.3,0.6,10.1,21.9,988.1,2.2,
13,1.7,-1.9,8.4,17.5,995.9,0.0,
14,0.9,-2.6,7.9,16.6,998.7,0.3,snow grains
15,0.2,-3.1,6.6,14.4,1000.2,0.0,
16,-0.4,-3.8,7.2,15.0,999.1,0.0,
17,0.6,-2.2,9.0,18.8,993.3,1.4,
18,1.1,-1.7,5.8,12.1,997.0,0.0,balloon lost
19,1.8,-0.9,7.7,16.2,992.4,0.6,
20,2.4,-0.2,9.9,20.6,986.5,2.9,
21,3.0,0.8,13.1,27.2,977.6,5.2,
22,3.7,-0.5,24.6,47.3,951.2,18.6,storm
23,0.3,-3.3,17.9,38.0,964.9,9.1,storm until 05:00
24,-1.2,-4.7,11.5,24.3,981.0,0.8,
25,-2.9,-6.4,8.1,17.1,992.2,0.0,
26,-4.0,-8.2,6.0,12.4,1001.3,0.0,
27,-5.3,-9.8,4.9,10.3,1008.8,0.0,coldest day
28,-3.6,-7.7,6.9,13.6,1005.4,0.0,
29,-1.1,-4.0,9.2,19.0,996.6,1.9,
30,0.4,-2.5,8.6,17.8,994.8,0.5,orcas seen
31,1.0,-1.8,7.4,15.3,998.0,0.0,
"""
FUEL = """\
week,from,tank_a_l,tank_b_l,burned_per_day_l,note
1,2025-01-06,51840,44100,242,
2,2025-01-13,50150,44100,241,
3,2025-01-20,48430,44100,246,guests from the ship
8,2025-02-24,58200,45000,255,after resupply
9,2025-03-03,56390,45000,259,
10,2025-03-10,54540,45000,264,
11,2025-03-17,52450,45000,298,storm heating
12,2025-03-24,50270,45000,312,
13,2025-03-31,48150,45000,303,
14,2025-04-07,46000,45000,307,
15,2025-04-14,43820,45000,311,
16,2025-04-21,41600,45000,317,power cut on the 21st
17,2025-04-28,39350,45000,321,switch to tank B in May
"""

INSTRUMENTS = {
    "station": "Larkin Island",
    "updated": "2025-04-30",
    "keeper": "Wei Lan",
    "instruments": [
        {
            "name": "Tide gauge",
            "model": "TG-40",
            "serial": "77-0319",
            "place": "North jetty, third pile",
            "calibrated": "2025-01-12",
            "interval_minutes": 6,
        },
        {
            "name": "CTD profiler",
            "model": "Deepline 9",
            "serial": "D9-1142",
            "place": "Laboratory, wet room",
            "calibrated": "2023-10-02",
            "max_depth_m": 600,
            "remark": "conductivity reads 0.04 psu high, to be sent back in November",
        },
        {
            "name": "Wind sensor, mast",
            "model": "Aeolis C2",
            "serial": "C2-8805",
            "place": "Signal Hill, 12 m mast",
            "calibrated": "2024-11-15",
            "remark": "not heated, freezes below minus 8",
        },
        {
            "name": "Wind sensor, roof",
            "model": "Aeolis B1",
            "serial": "B1-2290",
            "place": "Main house, west gable",
            "calibrated": "2024-11-16",
        },
        {
            "name": "Seismometer",
            "model": "Quietus 3",
            "serial": "Q3-0051",
            "place": "Vault under the old hut",
            "calibrated": "2022-12-08",
            "sample_rate_hz": 100,
        },
        {
            "name": "Rain gauge",
            "model": "TB-200",
            "serial": "TB-6674",
            "place": "Met garden",
            "calibrated": "2024-12-01",
            "remark": "one tip is 0.2 mm",
        },
        {
            "name": "Salinometer",
            "model": "Brine 8",
            "serial": "S8-4410",
            "place": "Laboratory, bench 2",
            "calibrated": "2025-02-20",
        },
    ],
}

SCRIPT = '''\
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
'''


def sheet(name: str, rows: Sequence[Sequence[str]]) -> dict[tuple[str, str], str]:
    """Return the filled cells of one sheet by (sheet, address)."""
    return {
        (name, f"{chr(65 + column)}{number}"): text
        for number, row in enumerate(rows, start=1)
        for column, text in enumerate(row)
        if text
    }


def _write_csv(files: Path, path: str, text: str) -> Made:
    (files / path).write_text(text, encoding="utf-8", newline="\n")
    rows = list(csv.reader(io.StringIO(text)))
    return Made(path, CellFinder(sheet(Path(path).stem, rows)))


def make(files: Path) -> list[Made]:
    days = "".join(f"2025-03-{line}\n" for line in WEATHER.splitlines())
    made = [
        _write_csv(files, "data/weather-2025-03.csv", f"{WEATHER_HEAD}\n{days}"),
        _write_csv(files, "data/fuel-2025.csv", FUEL),
    ]
    for path, text in {
        "data/instruments.json": json.dumps(INSTRUMENTS, indent=2) + "\n",
        "data/tide_logger.py": SCRIPT,
    }.items():
        (files / path).write_text(text, encoding="utf-8", newline="\n")
        made.append(Made(path, TextFinder(text)))
    return made

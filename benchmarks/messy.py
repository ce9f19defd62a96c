"""What becomes of each file of a folder of real, odd and broken files.

    python benchmarks/messy.py FOLDER [--ocr auto|off|force] [--files]

Every file must end with a status and a reason, and the run must end. The table counts files by
status and codes; `--files` also lists each file that is not complete, with its sentence.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.corpora import DATA
from pincite.config import load_config
from pincite.ingest.report import FileReport, Summary, printable
from pincite.store.notices import RunEvent
from pincite.store.sync import sync
from pincite.store.tables import Store


def read_folder(folder: Path, ocr: str) -> tuple[list[FileReport], Summary]:
    """Return the report of each file of `folder`, read into a knowledge base for once."""
    reports: list[FileReport] = []

    def hear(event: RunEvent) -> None:
        if isinstance(event, FileReport):
            reports.append(event)

    with tempfile.TemporaryDirectory() as place:
        store = Store.open(place, create=True)
        config = load_config({"ocr": ocr, "file_timeout_s": 120.0})
        summary = sync(folder, store, (), config, hear)
    return reports, summary


def table(reports: list[FileReport]) -> list[str]:
    """Return lines: how many files have which status and codes, of which kinds, in what time."""
    groups: defaultdict[tuple[str, tuple[str, ...]], list[FileReport]] = defaultdict(list)
    for report in reports:
        groups[report.status, report.codes].append(report)
    lines = [f"{'files':>5}  {'seconds':>7}  {'segments':>8}  status    codes (kinds)"]
    for (status, codes), group in sorted(groups.items()):
        kinds = Counter(Path(r.uri).suffix.lower() or "none" for r in group)
        listed = " ".join(f"{kind}:{count}" for kind, count in kinds.most_common(8))
        seconds, segments = sum(r.seconds for r in group), sum(r.segments for r in group)
        lines.append(
            f"{len(group):5}  {seconds:7.1f}  {segments:8}  {status:8}  "
            f"{','.join(codes) or '-'} ({listed})"
        )
    return lines


def main() -> None:
    """Read the folder named on the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=DATA / "messy-files")
    parser.add_argument("--ocr", default="off", choices=("auto", "off", "force"))
    parser.add_argument("--files", action="store_true", help="list what is not complete")
    options = parser.parse_args()
    reports, summary = read_folder(options.folder, options.ocr)
    print("\n".join(table(reports)))
    if options.files:
        for report in sorted(reports, key=lambda r: (r.status, r.codes, r.uri)):
            if report.status != "complete":
                name = printable(report.uri)
                print(f"{report.status} {','.join(report.codes)} {report.seconds:.1f}s {name}")
                print(f"    {report.message} {report.next_step}")
    print(summary.to_json())


if __name__ == "__main__":
    main()

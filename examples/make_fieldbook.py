"""Makes `examples/fieldbook`: the sample folder, and the questions with their exact places.

    pip install -r examples/requirements.txt
    apt install flite ffmpeg fonts-noto-cjk fonts-lato fonts-liberation \
        fonts-courier-prime fonts-comic-neue
    python examples/make_fieldbook.py

Nobody needs this to use the folder, which is committed; it shows how each byte came about.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = ["notes", "web", "data", "reports", "office", "mail", "photos", "recordings", "videos"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the sample folder of Larkin Island.")
    parser.add_argument("target", nargs="?", type=Path, default=HERE / "fieldbook")
    target = parser.parse_args().target
    missing = [tool for tool in ("flite", "ffmpeg") if shutil.which(tool) is None]
    if missing:
        raise SystemExit(f"the maker needs {' and '.join(missing)}: apt install flite ffmpeg")

    from fieldbook_maker import (
        asking,
        drawings,
        mail,
        notes,
        office,
        photos,
        questions,
        questions_paraphrased,
        recordings,
        reports,
        tables,
        videos,
        web,
    )

    files = target / "files"
    for folder in FOLDERS:
        (files / folder).mkdir(parents=True, exist_ok=True)
    parts = [notes, web, tables, reports, office, mail, photos, drawings, recordings, videos]
    made = []
    for part in parts:
        made += part.make(files)
        print(f"{part.__name__}: {len(made)} files so far", file=sys.stderr)
    finders = {one.path: one.finder for one in made}
    for asked, name in [
        (questions, "questions.jsonl"),
        (questions_paraphrased, "questions-paraphrased.jsonl"),
    ]:
        count = asking.write(target / name, asked.QUESTIONS, finders)
        print(f"{count} questions in {target / name}")
    print(f"{len(made)} files in {target / 'files'}")


if __name__ == "__main__":
    main()

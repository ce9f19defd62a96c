"""`make demo`: reads the sample folder and asks eight questions about it.

A page, a table on a page, a photograph, a recording, what is said in a video, what its screen
shows, a Chinese Word file, and one question that the folder cannot answer.

Runs without a network. With the text model in the cache (`pincite models pull text`) passages
are also found by meaning; without it, by words.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pincite import KnowledgeBase
from pincite.cli.ingest import report_run
from pincite.cli.render import answer_lines
from pincite.config import load_config

HERE = Path(__file__).parent
FILES = HERE / "fieldbook" / "files"
HOME = HERE.parent / ".demo"
QUESTIONS = (
    "When does the jetty get its new piles?",
    "How many kWh of wind power did we have in January to March 2025?",
    "Which number do I call if fuel has been spilled?",
    "How many hours has generator number one run?",
    "How heavy is the new door of the boat shed?",
    "What is the battery voltage of the logger DL-8?",
    "无人机飞行时电量降到多少就必须返航？",
    "Who was the station doctor in 2012?",
)


def main() -> int:
    started = time.perf_counter()
    config = load_config({"data_dir": str(HOME)})
    base = KnowledgeBase.open(FILES, config=config)
    print(f"Reading {FILES.relative_to(HERE.parent)} ...", flush=True)
    report_run(lambda watch: base.sync(FILES, prune=True, on_event=watch), json=False, quiet=False)
    for question in QUESTIONS:
        answer = base.ask(question)
        print(f"\n\x1b[1m{question}\x1b[0m" if sys.stdout.isatty() else f"\n{question}")
        for line in answer_lines(answer, base.is_empty):
            print(f"  {line}".rstrip())
    kb = f"--kb {base.uri}"
    print(f"\n{len(QUESTIONS)} questions in {time.perf_counter() - started:.0f} s. Try next:")
    print(f"  pincite show CITATION_ID {kb}      # the crop, the clip or the sentence itself")
    print('  pincite ask ~/Documents "your own question"')
    if base.encoder is None:
        print("  pincite models pull text           # find by meaning as well as by words")
    return 0


if __name__ == "__main__":
    sys.exit(main())

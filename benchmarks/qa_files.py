"""Each paragraph a file of its own, read as any folder is: is the right file found?

python -m benchmarks.qa_files [--language en|zh] [--encoder none|auto]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.corpora import load
from pincite.config import load_config
from pincite.pipeline import KnowledgeBase


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="en", choices=("en", "zh", "de"))
    parser.add_argument("--encoder", default="auto", help="auto or none")
    arguments = parser.parse_args()
    collection = load(f"qa-{arguments.language}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        folder.mkdir()
        for title, text in zip(collection.titles, collection.passages, strict=True):
            (folder / title).write_text(text, "utf-8")
        config = load_config({"encoder": arguments.encoder})
        base = KnowledgeBase.open(f"{scratch}/kb", config=config)
        base.sync(folder)
        ranks = []
        for query, relevant in zip(collection.queries, collection.relevant, strict=True):
            wanted = {collection.titles[i] for i in relevant}
            files = list(
                dict.fromkeys(Path(e.asset.uri).name for e in base.search(query, k=20).evidence)
            )
            ranks.append(next((r for r, name in enumerate(files, 1) if name in wanted), 99))
    n = len(ranks)
    print(
        f"{arguments.language}, encoder {arguments.encoder}: {len(collection.passages)} files, "
        f"{n} questions, R@1 {sum(r <= 1 for r in ranks) / n:.3f}, "
        f"R@5 {sum(r <= 5 for r in ranks) / n:.3f}"
    )


if __name__ == "__main__":
    main()

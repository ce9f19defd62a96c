"""`pincite ask [FOLDER] QUESTION`: an answer with citations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_INTERRUPTED, EXIT_NO_ANSWER
from pincite.cli.output import emit, say, write
from pincite.errors import NotFound, UsageError


def ask(
    words: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[FOLDER] QUESTION", help="A folder to read first; the question."),
    ] = None,
    image: options.Image = None,
    audio: options.Audio = None,
    video: options.Video = None,
    generator: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--generator", help="What composes the answer: NAME, or NAME:DIR with a model."
        ),
    ] = None,
    k: options.K = None,
    ocr: options.Ocr = None,
    language: options.Language = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Answer a question with citations; with a FOLDER, read what changed in it first."""
    from pincite.cli.ingest import report_run
    from pincite.cli.render import answer_lines
    from pincite.config import load_config
    from pincite.forms import answer_to_json
    from pincite.pipeline import KnowledgeBase

    spoken = audio is not None or video is not None
    folder, question = _folder_and_question(words or [], spoken)
    flags = {"kb": kb, "generator": generator, "k": k, "ocr": ocr, "language": language}
    config = load_config(flags)
    name = config["kb"] or folder or "default"
    create = folder is not None or not config["kb"]
    base = KnowledgeBase.open(name, config=config, create=create)
    if folder is not None:
        code = report_run(
            lambda watch: base.sync(folder, prune=True, on_event=watch),
            json=False,
            quiet=quiet,
            nothing="",
            command="sync",
        )
        if code == EXIT_INTERRUPTED:
            return code
    answer = base.ask(question, image=image, audio=audio, video=video)
    for warning in answer.warnings:
        say(f"note: {warning}", quiet=quiet)
    if json:
        emit(answer_to_json(answer))
    else:
        for line in answer_lines(answer, base.is_empty):
            write(line)
    return EXIT_NO_ANSWER if answer.abstained else 0


def _folder_and_question(words: list[str], spoken: bool) -> tuple[Path | None, str]:
    """Return the folder, if one is named, and the question; "" where it may be spoken."""
    if len(words) > 2:
        raise UsageError(
            f"expected [FOLDER] QUESTION, got {len(words)} arguments; put the question in quotes"
        )
    if spoken and (not words or (len(words) == 1 and Path(words[0]).is_dir())):
        return (Path(words[0]) if words else None), ""
    question = words[-1].strip() if words else ""
    folder = Path(words[0]) if len(words) == 2 else None
    if folder is not None and not folder.exists():
        raise NotFound(f"there is no folder {str(folder)!r}; check the path")
    if folder is None and words and Path(words[0]).is_dir():
        raise UsageError(
            f"{words[0]!r} is a folder, and no question was given; "
            f'ask one: pincite ask {words[0]} "your question"'
        )
    if not question:
        raise UsageError('the question is empty; ask one: pincite ask ./folder "your question"')
    return folder, question

"""`pincite kb …`: care of knowledge bases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_BUG, EXIT_INTERRUPTED
from pincite.cli.output import emit, say, write
from pincite.errors import UsageError

if TYPE_CHECKING:
    from pincite.pipeline import KnowledgeBase

app = typer.Typer(
    help="List, inspect, check, encode, optimize, snapshot, roll back and remove.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(
    json: options.Json = False, quiet: options.Quiet = False, debug: options.Debug = False
) -> int:
    """Print the knowledge bases on this machine."""
    from pincite.config import load_config
    from pincite.pipeline import local_knowledge_bases

    found = local_knowledge_bases(load_config())
    for info in found:
        if json:
            emit(info)
        else:
            write(f"{info['name']:40} {info['assets']:6} files  {info['segments']:8} segments")
            if "damage" in info:
                say(f"{info['name']}: {info['damage']}", quiet=quiet)
    if not found and not json:
        say(
            'there is no knowledge base yet; make one: pincite ask ./folder "question"', quiet=quiet
        )
    return 0


@app.command("info")
def info(
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print what a knowledge base holds."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    data = KnowledgeBase.open(config["kb"] or "default", config=config, create=False).info()
    if json:
        emit(data)
        return 0
    spaces = data.pop("spaces")
    for name, value in data.items():
        write(f"{name}: {value}")
    for space in spaces:
        late = ", late interaction" if space["late"] else ""
        write(
            f"space {space['space']}: {space['segments']:,} segments, {space['width']} wide{late}, "
            f"encoder {space['encoder'] or 'unknown'}"
        )
    return 0


@app.command("check")
def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Look for duplicates, orphans, missing evidence and damaged files."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    name = config["kb"] or "default"
    base = KnowledgeBase.open(name, config=config, create=False, repair=repair)
    report = base.check(repair=repair)
    if json:
        emit(report)
    else:
        write(f"{report['assets']} files, {report['segments']} segments")
        for problem in report["problems"]:
            write(f"{problem['code']} ({problem['count']}): {problem['message']}")
        for sentence in report["repaired"]:
            write(f"repaired: {sentence}")
        write("all is well" if report["ok"] else "mend it with: pincite kb check --repair")
    return 0 if report["ok"] else EXIT_BUG


@app.command("snapshot")
def snapshot(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the snapshot.")],
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the name away; its state is kept no longer.")
    ] = False,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Keep the state of now under a name, for a later rollback."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=False)
    if remove:
        base.remove_snapshot(name)
    else:
        base.snapshot(name)
    if json:
        emit({"snapshot": name, "removed": remove})
    elif remove:
        write(f"removed the snapshot {name!r}; free its space with: pincite kb optimize --purge")
    else:
        write(f"kept as {name!r}; go back with: pincite kb rollback {name}")
    return 0


@app.command("rollback")
def rollback(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A number or a snapshot.")],
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Make the knowledge base what it was at a version or snapshot."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    name = config["kb"] or "default"
    base = KnowledgeBase.open(name, config=config, create=False, repair=True)
    base.rollback(int(version) if version.isdigit() else version)
    data = base.info()
    if json:
        emit(data)
    else:
        write(f"rolled back to {version}: {data['assets']} files, {data['segments']} segments")
    return 0


@app.command("encode")
def encode(
    with_: Annotated[
        list[str],
        typer.Option(
            "--with",
            metavar="NAME,...",
            help="Encoders: NAME, NAME:MODEL, or a model's directory or hub id; default: those "
            "of the settings. May be repeated. Later ingests use them, too.",
        ),
    ] = [],  # noqa: B006 (typer reads it)
    drop: Annotated[
        Optional[str],  # noqa: UP045 (typer reads this at run time)
        typer.Option("--drop", metavar="SPACE", help="Take the vectors of a space out instead."),
    ] = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Give every segment a vector of each encoder that reads it; no file is read again."""
    from pincite.cli.ingest import report_run
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=False)
    if drop is not None:
        if with_:
            raise UsageError("--with adds vectors and --drop takes them out; give one of the two")
        return _drop(base, drop, json=json)
    return report_run(
        lambda watch: base.encode(with_, on_event=watch),
        json=json,
        quiet=quiet,
        nothing="nothing to do: every segment has its vector",
    )


def _drop(base: KnowledgeBase, space: str, *, json: bool) -> int:
    base.drop_space(space)
    if json:
        emit({"dropped": space})
        return 0
    write(f"dropped the space {space!r}; free its disk with: pincite kb optimize --purge")
    if space in {encoder.space for encoder in base.encoders().encoders}:
        write("its encoder is in force, so the next run fills it again: see the setting encoders")
    return 0


@app.command("tag")
def tag(
    with_: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Image-text encoder, such as clip:MODEL or its directory.",
        ),
    ],
    labels: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads this at run time)
        typer.Option(
            "--labels",
            metavar="FILE",
            help="What to look for, one label a line, names of one thing separated by '|'; "
            "default: everyday things in English and Chinese.",
        ),
    ] = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Give pictures and videos the words a model sees in them, so that words find them."""
    from pincite.cli.ingest import Teller
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=False)
    teller = Teller(json, quiet, None, "ingest")
    done = base.tag(with_, labels, on_event=teller.hear)
    teller.clear()
    if json:
        emit({"event": "done", **asdict(done)})
    else:
        write(f"{done.tagged:,} of {done.segments:,} pictures and shots have tags now")
    return EXIT_INTERRUPTED if done.interrupted else 0


@app.command("optimize")
def optimize(
    purge: Annotated[
        bool,
        typer.Option(
            "--purge",
            help="Drop all former versions now, not after a week: what was forgotten leaves the "
            "disk. Snapshots stay.",
        ),
    ] = False,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Join small files, bring indexes up to date and drop versions older than a week."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=False)
    done = base.optimize(purge=purge)
    if json:
        emit(done)
        return 0
    before, after = done["bytes_before"], done["bytes_after"]
    sizes = "" if before is None else f": {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB now"
    write(f"optimized {done['uri']}{sizes}")
    if purge and done["snapshots"]:
        say(
            f"snapshots keep what they hold: {', '.join(done['snapshots'])}; "
            "remove one with: pincite kb snapshot NAME --remove",
            quiet=quiet,
        )
    return 0


@app.command("remove")
def remove(
    kb: options.Kb = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Delete a knowledge base; the files it was made from stay."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    if not config["kb"]:
        raise UsageError("say which one: pincite kb remove --kb NAME; pincite kb list shows them")
    base = KnowledgeBase.open(config["kb"], config=config, create=False)
    if not yes and not typer.confirm(f"Delete {base.uri}?", err=True):
        return 0
    base.remove()
    if json:
        emit({"removed": base.uri})
    else:
        write(f"removed {base.uri}")
    return 0

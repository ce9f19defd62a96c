"""The report of a run: `report.md`, and `report.html` in one file that loads nothing else."""

from __future__ import annotations

import base64
import html
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from pincite.errors import UsageError
from pincite.evaluate import report_plots as plots
from pincite.evaluate import report_tables as tables
from pincite.evaluate.datasets.model import Dataset
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.report_exhibits import Exhibit, Piece, exhibits, text_of
from pincite.evaluate.report_tables import Table
from pincite.evaluate.runs import Run
from pincite.pipeline import KnowledgeBase

_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff }
table { border-collapse: collapse; margin: .6rem 0 } td, th { border: 1px solid #ccc;
  padding: .25rem .6rem; text-align: left; vertical-align: top }
th { background: #f2f4f7 } td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
figure { display: inline-block; margin: .5rem 1rem .5rem 0 } figure img { max-width: 100% }
.exhibit { border: 1px solid #ccc; border-radius: 6px; padding: .6rem 1rem; margin: 1rem 0 }
.exhibit dt { font-weight: 600; margin-top: .4rem } .exhibit dd { margin: 0 0 .3rem 1rem }
.piece { display: inline-block; vertical-align: top; max-width: 30rem; margin: .2rem 1rem .2rem 0 }
.head { color: #555; font-size: .85em; overflow-wrap: anywhere } .piece img { max-width: 260px }
.remark { background: #fff6e0; border-left: 4px solid #d9a300; padding: .3rem .8rem }
"""


def write_report(run: Run, base: KnowledgeBase, dataset: Dataset) -> None:
    """Write both forms of the report beside a saved run.

    Raises:
        UsageError: The run is not saved, or its folder cannot be written.
    """
    if run.path is None:
        raise UsageError("a report stands beside its run; save the run first")
    shown = exhibits(run, base, dataset)
    try:
        (run.path / "report.md").write_text(markdown(run, shown), "utf-8", "replace")
        (run.path / "report.html").write_text(page(run, shown), "utf-8", "replace")
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {run.path}: {error.strerror}; name another place "
            "with --out"
        ) from error


def _title(run: Run) -> str:
    return f"{run.dataset['name']}: {run.task}"


def _lead(run: Run) -> str:
    data = run.dataset
    return (
        f"{len(run.outcomes)} of {data['items']} items over {data['documents']} documents "
        f"({data['layout']}, digest {data['digest']}); a hit counts as its {data['unit']}; "
        f"seed {run.options['seed']}; pincite {run.versions['pincite']}; "
        f"{run.machine['cores']} processors."
    )


def _sections(run: Run) -> list[tuple[str, Table]]:
    """Return the tables of a run with their heads."""
    found = [("Measures", tables.figures_table(run))]
    if len(run.directions) > 1 or run.channels:
        found.append(("By modality of query and evidence", tables.directions_table(run)))
    if len(codes := tables.statuses(run.outcomes)) > 1:
        found.append(("What became of the files", codes))
    if points := tables.calibration(run.outcomes):
        rows = [["confidence", "share right", "answers"]]
        rows += [[f"{c:.2f}", f"{r:.2f}", str(n)] for c, r, n in points]
        found.append(("Confidence and truth", rows))
    if points_at := [(k, v) for k, v in tables.recall_curve(run.outcomes) if k in _SHOWN_K]:
        found.append(
            ("Recall by depth", [["k", "recall"], *([str(k), f"{v:.4f}"] for k, v in points_at)])
        )
    found.append(("Time and memory", tables.costs_table(run)))
    return found


_SHOWN_K = (1, 2, 3, 5, 10, 20, 50, 100)


# -- Markdown -------------------------------------------------------------------------------


def markdown(run: Run, shown: Sequence[Exhibit]) -> str:
    """Return the report as Markdown."""
    lines = [f"# {_inline(_title(run))}", "", _inline(_lead(run)), ""]
    lines += [f"> {_inline(remark)}\n" for remark in run.remarks]
    for head, table in _sections(run):
        lines += [f"## {head}", "", *_rows(table), ""]
    if shown:
        lines += ["## Failures to look at", ""]
    for exhibit in shown:
        lines += [f"### {_inline(exhibit.title)}", ""]
        for name, pieces in _parts(exhibit):
            if text := text_of(pieces):
                lines.append(f"- {name}: {_inline(text)}")
        lines.append("")
    return "\n".join(lines)


def _rows(table: Table) -> Iterator[str]:
    head, *rows = ([_inline(cell).replace("|", "\\|") for cell in row] for row in table)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _inline(text: str) -> str:
    r"""Return text on one line in which Markdown finds no HTML and no image.

    Example:
        >>> _inline("a <b>\n![x](y)")
        'a &lt;b&gt; !\\[x](y)'
    """
    return html.escape(" ".join(text.split()), quote=False).replace("[", "\\[").replace("`", "'")


# -- HTML -----------------------------------------------------------------------------------


def page(run: Run, shown: Sequence[Exhibit]) -> str:
    """Return the report as one HTML page that loads nothing."""
    body = [f"<h1>{_escape(_title(run))}</h1>", f"<p>{_escape(_lead(run))}</p>"]
    body += [f'<p class="remark">{_escape(remark)}</p>' for remark in run.remarks]
    body += _plots(run)
    for head, table in _sections(run):
        body += [f"<h2>{_escape(head)}</h2>", html_table(table)]
    if shown:
        body.append("<h2>Failures to look at</h2>")
    body += [_exhibit(exhibit) for exhibit in shown]
    body += ["<h2>Settings</h2>", html_table(_settings(run))]
    return document(_title(run), "\n".join(body))


def document(title: str, body: str) -> str:
    """Return a page around a body that is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{_escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _settings(run: Run) -> Table:
    rows = [["setting", "value"]]
    rows += [[f"--{k}", str(v)] for k, v in run.options.items() if v not in (None, "")]
    rows += [[k, str(v)] for k, v in run.settings.items() if v != ""]
    return rows + [[f"{k} (version)", v] for k, v in run.versions.items()]


def _plots(run: Run) -> list[str]:
    """Return plots as figures; a sentence where they cannot be drawn."""
    if not plots.can_plot():
        return ["<p>No plots: pip install 'pincite[eval]' brings matplotlib.</p>"]
    drawn: list[tuple[str, str]] = []
    if run.directions and run.task == "retrieval" and run.figures:
        down, across, values = tables.heat_map(run)
        drawn.append(
            ("by modality", plots.plot_heat_map(down, across, values, next(iter(run.figures))))
        )
    if curves := _curves(run.outcomes):
        drawn.append(("recall by depth", plots.plot_recall(curves)))
    if points := tables.calibration(run.outcomes):
        drawn.append(("confidence and truth", plots.plot_calibration(points)))
    if run.outcomes:
        drawn.append(("time", plots.plot_latency([o.latency_ms for o in run.outcomes])))
    return [
        f'<figure><img alt="{_escape(label)}" src="{_svg_uri(svg)}"></figure>'
        for label, svg in drawn
    ]


def _curves(outcomes: Sequence[Outcome]) -> dict[str, list[tuple[int, float]]]:
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.direction].append(outcome)
    curves = {name: tables.recall_curve(members) for name, members in sorted(groups.items())}
    return {name: points for name, points in curves.items() if points}


def _svg_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def html_table(table: Table) -> str:
    """Return a table as HTML."""
    head, *rows = table
    lines = ["<tr>" + "".join(f"<th>{_escape(cell)}</th>" for cell in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{_escape(c)}</td>" for c in row) + "</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"


def _parts(exhibit: Exhibit) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    return (
        ("asked", exhibit.asked),
        ("right", exhibit.right),
        ("said", exhibit.said),
        ("evidence", exhibit.evidence),
    )


def _exhibit(exhibit: Exhibit) -> str:
    parts = [
        f"<dt>{name}</dt><dd>{''.join(_piece(p) for p in pieces)}</dd>"
        for name, pieces in _parts(exhibit)
        if pieces
    ]
    return f'<div class="exhibit"><h3>{_escape(exhibit.title)}</h3><dl>{"".join(parts)}</dl></div>'


def _piece(piece: Piece) -> str:
    head = f'<div class="head">{_escape(piece.head)}</div>' if piece.head else ""
    tag = {
        "image": f'<img alt="evidence" src="{_escape(piece.uri)}">',
        "audio": f'<audio controls src="{_escape(piece.uri)}"></audio>',
        "video": f'<video controls width="260" src="{_escape(piece.uri)}"></video>',
    }.get(piece.kind, "")
    text = f"<div>{_escape(piece.text)}</div>" if piece.text else ""
    return f'<div class="piece">{head}{tag}{text}</div>'


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def report_path(run: Run) -> Path | None:
    """Return where the page is, None when the run is not saved."""
    return None if run.path is None else run.path / "report.html"

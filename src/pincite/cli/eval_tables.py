"""What `pincite eval` prints: figures, differences, what was learned, ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pincite.cli.output import emit, say, write

if TYPE_CHECKING:
    from pincite.evaluate.compare import Difference
    from pincite.evaluate.fusion import Learning
    from pincite.evaluate.rating import Summary
    from pincite.evaluate.runs import Run


def print_run(run: Run, quiet: bool) -> None:
    """Print the figures of a run, by direction where there are several, and its costs."""
    from pincite.evaluate.report_tables import costs_table, directions_table, figures_table

    print_table(figures_table(run))
    if len(run.directions) > 1:
        write()
        print_table(directions_table(run))
    write()
    print_table(costs_table(run))
    for remark in run.remarks:
        say(f"note: {remark}", quiet=quiet)
    if run.path is not None:
        write(f"\nthe run and its report are in {run.path}")


def print_differences(earlier: str, found: Sequence[Difference]) -> None:
    """Print how a run, or a learned fusion, differs from an earlier one in each measure."""
    rows = [["measure", "before", "after", "difference", "95 % interval", "p", "p corrected"]]
    for d in found:
        numbers = (f"{d.before:.4f}", f"{d.after:.4f}", f"{d.difference:+.4f}")
        interval = f"{d.low:+.4f} … {d.high:+.4f}"
        rows.append([d.measure, *numbers, interval, f"{d.p:.4f}", f"{d.p_corrected:.4f}"])
    write(f"\nagainst {earlier}, {found[0].items} items in pairs:")
    print_table(rows)


def print_sets(ran: Sequence[tuple[str, Run]]) -> None:
    """Print a row for each set: its first figure."""
    from pincite.evaluate.report_tables import figures_table

    rows = [["set", "task", "measure", "value", "95 % interval", "items"]]
    rows += [[name, run.task, *figures_table(run)[1]] for name, run in ran]
    write()
    print_table(rows)


def print_learning(found: Learning, quiet: bool) -> None:
    """Print what was learned: how much better it is on queries not learned from, and weights."""
    write(
        f"learned from {found.reachable} of {found.queries} queries; each half is judged with "
        "what the other taught"
    )
    for rival, differences in found.differences.items():
        print_differences(rival, differences)
    write()
    rows = [[name, f"{weight:+.4f}"] for name, weight in sorted(found.weights.items())]
    print_table([["input", "weight, of all queries"], *rows])
    for remark in found.remarks:
        say(f"note: {remark}", quiet=quiet)
    write(f"\nuse it with --fusion learned:{found.path}, or the setting fusion")


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text in columns."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        write("  ".join(cells).rstrip())


def print_ratings(found: Summary, json: bool) -> None:
    """Print what people said, and how far they agree."""
    if json:
        emit(found.to_json())
        return
    raters = ", ".join(found.raters) or "nobody"
    write(f"{found.ratings} ratings by {raters}")
    if not found.ratings:
        return
    for name, mean in zip(found.names, found.means, strict=True):
        write(f"{name}: mean grade {mean:.2f}")
    rows = [("agreement on grades", found.grades_kappa, found.grades_alpha)]
    if found.wins is not None and found.choice_alpha is not None:
        w = found.wins
        write(
            f"{found.names[0]} is preferred in {w.rate:.1%} ({w.low:.1%} to {w.high:.1%}): "
            f"{w.wins} won, {w.losses} lost, {w.ties} equal"
        )
        rows.append(("agreement on which is better", found.choice_kappa, found.choice_alpha))
    for label, kappa, alpha in rows:
        said = [] if kappa is None else [f"kappa {kappa:.3f}"]
        write(f"{label}: {', '.join([*said, f'alpha {alpha:.3f}'])}")

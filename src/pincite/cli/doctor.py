"""`pincite doctor`: what works on this machine, what does not, and what to do next."""

from __future__ import annotations

from dataclasses import asdict

from pincite.cli import options
from pincite.cli.exits import EXIT_BUG
from pincite.cli.output import emit, say, write

_MARKS = {"ok": "ok  ", "hint": "hint", "broken": "FAIL"}


def doctor(
    json: options.Json = False, quiet: options.Quiet = False, debug: options.Debug = False
) -> int:
    """Try Python, packages, models, engines and directories, and say what to do next."""
    from pincite.cli.checkup import examine
    from pincite.config import load_config

    findings = []
    for finding in examine(load_config()):
        findings.append(finding)
        if not json:
            write(f"{_MARKS[finding.state]}  {finding.name}: {finding.found}")
        if not json and finding.next_step:
            say(f"      {finding.next_step}", quiet=quiet)
    broken = any(finding.state == "broken" for finding in findings)
    if json:
        emit({"ok": not broken, "findings": [asdict(finding) for finding in findings]})
    else:
        write("something is broken" if broken else 'ready: pincite ask ./folder "your question"')
    return EXIT_BUG if broken else 0

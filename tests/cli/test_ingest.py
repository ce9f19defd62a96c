"""`pincite ingest`, `sync` and `kb …`, run as commands: what is said, and the exit code."""

import json

from pincite.cli.ingest import summary_lines
from pincite.ingest.report import Summary
from tests.store.test_encode import Words


def test_a_first_sync_says_what_it_did(folder, pincite):
    (folder / "a.txt").write_text("The pump runs at 3 bar.")
    code, out, err = pincite("sync", folder)
    assert (code, out) == (0, "")
    assert err.startswith("done: 1 file (1 added), 1 segment in ")


def test_a_sync_with_nothing_to_do_says_so_in_one_sentence(folder, pincite):
    (folder / "a.txt").write_text("The pump runs at 3 bar.")
    pincite("sync", folder)
    assert pincite("sync", folder) == (0, "", "nothing to do: every file is as it was\n")
    assert pincite("sync", folder, "--quiet") == (0, "", "")


def test_ask_does_not_speak_of_a_sync_that_had_nothing_to_do(folder, pincite):
    (folder / "a.txt").write_text("The pump runs at 3 bar.")
    pincite("ask", folder, "At what pressure does the pump run?")
    code, out, err = pincite("ask", folder, "At what pressure does the pump run?")
    assert (code, "3 bar" in out) == (0, True)
    assert "nothing to do" not in err
    assert "done:" not in err


def test_an_incomplete_knowledge_base_is_never_silent(folder, pincite):
    """Exit code 3 comes with a reason, also in the second run, when nothing is read."""
    (folder / "a.txt").write_text("The pump runs at 3 bar.")
    (folder / "b.txt").write_text("")
    code, _, err = pincite("sync", folder)
    assert (code, "1 failed" in err, "b.txt" in err) == (3, True, True)
    code, _, err = pincite("sync", folder)
    assert code == 3
    assert "2 unchanged" in err
    assert "1 unchanged with problems; pincite sync --again FOLDER reads them again" in err
    _, _, err = pincite("ask", folder, "At what pressure does the pump run?")
    assert "1 unchanged with problems" in err
    assert "done:" not in err


def test_notes_that_strict_counts_are_spoken_of(folder, pincite):
    """A blank text is complete, with a note; --strict exits 3 for it and says why."""
    (folder / "a.txt").write_text("The pump.")
    (folder / "blank.txt").write_text(" \n \n")
    assert pincite("ingest", folder)[0] == 0
    code, _, err = pincite("ingest", folder, "--strict")
    assert (code, err.splitlines()[-1]) == (
        3,
        "1 file carries a note, which --strict counts as incomplete",
    )


def test_what_was_passed_over_is_counted(folder, pincite):
    (folder / "a.txt").write_text("The pump.")
    (folder / ".git").mkdir()
    _, _, err = pincite("sync", folder)
    assert "1 skipped" in err


def test_numbers_agree_with_their_nouns():
    [line] = summary_lines(Summary(files=1, added=1, segments=1, encoded=1), "sync")
    assert line == "done: 1 file (1 added), 1 segment, 1 earlier segment encoded in 0.0 s"
    [line] = summary_lines(Summary(encoded=2), "sync")
    assert line == "done: 2 earlier segments encoded in 0.0 s"
    [line] = summary_lines(Summary(files=2_000, same=2_000, interrupted=True), "sync")
    assert line == "stopped early: 2,000 files (2,000 unchanged), 0 segments in 0.0 s"


def test_without_an_encoder_kb_encode_says_how_to_get_one(folder, pincite):
    (folder / "a.txt").write_text("The pump.")
    pincite("sync", folder)
    code, _, err = pincite("kb", "encode", "--kb", folder)
    assert (code, "pincite models pull text" in err) == (2, True)


def test_kb_encode_tells_of_its_progress_and_has_nothing_to_do_twice(folder, pincite, monkeypatch):
    (folder / "a.txt").write_text("The pump.")
    pincite("sync", folder)
    monkeypatch.setattr("pincite.pipeline.default_encoder", lambda config: Words())
    code, out, _ = pincite("kb", "encode", "--kb", folder, "--json")
    progress, done = (json.loads(line) for line in out.splitlines())
    assert (code, done["event"], done["encoded"]) == (0, "done", 1)
    assert (progress["doing"], progress["unit"], progress["of"]) == ("encoding", "segment", 1)
    said = "nothing to do: every segment has its vector\n"
    assert pincite("kb", "encode", "--kb", folder) == (0, "", said)


def test_what_was_pruned_leaves_the_disk_with_a_purge(folder, pincite, tmp_path):
    """No segment, index entry, original or ledger row of it is left in any file."""
    from PIL import Image

    (folder / "kept.txt").write_text("The pump.")
    (folder / "zanzibar.txt").write_text("Quagga zebra telltale.")
    Image.new("RGB", (40, 30), "red").save(folder / "okapi.png", "PNG")
    picture = (folder / "okapi.png").read_bytes()
    pincite("sync", folder, "--ocr", "off")
    for name in ("zanzibar.txt", "okapi.png"):
        (folder / name).unlink()
    _, _, err = pincite("sync", folder, "--prune")
    assert "pincite kb optimize --purge" in err
    signs = [b"uagga", b"telltal", b"zanzibar", b"okapi", picture]
    assert all(_on_disk(tmp_path, sign) for sign in signs), "a week's grace"
    code, out, err = pincite("kb", "optimize", "--purge", "--kb", folder)
    assert (code, out.startswith("optimized "), err) == (0, True, "")
    assert not any(_on_disk(tmp_path, sign) for sign in signs)
    code, out, _ = pincite("search", "pump", "--kb", folder, "--json")
    assert json.loads(out.splitlines()[0])


def test_a_snapshot_keeps_what_it_holds_until_its_name_is_removed(folder, pincite, tmp_path):
    (folder / "kept.txt").write_text("The pump.")
    (folder / "gone.txt").write_text("Quagga zebra telltale.")
    pincite("sync", folder)
    pincite("kb", "snapshot", "before", "--kb", folder)
    (folder / "gone.txt").unlink()
    pincite("sync", folder, "--prune")
    _, _, err = pincite("kb", "optimize", "--purge", "--kb", folder)
    assert "snapshots keep what they hold: before" in err
    assert _on_disk(tmp_path, b"telltal")
    assert pincite("kb", "snapshot", "before", "--remove", "--kb", folder)[0] == 0
    assert pincite("kb", "optimize", "--purge", "--kb", folder, "--json")[0] == 0
    assert not _on_disk(tmp_path, b"telltal")


def test_a_damaged_knowledge_base_is_mended_from_the_command_line(folder, pincite, tmp_path):
    (folder / "a.txt").write_text("The pump runs at 3 bar.")
    pincite("sync", folder)
    [ledger] = (tmp_path / "data" / "kbs").glob("*/ledger.lance")
    newest = min(ledger.glob("_versions/*.manifest"))
    newest.write_bytes(newest.read_bytes()[:20])
    code, _, err = pincite("search", "pump", "--kb", folder)
    assert (code, "pincite kb check --repair" in err) == (1, True)
    assert pincite("kb", "list")[0] == 0
    code, out, _ = pincite("kb", "check", "--repair", "--kb", folder)
    assert (code, "repaired: version" in out, "all is well" in out) == (0, True, True)
    pincite("sync", folder)
    code, out, _ = pincite("ask", folder, "At what pressure does the pump run?")
    assert (code, "3 bar" in out) == (0, True)


def _on_disk(home, sign):
    return any(sign in path.read_bytes() for path in home.glob("data/**/*") if path.is_file())

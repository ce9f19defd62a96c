"""Which row of a table the highest, the least and the last mean."""

import pytest

from pincite.generate.extractive import ExtractiveGenerator
from pincite.generate.question import read
from pincite.generate.score import STATEMENT_FEATURES, read_evidence

from .evidence import evenly, sheet, source

WEATHER = evenly(
    sheet(
        [
            {"date": "2025-03-01", "gust m/s": "21.4", "rain mm": "0"},
            {"date": "2025-03-02", "gust m/s": "38.0", "rain mm": "4"},
            {"date": "2025-03-03", "gust m/s": "29.9", "rain mm": "11"},
            {"date": "2025-03-04", "gust m/s": "9.1", "rain mm": "2"},
        ],
        "weather.csv",
    )
)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What was the highest gust in the weather table?", "38.0"),
        ("What was the lowest gust in the weather table?", "9.1"),
        ("On which date was it the wettest in the weather table?", "2025-03-03"),
    ],
)
def test_a_superlative_means_the_row_with_the_extreme_of_its_column(question, row):
    answer = ExtractiveGenerator(abstain_below=0.0).generate(question, WEATHER)
    assert row in answer.citations[0].quote


def test_a_named_month_bars_the_rows_of_others():
    chart = "Month | Year | Gust\nMay | 2024 | 41.7\nJun | 2024 | 44.2\nMay | 2025 | 39.4"
    answer = ExtractiveGenerator(abstain_below=0.0).generate(
        "What was the strongest gust in May 2024?", evenly(source(chart, "gusts.png"))
    )
    assert answer.citations[0].quote == "May | 2024 | 41.7"


def marks(question, rows):
    """The feature that says which row a superlative means, row by row."""
    reading = read_evidence(read(question), evenly(sheet(rows)))
    column = STATEMENT_FEATURES.index("extreme")
    return [float(s.features[column]) for s in reading.statements]


def test_a_table_needs_three_rows():
    rows = [{"pump": "A", "load kg": "4"}, {"pump": "B", "load kg": "9"}]
    assert marks("Which pump has the highest load?", rows) == [0.0, 0.0]
    rows.append({"pump": "C", "load kg": "7"})
    assert marks("Which pump has the highest load?", rows) == [-1.0, 1.0, -1.0]


def test_without_a_superlative_no_row_is_marked():
    rows = [{"pump": p, "load kg": k} for p, k in (("A", "4"), ("B", "9"), ("C", "7"))]
    assert marks("What is the load of pump B?", rows) == [0.0, 0.0, 0.0]


def test_only_a_superlative_of_time_looks_at_dates():
    rows = [{"entry": e, "entry date": d} for e, d in (("a", "2025-03-01"), ("b", "2025-04-09"),
                                                      ("c", "2025-01-30"))]  # fmt: skip
    assert marks("Which is the latest entry?", rows) == [-1.0, 1.0, -1.0]
    assert marks("Which is the highest entry?", rows) == [0.0, 0.0, 0.0]


def test_a_named_month_leaves_only_its_own_rows_to_compare():
    rows = [{"month": m, "load kg": k} for m, k in (("May", "4"), ("June", "9"), ("May", "7"))]
    assert marks("What was the highest load in May?", rows) == [-1.0, 0.0, 1.0]

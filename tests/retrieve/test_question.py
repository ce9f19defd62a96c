"""A query as words and their units."""

import pytest

from pincite.retrieve.question import question_words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("Pumps and pumps", [("pump",)], id="each word once, stemmed"),
        pytest.param("who is it", [("who",), ("is",), ("it",)], id="stop words if nothing else"),
        pytest.param("什么时候", [("时候", "时", "候")], id="words that only ask are left out"),
        pytest.param("哪位演员", [("演员", "演", "员")], id="so is which person"),
        pytest.param("LOR的手语", [("lor",), ("手语", "手", "语")], id="two scripts in one query"),
        pytest.param("碗", [("碗",)], id="a single character"),
        pytest.param("", [], id="no words"),
        pytest.param("🙂？", [], id="marks are no words"),
    ],
)
def test_words_and_their_units(query, words):
    assert question_words(query) == words


def test_an_english_query_does_not_load_the_chinese_dictionary():
    import subprocess
    import sys

    code = (
        "import sys; from pincite.retrieve.question import question_words;"
        "question_words('Where is the pump?'); sys.exit('rjieba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

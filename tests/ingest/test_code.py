"""Source code: a segment a definition, headed by its qualified name."""

from __future__ import annotations

import pytest

from pincite.ingest.code import definitions
from tests.ingest.parsing import assert_exact, read

PYTHON = '''"""Pumps."""

import os


# A pump of the station.
@dataclass
class Pump:
    """A
    class of pumps
    """

    @property
    def bar(self) -> int:
        if self.on:
            return 5
        return 0

    async def start(
        self,
    ) -> None:
        pass


def main():
    Pump()


if __name__ == "__main__":
    main()
'''
JAVA = """package station;

/** One pump. */
public class Pump {
    private int bar = 5;

    @Override
    public int bar(int limit) {
        if (limit > bar) {
            return bar;
        }
        for (int i = 0; i < 3; i++) {
            check(i);
        }
        return limit;
    }
}
"""
JAVASCRIPT = """export function start(pump) {
  pump.on();
}

const stop = async (pump) => {
  pump.off();
};
"""
GO = """func (p *Pump) Start() error {
	if p.on {
		return nil
	}
	return p.open()
}

type Pump struct {
	on bool
}
"""
C = """static int
bar(void);

int start(struct pump *p, int bar)
{
    if (p->on) {
        return 1;
    }
    return 0;
}
"""


def named(text: str, braces: bool = True) -> dict[str, str]:
    return {b.heading: text[b.start : b.end] for b in definitions(text, braces) if b.heading}


@pytest.mark.parametrize(
    ("text", "braces", "names"),
    [
        pytest.param(PYTHON, False, ["Pump", "Pump.bar", "Pump.start", "main"], id="Python"),
        pytest.param(JAVA, True, ["Pump", "Pump.bar"], id="Java"),
        pytest.param(JAVASCRIPT, True, ["start", "stop"], id="JavaScript"),
        pytest.param(GO, True, ["Start", "Pump"], id="Go"),
        pytest.param(C, True, ["start"], id="C"),
        pytest.param("CREATE TABLE pumps (\n  id INT\n);\n", True, ["pumps"], id="SQL"),
    ],
)
def test_definitions_are_named(text, braces, names):
    assert [name for name in named(text, braces) if name != "bar"] == names


def test_comments_and_decorators_belong_to_what_follows():
    found = named(PYTHON, braces=False)
    assert found["Pump"].startswith("# A pump of the station.\n@dataclass\nclass Pump:")
    assert found["Pump.bar"].strip().startswith("@property")


def test_what_comes_after_a_definition_is_not_in_it():
    assert named(PYTHON, braces=False)["main"].strip() == "def main():\n    Pump()"


def test_every_line_is_in_a_segment_and_offsets_are_the_files_own(tmp_path):
    for name, text in [("a.py", PYTHON), ("A.java", JAVA), ("a.js", JAVASCRIPT), ("a.go", GO)]:
        segments, _ = read(tmp_path, name, text)
        assert_exact(segments, text)
        inside = "".join("".join(segment.text.split()) for segment in segments)
        assert inside == "".join(text.split())

"""Each rule of the generator contract goes red for a generator that breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pincite.errors import GeneratorError
from pincite.testing import GeneratorContract
from pincite.types import Answer, Asset, PageRegion, TextSpan
from tests.testing.guide import from_the_guide
from tests.testing.rules import rules

BestPassage = from_the_guide("BestPassage")


class Wrong(BestPassage):
    """The generator of the guide, its answers changed on the way."""

    change = staticmethod(lambda answer: answer)

    def generate(self, question, evidence):
        return self.change(super().generate(question, evidence))


def wrong(change):
    """A class whose answers are changed."""
    return type("Changed", (Wrong,), {"change": staticmethod(change)})


def citing(**fields):
    """A class whose citations have these fields."""

    def change(answer):
        return replace(answer, citations=tuple(replace(c, **fields) for c in answer.citations))

    return wrong(change)


def if_given(**fields):
    """A class whose answers have these fields, where there is one."""
    return wrong(lambda answer: answer if answer.text is None else replace(answer, **fields))


class Inventing(BestPassage):
    """Knows the answer without any source."""

    def generate(self, question, evidence):
        if evidence:
            return super().generate(question, evidence)
        return Answer(question, "It is 42 km.", (), (), 0.9, self.name)


class Eager(BestPassage):
    """Does not look at the bar."""

    def __init__(self, similarity, abstain_below) -> None:
        super().__init__(similarity, 0.0)


class Remembering(BestPassage):
    """Quotes one character less with every question."""

    asked = 0

    def generate(self, question, evidence):
        self.asked += 1
        answer = super().generate(question, evidence)
        return replace(answer, warnings=(f"question {self.asked}",))


class Wordless(BestPassage):
    """Cites what has no words."""

    def generate(self, question, evidence):
        if all(e.segment.text for e in evidence) or len(evidence) > 1:
            return super().generate(question, evidence)
        filled = [replace(e, segment=replace(e.segment, text="photo")) for e in evidence]
        return replace(super().generate(question, filled), evidence=tuple(evidence))


class Fragile(BestPassage):
    def generate(self, question, evidence):
        question.encode("utf-8")
        return super().generate(question, evidence)


def leaving_out_the_end(answer):
    if answer.text is None:
        return answer
    return replace(answer, text=f"{answer.text} It is far.")


def twice(answer):
    return replace(answer, citations=answer.citations * 2)


def without_text(answer):
    return replace(answer, text=None)


FAR = TextSpan(0, 9_999)
CITES, SHARES, CARRIES = "a_citation_is_the_stored", "shares_lie", "the_answer_carries"
BREAKS = [
    ("a_question_whose_answer", if_given(text=None), "holds the answer to"),
    ("a_question_whose_answer", if_given(text=" "), "holds the answer to"),
    (CITES, citing(segment_id="f" * 32), "which was not given"),
    (CITES, citing(id=f"{'f' * 32}.0-5"), "SEGMENT.START-END"),
    (CITES, citing(quote="It is 42 km away."), "stored there is"),
    (CITES, citing(asset=Asset("c" * 64, "/x", "text/plain")), "the asset of another segment"),
    (CITES, citing(locator=PageRegion(1)), "its quote lies at"),
    (CITES, citing(locator=TextSpan(0, 5)), "its quote lies at"),
    (CITES, citing(span=FAR), "of an answer of"),
    (CITES, citing(span=TextSpan(4, 4)), "of an answer of"),
    ("every_word_rests", if_given(citations=()), "cites nothing"),
    ("every_word_rests", wrong(leaving_out_the_end), "no citation covers"),
    ("every_word_rests", citing(span=TextSpan(0, 9)), "no citation covers"),
    ("numbers_in_the_text", citing(n=0), "numbered from 1"),
    ("numbers_in_the_text", wrong(twice), "numbered from 1"),
    ("numbers_in_the_text", if_given(text="It lies there. [1] [7]"), "the text prints"),
    ("without_evidence", Inventing, "nothing was found, and the answer is"),
    ("below_the_bar", Eager, "below 0.75"),
    ("below_the_bar", wrong(without_text), "no answer was given, but it has citations"),
    (SHARES, if_given(confidence=1.5), "shares lie in 0..1"),
    (SHARES, if_given(confidence=float("nan")), "shares lie in 0..1"),
    (SHARES, citing(support=-0.1), "shares lie in 0..1"),
    (SHARES, citing(posterior=-3.2), "shares lie in 0..1"),
    ("the_same_question", Remembering, "or with other citations"),
    (CARRIES, if_given(question="?"), "was asked, the answer says"),
    (CARRIES, if_given(evidence=()), "holds the evidence as it was given"),
    (CARRIES, if_given(generator=""), "the name of the generator"),
    ("segments_without_words", Wordless, "without words was quoted"),
    ("odd_questions", Fragile, "ended in UnicodeEncodeError"),
    ("odd_questions", citing(quote="It is 42 km away."), "stored there is"),
]


def contract_of(made) -> GeneratorContract:
    contract = GeneratorContract()
    contract.generator = made
    return contract


@pytest.mark.parametrize(
    ("rule", "made", "told"), BREAKS, ids=[f"{rule}: {told}" for rule, _, told in BREAKS]
)
def test_a_generator_that_breaks_a_rule_is_found_out(rule, made, told):
    [name] = [name for name in rules(GeneratorContract) if rule in name]
    with pytest.raises(AssertionError, match=told):
        getattr(contract_of(made), name)()


def test_a_generator_may_fail_over_an_odd_question():
    class Failing(BestPassage):
        def generate(self, question, evidence):
            raise GeneratorError("the server did not answer; start it")

    contract_of(Failing).test_odd_questions_end_in_an_answer_or_a_generator_error()


def test_each_rule_has_a_generator_that_breaks_it():
    broken = {name for name in rules(GeneratorContract) for rule, _, _ in BREAKS if rule in name}
    assert broken == set(rules(GeneratorContract))

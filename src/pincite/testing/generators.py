"""What it means to be a generator."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pincite.errors import GeneratorError
from pincite.generate import Generator
from pincite.generate.cite import uncovered
from pincite.generate.show import parse_citation_id
from pincite.generate.similar import Similarity
from pincite.testing.checks import require, short
from pincite.testing.evidence import chinese, english, shared_words, wordless
from pincite.types import Answer, Citation, Evidence

_NUMBER = re.compile(r"\[(\d+)\]")
_ODD_QUESTIONS = ("?", "…", "42", "\x00", "how \ud800 far", "🔧", "the", "how far " * 2_000)


class GeneratorContract:
    """The rules of a generator; a subclass says which: `def generator(self, similarity, ...)`.

    The evidence is the contract's own: a note, a recording, a table and a picture without words,
    in English and in Chinese. A generator of another language gives its own `cases`.
    """

    def generator(self, similarity: Similarity | None, abstain_below: float) -> Generator:
        """Return the generator under test, made as the program makes it.

        Args:
            similarity: The cosine of a question to each of some texts, or None without an
                encoder.
            abstain_below: The setting: an answer believed less is not given.
        """
        raise NotImplementedError(
            "say which generator is tested: "
            "def generator(self, similarity, abstain_below): return ..."
        )

    def cases(self) -> Sequence[tuple[str, Sequence[Evidence]]]:
        """Return questions, each with evidence that holds its answer, best first."""
        return (
            ("How far is the station from the pass?", english()),
            ("车站离山口多远？", chinese()),
        )

    def answers(self, abstain_below: float = 0.0) -> Iterator[Answer]:
        """Yield the answer to each case, without an encoder and with one that counts words."""
        for similarity in (None, shared_words):
            made = self.generator(similarity, abstain_below)
            for question, evidence in self.cases():
                yield made.generate(question, evidence)

    def test_a_question_whose_answer_is_there_is_answered(self) -> None:
        """With nothing to fear (`abstain_below` 0) it says something."""
        for answer in self.answers():
            require(
                answer.text is not None and answer.text.strip(),
                f"the evidence holds the answer to {answer.question!r}, got {answer.text!r}",
            )

    def test_a_citation_is_the_stored_text_and_its_place(self) -> None:
        """Its id, quote, asset and locator are those of a segment it was given."""
        for answer in self.answers():
            for cited in answer.citations:
                _check_citation(cited, answer)

    def test_every_word_rests_on_a_citation(self) -> None:
        """An answer that is given has citations, and their spans leave no word out."""
        for answer in self.answers():
            if answer.text is None:
                continue
            require(answer.citations, f"{short(answer.text)} cites nothing")
            bare = [answer.text[a:b] for a, b in uncovered(answer.text, answer.citations)]
            require(not bare, f"no citation covers {short(bare)} of {short(answer.text)}")

    def test_numbers_in_the_text_are_those_of_the_citations(self) -> None:
        """Citations are numbered from 1 in their order, and `[n]` in the text means one."""
        for answer in self.answers():
            numbers = [cited.n for cited in answer.citations]
            require(
                numbers == list(range(1, len(numbers) + 1)),
                f"citations are numbered from 1 in their order, got {numbers}",
            )
            printed = {int(n) for n in _NUMBER.findall(answer.text or "")}
            require(
                printed <= set(numbers),
                f"the text prints {sorted(printed)}, the citations are numbered {numbers}",
            )

    def test_without_evidence_there_is_no_answer(self) -> None:
        """Nothing can rest on nothing, however low the bar."""
        for similarity in (None, shared_words):
            for question, _ in self.cases():
                answer = self.generator(similarity, 0.0).generate(question, ())
                require(
                    answer.text is None and not answer.citations,
                    f"nothing was found, and the answer is {answer.text!r}; text must be None",
                )

    def test_an_answer_below_the_bar_is_not_given(self) -> None:
        """Only the generator looks at `abstain_below`; an answer not given cites nothing."""
        for bar in (0.0, 0.25, 0.5, 0.75, 1.0):
            for answer in self.answers(bar):
                given = answer.text is not None
                require(
                    not given or answer.confidence >= bar,
                    f"an answer believed {answer.confidence:.2f} was given, below {bar}",
                )
                require(given or not answer.citations, "no answer was given, but it has citations")

    def test_shares_lie_between_0_and_1(self) -> None:
        """Confidence, support and posterior are probabilities, and are printed as such."""
        for answer in self.answers():
            shares = {"confidence": answer.confidence}
            for cited in answer.citations:
                shares[f"support of [{cited.n}]"] = cited.support
                shares[f"posterior of [{cited.n}]"] = cited.posterior
            wrong = {
                name: share
                for name, share in shares.items()
                if not (math.isfinite(share) and 0.0 <= share <= 1.0)
            }
            require(not wrong, f"shares lie in 0..1, got {wrong}")

    def test_the_same_question_has_the_same_answer(self) -> None:
        """Also when others were asked in between: nothing is kept from one to the next."""
        made = self.generator(None, 0.0)
        first = [made.generate(*case) for case in self.cases()]
        second = [made.generate(*case) for case in reversed(self.cases())][::-1]
        anew = [self.generator(None, 0.0).generate(*case) for case in self.cases()]
        for one, other, third in zip(first, second, anew, strict=True):
            require(
                _untimed(one) == _untimed(other) == _untimed(third),
                f"{one.question!r} was answered {short(one.text)}, {short(other.text)} and "
                f"{short(third.text)}, or with other citations",
            )

    def test_the_answer_carries_question_evidence_and_name(self) -> None:
        """They are shown beside it, and in `--json`."""
        for question, evidence in self.cases():
            answer = self.generator(None, 0.0).generate(question, evidence)
            require(
                answer.question == question,
                f"{question!r} was asked, the answer says {answer.question!r}",
            )
            require(
                answer.evidence == tuple(evidence),
                "the answer holds the evidence as it was given, all of it and in its order",
            )
            require(
                isinstance(answer.generator, str) and answer.generator,
                f"generator is the name of the generator, got {answer.generator!r}",
            )

    def test_segments_without_words_are_passed_over(self) -> None:
        """A picture or a sound without words is evidence as well, but cannot be quoted."""
        made = self.generator(None, 0.0)
        answer = made.generate(self.cases()[0][0], [replace(wordless(), prior=1.0)])
        require(
            not answer.citations,
            f"a segment without words was quoted: {short(answer.citations)}",
        )

    def test_odd_questions_end_in_an_answer_or_a_generator_error(self) -> None:
        """Whatever was typed; any other exception would be shown as a bug of the program."""
        _, evidence = self.cases()[0]
        made = self.generator(None, 0.5)
        for question in _ODD_QUESTIONS:
            try:
                answer = made.generate(question, evidence)
            except GeneratorError:
                continue
            except Exception as error:
                raise AssertionError(f"{short(question, 40)} ended in {error!r}") from error
            for cited in answer.citations:
                _check_citation(cited, answer)


def _check_citation(cited: Citation, answer: Answer) -> None:
    by_id = {e.segment.id: e for e in answer.evidence}
    require(
        cited.segment_id in by_id,
        f"citation {cited.n} names segment {cited.segment_id!r}, which was not given",
    )
    source = by_id[cited.segment_id]
    named, start, end = parse_citation_id(cited.id)
    require(
        named == cited.segment_id and start is not None and end is not None,
        f"the id of citation {cited.n} is SEGMENT.START-END, got {cited.id!r}",
    )
    first, last = start or 0, end or 0
    stored = source.segment.text[first:last]
    require(
        stored and cited.quote == stored,
        f"citation {cited.n} quotes {short(cited.quote)}, stored there is {short(stored)}",
    )
    require(cited.asset == source.asset, f"citation {cited.n} names the asset of another segment")
    place = source.segment.locate(first, last)
    require(
        cited.locator == place,
        f"citation {cited.n} points at {cited.locator}, its quote lies at {place}",
    )
    length = len(answer.text or "")
    require(
        0 <= cited.span.start < cited.span.end <= length,
        f"citation {cited.n} bears out {cited.span} of an answer of {length} characters",
    )


def _untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})

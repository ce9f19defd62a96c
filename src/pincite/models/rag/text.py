"""Question and document as the one text a generator reads, and answers as labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, Protocol, TypeAlias

import torch

from pincite.errors import UsageError

Tensor = Any
Document: TypeAlias = tuple[str, str]
"""Title and text."""


@dataclass(frozen=True, slots=True, eq=False)
class Retrieved:
    """What was found for b questions, n documents each.

    Attributes:
        ids: Of the documents found, for each question, best first; at most n.
        documents: Their titles and texts, in the same order.
        scores: (b, n) on a log scale, -inf where fewer than n were found.
    """

    ids: tuple[tuple[str, ...], ...]
    documents: tuple[tuple[Document, ...], ...]
    scores: Tensor


class Retriever(Protocol):
    """Finds documents for questions, in training and from Python."""

    def retrieve(self, questions: Sequence[str], n: int) -> Retrieved:
        """Return the `n` best documents of each question; the same call finds the same."""
        ...


@dataclass(frozen=True, slots=True)
class SourceTemplate:
    """How question, title and text become one source.

    As `RagRetriever.postprocess_docs` of Transformers does, the quotation marks around a title are
    dropped and two blanks become one.

    Attributes:
        pattern: Holds `{question}` and `{text}`, and `{title}` where it is to be read.

    Raises:
        UsageError: The pattern lacks one of them, or names something else.

    Example:
        >>> SourceTemplate.rag().render("Who?", '"Pump"', "Otto built it.")
        'Pump / Otto built it. // Who?'
    """

    pattern: str = "{title} / {text} // {question}"

    def __post_init__(self) -> None:
        try:
            names = {name for _, name, _, _ in Formatter().parse(self.pattern) if name is not None}
        except ValueError as error:
            raise UsageError(f"{self.pattern!r} is no template: {error}") from error
        if not {"question", "text"} <= names <= {"question", "title", "text"}:
            raise UsageError(
                f"a template holds {{question}} and {{text}}, may hold {{title}} and nothing "
                f"else in braces; got {self.pattern!r}"
            )

    @classmethod
    def rag(
        cls, *, prefix: str = "", title_sep: str = " / ", doc_sep: str = " // "
    ) -> SourceTemplate:
        """Return the form of Facebook's RAG: prefix, title, text, question."""
        parts = [
            part.replace("{", "{{").replace("}", "}}") for part in (prefix, title_sep, doc_sep)
        ]
        return cls(f"{parts[0]}{{title}}{parts[1]}{{text}}{parts[2]}{{question}}")

    @classmethod
    def plain(cls) -> SourceTemplate:
        """Return the form T5 and Fusion-in-Decoder are used with."""
        return cls("question: {question} context: {title} {text}")

    @classmethod
    def prompt(cls) -> SourceTemplate:
        """Return a form for decoder-only models, which go on writing after it."""
        return cls("{title} {text}\nquestion: {question}\nanswer:")

    def render(self, question: str, title: str, text: str) -> str:
        """Return the source of a question and a document."""
        title = title.removeprefix('"').removesuffix('"')
        made = self.pattern.format(question=question, title=title, text=text)
        return made.replace("  ", " ")


class RagTokenizer:
    """Turns questions, documents and answers into the tensors of `RagModel`.

    Attributes:
        generator: Tokenizer of the generator.
        question: Tokenizer of the question encoder, or None.
        context: Tokenizer of the document encoder; that of questions where only it is given.
        template: How question and document become one source.
        max_source_tokens: Longest source; of a longer one the document is cut at its end.
        max_retrieval_tokens: Longest text the encoders of questions and documents read.
        causal: Whether the generator is decoder-only, which reads answers as the text after a
            source.
    """

    def __init__(
        self,
        generator: Any,
        question: Any = None,
        context: Any = None,
        *,
        template: SourceTemplate | None = None,
        max_source_tokens: int = 300,
        max_retrieval_tokens: int = 256,
        causal: bool = False,
    ) -> None:
        if max_source_tokens < 8 or max_retrieval_tokens < 8:
            raise UsageError(
                f"texts of fewer than 8 tokens hold no question; got max_source_tokens "
                f"{max_source_tokens} and max_retrieval_tokens {max_retrieval_tokens}"
            )
        self.generator = generator
        self.question = question
        self.context = question if context is None else context
        usual = SourceTemplate.prompt() if causal else SourceTemplate.plain()
        self.template = usual if template is None else template
        self.max_source_tokens = max_source_tokens
        self.max_retrieval_tokens = max_retrieval_tokens
        self.causal = causal

    @property
    def pad(self) -> int:
        """The id that fills up rows of the generator."""
        ids = (self.generator.pad_token_id, self.generator.eos_token_id, 0)
        return next(int(i) for i in ids if i is not None)

    def sources(
        self, questions: Sequence[str], documents: Sequence[Sequence[Document]]
    ) -> tuple[Tensor, Tensor]:
        """Return input_ids and attention_mask, both (b, n, s), padded to the batch's longest.

        A question with fewer documents than another gets rows of padding; their score is -inf.

        Args:
            questions: b questions.
            documents: Titles and texts for each of them; any number.

        Raises:
            UsageError: Numbers differ, none has a document, or a question alone is too long.
        """
        if len(questions) != len(documents) or not any(documents):
            raise UsageError(
                f"expected documents for each of {len(questions)} questions, got "
                f"{len(documents)} lists with {sum(map(len, documents))} documents in all"
            )
        rows = [
            [self.source_ids(question, *document) for document in found]
            for question, found in zip(questions, documents, strict=True)
        ]
        n = max(map(len, rows))
        flat = [ids for row in rows for ids in [*row, *[[]] * (n - len(row))]]
        ids, mask = padded(flat, self.pad)
        return ids.unflatten(0, (len(rows), n)), mask.unflatten(0, (len(rows), n))

    def source_ids(self, question: str, title: str, text: str) -> list[int]:
        """Return the tokens of one source, at most `max_source_tokens`; the question is whole.

        Raises:
            UsageError: The question alone is longer.
        """

        def of_text(kept: int) -> list[int]:
            return self._ids(self.template.render(question, title, text[:kept]))

        def of_title(kept: int) -> list[int]:
            return self._ids(self.template.render(question, title[:kept], ""))

        for made, length in ((of_text, len(text)), (of_title, len(title))):
            ids = longest_within(made, length, self.max_source_tokens)
            if ids is not None:
                return ids
        raise UsageError(
            f"the question has {len(self._ids(question))} tokens, a source may have "
            f"{self.max_source_tokens}; ask a shorter one"
        )

    def shortened(self, question: str) -> str:
        """Return the longest beginning of a question that leaves half of a source to documents."""
        room = self.max_source_tokens // 2
        low, high = 0, len(question)
        while low < high:
            middle = (low + high + 1) // 2
            fits = len(self._ids(self.template.render(question[:middle], "", ""))) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return question[:low]

    def labels(self, answers: Sequence[str]) -> Tensor:
        """Return the ids of answers, each with an end token, (b, t), filled with padding."""
        if self.causal:
            texts = [f" {readable(answer)}" for answer in answers]
            rows = self.generator(texts, add_special_tokens=False)["input_ids"]
        else:
            rows = self.generator(text_target=[readable(a) for a in answers])["input_ids"]
        end = self.generator.eos_token_id
        if end is not None:
            rows = [ids if ids and ids[-1] == end else [*ids, end] for ids in rows]
        return padded(rows, self.pad)[0]

    def decode(self, ids: Any) -> Any:
        """Return the text of a row of ids, (t,), or of each of several, special tokens left out."""
        plain = ids.tolist() if hasattr(ids, "tolist") else list(ids)
        if plain and isinstance(plain[0], list):
            return [self.decode(row) for row in plain]
        kept = [token for token in plain if token >= 0]
        text = self.generator.decode(
            kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text).strip()

    # -- what the encoders of retrieval read ---------------------------------------------------

    def questions(self, questions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return what the question encoder reads: ids and mask, (b, s).

        Raises:
            UsageError: The model came without a question encoder's tokenizer.
        """
        tokenizer = _given(self.question, "question")
        return self._read(tokenizer, questions)

    def contexts(self, documents: Sequence[Document]) -> tuple[Tensor, Tensor]:
        """Return what the document encoder reads, ids and mask, (n, s).

        That is the text, as knowledge bases encode it, or the title of one without text.

        Raises:
            UsageError: The model came without a document encoder's tokenizer.
        """
        tokenizer = _given(self.context, "document")
        return self._read(tokenizer, [text if text.strip() else title for title, text in documents])

    def _read(self, tokenizer: Any, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        limit = self.max_retrieval_tokens
        texts = [readable(text) for text in texts]
        rows = tokenizer(texts, truncation=True, max_length=limit)["input_ids"]
        return padded(rows, int(tokenizer.pad_token_id or 0))

    def _ids(self, text: str) -> list[int]:
        return list(self.generator(readable(text))["input_ids"])

    def settings(self) -> dict[str, Any]:
        """Return what makes sources besides the tokenizers, as JSON can say it."""
        return {
            "pattern": self.template.pattern,
            "max_source_tokens": self.max_source_tokens,
            "max_retrieval_tokens": self.max_retrieval_tokens,
        }


def longest_within(made: Callable[[int], list[int]], length: int, limit: int) -> list[int] | None:
    """Return `made(kept)` for the largest `kept` of 0..length within `limit`, or None."""
    ids = made(length)
    if len(ids) <= limit:
        return ids
    best, low, high = None, 0, length - 1
    while low <= high:
        middle = (low + high) // 2
        ids = made(middle)
        if len(ids) <= limit:
            best, low = ids, middle + 1
        else:
            high = middle - 1
    return best


def readable(text: str) -> str:
    """Return a text that can be written as UTF-8, half characters replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def padded(rows: Sequence[Sequence[int]], fill: int) -> tuple[Tensor, Tensor]:
    """Return ids (r, s), filled up on the right, and 1 where they are real, (r, s)."""
    longest = max(1, *map(len, rows)) if rows else 1
    ids = torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])
    lengths = torch.tensor([[len(row)] for row in rows])
    return ids, (torch.arange(longest) < lengths).long()


def _given(tokenizer: Any, what: str) -> Any:
    if tokenizer is None:
        raise UsageError(
            f"this model has no tokenizer for its {what} encoder; pass one to RagTokenizer"
        )
    return tokenizer

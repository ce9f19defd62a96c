"""The whole way from a folder to a cited answer, as one object.

folder -> ingest -> encode -> store -> search -> generate -> show
"""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pincite.config import Config, load_config
from pincite.content import Modality
from pincite.encode import Encoder, default_encoder
from pincite.encode.chosen import Recorded, further, made_of, recorded
from pincite.encode.distinct import distinct
from pincite.errors import NotFound, StoreError, UsageError, did_you_mean
from pincite.generate import Generator, generators
from pincite.generate.show import Shown, parse_citation_id, show
from pincite.ingest.report import Summary
from pincite.retrieve.asked import reads
from pincite.retrieve.batch import search_many
from pincite.retrieve.query import Given, Wanted
from pincite.retrieve.query import read as read_wanted
from pincite.retrieve.search import Found, Options, Searcher, options_of
from pincite.store.check import check
from pincite.store.encode import encode
from pincite.store.engine import local_path
from pincite.store.locate import kb_uri, local_uris
from pincite.store.notices import RunEvent, RunWarning
from pincite.store.plan import Again, Plan, plan
from pincite.store.resident_kinds import Kind
from pincite.store.resident_store import ResidentStore
from pincite.store.sync import sync
from pincite.store.tables import Store
from pincite.store.tagging import Tagged, read_labels, tag
from pincite.types import Answer, Evidence, Filters, Hit, Query

_NO_MEANING = "searching by words alone; for search by meaning run: pincite models pull text"


class KnowledgeBase:
    """Documents, pictures, recordings and videos that can be searched and asked.

    Example:
        kb = KnowledgeBase.open("notes")
        kb.ingest(["./folder"])
        answer = kb.ask("How far is the station?")
        print(answer.text, answer.citations[0].locator)
    """

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._resident: ResidentStore | None = None
        self._recorded: tuple[object, Recorded] | None = None

    @classmethod
    def open(
        cls,
        name: str | Path = "default",
        *,
        config: Config | None = None,
        create: bool = True,
        repair: bool = False,
    ) -> KnowledgeBase:
        """Return the knowledge base called `name`: a name, a directory, a folder or a URI.

        Args:
            name: See `pincite.store.locate.kb_uri`.
            config: Settings; default: those of the environment.
            create: Make it if there is none.
            repair: If its newest version cannot be read, go back to the newest that is whole.

        Raises:
            NotFound: There is none, and `create` is false.
            StoreError: It cannot be read.
        """
        config = config or load_config()
        uri = kb_uri(name, config)
        try:
            return cls(Store.open(uri, create=create, repair=repair), config)
        except NotFound:
            raise NotFound(_none_called(str(name), uri, config)) from None

    @classmethod
    def holding(cls, citation: str, *, kb: str = "", config: Config | None = None) -> KnowledgeBase:
        """Return the knowledge base that holds a citation: `kb`, or the first local one.

        Raises:
            UsageError: It is no citation id.
            NotFound: No local knowledge base holds it.
        """
        config = config or load_config()
        segment, _, _ = parse_citation_id(citation)
        if kb:
            return cls.open(kb, config=config, create=False)
        damaged = []
        for uri in local_uris(config):
            try:
                store = Store.open(uri)
                if store.segments([segment]):
                    return cls(store, config)
            except StoreError:
                damaged.append(uri)
        unread = f" ({', '.join(damaged)} cannot be read)" if damaged else ""
        raise NotFound(
            f"no knowledge base on this machine holds citation {citation!r}{unread}; its source "
            "was changed or removed since, or it lies elsewhere: name it with --kb"
        )

    @property
    def uri(self) -> str:
        """Where it lies."""
        return self._store.uri

    @property
    def is_empty(self) -> bool:
        """True when no file has been read into it."""
        return not self._store.ledger()

    @cached_property
    def encoder(self) -> Encoder | None:
        """The text encoder in force, or None: lexical only."""
        return default_encoder(self._config)

    def encoders(self) -> Recorded:
        """Return the encoders that new segments get vectors of, and warnings about missing ones.

        They are those the settings choose, the text encoder first, and those the knowledge base
        was filled by before: what `encode(with_=…)` added once, later files get too.
        """
        text = () if self.encoder is None else (self.encoder,)
        chosen, names = distinct((*text, *self._further)), self._store.encoders()
        key = (tuple(encoder.space for encoder in chosen), tuple(sorted(names.items())))
        if self._recorded is None or self._recorded[0] != key:  # a model is loaded once
            self._recorded = (key, recorded(names, chosen, self._config))
        before = self._recorded[1]
        return Recorded((*chosen, *before.encoders), before.warnings)

    @cached_property
    def _further(self) -> tuple[Encoder, ...]:
        return further(self._config)

    # -- filling it --------------------------------------------------------------------------

    def ingest(
        self,
        paths: Sequence[str | Path] | str | Path,
        *,
        on_event: Callable[[RunEvent], None] | None = None,
        again: Again = "",
    ) -> Summary:
        """Add or refresh files and folders, and return what became of them.

        Raises:
            NotFound: A path does not exist.
            StoreError: The knowledge base cannot be written.
        """
        return self._bring_up_to_date(paths, on_event, prune=False, again=again)

    def sync(
        self,
        folder: str | Path,
        *,
        prune: bool = False,
        on_event: Callable[[RunEvent], None] | None = None,
        again: Again = "",
    ) -> Summary:
        """Make the knowledge base equal to a folder.

        Args:
            folder: What to follow.
            prune: Forget files that are gone from it.
            on_event: Hears file reports and progress.
            again: Read unchanged files again: "failed" those not complete, "all" everything.
        """
        return self._bring_up_to_date(folder, on_event, prune=prune, again=again)

    def plan(self, paths: Sequence[str | Path] | str | Path, *, prune: bool = False) -> Plan:
        """Return what a sync would do: added, changed, moved, removed and same files."""
        spaces = [encoder.space for encoder in self.encoders().encoders]
        return plan(_listed(paths), self._store, self._config, prune=prune, spaces=spaces)

    def encode(
        self,
        with_: Sequence[str | Encoder] = (),
        *,
        on_event: Callable[[RunEvent], None] | None = None,
    ) -> Summary:
        """Give every segment a vector of each encoder that reads it; no file is read.

        Args:
            with_: Encoders, or settings that name them ("clip:./model"); later ingests use
                them, too. Empty: those of `encoders()`.
            on_event: Hears of progress, and of pictures that cannot be decoded.

        Raises:
            UsageError: No encoder has such a name, or there is none for text and nothing to do.
            ModelMismatch: One returned other vectors than it promised.
        """
        watch = on_event or (lambda event: None)
        started = time.monotonic()
        made = (made_of([e], self._config) if isinstance(e, str) else (e,) for e in with_)
        wanted = [encoder for group in made for encoder in group] or self._in_force(watch)
        done = encode(self._store, wanted, watch)
        if done.segments and not done.interrupted:
            self._store.optimize()
        elif not with_ and self.encoder is None and self._config["encoder"] == "auto":
            raise UsageError(
                "there is no text encoder to give segments vectors; get one with: "
                "pincite models pull text"
            )
        seconds = time.monotonic() - started
        return Summary(encoded=done.segments, interrupted=done.interrupted, seconds=seconds)

    def _in_force(self, watch: Callable[[RunEvent], None]) -> tuple[Encoder, ...]:
        """Return `encoders()`, and tell of those that are missing."""
        found = self.encoders()
        for warning in found.warnings:
            watch(RunWarning(warning))
        return found.encoders

    def tag(
        self,
        with_: str | Encoder,
        labels: str | Path | None = None,
        *,
        on_event: Callable[[RunEvent], None] | None = None,
    ) -> Tagged:
        """Give pictures and shots the words that an image-text encoder sees in them, as tags.

        Args:
            with_: The encoder, or the setting that names it ("clip:./model").
            labels: A text file with one label a line; None: everyday things.
            on_event: Hears of progress where vectors have to be made first.

        Raises:
            UsageError: The encoder does not read words and pictures, or there are no labels.
        """
        known = read_labels(None if labels is None else Path(labels))
        encoder = made_of([with_], self._config)[0] if isinstance(with_, str) else with_
        done = tag(self._store, encoder, known, on_event or (lambda event: None))
        if done.segments:
            self._store.optimize()
        return done

    def drop_space(self, space: str) -> None:
        """Take the vectors of a space out; `optimize(purge=True)` frees the disk of them.

        Raises:
            NotFound: There is no such space.
        """
        self._store.drop_space(space)
        self._store.optimize()

    def _bring_up_to_date(
        self,
        paths: Sequence[str | Path] | str | Path,
        on_event: Callable[[RunEvent], None] | None,
        *,
        prune: bool,
        again: Again = "",
    ) -> Summary:
        watch = on_event or (lambda event: None)
        encoders = self._in_force(watch)
        return sync(
            _listed(paths), self._store, encoders, self._config, watch, prune=prune, again=again
        )

    # -- asking it ---------------------------------------------------------------------------

    def search(
        self,
        text: str | Query = "",
        *,
        image: Given | None = None,
        audio: Given | None = None,
        video: Given | None = None,
        weights: Mapping[Modality, float] | None = None,
        without: str = "",
        k: int | None = None,
        filters: Filters | None = None,
        options: Options | None = None,
    ) -> Found:
        """Return the `k` segments that fit best.

        Args:
            text: Words; or a whole query, which nothing else is then added to.
            image: A picture like what is wanted: a file, its bytes, or decoded content. What is
                written in it is looked up like words.
            audio: A spoken query, or a sound like what is wanted.
            video: A video like what is wanted.
            weights: How much each part counts, by modality; below 0 it pushes away.
            without: Words for what is not wanted.
            k: How many; default: the setting.
            filters: What the search is confined to.
            options: How it is done; default: as the settings say.

        Raises:
            UsageError: `k` is not positive, a filter is not valid, a file cannot be read, or
                nothing is wanted.
        """
        if isinstance(text, Query):
            if any((image, audio, video, weights, without, filters)):
                raise UsageError(
                    "a whole query was given, and parts beside it; put the parts into the query"
                )
            return self.search_for(text, k=k, options=options)
        wanted = Wanted(text, image, audio, video, weights or {}, without, filters or Filters())
        query, notes = read_wanted(wanted, self._config)
        found = self.search_for(query, k=k, options=options)
        return replace(found, warnings=notes + found.warnings)

    def search_for(
        self, query: Query, *, k: int | None = None, options: Options | None = None
    ) -> Found:
        """Return the `k` segments that fit a query best; see `search`."""
        count, store = self._count(k), self._store.now()
        encoders, warnings = self._encoders_for(store, query)
        held = self._held(store)
        nearest = held.nearest if held else None
        searcher = Searcher(store, encoders, options or self._options, nearest)
        found = searcher.search(query, count)
        return replace(found, warnings=found.warnings + warnings)

    def search_many(
        self,
        queries: Sequence[str | Query],
        *,
        k: int | None = None,
        filters: Filters | None = None,
        options: Options | None = None,
    ) -> Iterator[Found]:
        """Yield what `search` returns for each query, in order; faster than one by one.

        All see one version of the knowledge base.

        Args:
            queries: Words, or whole queries.
            k: How many hits each; default: the setting.
            filters: What queries in words are confined to.
            options: How the search is done; default: as the settings say.

        Raises:
            UsageError: `k` is not positive, or one of the queries cannot be asked.
        """
        count, store = self._count(k), self._store.now()
        confined = filters or Filters()
        whole = [q if isinstance(q, Query) else Query(q, confined) for q in queries]
        held, encoders = self._held(store), self.encoders().encoders
        nearest = held.nearest if held else None
        searcher = Searcher(store, encoders, options or self._options, nearest)
        look = held.nearest_many if held else store.nearest_many
        threads = self._config["threads"] or os.cpu_count() or 1
        found = search_many(searcher, whole, count, look, threads)
        return (
            replace(one, warnings=one.warnings + self._encoders_for(store, query)[1])
            for query, one in zip(whole, found, strict=True)
        )

    def _count(self, k: int | None) -> int:
        """Return how many hits are wanted."""
        count = int(self._config["k"] if k is None else k)
        if count < 1:
            raise UsageError(f"k must be at least 1, got {count}")
        return min(count, 10_000)

    def hold_vectors(self, kind: Kind = "auto") -> None:
        """Hold all vectors in memory from now on, for programs that ask many times.

        Rows that are added later are compared one by one until there are enough of them.

        Args:
            kind: "flat" compares all, "hnsw" and "ivfpq" are indexes of Faiss; "auto" chooses
                by how many vectors there are.

        Raises:
            MissingExtra: The index needs Faiss, which is not installed.
        """
        self._resident = ResidentStore.build(self._store.now(), kind=kind)

    def _held(self, store: Store) -> ResidentStore | None:
        """Return what looks up vectors in memory, brought up to a store; None: the store does."""
        if self._resident is None:
            return None
        held = replace(self._resident, store=store)  # what one question sees belongs together
        held.refresh()
        return held

    @cached_property
    def _options(self) -> Options:
        return options_of(self._config)

    @property
    def _answering(self) -> Options:
        """How evidence for an answer is found: it may need all that one page says."""
        return replace(self._options, page_hits=0)

    def ask(
        self,
        question: str,
        *,
        image: Given | None = None,
        audio: Given | None = None,
        video: Given | None = None,
        k: int | None = None,
        filters: Filters | None = None,
        generator: str | Generator | None = None,
    ) -> Answer:
        """Return a cited answer, or one whose text is None: the sources do not hold it.

        Args:
            question: In words; "" where it is spoken in `audio` or `video`.
            image: A picture the question is about: a file, its bytes, or decoded content.
            audio: The spoken question, or a sound it is about.
            video: A video it is spoken in, or is about.
            k: How many pieces of evidence it may rest on; default: the setting.
            filters: What evidence is confined to.
            generator: What composes the answer; default: the setting.

        Raises:
            UsageError: There is no question, a filter is not valid, or a file cannot be read.
        """
        started = time.perf_counter()
        wanted = Wanted(question, image, audio, video, filters=filters or Filters())
        query, notes = read_wanted(wanted, self._config)
        asked = question.strip() or query.heard.strip()
        if not asked:
            raise UsageError(_no_question(audio is not None or video is not None))
        if not question.strip():
            query = replace(query, audio=None)  # it is the question, no sample of the answer
        found = self.search_for(query, k=k, options=self._answering)
        composer = self._generator(generator or self._config["generator"], asked)
        generating = time.perf_counter()
        answer = composer.generate(asked, _with_neighbours(found))
        finished = time.perf_counter()
        timings = {
            **found.timings_ms,
            "generate": round((finished - generating) * 1000, 2),
            "total": round((finished - started) * 1000, 2),
        }
        warnings = notes + found.warnings + answer.warnings
        return replace(answer, warnings=warnings, timings_ms=timings)

    def _generator(self, generator: str | Generator, question: str) -> Generator:
        if not isinstance(generator, str):
            return generator
        name, options = generators.named(generator)
        return generators.create(
            name,
            similarity=self._similarity(question),
            abstain_below=self._config["abstain_below"],
            **options,
        )

    def _similarity(self, question: str) -> Callable[[str, Sequence[str]], Any] | None:
        """Return the encoder's cosine, or None where it knows nothing of the language."""
        encoder = self.encoder
        if encoder is None or not reads(encoder, question):
            return None

        def cosines(question: str, texts: Sequence[str]) -> Any:
            query = encoder.encode([question], role="query")[0]
            return encoder.encode(list(texts), role="document") @ query

        return cosines

    def _encoders_for(
        self, store: Store, query: Query
    ) -> tuple[tuple[Encoder, ...], tuple[str, ...]]:
        """Return the encoders that can search a store, and what the user should know of that."""
        known = self.encoders()
        words, encoder = bool(query.text.strip() or query.heard.strip()), self.encoder
        if not words:
            return known.encoders, known.warnings
        if encoder is None and self._config["encoder"] == "auto":
            hints = () if _only_read(query) else (_NO_MEANING,)
            return known.encoders, (*hints, *known.warnings)
        if encoder is not None and encoder.space not in store.spaces() and store.count():
            hint = (
                f"searching by words alone: nothing here has vectors of {encoder.space} yet; "
                f"make them with: pincite kb encode --kb {shlex.quote(self.uri)}"
            )
            return known.encoders, (hint, *known.warnings)
        return known.encoders, known.warnings

    def show(self, citation: str) -> Shown:
        """Return the evidence behind a citation id.

        Raises:
            UsageError: It is no citation id.
            NotFound: The segment is not here.
        """
        return show(self._store.now(), citation)

    # -- care --------------------------------------------------------------------------------

    def info(self) -> dict[str, Any]:
        """Return what it holds, in numbers."""
        self._store.refresh()
        ledger = self._store.ledger()
        kinds: dict[str, int] = {}
        for entry in ledger.values():
            kinds[entry.asset.media_type] = kinds.get(entry.asset.media_type, 0) + 1
        statuses = [entry.status for entry in ledger.values()]
        return {
            "uri": self.uri,
            "assets": len(ledger),
            "segments": sum(entry.segments for entry in ledger.values()),
            **{name: statuses.count(name) for name in ("complete", "partial", "failed")},
            "media_types": dict(sorted(kinds.items())),
            "spaces": self._spaces(),
            "versions": len(self._store.versions()),
        }

    def _spaces(self) -> list[dict[str, Any]]:
        widths, counts = self._store.spaces(), self._store.encoded()
        names, late = self._store.encoders(), self._store.late_spaces()
        return [
            {
                "space": space,
                "encoder": names[space],
                "width": widths[space],
                "segments": counts[space],
                "late": space in late,
            }
            for space in sorted(widths)
        ]

    def check(self, *, repair: bool = False) -> dict[str, Any]:
        """Return the report of a check, in its JSON form."""
        return check(self._store, repair=repair).to_json()

    def optimize(self, *, purge: bool = False) -> dict[str, Any]:
        """Join small files, bring indexes up to date and drop versions past their time.

        Args:
            purge: Drop all former versions but snapshots, so that nothing of what was
                forgotten stays on the disk.

        Returns:
            Bytes on disk before and after (None for an object store), and the snapshots, which
            keep what they hold.
        """
        before = _disk_bytes(self.uri)
        self._store.optimize(purge=purge)
        names = sorted(name for version in self._store.versions() for name in version.names)
        return {
            "uri": self.uri,
            "bytes_before": before,
            "bytes_after": _disk_bytes(self.uri),
            "snapshots": names,
        }

    def snapshot(self, name: str) -> None:
        """Keep the state of now under a name."""
        self._store.snapshot(name)

    def remove_snapshot(self, name: str) -> None:
        """Take the name from a state; what only it held leaves the disk with the next purge.

        Raises:
            NotFound: There is no such snapshot.
        """
        self._store.remove_snapshot(name)

    def rollback(self, version: int | str) -> None:
        """Make it what it was at a version or snapshot."""
        self._store.rollback(version)

    def remove(self) -> None:
        """Delete it; the files it was made from stay.

        Raises:
            UsageError: It lies in an object store.
        """
        if "://" in self.uri:
            raise UsageError(f"{self.uri} is not a local directory; delete it with its own tools")
        with self._store.writing():
            pass
        shutil.rmtree(self.uri)


def _only_read(query: Query) -> bool:
    """Return whether the only words of a query were read in its picture."""
    return not query.text.strip() and query.audio is None and query.video is None


def _no_question(spoken: bool) -> str:
    if spoken:
        return "no words were understood in the recording; say it again, or type the question"
    return "the question is empty; ask something"


def _with_neighbours(found: Found) -> tuple[Evidence, ...]:
    """Return the evidence with the neighbours of each hit behind it, where they were asked for.

    A neighbour has no belief of its own: it shares that of its hit, half as likely.
    """
    seen = {item.segment.id for item in found.evidence}
    wide: list[Evidence] = []
    for item in found.evidence:
        wide.append(item)
        for segment in found.around.get(item.segment.id, ()):
            if segment.id not in seen:
                seen.add(segment.id)
                hit = Hit(segment.id, item.hit.score / 2)
                wide.append(Evidence(hit, segment, item.asset, item.prior / 2))
    return tuple(wide)


def local_knowledge_bases(config: Config) -> list[dict[str, Any]]:
    """Return name, place, size and damage, if any, of the knowledge bases in the data directory."""
    found = []
    for uri in local_uris(config):
        info: dict[str, Any] = {"name": Path(uri).name, "uri": uri}
        try:
            ledger = Store.open(uri).ledger()
        except StoreError as error:
            found.append(info | {"assets": 0, "segments": 0, "damage": str(error)})
            continue
        segments = sum(entry.segments for entry in ledger.values())
        found.append(info | {"assets": len(ledger), "segments": segments})
    return found


def _none_called(name: str, uri: str, config: Config) -> str:
    """Return the sentence for a knowledge base that does not exist."""
    if "://" not in name and Path(name).is_dir():
        return f"{name!r} has no knowledge base yet; make it with: pincite sync {shlex.quote(name)}"
    near = did_you_mean(name, [Path(known).name for known in local_uris(config)])
    return (
        f"no knowledge base {name!r} (looked for {uri}).{near} pincite kb list shows what there "
        f"is; make one with: pincite ingest PATH --kb {shlex.quote(name)}"
    )


def _disk_bytes(uri: str) -> int | None:
    folder = local_path(uri)
    if folder is None:
        return None
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _listed(paths: Sequence[str | Path] | str | Path) -> list[str | Path]:
    return [paths] if isinstance(paths, str | Path) else list(paths)

"""Looking up: words of both languages, safe queries, filters."""

import numpy as np
import pytest

from pincite.errors import SpaceMismatch, UsageError
from pincite.store.searchable import QUERY_CHARACTERS, searchable_query
from pincite.store.tables import Store
from tests.store.making import ingested, vector

TEXTS = [
    "The pump runs at a pressure of 5 bar.",
    "Stations were measured twice a year.",
    "水泵的压力是五巴。",
    "车站每年测量两次。",
    "ポンプの圧力は五バールです。",
    "펌프의 압력은 5바입니다.",
    "Der Café-Besitzer misst ＡＢ１２.",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store.open(str(tmp_path_factory.mktemp("kb") / "kb"), create=True)
    store.commit([ingested(f"/{n}.txt", text, title="") for n, text in enumerate(TEXTS)])
    store.optimize()
    return store


def first(store, query, where=""):
    hits = store.lexical(query, 3, where)
    return store.segments([hits[0][0]])[hits[0][0]].text if hits else None


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("pumps", 0),
        ("PRESSURE", 0),
        ("station measuring", 1),
        ("水泵", 2),
        ("压力", 2),
        ("泵", 2),
        ("车站多久测量一次？", 3),
        ("ポンプ", 4),
        ("압력", 5),
        ("cafe", 6),
        ("ab12", 6),
    ],
)
def test_words_are_found_in_other_forms_and_scripts(store, query, place):
    assert first(store, query) == TEXTS[place]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "the of and",
        "😀",
        "\0",
        '"',
        "' OR 1=1 --",
        "(pump",
        "a AND OR NOT",
        "~^*?:\\",
        "\ud800",
    ],
)
def test_any_text_is_a_safe_query(store, query):
    hits = store.lexical(query, 5)
    assert all(score > 0 for _, score in hits)


@pytest.mark.parametrize("unit", ["a", "水", "pump ", "水泵 x", "\n"])
def test_a_query_of_a_megabyte_is_answered(store, unit):
    store.lexical(unit * (1_000_000 // len(unit)), 5)


def test_a_long_query_is_looked_up_by_its_beginning_each_word_once():
    many = "".join(chr(0x4E00 + n % 20_000) for n in range(100_000))
    assert len(searchable_query(many).split()) <= 2 * QUERY_CHARACTERS
    assert searchable_query("pump Pump " * 100_000) == "pump"


def test_operators_of_a_query_language_are_plain_words(store):
    assert first(store, '+"pump" AND NOT (pressure OR station)') in TEXTS[:2]


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_result_cannot_be_asked_for(store, k):
    with pytest.raises(UsageError, match="at least 1"):
        store.lexical("pump", k)
    with pytest.raises(UsageError, match="at least 1"):
        store.nearest("words", vector("pump"), k)


def test_more_results_than_there_are_give_all(store):
    assert len(store.nearest("words", vector("pump"), 10**9)) == len(TEXTS)
    assert store.lexical("pump", 10**9)


def test_a_filter_confines_both_searches_before_they_rank(store):
    where = "uri = '/3.txt'"
    assert [i for i, _ in store.nearest("words", vector("pump"), 1, where)] == [
        i for i, _ in store.lexical("测量", 5, where)
    ]
    assert store.lexical("pump", 5, where) == []
    assert store.lexical("pump", 5, "text LIKE '%;--%'") == []


@pytest.mark.parametrize(
    "where",
    [
        "colour = 'red'",
        "page >",
        "text = 'open",
        "1 = 1; DROP TABLE segments",
        "page > 1 -- and more",
        "(SELECT 1)",
        "modified_ns > 'yesterday'",
        "cast(text AS int) > 1",
        "ordinal",
    ],
)
@pytest.mark.parametrize("query", ["pump", ""])
def test_a_filter_that_is_no_expression_names_the_columns(store, where, query):
    with pytest.raises(UsageError, match="modality, media_type, uri"):
        store.lexical(query, 5, where)
    with pytest.raises(UsageError, match="modality, media_type, uri"):
        store.nearest("words", vector("pump"), 5, where)


def test_scores_fall_and_ties_go_by_id(store):
    hits = store.nearest("words", vector("pump pressure"), 7)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def test_words_of_a_neighbour_count_less_than_own_words(tmp_path):
    """A segment that only stands beside the answer must not come before it."""
    import dataclasses

    item = ingested("/a.txt", "Beside it.", "The valve is red.")
    beside, answer = item.extracts
    around = dataclasses.replace(beside.segment, context="The valve is red. valve valve")
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit(
        [dataclasses.replace(item, extracts=(dataclasses.replace(beside, segment=around), answer))]
    )
    hits = store.lexical("red valve", 5)
    assert [i for i, _ in hits] == [answer.segment.id, beside.segment.id]


def test_searching_says_nothing_on_the_way(store, capfd):
    store.lexical("pump", 3)
    store.nearest("words", vector("pump"), 3)
    assert capfd.readouterr() == ("", "")


def stored(store):
    """All vectors of the knowledge base by segment id, (n, d)."""
    texts = {e.segment.id: e.segment.text for n, t in enumerate(TEXTS) for e in files(n, t)}
    return list(texts), np.array([vector(text) for text in texts.values()])


def files(number, text):
    return ingested(f"/{number}.txt", text, title="").extracts


@pytest.mark.parametrize(
    ("metric", "compare"),
    [
        ("cosine", lambda rows, q: rows @ q / np.linalg.norm(q)),
        ("dot", lambda rows, q: rows @ q),
        ("l2", lambda rows, q: -np.linalg.norm(rows - q, axis=1)),
    ],
)
def test_scores_are_those_of_the_metric_asked_for(store, metric, compare):
    ids, rows = stored(store)
    query = 3 * vector("pump pressure station") + 0.1
    expected = dict(zip(ids, compare(rows.astype(float), query.astype(float)), strict=True))
    hits = store.nearest("words", query, len(ids), metric=metric)
    assert len(hits) == len(ids)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    for id_, score in hits:
        assert score == pytest.approx(expected[id_], abs=1e-3)


def test_many_queries_at_once_find_what_each_finds_alone(store):
    queries = np.array([vector("pump"), vector("水泵的压力"), 2 * vector("stations twice")])
    many = store.nearest_many("words", queries, 3, "uri <> '/0.txt'")
    alone = [store.nearest("words", q, 3, "uri <> '/0.txt'") for q in queries]
    assert [[i for i, _ in hits] for hits in many] == [[i for i, _ in hits] for hits in alone]
    assert store.nearest_many("words", queries[:0], 3) == []


def test_queries_that_cannot_be_compared_are_refused(store):
    with pytest.raises(UsageError, match="'euclid'; known: cosine, l2, dot"):
        store.nearest("words", vector("pump"), 3, metric="euclid")
    with pytest.raises(UsageError, match="zero or holds numbers"):
        store.nearest_many("words", np.array([vector("pump"), 0 * vector("pump")]), 3)
    with pytest.raises(SpaceMismatch, match="width 15"):
        store.nearest("words", vector("pump")[1:], 3)

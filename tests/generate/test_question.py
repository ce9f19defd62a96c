"""What a question asks for, in English and Chinese."""

import pytest

from pincite.generate.question import read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who repaired the antenna?", "person"),
        ("When did the ferry leave?", "time"),
        ("In what year was the mill closed?", "time"),
        ("Where are the spare keys kept?", "place"),
        ("How many goats graze on the slope?", "number"),
        ("How much does a ticket cost?", "money"),
        ("How far is the lighthouse from the village?", "quantity"),
        ("How long does the hike take?", "duration"),
        ("What percentage of seeds sprouted?", "percent"),
        ("Why was the bridge closed?", "reason"),
        ("How is the filter cleaned?", "manner"),
        ("Is the museum open on Mondays?", "yesno"),
        ("What is a moraine?", "definition"),
        ("What are the ingredients of the glue?", "list"),
        ("Which company built the crane?", "organisation"),
        ("What is the phone number of the clinic?", "contact"),
        ("What colour is the warning light?", "colour"),
        ("Who was the captain when the ship sank?", "person"),
        ("谁修好了天线？", "person"),
        ("渡轮什么时候离开？", "time"),
        ("磨坊是哪一年关闭的？", "time"),
        ("备用钥匙放在哪里？", "place"),
        ("山坡上有多少只羊？", "number"),
        ("一张票多少钱？", "money"),
        ("灯塔离村子多远？", "quantity"),
        ("徒步需要多长时间？", "duration"),
        ("种子发芽的百分比是多少？", "percent"),
        ("桥为什么关闭？", "reason"),
        ("滤网怎么清洗？", "manner"),
        ("博物馆星期一开放吗？", "yesno"),
        ("什么是冰碛？", "definition"),
        ("胶水有哪些成分？", "list"),
        ("起重机是哪家公司制造的？", "organisation"),
        ("诊所的电话是多少？", "contact"),
        ("警示灯是什么颜色？", "colour"),
        ("新镇被命名为什么？", "thing"),
        ("What does a night cost for guests?", "money"),
        ("What did we pay for the diesel?", "money"),
        ("What happened after the engine ran hot?", "manner"),
        ("What should I do if somebody is buried?", "manner"),
        ("How steep is the gully?", "quantity"),
        ("How much coal goes into the bunker?", "quantity"),
    ],
)
def test_the_kind_of_answer_is_read_from_the_question(text, kind):
    assert read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("How far is the mill?", "length"),
        ("How heavy is the anchor?", "mass"),
        ("What is the water temperature?", "temperature"),
        ("At what time does the bus leave?", "clock"),
        ("塔有多高？", "length"),
        ("水温是多少？", "temperature"),
        ("班车几点出发？", "clock"),
    ],
)
def test_what_is_measured_is_read_from_the_question(text, dimension):
    assert read(text).dimension == dimension


def test_names_and_numbers_are_what_an_answer_must_be_about():
    asked = read("How much did Oskar Lind pay for the boat in 1987?")
    assert [k.term for k in asked.keywords if k.name] == ["oskar", "lind", "1987"]


def test_the_first_word_is_no_name_because_it_is_capitalised():
    assert not any(k.name for k in read("Spare pumps are kept where?").keywords)


def test_question_words_are_no_keywords():
    assert [k.term for k in read("什么时候开放？").keywords] == ["开放"]
    assert [k.term for k in read("When does it open?").keywords] == ["open"]


def test_quoted_words_count_as_names():
    assert all(k.name for k in read("谁写了《冰河日记》？").keywords if k.term in ("冰河", "日记"))


def test_the_noun_that_is_asked_for_is_the_focus():
    assert read("How many barrels does the cellar hold?").focus == {"barrel"}
    assert read("What is the altitude of the hut?").focus == {"altitud"}


def test_pairs_that_straddle_two_chinese_words_are_no_keywords():
    """陈志远过生日: no source need hold 远过."""
    terms = [k.term for k in read("陈志远过生日那天在哪里？").keywords]
    assert "远过" not in terms
    assert {"陈志", "志远", "生日"} <= set(terms)


def test_a_chinese_person_is_a_name():
    named = {k.term for k in read("陈志远的电话是多少？").keywords if k.name}
    assert named == {"陈志", "志远"}


def test_asking_what_is_wrong_with_a_thing_is_no_definition():
    assert read("What is broken on the boat winch?").kind == "thing"
    assert read("What is a moraine?").kind == "definition"


@pytest.mark.parametrize(
    "text", ["Who found it and when?", "Where and when is the cake?", "船哪天到？为什么晚了？"]
)
def test_a_question_of_two_parts_is_seen_as_one(text):
    assert read(text).parts
    assert not read("Who found the ring?").parts


def test_who_asks_when_on_a_weekday_wants_the_hour():
    assert read("When does the shop shut on Fridays?").dimension == "clock"
    assert read("When was the shop shut?").dimension == ""


def test_the_verb_is_sought_where_no_noun_is():
    assert read("Where is the salt stored?").focus == {"stor"}
    assert "修复" in read("谁修复了灯塔？").focus


def test_the_month_of_may_is_a_name_and_the_verb_is_not():
    assert [k.term for k in read("How high was it in May?").keywords if k.name] == ["may"]
    assert "may" not in [k.term for k in read("What may be kept here?").keywords]


def test_the_limit_and_not_what_follows_is_asked_for():
    asked = read("风速超过多少无人机就不能起飞？")
    assert (asked.kind, asked.dimension) == ("quantity", "speed")
    assert read("来了多少人？").kind == "number"


def test_what_a_sum_is_asked_of_is_sought():
    assert read("How much was the rope on the receipt?").focus == {"rope"}
    assert read("How much does the anchor weigh?").kind == "quantity"

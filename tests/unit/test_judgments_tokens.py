import pytest

from sentencing_ml.judgments.tokens import lexicon, tagged, tokeniser

ENGINES = ("jieba", "rjieba")
WORDS = [word for word, _, _ in lexicon()]
SENTENCES = (
    "被告人甄有为在集市上窃取电动车一辆，价值人民币三千二百元，其行为已构成盗窃罪。",
    "甲某自愿认罪认罚，取保候审期间主动退赔，可以从轻处罚，并处罚金五千元。",
    "检出甲基苯丙胺0.36克；血液酒精含量为231.2mg/100ml。He said OK.",
    "㐂𠮷二人互殴\n致一人轻伤二级，经审理查明属民间纠纷。",
    "",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("word", WORDS)
def test_each_word_of_the_lexicon_stays_whole(engine, word):
    assert word in tokeniser(engine).cut(f"对于其{word}，法庭另有意见。")


def test_the_lexicon_has_no_word_twice_and_is_large_enough_to_be_worth_having():
    assert len(WORDS) == len(set(WORDS))
    assert len(WORDS) >= 150


def test_without_the_lexicon_the_words_fall_apart():
    import rjieba

    plain = rjieba.Jieba()
    whole = [word for word in WORDS if word in plain.cut(f"对于其{word}，法庭另有意见。", False)]
    assert len(whole) < len(WORDS) / 2


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_engines_cut_alike_and_lose_nothing(sentence):
    first, second = (tokeniser(engine).cut(sentence) for engine in ENGINES)
    assert first == second
    assert "".join(first) == sentence


def test_the_engine_leaves_the_shared_dictionary_of_jieba_alone():
    import jieba

    tokeniser("jieba").cut("并处罚金")
    assert not jieba.dt.initialized
    assert "认罪认罚" not in jieba.dt.FREQ


@pytest.mark.parametrize("sentence", SENTENCES)
def test_tagging_cuts_as_the_engines_do(sentence):
    assert [word for word, _ in tagged(sentence)] == tokeniser().cut(sentence)


@pytest.mark.parametrize(
    ("word", "tag"),
    [("窃取", "v"), ("自行车", "n"), ("欧阳修", "nr"), ("南京市", "ns"), ("三千", "m"), ("自首", "nz"), ("海洛因", "n")],
)
def test_a_word_has_its_part_of_speech_and_one_of_the_lexicon_has_it_from_there(word, tag):
    assert (word, tag) in tagged(f"对于{word}。")

"""The words of a text, as SQLite's own FTS5 sees them after `prepare`, and queries against it."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.words import phrases, prepare
from causerie.stores.sqlite.search_syntax import TOKENIZER, facets, match_expression

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


class Index:
    """Texts in an FTS5 table as the store has it."""

    def __init__(self) -> None:
        self.sqlite = sqlite3.connect(":memory:")
        self.sqlite.execute(f'CREATE VIRTUAL TABLE words USING fts5(text, facet, tokenize = "{TOKENIZER}")')

    def add(self, text: str, author: int = 7, channel: int = 1) -> None:
        self.sqlite.execute("INSERT INTO words VALUES (?, ?)", (prepare(text), facets(author, channel)))

    def find(self, text: str, author: int = 0, channels: tuple[int, ...] = ()) -> list[int]:
        expression = match_expression(text, author, channels)
        if not expression:
            return []
        return [i for (i,) in self.sqlite.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,))]

    def finds(self, text: str, query: str) -> bool:
        self.sqlite.execute("DELETE FROM words")
        self.add(text)
        return bool(self.find(query))


@pytest.fixture
def index() -> Iterator[Index]:
    index = Index()
    yield index
    index.sqlite.close()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The quick brown fox", "quick"),
        ("The quick brown fox", "FOX the"),
        ("The quick brown fox", "bro*"),
        ("The quick brown fox", '"quick brown"'),
        ("The quick brown fox", '"quick br"*'),
        ("The quick brown fox", '"quick brown'),
        ("Déjà vu à Noël", "deja noel"),
        ("deja vu", "DÉJÀ"),
        ("nai\u0308ve cafe\u0301", "naïve café"),
        ("un cœur, une œuvre", "coeur oeuvre"),
        ("Straße", "strasse"),
        ("l'été d'avant", "ete"),
        ("Άλφα και Ωμέγα", "αλφα ωμεγα"),
        ("ο δρόμος", "ΔΡΟΜΟΣ"),
        ("ἀρχὴ ἥμισυ", "αρχη ημισυ"),
        ("ёлка и йод", "елка иод"),
        ("елка", "ёлка"),
        ("їжак", "іжак"),
        ("Tiếng Việt, Đà Nẵng", "tieng viet da nang"),
        ("Łódź", "lodz"),
        ("القرآن أحمد إلى", "القران احمد الى"),
        ("יִשְׂרָאֵל", "ישראל"),
        ("see node.js and a_b", "node.js a_b"),
        ("it is C++", "c"),
        ("今日は天気がいいですね", "天気"),
        ("今日は天気がいいですね", "気"),
        ("今日は天気がいいですね", "天気 今日"),
        ("東京タワーに行く", "タワー"),
        ("東京タワーに行く", "東京*"),
        ("ﾀﾜｰ ｆｕｌｌ", "タワー full"),
        ("𠮷野家で食べた", "𠮷"),
        ("人々が", "々"),
        ("안녕하세요 여러분", "하세"),
        ("สวัสดีครับ", "ครับ"),
        ("ພາສາລາວ", "ລາວ"),
        ("ភាសាខ្មែរ", "ខ្មែរ"),
        ("မြန်မာဘာသာ", "ဘာသာ"),
        ("यह हिन्दी है", "हिन्दी"),
        ("مُحَمَّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("I \u2764\ufe0f you", "you"),
        ("hel\x02lo \x0304,01red\x03", "hello red"),
        ("日本is好", "is"),
        ("version 1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_a_text_is_found_by(index: Index, text: str, query: str) -> None:
    """Words in any case and accents, phrases, prefixes; any part of a text in a script without spaces."""
    assert index.finds(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The quick brown fox", "quick cat"),
        ("The quick brown fox", "bro"),
        ("The quick brown fox", '"brown quick"'),
        ("今日は天気がいい", "気天"),
        ("กัน", "กิน"),
        ("かき", "がき"),
        ("कि", "का"),
        ("the fox", "a7"),
        ("the fox", "c1"),
        ("the fox", "facet:a7"),
        ("the fox", "fox NOT the"),
        ("the fox", "cat OR fox"),
        ("the fox", '" OR fox OR "'),
        ("the fox", "f* NEAR(x y)"),
        ("the fox", "-cat"),
    ],
)
def test_a_text_is_not_found_by(index: Index, text: str, query: str) -> None:
    """Other words, another order; never by what FTS5 would take for an operator, nor by the facets."""
    assert not index.finds(text, query)


def test_each_phrase_stands_in_quotes() -> None:
    """And nothing to look for is no expression."""
    assert match_expression('red "old fox" ho*') == 'text : ("red" AND "old fox" AND "ho" *)'
    assert match_expression('"!?"') == ""
    assert match_expression("", 7, (1, 2)) == 'facet : "a7" AND facet : ("c1" OR "c2")'


def test_facets_narrow_and_stand_alone(index: Index) -> None:
    """An author, one of several channels, with words and without."""
    index.add("red fox", author=7, channel=1)
    index.add("red hen", author=8, channel=2)
    index.add("red cat", author=7, channel=3)
    assert index.find("red") == [1, 2, 3]
    assert index.find("red", author=7) == [1, 3]
    assert index.find("", author=8) == [2]
    assert index.find("?!", author=8) == [2]
    assert index.find("red", channels=(2, 3)) == [2, 3]
    assert index.find("", author=7, channels=(3,)) == [3]
    assert index.find("hen", author=7) == []


@given(query=TEXTS | st.text(alphabet='ab"*()^:-+{} NOT\0日'))
def test_any_query_is_accepted_by_the_index(query: str) -> None:
    """No text makes FTS5 raise, or reaches the facets."""
    index = Index()
    index.add("xyzzy", author=1, channel=1)
    assert index.find(query + " a1") == []
    index.find(query, author=1, channels=(1, 2))
    index.sqlite.close()


@given(text=TEXTS)
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    """What was said is found when it is typed again, whatever the script."""
    index = Index()
    query = text.replace('"', " ").replace("*", " ")
    if phrases(query):
        assert index.finds(text, query)
    index.sqlite.close()


@given(
    characters=st.text(st.sampled_from("日本語今天気กขคがぎアイ가나"), min_size=1, max_size=12),
    data=st.data(),
)
def test_every_part_of_an_unspaced_text_is_found(characters: str, data: st.DataObject) -> None:
    """One character, two, or any run of them."""
    begin = data.draw(st.integers(0, len(characters) - 1))
    end = data.draw(st.integers(begin + 1, len(characters)))
    index = Index()
    assert index.finds(characters, characters[begin:end])
    index.sqlite.close()

"""Formatting: what CommonMark's common part says, nothing that a browser would run, and bounded work."""

from __future__ import annotations

import re
import sys
import time
from types import FrameType
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from causerie.chat import markdown
from causerie.chat.markdown import MARKS_MOST, TEXT_MOST, marks, render

OPEN = re.compile(r"<([a-z]+)([^>]*)>")
TAGS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
ATTRIBUTES = re.compile(r'( href="(https?://|mailto:)[^"<>]*"| rel="noopener noreferrer"| start="\d+")*')


def link(address: str, text: str = "") -> str:
    return f'<a href="{address}" rel="noopener noreferrer">{text or address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("good day, everybody!", "<p>good day, everybody!</p>"),
        ("**b** _i_ `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("```\n<b>*x*</b>\n```", "<pre><code>&lt;b&gt;*x*&lt;/b&gt;\n</code></pre>"),
        ("[t](https://e.org/?a=1&b=2)", f"<p>{link('https://e.org/?a=1&amp;b=2', 't')}</p>"),
        ("see https://e.org/a_b_c(d).", f"<p>see {link('https://e.org/a_b_c(d)')}.</p>"),
        ("(http://e.org)", f"<p>({link('http://e.org')})</p>"),
        ("<mailto:a@b.c>", f"<p>{link('mailto:a@b.c')}</p>"),
        ("# no heading\n---", "<p># no heading<br>\n---</p>"),
        ("    no code", "<p>no code</p>"),
        ("![no image](https://e.org/x.png)", f"<p>!{link('https://e.org/x.png', 'no image')}</p>"),
        (r"¯\_(ツ)_/¯ *so*", r"<p>¯\_(ツ)_/¯ <em>so</em></p>"),
        ("5 > 3 & 2 < 4", "<p>5 &gt; 3 &amp; 2 &lt; 4</p>"),
        ("", ""),
    ],
)
def test_formatting(text: str, html: str) -> None:
    """Each thing that there is, and those that there are not."""
    assert render(text).rstrip("\n") == html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://e.org/a_b_c_", "https://e.org/a_b_c_"),
        ("https://e.org/a_b_, so", "https://e.org/a_b_"),
        ("https://e.org/* and https://e.org/*", "https://e.org/*"),
        ("_see https://e.org/_a__", "https://e.org/_a_"),
        ("_a_ https://e.org/_", "https://e.org/_"),
        ("**https://e.org/**", "https://e.org/"),
        ("~~https://e.org/~ann~~", "https://e.org/~ann"),
        ("https://e.org/~", "https://e.org/~"),
        ("https://e.org/a(b)", "https://e.org/a(b)"),
        ("(https://e.org/a(b))", "https://e.org/a(b)"),
        ("(see https://e.org/a?)", "https://e.org/a"),
        ("{https://e.org/{a}}", "https://e.org/{a}"),
        ("https://e.org/a)b", "https://e.org/a)b"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("[https://e.org/a]", "https://e.org/a"),
        ("[https://e.org/a](https://e.org/b_)", "https://e.org/b_"),
        ("https://e.org/é", "https://e.org/é"),
        ("看https://e.org/路。", "https://e.org/路"),
        ("（https://e.org/路）", "https://e.org/路"),
        ("«https://e.org/»…", "https://e.org/"),
        ("https://e.org/...", "https://e.org/"),
    ],
)
def test_an_address_in_a_text_is_a_link_whole(text: str, address: str) -> None:
    """Without what ends the sentence, the brackets or the emphasis around it; with all else."""
    found = [token.attrGet("href") for line in markdown.parse(text) for token in line.children or []]
    assert {unquote(str(href)) for href in found if href} == {unquote(address)}


ENDING = st.sampled_from(["", ".", "!", ", then", ";", "?!", "。", "…", "»", '"', " "])


@given(st.from_regex(r"[a-zA-Z0-9_*~/=&%+-]{0,20}[a-zA-Z0-9_/=+-]", fullmatch=True), ENDING)
def test_an_address_loses_no_letter(path: str, ending: str) -> None:
    """Whatever it is made of, where nothing around it is emphasis."""
    html = render(f"see https://e.org/{path}{ending}")
    assert f">https://e.org/{path.replace('&', '&amp;')}</a>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](  java&#x73;cript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "<javascript:alert(1)>",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](file:///etc/passwd)",
        '[x](https://e.org/"onmouseover="alert(1))',
        '[x](https://e.org "\\" onclick=\\"alert(1)")',
        'https://e.org/"onclick=alert(1)',
        "<https://e.org/><script>",
        "> <iframe src=javascript:alert(1)>",
        "```<script>\n</code></pre><script>\n```",
        "`<script>`",
        "<svg/onload=alert(1)>",
        "&lt;script&gt;",
        "<a href=javascript:x>y</a>",
        "[x]: javascript:alert(1)\n[x]",
    ],
)
def test_nothing_runs_in_a_browser(text: str) -> None:
    """Only the tags and attributes that are promised, and links that lead where they may."""
    check(render(text))


def check(html: str) -> None:
    for tag, attributes in OPEN.findall(html):
        assert tag in TAGS
        assert ATTRIBUTES.fullmatch(attributes), html
    assert not re.search("<(?!/?[a-z])", html)


pieces = st.sampled_from(
    ["[", "](", ")", "<", ">", "*", "**", "_", "`", "```\n", "> ", "- ", "1. ", "\n", "https://e.org", "javascript:",
     "data:", "&#x6a;", '"', "'", "\\", "!", "onclick=", "<script>", "a", " ", "é", "\u0301", "mailto:a@b.c"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=4), max_size=40).map("".join))
def test_whatever_is_typed_comes_out_clean(text: str) -> None:
    """For any text: promised tags only, and never an exception."""
    check(render(text))


@pytest.mark.parametrize(
    "text",
    [
        "[" * TEXT_MOST, "*" * TEXT_MOST, "![" * 30_000, "_a " * 20_000, "- a\n" * 16_000, ">a\n" * 20_000,
        "> " * 1_000 + "deep", "  - " * 1_000, ("[a](" + "b" * 120) * 480, "<" * TEXT_MOST, "&amp;" * 13_000,
        "`a" * 30_000, "\\*" * 30_000, "a" + "\u0301" * 60_000, "https://e.o/" * 5_000, "[" * MARKS_MOST,
        "*a **b " * 400, "[a](" * (MARKS_MOST // 4), "<a@b.c>" * 300, "- a\n" * 700, "\t" * 60_000, "x" * 200_000,
        "(https://e.org/" + ")" * 1_400, "\n" * TEXT_MOST,
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_work_is_bounded(text: str) -> None:
    """However a text is made: what would cost too much is not begun, and what is begun is over soon."""
    began = time.process_time()
    html = render(text)
    assert time.process_time() - began < 2, "some 100 times what it takes"
    assert len(html) < 8 * len(text) + 20_000
    if marks(text) > MARKS_MOST or len(text) > TEXT_MOST:
        assert not html
    check(html)


def test_a_thousand_quotes_end_where_nesting_does() -> None:
    """Nothing is nested deeper than a browser likes."""
    html = render("> " * 700 + "deep")
    assert 0 < html.count("<blockquote>") <= markdown.NESTING_MOST


def test_combining_characters_are_letters() -> None:
    """A pile of accents is one long word."""
    text = "a" + "\u0301" * 30_000
    assert render(f"*{text}*") == f"<p><em>{text}</em></p>\n"


LINES_MOST = 150_000
"""Lines of Python that making HTML of one text runs through, at most: some 5 to 10 ms."""

PATHOLOGICAL = {
    # commonmark/cmark, test/pathological_tests.py, and this parser's own: to be repeated until a text is full.
    "nested strong emphasis": "*a **a ", "emphasis openers": "_a ", "emphasis closers": "a_ ", "openers": "[a",
    "closers": "a]", "links": "[a](b", "links in <": "[a](<b", "titles": '[a](b "c', "titles in (": "[a](b (c",
    "mismatched": "*a_ ", "long runs": "a**b" + "c* ", "brackets": "[", "both brackets": "[]", "quotes": "> ",
    "lists": "- ", "lists, deeper": "  - a\n", "backticks": "`a", "more backticks": "`a``b```c", "<": "<", "</": "</",
    "<a": "<a ", "<a:": "<a:", "<!--": "<!--", "<![CDATA[": "<![CDATA[", "entities": "&", "entities, long": "&#x1;",
    "&amp;": "&amp;", "addresses": "https://e.org/ ", "addresses in <": "<https://e.org/>", "mail": "<a@b.c>",
    ")": "https://e.org/)", "address and ends": "https://e.org/" + ")_.*" * 480, "open marks": "*a _b https://e.o/ ",
    "destinations": "[a](" + "b" * 120, "nested destinations": "[a](((((",
    "![": "![", "![a](": "![a](",
    "\\": "\\", "\\\n": "a\\\n", "line ends": "a\n", "hard line ends": "a  \n",
    "quoted lists": "> - a\n", "lazy": "> a\nb\n",
    "numbers": "1. a\n\n", "rules": "* * *\n", "fences": "```\n", "unclosed fence": "~~~\na\n",
    "tables": "|a|b|\n|-|-|\n",
    "references": "[a]: b\n", "setext": "a\n=\n", "emphasis": "*a* ", "strong": "**a**", "***": "***a ", "*_": "*_",
    "code in brackets": "[`", "< in brackets": "[<", "spaces": " ", "tabs": "\t", "accents": "a\u0301", "other": "é@",
}  # fmt: skip


def lines_run(text: str) -> int:
    """How many lines of Python `render` runs through; the cache is passed by."""
    count = 0

    def trace(frame: FrameType, event: str, about: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    render("*warm*")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        render(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
@pytest.mark.parametrize("length", [700, 1_860, 16_384])
def test_any_text_takes_a_bounded_number_of_steps(piece: str, length: int) -> None:
    """Counted in lines of Python, which no busy machine changes; both as long as may be and as full as is begun; and in
    between, where the most that is begun is looked for (of "destinations" 15 took 155,120 lines, and 966 steps)."""
    text = (piece * length)[:length]
    if marks(text) > MARKS_MOST:
        text = (piece * length)[: length * MARKS_MOST // marks(text)]
    assert lines_run(text) <= LINES_MOST


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.lists(pieces | st.sampled_from([*PATHOLOGICAL.values()]), max_size=5), st.integers(1, 400)))
)
def test_no_text_is_found_that_takes_more(rows: list[tuple[list[str], int]]) -> None:
    """Pieces that cost something, in any order, repeated."""
    text = "".join("".join(row) * often for row, often in rows)[:16_384]
    target(min(lines_run(text), 10 * LINES_MOST), label="lines")
    assert lines_run(text) <= LINES_MOST

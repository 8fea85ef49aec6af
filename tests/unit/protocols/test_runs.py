"""What is said right after another is told as it would be one by one, in each language."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from causerie.chat.events import MessageRun
from causerie.protocols import classic, native
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.server.engine.session import EventEncoder
from tests.unit.protocols.irc.messages.test_message_encoder import encoder

LANGUAGES: dict[str, EventEncoder] = {
    "classic": classic.ENCODER,
    "native": native.ENCODER,
    "native with HTML": native.ENCODER.with_html or native.ENCODER,
    "IRC": encoder(0),
    "IRC with tags": encoder(cap.MESSAGE_TAGS | cap.SERVER_TIME | cap.ACCOUNT_TAG),
}

said = st.sampled_from(["hi", "two\nlines", "x" * 450, "é" * 250])
# Blanks alone cannot be said (chat/texts.py), and IRC has no line for them.
texts = st.lists(said | st.text(min_size=1).filter(str.strip), min_size=2)


@pytest.mark.parametrize("name", LANGUAGES)
@given(texts, st.booleans(), st.sampled_from(["Anna", "Guest-Luc"]))
@example(["x" * 600, "y"], False, "Anna")
def test_a_run_is_its_messages(name: str, texts: list[str], guest: bool, author: str) -> None:
    """The same bytes, with each one's number."""
    run = MessageRun(channel="home", number=7, at=1_000, person=1, name=author, guest=guest, said=5, texts=tuple(texts))
    messages = run.messages()
    assert [(one.number, one.said, one.text) for one in messages] == [
        (7 + nth, 5 + nth, text) for nth, text in enumerate(texts)
    ]
    one_by_one = [LANGUAGES[name].encode(message) for message in messages]
    assert LANGUAGES[name].encode_run(run) == b"".join(one_by_one)
    assert all(one_by_one)

"""Reading the settings file: what is right comes out typed, what is wrong is named with its line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.address import Address
from causerie.config.file import MOST_BYTES, ConfigError, from_toml, read
from causerie.config.irc import Irc, IrcListener, IrcTimeouts, Oper
from causerie.config.settings import Config, Limits, Listener, Server, sections, settings

HERE = Path("causerie.toml")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


def refusal(document: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        from_toml(document, HERE)
    return caught.value


def test_an_empty_file_is_all_defaults() -> None:
    """A file names only what it changes."""
    assert from_toml("", HERE) == Config()
    assert from_toml("# nothing\n[limits]\n", HERE) == Config()


def test_a_file_is_read_into_types(tmp_path: Path) -> None:
    """Every kind of value, in both ways of writing sections, with a byte order mark and Windows line ends."""
    path = tmp_path / "causerie.toml"
    document = """\
channels.history = false
[server]
name = "Chez nous, à l'été"
listen = ["127.0.0.1:0", "[::1]:5000"]
data = "data"
shutdown_grace = 0
[limits]
exempt = ["127.0.0.0/8", "::1"]
send_rate = 0
message_bytes = 4_000
[[listen]]
address = ":6000"
[[listen]]
address = "localhost:7000"
protocols = ["classic"]
tls = "never"
"""
    path.write_bytes(b"\xef\xbb\xbf" + document.replace("\n", "\r\n").encode())
    config = read(path)
    assert config.server == Server(
        name="Chez nous, à l'été",
        listen=(Address("127.0.0.1", 0), Address("::1", 5000)),
        data=str(tmp_path / "data"),
        shutdown_grace=0.0,
    )
    assert config.limits == Limits(exempt=("127.0.0.0/8", "::1/128"), send_rate=0.0, message_bytes=4000)
    assert type(config.server.shutdown_grace) is float
    assert config.channels.history is False
    assert config.listen == (
        Listener(address=Address("*", 6000)),
        Listener(address=Address("localhost", 7000), protocols=("classic",), tls="never"),
    )


def test_the_settings_of_irc_are_read_by_the_names_that_they_were_given() -> None:
    """Sections within a section, and lists of them; the message of the day has lines."""
    document = """\
[irc]
network = "Net"
server_name = "irc.example"
password = "let me in"
motd = '''
Be kind.
Water the plants.'''
casemapping = "rfc7613"
[[irc.listen]]
port = 6667
[[irc.listen]]
host = "::1"
port = 6697
tls = true
[[irc.listen]]
host = "127.0.0.1"
port = 8067
websocket = true
[irc.timeouts]
register = 0
ping = 90
[[oper]]
name = "root"
password = "wheel"
"""
    config = from_toml(document, HERE)
    assert config.irc == Irc(
        network="Net",
        server_name="irc.example",
        password="let me in",
        motd="Be kind.\nWater the plants.",
        casemapping="rfc7613",
        listen=(
            IrcListener(port=6667),
            IrcListener(host="::1", port=6697, tls=True),
            IrcListener(host="127.0.0.1", port=8067, websocket=True),
        ),
        timeouts=IrcTimeouts(register=0.0, ping=90.0),
    )
    assert config.oper == (Oper(name="root", password="wheel"),)


def test_every_limit_can_be_off() -> None:
    """0 is off, for every rate, count and time that holds somebody back."""
    off = [setting for setting in settings() if setting.zero and setting.section in ("limits", "guard", "irc.timeouts")]
    names = {setting.name for setting in off}
    assert names >= {
        "send_rate", "command_rate", "connections", "connections_address", "connections_address_10min", "login_seconds",
        "stalled_seconds", "channels", "channels_person", "members_channel", "failures_address", "register", "ping",
    }  # fmt: skip
    document = "\n".join(f"{setting.key} = 0" for setting in off)
    config = from_toml(document, HERE)
    assert not config.limits.login_seconds
    assert not config.irc.timeouts.ping


def test_paths_start_from_the_file_or_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is relative to the file, whatever directory the server is started in."""
    monkeypatch.setenv("HOME", os.sep + "home")
    config = from_toml('tls.certificate = "a/c.pem"\ntls.key = "~/k.pem"', Path("conf", "causerie.toml"))
    assert config.tls.certificate == os.path.join("conf", "a/c.pem")
    assert config.tls.key == os.sep + "home/k.pem"


def test_an_error_is_one_clear_line() -> None:
    """File, line, key, what is wrong, what may have been meant; and each of them by itself."""
    error = refusal("# one\n[limits]\nmesage_bytes = 3\n")
    assert str(error) == ("causerie.toml:3: limits.mesage_bytes: there is no such setting; did you mean message_bytes?")
    assert (error.path, error.line, error.key) == (HERE, 3, "limits.mesage_bytes")


def test_an_error_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in French."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert refusal("[limts]").why == "cette section n’existe pas\u00a0; vouliez-vous dire limits\u00a0?"


@pytest.mark.parametrize(
    ("document", "line", "key", "why"),
    [
        ("\n[limit]", 2, "limit", "no such section; did you mean limits?"),
        ("[xyz]", 1, "xyz", "there is no such section"),
        ("\nmessage_bytes = 3", 2, "message_bytes", "put it under [limits]"),
        ("[server]\nmessage_bytes = 3", 2, "server.message_bytes", "belongs under [limits]"),
        ("[server]\nxyz = 3", 2, "server.xyz", "there is no such setting"),
        ("server = 3", 1, "server", "write [server]"),
        ("[[server]]", 1, "server", "write [server]"),
        ('[listen]\naddress = "*:1"', 1, "listen", "write [[listen]]"),
        ('[[listen]]\naddress = "*:1"\n[[listen]]\n', 3, "listen", "address is missing"),
        ("[[listen]]\n[[listen]]\nadress = 1", 1, "listen", "address is missing"),
        ('[[listen]]\naddress = "*:1"\n[[listen]]\nadress = 1', 4, "listen.adress", "did you mean address?"),
        ('\nlisten = [{address = "x"}]', 2, "listen.address", "has no port"),
        ('server.listen = [\n"*:1",\n"*"]', 1, "server.listen", "has no port"),
        ('server.listen = "*:1"', 1, "server.listen", "is not a list"),
        ("server.listen = []", 1, "server.listen", "has 0 entries: 1 to 64"),
        ("server.listen = [5000]", 1, "server.listen", "5000 is not a text in quotes"),
        ('server.listen = ["a:1", "a:1"]', 1, "server.listen", "a:1 is listened on already"),
        ('[[listen]]\naddress = "*:5000"', 2, "listen.address", "*:5000 is listened on already"),
        ('server.name = ""', 1, "server.name", "has 0 characters: 1 to 64"),
        ('server.name = "a\\r\\nb"', 1, "server.name", "cannot be shown"),
        ('server.plaintext = "any"', 1, "server.plaintext", "'any' is none of"),
        ('server.public_address = "https://a"', 1, "server.public_address", "without https://"),
        ('accounts.guests = "yes"', 1, "accounts.guests", "is not true or false"),
        ("accounts.guests = 1", 1, "accounts.guests", "is not true or false"),
        ("limits.channels = true", 1, "limits.channels", "true is not a whole number"),
        ("limits.channels = 5.0", 1, "limits.channels", "5.0 is not a whole number"),
        ('limits.channels = "5"', 1, "limits.channels", "'5' is not a whole number"),
        ("limits.channels = -1", 1, "limits.channels", "out of range: 1 to 10000000, or 0"),
        ("limits.channels = {}", 1, "limits.channels", "a section is not a whole number"),
        ("limits.send_rate = nan", 1, "limits.send_rate", "nan is out of range"),
        ("limits.send_rate = inf", 1, "limits.send_rate", "inf is out of range"),
        ("limits.send_rate = -1", 1, "limits.send_rate", "out of range: 0.01 to 100000, or 0"),
        ("limits.send_rate = 1979-05-27", 1, "limits.send_rate", "1979-05-27 is not a number"),
        (f"limits.send_rate = 0x{'f' * 5000}", 1, "limits.send_rate", "a number of more than 60 digits"),
        ('limits.exempt = ["10.0.0.1/8"]', 1, "limits.exempt", "write 10.0.0.0/8"),
        ("limits.frame_bytes = 1024", 1, "limits.frame_bytes", "frame_bytes_before_login (4096) may not be"),
        ("accounts.password_min = 300", 1, "accounts.password_min", "above accounts.password_max (256)"),
        ('\ntls.key = "k"', 2, "tls.key", "go together"),
        ("[irc]\n[irc.timeout]\nping = 1", 2, "irc.timeout", "did you mean timeouts?"),
        ("[irc]\ntimeouts = 1", 2, "irc.timeouts", "write [irc.timeouts]"),
        ("[irc.timeouts]\npings = 1", 2, "irc.timeouts.pings", "did you mean ping?"),
        ("[irc.listen]\nport = 1", 1, "irc.listen", "write [[irc.listen]]"),
        ("[[irc.listen]]\nport = 1\n[[irc.listen]]\ntls = true", 3, "irc.listen", "port is missing"),
        ("[[irc.listen]]\nport = 5000", 2, "irc.listen.port", "*:5000 is listened on already"),
        ('[[irc.listen]]\nport = 1\nhost = "a b"', 3, "irc.listen.host", "neither a host name nor an address"),
        ("[irc]\nsts_days = 1\n[[irc.listen]]\nport = 6667", 2, "irc.sts_days", "with tls = true"),
        ('[[oper]]\nname = "root"', 1, "oper", "password is missing"),
        ('server.proxies = ["localhost"]', 1, "server.proxies", "is not a network"),
        ('["irc.timeouts"]', 1, "'irc.timeouts'", "there is no such section"),
        ('"a\\nb" = 1', 1, "'a\\nb'", "there is no such section"),
    ],
)
def test_what_cannot_be_used_is_named(document: str, line: int, key: str, why: str) -> None:
    """Wrong names, types, bounds and combinations: the line, the key, and what to do."""
    error = refusal(document)
    assert (error.line, error.key) == (line, key)
    assert why in error.why
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("[limits]\nchannels = ", 2),
        ("[limits]\nchannels = 1\n\nchannels = 2\n", 4),
        ("[limits]\n\n[limits]\n", 3),
        ('a = """\n\n', 1),
        ('b = 1\r\na = """\r\n\r\n', 2),
        ("\n\nserver]", 3),
        ("a = 1\rb = 2", 1),
    ],
)
def test_what_is_not_toml_is_said_with_its_line(document: str, line: int) -> None:
    """Syntax errors and doubled keys; what is open at the end is said of the last line that has text."""
    error = refusal(document)
    assert (error.line, error.key) == (line, "")
    assert "is not valid TOML" in error.why
    assert str(error).isprintable()


@pytest.mark.parametrize("letter", ["[", "1", "{a="])
def test_what_python_chokes_on_is_not_toml(letter: str) -> None:
    """Brackets too deep and numbers too long for Python are refused like any other fault."""
    assert "is not valid TOML" in refusal("a = " + letter * 5000).why


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """No such file, a directory, bytes that are no UTF-8, and a file that is far too long."""
    path = tmp_path / "causerie.toml"
    with pytest.raises(ConfigError, match=r"causerie\.toml: cannot be read: No such file"):
        read(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)
    path.write_bytes(b'[server]\nname = "\xe9t\xe9"\n')
    with pytest.raises(ConfigError, match=r"causerie\.toml:2: is not UTF-8"):
        read(path)
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(ConfigError, match="is too long"):
        read(path)


def near(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name, name[1:], name + "s", name.upper()]).filter(bool)


KEYS = st.sampled_from(settings()).flatmap(lambda setting: near(setting.name)) | st.text(max_size=8)
SECTIONS = st.sampled_from(sections()).flatmap(lambda section: near(section.name)) | st.text(max_size=8)
VALUES = st.recursive(
    st.booleans().map(lambda value: str(value).lower())
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(["1979-05-27", "07:32:00", '""', '"""\n[limits]\nchannels = 0\n"""', "'''\nname = 1'''"])
    | st.sampled_from(['"*:5000"', '"127.0.0.1:1"', '"all"', '"::1"', '"always"', '"1.3"', '"name = 1"'])
    | st.text(max_size=8).map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda entries: "[ # [a]\n" + ",\n".join(entries) + "]")
        | inner.map(lambda value: "{ name = " + value.replace("\n", " ") + " }")
    ),
    max_leaves=4,
)


def quoted(key: str) -> str:
    bare = key.isascii() and key.replace("_", "a").isalnum()
    return key if bare else json.dumps(key)


@given(
    st.lists(
        st.tuples(SECTIONS, st.booleans(), st.lists(st.tuples(KEYS, VALUES), max_size=5)),
        max_size=5,
        unique_by=lambda section: section[0],
    )
)
def test_any_file_is_read_or_refused_on_the_line_that_is_wrong(
    content: list[tuple[str, bool, list[tuple[str, str]]]],
) -> None:
    """Whatever sections, keys and values stand in it: ConfigError or none, and its line holds its key."""
    written: list[str] = []
    lines: set[int] = set()
    for section, many, pairs in content:
        path = ".".join(quoted(part) for part in section.split("."))
        header = f"[[{path}]]" if many else f"[{path}]"
        written += ["# a comment = 1", header]
        lines.add(len(written))
        for key, value in dict(pairs).items():
            written.append("")
            lines.add(len(written) + 1)
            written += f"{quoted(key)} = {value}".split("\n")
    try:
        from_toml("\n".join(written), HERE)
    except ConfigError as error:
        found = error
    else:
        return
    assert str(found).isprintable()
    if found.key:
        assert found.line in lines
        start = written[found.line - 1]
        last = found.key.rpartition(".")[2]
        names = [name for _, _, pairs in content for name, _ in pairs] + [name for name, _, _ in content]
        # A key that cannot be shown as it is, is shown quoted: then only that it starts a line is known.
        if last in names:
            assert quoted(last) in start or start.startswith("listen"), (found, start)


@given(st.text() | st.text(alphabet="[]{}\"'=.#\\\n ab1"))
def test_any_text_is_read_or_refused(document: str) -> None:
    """No text of any kind raises anything but ConfigError."""
    try:
        from_toml(document, HERE)
    except ConfigError as error:
        line = error.line
    else:
        return
    assert 0 <= line <= document.count("\n") + 1

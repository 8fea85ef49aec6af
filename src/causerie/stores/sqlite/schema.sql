-- The store as it stands after all migrations; a test holds the two together.
-- Times are milliseconds since 1970, UTC. Identifiers of people and channels are random, below 2**53.

CREATE TABLE people (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL,
    skeleton  TEXT    NOT NULL,          -- empty for guests: their names are theirs while they are here
    guest     INTEGER NOT NULL,
    admin     INTEGER NOT NULL,
    disabled  INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    password  TEXT,                      -- argon2id, with its parameters
    scram     TEXT    NOT NULL DEFAULT '' -- passes:salt:StoredKey:ServerKey (RFC 5802), or nothing
);
CREATE UNIQUE INDEX people_skeleton ON people (skeleton) WHERE guest = 0;

CREATE TABLE tokens (
    id       INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL UNIQUE,    -- SHA-256 of 256 random bits
    person   INTEGER NOT NULL,
    device   TEXT    NOT NULL,
    made_at  INTEGER NOT NULL,
    used_at  INTEGER NOT NULL
);
CREATE INDEX tokens_person ON tokens (person);

CREATE TABLE networks (
    person   INTEGER NOT NULL,
    network  TEXT    NOT NULL,           -- an address (IPv6: its /64) from which the account was logged in to
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, network)
) WITHOUT ROWID;

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO secrets VALUES ('decoy', randomblob(32));

CREATE TABLE invites (
    id          INTEGER PRIMARY KEY,
    token_hash  BLOB    NOT NULL,
    made_by     INTEGER NOT NULL,
    made_at     INTEGER NOT NULL,
    uses_left   INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    admin       INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    made_as     TEXT    NOT NULL DEFAULT '' -- the [[oper]] entry by which it was made; empty: an administrator's account
);

CREATE TABLE channels (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    access          TEXT    NOT NULL,
    topic           TEXT    NOT NULL,
    history         INTEGER NOT NULL,
    read_only       INTEGER NOT NULL,
    retention_days  INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    number          INTEGER NOT NULL DEFAULT 0,  -- the last number given, where the log no longer tells it
    said            INTEGER NOT NULL DEFAULT 0,  -- the messages there were by then
    slow_seconds    INTEGER NOT NULL DEFAULT 0,
    tell_reactions  INTEGER NOT NULL DEFAULT 0,
    topic_by        TEXT    NOT NULL DEFAULT '',
    topic_at        INTEGER NOT NULL DEFAULT 0,
    topic_for       TEXT    NOT NULL DEFAULT 'accounts',
    key             TEXT    NOT NULL DEFAULT '',
    people_most     INTEGER NOT NULL DEFAULT 0,
    hidden          INTEGER NOT NULL DEFAULT 0,
    outsiders       INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE standings (
    channel      INTEGER NOT NULL,
    person       INTEGER NOT NULL,
    role         INTEGER NOT NULL,
    muted_until  INTEGER NOT NULL,
    voiced       INTEGER NOT NULL DEFAULT 0,
    admits       INTEGER NOT NULL DEFAULT 1, -- whether it lets its person enter; what is left of a mute does not
    PRIMARY KEY (channel, person)
) WITHOUT ROWID;

-- The log of every channel. `id` is the order of commit over all channels: search goes by it.
-- Where a channel's numbers are is in `places`, for all but the newest rows: those above `placed.upto` are found by
-- reading them, so that a tick writes a few pages at the end of this table and not one for each channel it touched.
CREATE TABLE log (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    author   INTEGER NOT NULL,
    text     TEXT    NOT NULL,           -- of a message: as it stands now
    key      TEXT,                       -- the author's client's own id of the message
    data     TEXT,
    said     INTEGER NOT NULL DEFAULT 0, -- the channel's messages up to and with this event
    target   INTEGER NOT NULL DEFAULT 0, -- the number of the message that it answers or is about
    thread   INTEGER NOT NULL DEFAULT 0, -- the number of the message that its thread began with
    nth      INTEGER NOT NULL DEFAULT 0  -- of that thread's replies
);
CREATE UNIQUE INDEX log_key ON log (author, key) WHERE key IS NOT NULL;
CREATE INDEX log_thread ON log (channel, thread, number) WHERE thread != 0;

CREATE TABLE places (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    events   INTEGER NOT NULL DEFAULT 1, -- so many, numbers and ids of which follow on one another
    PRIMARY KEY (channel, number)
) WITHOUT ROWID;
CREATE TABLE placed (upto INTEGER NOT NULL);
INSERT INTO placed VALUES (0);

CREATE TABLE versions (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,           -- until then the message said this
    person   INTEGER NOT NULL,           -- who changed it
    text     TEXT    NOT NULL
);
CREATE INDEX versions_message ON versions (channel, number);

CREATE TABLE reactions (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    emoji    TEXT    NOT NULL,
    person   INTEGER NOT NULL,
    PRIMARY KEY (channel, number, emoji, person)
) WITHOUT ROWID;

CREATE TABLE pins (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (channel, number)
) WITHOUT ROWID;

CREATE TABLE mentions (
    person   INTEGER NOT NULL,           -- 0: every member
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (person, channel, number)
) WITHOUT ROWID;
CREATE INDEX mentions_message ON mentions (channel, number);

CREATE TABLE markers (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    thread   INTEGER NOT NULL,           -- 0: the channel's own
    upto     INTEGER NOT NULL,
    said     INTEGER NOT NULL,
    at       INTEGER NOT NULL DEFAULT 0, -- the time that was given for it; 0: that of the event
    PRIMARY KEY (person, channel, thread)
) WITHOUT ROWID;

CREATE TABLE follows (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    thread   INTEGER NOT NULL,
    PRIMARY KEY (person, channel, thread)
) WITHOUT ROWID;

CREATE TABLE preferences (
    person  INTEGER PRIMARY KEY,
    data    TEXT NOT NULL
);

CREATE TABLE drafts (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    reply    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, channel)
) WITHOUT ROWID;

CREATE TABLE seen (
    person  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL
);

CREATE TABLE reports (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    target   INTEGER NOT NULL,
    whom     INTEGER NOT NULL,
    reason   TEXT    NOT NULL
);

CREATE TABLE address_bans (
    channel  INTEGER NOT NULL,
    host     TEXT    NOT NULL,
    person   INTEGER NOT NULL,
    made_by  INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (channel, host)
) WITHOUT ROWID;

CREATE TABLE masks (
    channel  INTEGER NOT NULL,
    list     TEXT    NOT NULL,           -- ban, except, invite
    mask     TEXT    NOT NULL,
    made_by  TEXT    NOT NULL,           -- a name
    at       INTEGER NOT NULL,
    PRIMARY KEY (channel, list, mask)
) WITHOUT ROWID;

CREATE TABLE former_names (
    name     TEXT    PRIMARY KEY,        -- that a channel had, and no other may have
    channel  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE metadata (
    channel  INTEGER NOT NULL,           -- 0: of a person
    person   INTEGER NOT NULL,
    key      TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (channel, person, key)
) WITHOUT ROWID;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  INTEGER NOT NULL,
    act    TEXT    NOT NULL,
    data   TEXT    NOT NULL
);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never edited'); END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never erased'); END;

CREATE TABLE subscriptions (
    person    INTEGER NOT NULL,
    endpoint  TEXT    NOT NULL,          -- where a push service takes messages for a device (RFC 8030): its secret
    p256dh    BLOB    NOT NULL,          -- the device's key and secret (RFC 8291)
    auth      BLOB    NOT NULL,
    form      TEXT    NOT NULL,          -- which protocol makes what is told, and how
    made_at   INTEGER NOT NULL,
    PRIMARY KEY (person, endpoint)
) WITHOUT ROWID;

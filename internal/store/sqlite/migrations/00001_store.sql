-- +goose Up

-- A chain is all versions of one story. version is the one that decides;
-- due is when the state changes by itself, in Unix milliseconds; time orders lists.
CREATE TABLE chains (
    id            INTEGER PRIMARY KEY,
    uri           TEXT    NOT NULL UNIQUE,
    status        TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    due           INTEGER,
    time          TEXT    NOT NULL,
    told          TEXT    NOT NULL,
    told_revision INTEGER NOT NULL
);
CREATE INDEX chains_time ON chains (time, id);
CREATE INDEX chains_due ON chains (due) WHERE due IS NOT NULL;

-- asks is what the version asks for: 1 usable, 2 embargoed, 3 withheld,
-- 4 killed. doc is the record, compressed; it is gone where a kill has reached.
CREATE TABLE versions (
    id              INTEGER PRIMARY KEY,
    chain           INTEGER NOT NULL REFERENCES chains (id),
    revision        INTEGER NOT NULL,
    asks            INTEGER NOT NULL,
    release         INTEGER NOT NULL,
    until           TEXT,
    sha256          TEXT    NOT NULL,
    item            INTEGER NOT NULL,
    feed            TEXT    NOT NULL,
    change          TEXT,
    priority        TEXT,
    provider        TEXT,
    language        TEXT,
    version_created TEXT,
    received_at     TEXT,
    digest          INTEGER NOT NULL,
    appended        INTEGER NOT NULL,
    engine          TEXT,
    tags_hash       INTEGER NOT NULL,
    shown           INTEGER NOT NULL,
    complete        INTEGER NOT NULL,
    doc             BLOB
);
-- The order of the versions, and with every asks given their identity.
CREATE UNIQUE INDEX versions_order ON versions (chain, revision, asks, sha256, item, feed);
CREATE INDEX versions_kills ON versions (chain, revision, sha256, item, feed) WHERE asks = 4;
CREATE INDEX versions_releases ON versions (chain, revision) WHERE release = 1;

-- What shows: the text and the tags of the version that decides, of chains
-- that are usable, and of no other.
CREATE TABLE stories (
    id       INTEGER PRIMARY KEY REFERENCES chains (id),
    headline TEXT,
    body     TEXT
);
CREATE TABLE deployments (
    chain               INTEGER NOT NULL REFERENCES chains (id),
    ord                 INTEGER NOT NULL,
    id                  TEXT    NOT NULL,
    unit                TEXT    NOT NULL,
    unit_field          TEXT    NOT NULL,
    unit_start          INTEGER NOT NULL,
    count_min           INTEGER,
    count_max           INTEGER,
    approx              INTEGER NOT NULL,
    kind                TEXT    NOT NULL,
    action              TEXT    NOT NULL,
    status              TEXT    NOT NULL,
    sender              TEXT,
    origin              TEXT,
    destination         TEXT,
    source              TEXT,
    confidence          REAL    NOT NULL,
    purpose             TEXT,
    beneficiary         TEXT,
    date                TEXT,
    date_start          TEXT,
    date_end            TEXT,
    sender_actor        TEXT,
    destination_place   TEXT,
    destination_country TEXT,
    destination_lat     REAL,
    destination_lon     REAL,
    part_of             TEXT,
    claim               TEXT,
    rule                TEXT,
    PRIMARY KEY (chain, ord)
) WITHOUT ROWID;
CREATE TABLE attributions (
    chain       INTEGER NOT NULL REFERENCES chains (id),
    ord         INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    source      TEXT,
    source_kind TEXT,
    cue         TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    via         TEXT,
    source_name TEXT,
    confidence  REAL    NOT NULL,
    PRIMARY KEY (chain, ord)
) WITHOUT ROWID;
CREATE TABLE actors (
    chain      INTEGER NOT NULL REFERENCES chains (id),
    ord        INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    country    TEXT,
    mentions   INTEGER NOT NULL,
    role       TEXT,
    confidence REAL    NOT NULL,
    PRIMARY KEY (chain, ord)
) WITHOUT ROWID;

-- The full-text index holds no text of its own; who writes stories keeps it,
-- since a trigger would have it flushed to disk at every row. secure-delete
-- makes it drop the words of a row that goes, instead of marking them as gone.
CREATE VIRTUAL TABLE story_words USING fts5 (
    headline, body, content = 'stories', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO story_words (story_words, rank) VALUES ('secure-delete', 1);
-- One batch of 500 stories fits; eight runs of words are merged into one.
INSERT INTO story_words (story_words, rank) VALUES ('hashsize', 8388608);
INSERT INTO story_words (story_words, rank) VALUES ('automerge', 8);

-- The log that every output follows. line is what append-only outputs write:
-- 'record', 'notice' or nothing.
CREATE TABLE changes (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    uri      TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    replay   TEXT,
    line     TEXT,
    version  INTEGER NOT NULL,
    at       TEXT    NOT NULL
);

-- The highest offset stored of each partition.
CREATE TABLE offsets (
    topic     TEXT    NOT NULL,
    partition INTEGER NOT NULL,
    "offset"  INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

CREATE VIEW v_stories AS
SELECT c.uri, v.revision, c.status, v.priority, v.feed, s.headline, s.body, v.version_created,
       v.engine AS engine_version, v.received_at, v.provider, v.language, v.until AS embargoed_until
FROM chains c
JOIN versions v ON v.id = c.version
LEFT JOIN stories s ON s.id = c.id
WHERE c.status <> '';

CREATE VIEW v_deployments AS
SELECT c.uri, v.revision, d.id, d.unit, d.unit_start, d.count_min, d.count_max, d.approx, d.kind, d.action, d.status,
       d.sender, d.origin, d.destination, d.source, d.confidence,
       d.unit_field, d.purpose, d.beneficiary, d.date, d.date_start, d.date_end, d.sender_actor,
       d.destination_place, d.destination_country, d.destination_lat, d.destination_lon, d.part_of, d.claim, d.rule
FROM chains c
JOIN versions v ON v.id = c.version
JOIN deployments d ON d.chain = c.id
WHERE c.status = 'usable';

CREATE VIEW v_attributions AS
SELECT c.uri, v.revision, a.source, a.source_kind, a.cue, a.content, a.type, a.via, a.id, a.source_name, a.confidence
FROM chains c
JOIN versions v ON v.id = c.version
JOIN attributions a ON a.chain = c.id
WHERE c.status = 'usable';

CREATE VIEW v_actors AS
SELECT c.uri, v.revision, a.actor, a.name, a.type, a.country, a.mentions, a.role, a.confidence
FROM chains c
JOIN versions v ON v.id = c.version
JOIN actors a ON a.chain = c.id
WHERE c.status = 'usable';

-- +goose Up

-- A chain is all versions of one story. version is the one that decides;
-- due is when the state changes by itself, in Unix milliseconds; time orders lists.
CREATE TABLE chains (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uri           TEXT COLLATE "C" NOT NULL UNIQUE,
    status        TEXT NOT NULL,
    version       BIGINT NOT NULL,
    due           BIGINT,
    time          TEXT COLLATE "C" NOT NULL,
    told          TEXT NOT NULL,
    told_revision BIGINT NOT NULL
);
CREATE INDEX chains_time ON chains (time, id);
CREATE INDEX chains_due ON chains (due) WHERE due IS NOT NULL;

-- asks is what the version asks for: 1 usable, 2 embargoed, 3 withheld,
-- 4 killed. doc is the record, compressed; it is gone where a kill has reached.
CREATE TABLE versions (
    id              BIGINT PRIMARY KEY,
    chain           BIGINT NOT NULL REFERENCES chains (id),
    revision        BIGINT NOT NULL,
    asks            BIGINT NOT NULL,
    release         BOOLEAN NOT NULL,
    until           TEXT,
    sha256          TEXT COLLATE "C" NOT NULL,
    item            BIGINT NOT NULL,
    feed            TEXT COLLATE "C" NOT NULL,
    change          TEXT,
    priority        TEXT,
    provider        TEXT,
    language        TEXT,
    version_created TEXT COLLATE "C",
    received_at     TEXT COLLATE "C",
    digest          BIGINT NOT NULL,
    appended        BIGINT NOT NULL,
    engine          TEXT,
    tags_hash       BIGINT NOT NULL,
    shown           BOOLEAN NOT NULL,
    complete        BOOLEAN NOT NULL,
    doc             BYTEA
);
-- The order of the versions, and with every asks given their identity.
CREATE UNIQUE INDEX versions_order ON versions (chain, revision, asks, sha256, item, feed);
CREATE INDEX versions_kills ON versions (chain, revision, sha256, item, feed) WHERE asks = 4;
CREATE INDEX versions_releases ON versions (chain, revision) WHERE release;

-- What shows: the text and the tags of the version that decides, of chains
-- that are usable, and of no other.
CREATE TABLE stories (
    id       BIGINT PRIMARY KEY REFERENCES chains (id),
    headline TEXT,
    body     TEXT
);
CREATE TABLE deployments (
    chain               BIGINT NOT NULL REFERENCES chains (id),
    ord                 BIGINT NOT NULL,
    id                  TEXT NOT NULL,
    unit                TEXT NOT NULL,
    unit_field          TEXT NOT NULL,
    unit_start          BIGINT NOT NULL,
    count_min           BIGINT,
    count_max           BIGINT,
    approx              BIGINT NOT NULL,
    kind                TEXT NOT NULL,
    action              TEXT NOT NULL,
    status              TEXT NOT NULL,
    sender              TEXT,
    origin              TEXT,
    destination         TEXT,
    source              TEXT,
    confidence          DOUBLE PRECISION    NOT NULL,
    purpose             TEXT,
    beneficiary         TEXT,
    date                TEXT,
    date_start          TEXT,
    date_end            TEXT,
    sender_actor        TEXT,
    destination_place   TEXT,
    destination_country TEXT,
    destination_lat     DOUBLE PRECISION,
    destination_lon     DOUBLE PRECISION,
    part_of             TEXT,
    claim               TEXT,
    rule                TEXT,
    PRIMARY KEY (chain, ord)
);
CREATE TABLE attributions (
    chain       BIGINT NOT NULL REFERENCES chains (id),
    ord         BIGINT NOT NULL,
    id          TEXT NOT NULL,
    source      TEXT,
    source_kind TEXT,
    cue         TEXT NOT NULL,
    content     TEXT NOT NULL,
    type        TEXT NOT NULL,
    via         TEXT,
    source_name TEXT,
    confidence  DOUBLE PRECISION    NOT NULL,
    PRIMARY KEY (chain, ord)
);
CREATE TABLE actors (
    chain      BIGINT NOT NULL REFERENCES chains (id),
    ord        BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    country    TEXT,
    mentions   BIGINT NOT NULL,
    role       TEXT,
    confidence DOUBLE PRECISION    NOT NULL,
    PRIMARY KEY (chain, ord)
);

-- fold takes case and the accents of Latin letters away.
-- +goose StatementBegin
CREATE FUNCTION fold(t TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(lower(t COLLATE "default"),
        'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłñńňòóôõöøōőřśşšșťţțùúûüūůűųýÿžźż' ||
        'ÀÁÂÃÄÅĀĂĄÇĆČĎĐÈÉÊËĒĖĘĚĞÌÍÎÏĪĮŁÑŃŇÒÓÔÕÖØŌŐŘŚŞŠȘŤŢȚÙÚÛÜŪŮŰŲÝŸŽŹŻ',
        'aaaaaaaaacccddeeeeeeeegiiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz' ||
        'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz')
$$;
-- +goose StatementEnd
-- A vector of words holds one megabyte at most.
CREATE INDEX stories_words ON stories USING gin (
    to_tsvector('simple', fold(left(coalesce(headline, '') || ' ' || coalesce(body, ''), 200000)))
);
ALTER TABLE versions ALTER COLUMN doc SET STORAGE EXTERNAL;

CREATE SEQUENCE version_ids;
CREATE SEQUENCE change_seqs;

-- The log that every output follows. line is what append-only outputs write:
-- 'record', 'notice' or nothing.
CREATE TABLE changes (
    seq      BIGINT PRIMARY KEY,
    uri      TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    replay   TEXT,
    line     TEXT,
    version  BIGINT NOT NULL,
    at       TEXT NOT NULL
);

-- The highest offset stored of each partition.
CREATE TABLE offsets (
    topic     TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    "offset"  BIGINT NOT NULL,
    PRIMARY KEY (topic, partition)
);

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

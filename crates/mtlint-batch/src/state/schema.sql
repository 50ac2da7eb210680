-- How reports were made; a report is used again only under the same.
CREATE TABLE fingerprints (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL
) STRICT;

-- Reports, each once, without the id of a document. Never failures.
CREATE TABLE reports (
    number INTEGER PRIMARY KEY,
    content BLOB NOT NULL,
    siblings BLOB NOT NULL,
    fingerprint INTEGER NOT NULL REFERENCES fingerprints,
    status TEXT NOT NULL,
    quality REAL,
    worst INTEGER,
    body TEXT NOT NULL,
    checksum BLOB NOT NULL,
    -- How often the model read it: more than once only when the row was damaged.
    readings INTEGER NOT NULL,
    UNIQUE (content, siblings, fingerprint)
) STRICT;

-- Numbers only ever grow, so that the order of runs needs no clock.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint INTEGER NOT NULL REFERENCES fingerprints,
    inputs TEXT NOT NULL,
    -- Seconds since 1970 by the machine's clock, to be shown only.
    started INTEGER NOT NULL,
    ended INTEGER,
    finished INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 1,
    -- Documents that the model read.
    readings INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What each run was given, in the order of its input.
CREATE TABLE documents (
    run INTEGER NOT NULL REFERENCES runs,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    report INTEGER REFERENCES reports,
    -- The report of a document that could not be read.
    failure TEXT,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

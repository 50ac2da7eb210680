-- Reports on articles of the pool, which no run was given, and the last run that used each.
CREATE TABLE pool_reports (
    report INTEGER PRIMARY KEY REFERENCES reports,
    run INTEGER NOT NULL REFERENCES runs
) STRICT;

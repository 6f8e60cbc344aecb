-- What became of the backups and restore drills that the service made by itself.
-- The detail is JSON: what was counted, or why it failed; never personal data.
create table backup_runs (
    id integer primary key,
    kind text not null check (kind in ('backup', 'drill')),
    started_at text not null,
    finished_at text not null,
    file text,
    holds integer not null,
    detail text not null
) strict;
create index backup_runs_latest on backup_runs (kind, id);

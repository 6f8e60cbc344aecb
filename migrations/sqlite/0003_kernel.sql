-- Of several nodes one leads. Each acquisition counts the epoch up, and what a leader writes
-- is refused once the epoch is another. Times are the database's.
create table leadership (
    id integer primary key check (id = 1),
    epoch integer not null,
    holder text,
    acquired_at text,
    renewed_at text,
    expires_at text
) strict;
insert into leadership (id, epoch) values (1, 0);

-- Processes that serve, or did lately.
create table nodes (
    id text primary key,
    name text not null,
    started_at text not null,
    seen_at text not null
) strict;

-- How far the due times of each task are written down.
create table job_tasks (
    task text primary key,
    known_since text not null,
    last_due_at text,
    next_due_at text
) strict;
insert into job_tasks (task, known_since, last_due_at)
    select task, min(due_at), max(due_at) from job_ticks group by task;

-- A due time waits, runs under a token until its lease ends, and is over: done, given up (dead),
-- or, as its task says of what was missed, coalesced with a later one or skipped.
create table job_ticks_new (
    task text not null,
    due_at text not null,
    due_local text not null,
    claimed_at text,
    finished_at text,
    outcome text,
    state text not null default 'done'
        check (state in ('waiting', 'running', 'done', 'dead', 'coalesced', 'skipped')),
    epoch integer not null default 0,
    attempts integer not null default 1,
    not_before text,
    token text,
    node text,
    leased_until text,
    primary key (task, due_at)
) strict, without rowid;
insert into job_ticks_new (task, due_at, due_local, claimed_at, finished_at, outcome)
    select task, due_at, due_local, claimed_at, finished_at, outcome from job_ticks;
drop table job_ticks;
alter table job_ticks_new rename to job_ticks;
create index job_ticks_open on job_ticks (task, due_at) where state in ('waiting', 'running');

-- What somebody should look at; open until it is over.
create table alarms (
    id integer primary key,
    kind text not null,
    subject text not null,
    node text not null,
    raised_at text not null,
    cleared_at text,
    detail text not null
) strict;
create unique index alarms_open on alarms (kind, subject, node) where cleared_at is null;

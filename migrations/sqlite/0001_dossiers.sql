-- Units as far as dossiers and reports name them: copied from the configuration
-- at start, and made by an import for the departments that another system names.
create table units (
    code text primary key,
    name text not null,
    kind text not null,
    parent text,
    source text
) strict;

-- Procedure versions that dossiers name (LAW-01).
create table procedures (
    code text not null,
    version integer not null,
    name text not null,
    field text not null,
    primary key (code, version)
) strict;

create table staff (
    id integer primary key,
    login text unique,
    name text not null,
    email text,
    unit text not null references units (code),
    roles text not null,
    password_hash text,
    active integer not null,
    source text,
    created_at text not null,
    unique (source, name)
) strict;

-- What is stored of a session or a token is its SHA-256, never itself.
create table sessions (
    token_hash blob primary key,
    staff_id integer not null references staff (id),
    created_at text not null,
    seen_at text not null,
    ends_at text not null
) strict;
create index sessions_of_staff on sessions (staff_id);

create table api_tokens (
    token_hash blob primary key,
    staff_id integer not null references staff (id),
    scope text not null check (scope in ('read', 'write')),
    created_at text not null,
    expires_at text not null,
    revoked_at text
) strict;

-- Applicants lie apart from their dossiers, sealed with a key that is not in this
-- database (DATA-05). The codes allow an exact search and nothing else.
create table applicants (
    id integer primary key,
    sealed blob not null,
    key_id text not null,
    identifier_code blob,
    phone_code blob
) strict;
create index applicants_by_identifier on applicants (identifier_code) where identifier_code is not null;
create index applicants_by_phone on applicants (phone_code) where phone_code is not null;

-- The daily number in a dossier code, per agency (CODE-03).
create table code_sequences (
    agency text not null,
    day text not null,
    last integer not null,
    primary key (agency, day)
) strict;

-- A dossier as its events leave it: a projection, written with them and never alone.
create table dossiers (
    id integer primary key,
    code text not null unique,
    source text,
    version integer not null,
    state text not null check (state in ('registered', 'received', 'not_received', 'processing',
        'supplement_requested', 'payment_requested', 'withdrawn', 'stopped', 'settled', 'returned')),
    procedure_code text not null,
    procedure_version integer not null,
    field text not null,
    channel text not null,
    receiving_unit text not null references units (code),
    competent_unit text not null references units (code),
    holder_unit text not null references units (code),
    holder_officer integer references staff (id),
    applicant_id integer references applicants (id),
    registered_at text not null,
    received_at text,
    received_on text,
    original_due_at text,
    original_due_on text,
    due_at text,
    due_on text,
    late_from text,
    due_soon_at text,
    window_opens_at text,
    window_shuts_at text,
    second_late_from text,
    stopped_at text,
    late_before_stop integer not null,
    ended_at text,
    ended_on text,
    returned_at text,
    outcome text check (outcome in ('early', 'on_time', 'late')),
    effects_from text,
    next_check_at text
) strict;
create index dossiers_to_check on dossiers (next_check_at) where next_check_at is not null;
create index dossiers_open on dossiers (competent_unit, late_from, id) where ended_at is null;
create index dossiers_ended on dossiers (ended_on, competent_unit, outcome) where ended_on is not null;
create index dossiers_received on dossiers (received_on, competent_unit, outcome) where received_on is not null;
create index dossiers_due on dossiers (due_on, competent_unit, outcome) where due_on is not null;
create index dossiers_of_applicant on dossiers (applicant_id) where applicant_id is not null;

-- What happened. Events are only ever added (LIFE-05) and name people by id alone.
create table dossier_events (
    dossier_id integer not null references dossiers (id),
    seq integer not null,
    kind text not null,
    at text not null,
    recorded_at text not null,
    actor_id integer not null references staff (id),
    unit text not null references units (code),
    body text not null,
    primary key (dossier_id, seq)
) strict, without rowid;

-- The answer to a repeated request is the dossier that the first one made.
create table idempotency_keys (
    staff_id integer not null references staff (id),
    key text not null,
    request_hash blob not null,
    dossier_id integer not null references dossiers (id),
    seq integer not null,
    created_at text not null,
    primary key (staff_id, key)
) strict, without rowid;

-- One apology per late dossier (LATE-07, LATE-16): made exactly once, by whoever sees it first.
create table obligations (
    dossier_id integer primary key references dossiers (id),
    unit text not null references units (code),
    opened_at text not null,
    issued_at text,
    in_advance integer,
    form_number text unique,
    reason text,
    delivered_at text,
    exempted_at text,
    closed_at text
) strict;
create index obligations_unsent on obligations (unit, opened_at)
    where issued_at is null and exempted_at is null and closed_at is null;

-- Each alert once per dossier, promise, rule, level and recipient (MON-04).
create table alerts (
    id integer primary key,
    dossier_id integer not null references dossiers (id),
    promise_no integer not null,
    rule text not null,
    level integer not null,
    recipient_id integer not null references staff (id),
    since text not null,
    created_at text not null,
    letter_id integer,
    unique (dossier_id, promise_no, rule, level, recipient_id)
) strict;
create index alerts_of_recipient on alerts (recipient_id, id);

-- Letters that wait, travel and have arrived. Recipient and body are sealed.
create table outbox (
    id integer primary key,
    dedupe_key text not null unique,
    kind text not null,
    unit text not null references units (code),
    recipient_id integer references staff (id),
    dossier_id integer references dossiers (id),
    subject text not null,
    sealed blob,
    key_id text not null,
    message_id text not null unique,
    state text not null check (state in ('queued', 'sending', 'sent', 'failed', 'dead', 'unknown')),
    attempts integer not null,
    unknown_tries integer not null,
    next_try_at text not null,
    token text,
    leased_until text,
    created_at text not null,
    done_at text,
    last_reply text
) strict;
create index outbox_waiting on outbox (next_try_at) where state in ('queued', 'sending');
create index outbox_of_unit on outbox (unit, id);

-- Scheduled work: one row per task and due time, on one node or five.
create table job_ticks (
    task text not null,
    due_at text not null,
    due_local text not null,
    claimed_at text not null,
    finished_at text,
    outcome text,
    primary key (task, due_at)
) strict, without rowid;

-- Who did what, chained: each row's hash covers its content and the row before it.
create table audit (
    seq integer primary key,
    at text not null,
    actor_id integer not null,
    unit text not null,
    action text not null,
    subject text not null,
    detail text not null,
    previous blob not null,
    hash blob not null
) strict;
create table audit_head (
    id integer primary key check (id = 1),
    seq integer not null,
    hash blob not null
) strict;
insert into audit_head (id, seq, hash) values (1, 0, zeroblob(32));

create table import_batches (
    id integer primary key,
    source text not null,
    file text not null,
    actor_id integer not null references staff (id),
    started_at text not null,
    finished_at text,
    summary text
) strict;
create table import_records (
    source text not null,
    digest blob not null,
    batch integer not null references import_batches (id),
    primary key (source, digest)
) strict, without rowid;
create table import_dossiers (
    source text not null,
    code text not null,
    dossier_id integer not null references dossiers (id),
    created_batch integer not null,
    changed_batch integer not null,
    seen_batch integer not null,
    primary key (source, code)
) strict, without rowid;
create table import_quarantine (
    id integer primary key,
    source text not null,
    batch integer not null references import_batches (id),
    line integer not null,
    field text,
    reason text not null,
    digest blob not null,
    unique (source, digest)
) strict;
create table import_findings (
    id integer primary key,
    source text not null,
    batch integer not null references import_batches (id),
    code text not null,
    kind text not null,
    detail text not null,
    unique (source, code, kind, detail)
) strict;

create trigger dossier_events_are_never_changed before update on dossier_events
begin select raise(abort, 'events are append-only'); end;
create trigger dossier_events_are_never_removed before delete on dossier_events
begin select raise(abort, 'events are append-only'); end;
create trigger audit_moves_its_head after insert on audit
begin update audit_head set seq = new.seq, hash = new.hash where id = 1; end;
create trigger audit_is_never_changed before update on audit
begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_is_never_removed before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;

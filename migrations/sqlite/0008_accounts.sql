-- Attempts that failed, so that guessing gets slower on every node alike (S5, S16). The key is a
-- code of the account, device, network or dossier that is counted, and says nothing by itself.
create table throttles (
    key blob primary key,
    failures integer not null,
    last_at text not null,
    shut_until text not null
) strict, without rowid;
create index throttles_by_age on throttles (last_at);

-- Where a session was begun, for its owner to know it again.
alter table sessions add column agent text not null default '';
alter table sessions add column network text not null default '';

-- A bearer token may be narrowed to a unit of its owner.
alter table api_tokens add column label text not null default '';
alter table api_tokens add column unit text references units (code);
alter table api_tokens add column last_used_at text;
create index api_tokens_of_staff on api_tokens (staff_id);

-- One-time links with which a person sets their password; known by their hashes alone.
create table activations (
    token_hash blob primary key,
    staff_id integer not null references staff (id),
    created_at text not null,
    expires_at text not null
) strict, without rowid;
create index activations_of_staff on activations (staff_id);

-- Who works where and as what, through time (ORG-01, ORG-02). What is in force on a day goes
-- before what stands with the person; whoever stands in for somebody has their roles as well.
create table duties (
    id integer primary key,
    staff_id integer not null references staff (id),
    unit text not null references units (code),
    roles text not null,
    from_on text not null,
    to_on text,
    stands_in_for integer references staff (id),
    noted_by integer not null references staff (id),
    noted_at text not null,
    ended_at text
) strict;
create index duties_of_staff on duties (staff_id, from_on);
create index duties_for_absent on duties (stands_in_for) where stands_in_for is not null;

-- The secret of a second factor is sealed; each code counts once.
create table second_factors (
    staff_id integer primary key references staff (id),
    sealed blob not null,
    key_id text not null,
    last_step integer not null,
    created_at text not null,
    confirmed_at text
) strict;
create table recovery_codes (
    code_hash blob primary key,
    staff_id integer not null references staff (id),
    used_at text
) strict, without rowid;
create index recovery_codes_of_staff on recovery_codes (staff_id);

-- An applicant whose data were erased keeps a row, so that dossiers and figures stay whole (S24).
alter table applicants add column erased_at text;
create index applicants_by_key on applicants (key_id, id);

-- The log by person and by what was touched.
create index audit_of_actor on audit (actor_id, seq);
create index audit_of_subject on audit (subject, seq);

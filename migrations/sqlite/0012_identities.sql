-- Who somebody is at the identity provider, as an administrator linked it. The code is made of the
-- provider's address and its name for the person, neither of which can be read from it.
create table identities (
    code blob primary key,
    issuer text not null,
    staff_id integer not null references staff (id),
    linked_at text not null,
    linked_by integer not null references staff (id),
    unique (staff_id, issuer)
) strict, without rowid;

-- Answers of the provider that were taken, so that none counts twice.
create table identity_answers (
    state_hash blob primary key,
    taken_at text not null
) strict, without rowid;
create index identity_answers_by_age on identity_answers (taken_at);

-- Who somebody is at the identity provider, as an administrator linked it. The code is made of the
-- provider's address and its name for the person, neither of which can be read from it.
create table identities (
    code bytea primary key,
    issuer text not null,
    staff_id bigint not null references staff (id),
    linked_at timestamptz not null,
    linked_by bigint not null references staff (id),
    unique (staff_id, issuer)
);

-- Answers of the provider that were taken, so that none counts twice.
create table identity_answers (
    state_hash bytea primary key,
    taken_at timestamptz not null
);
create index identity_answers_by_age on identity_answers (taken_at);

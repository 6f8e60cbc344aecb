-- Decisions that change what dates are counted by: the calendar, office hours and days of units,
-- the rule sets. One person proposes, another publishes; what a decision says never changes.
-- Edition 1 is what the files said at the first start, and every publication makes the next one.
create table decisions (
    id integer primary key,
    kind text not null check (kind in ('first', 'calendar', 'overlay', 'rulesets', 'revocation')),
    content text not null check (json_valid(content)),
    -- the file as it was handed in, where it was one
    original text,
    document text not null,
    signer text not null,
    effective_on text not null,
    reason text not null,
    proposed_by integer not null references staff (id),
    proposed_at text not null,
    request_key text,
    request_hash blob,
    withdrawn_by integer references staff (id),
    withdrawn_at text,
    edition integer unique,
    published_by integer references staff (id),
    published_at text,
    -- whose dossiers are counted anew: a list of units, or null for all
    scope text check (json_valid(scope)),
    recounted_at text,
    unique (proposed_by, request_key)
) strict;

-- The edition in force. While dossiers are counted anew by it, `cursor` is the last one looked at;
-- `barrier` is what must be over before the first is, so that none slips through.
create table law_head (
    id integer primary key check (id = 1),
    edition integer not null,
    cursor integer,
    barrier integer
) strict;
insert into law_head (id, edition) values (1, 0);

-- The dossiers whose date an edition has moved, each once.
create table recounts (
    edition integer not null references decisions (edition),
    dossier_id integer not null references dossiers (id),
    unit text not null references units (code),
    due_before text not null,
    due_after text not null,
    primary key (edition, dossier_id)
) strict, without rowid;

create trigger decisions_say_what_they_said before update of
    kind, content, original, document, signer, effective_on, reason, proposed_by, proposed_at on decisions
begin select raise(abort, 'what a decision says is never changed'); end;
create trigger decisions_stay_published before update of edition, published_by, published_at, scope on decisions
when old.edition is not null
begin select raise(abort, 'a published decision stays published'); end;
create trigger decisions_are_never_removed before delete on decisions
begin select raise(abort, 'a decision is never removed'); end;
create trigger recounts_are_never_changed before update on recounts
begin select raise(abort, 'recounts are append-only'); end;
create trigger recounts_are_never_removed before delete on recounts
begin select raise(abort, 'recounts are append-only'); end;

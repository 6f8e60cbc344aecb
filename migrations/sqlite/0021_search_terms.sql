-- Persons are found by keyed terms of what they told, which nobody can read. No checked reference:
-- an applicant's row is never removed, and each intake would pay for every check.
create table search_terms (
    term integer not null,
    applicant_id integer not null,
    primary key (term, applicant_id)
) strict, without rowid;

-- Whether there are terms for it: 1, or 0 where it could not be opened; none yet for what was there before.
alter table applicants add column findable integer;
create index applicants_not_findable on applicants (id) where findable is null and erased_at is null;

-- A code as it is typed without what separates its parts.
create index dossiers_by_plain_code on dossiers (upper(replace(replace(code, '.', ''), '-', '')), id);

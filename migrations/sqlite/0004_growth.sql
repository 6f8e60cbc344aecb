-- The cost follows what changes: what is asked every day touches the open dossiers alone,
-- of which there are few, and month figures are kept ready.

-- When it becomes late; far away for what has no due date, so that it stands last.
alter table dossiers add column urgency text
    generated always as (coalesce(late_from, '9999-01-01T00:00:00.000000Z')) virtual;

drop index dossiers_open;
drop index dossiers_ended;
drop index dossiers_received;
drop index dossiers_due;

-- Open dossiers by urgency: all, and of each unit in each of its parts. A dossier stands once
-- in each part that is played by another unit. What boards count by lies in the index.
create index dossiers_open on dossiers (urgency, id, stopped_at, late_before_stop, due_on, due_soon_at,
    received_at) where ended_at is null;
create index dossiers_open_competent on dossiers (competent_unit, urgency, id, stopped_at, late_before_stop,
    due_on, due_soon_at, received_at) where ended_at is null;
create index dossiers_open_receiving on dossiers (receiving_unit, urgency, id, stopped_at, late_before_stop,
    due_on, due_soon_at, received_at, competent_unit)
    where ended_at is null and receiving_unit <> competent_unit;
create index dossiers_open_holding on dossiers (holder_unit, urgency, id, stopped_at, late_before_stop,
    due_on, due_soon_at, received_at, competent_unit, receiving_unit)
    where ended_at is null and holder_unit <> competent_unit and holder_unit <> receiving_unit;
create index dossiers_ended_competent on dossiers (competent_unit, urgency, id) where ended_at is not null;
create index dossiers_ended_receiving on dossiers (receiving_unit, urgency, id)
    where ended_at is not null and receiving_unit <> competent_unit;
create index dossiers_ended_holding on dossiers (holder_unit, urgency, id)
    where ended_at is not null and holder_unit <> competent_unit and holder_unit <> receiving_unit;
create index dossiers_ended_on on dossiers (ended_on, competent_unit, outcome) where ended_on is not null;
create index dossiers_received_on on dossiers (received_on, competent_unit, outcome) where ended_on is not null;
create index dossiers_due_on on dossiers (due_on, competent_unit, outcome) where ended_on is not null;

drop index obligations_unsent;
create index obligations_unsent on obligations (opened_at, dossier_id)
    where issued_at is null and exempted_at is null and closed_at is null;
create index obligations_unsent_of_unit on obligations (unit, opened_at, dossier_id)
    where issued_at is null and exempted_at is null and closed_at is null;
create index obligations_opened on obligations (opened_at, dossier_id);
create index obligations_of_unit on obligations (unit, opened_at, dossier_id);

create index outbox_in_state on outbox (state, id);

-- How many ended how, kept ready for reports: in each half of a month (1 to 14, 15 to the end),
-- within each unit by one more thing. Never what defines a figure: `dunghen verify` counts again.
create table figures (
    basis text not null check (basis in ('settled', 'received', 'due')),
    dimension text not null check (dimension in ('unit', 'field', 'procedure', 'channel', 'officer')),
    period text not null,
    unit text not null,
    value text not null,
    early integer not null,
    on_time integer not null,
    late integer not null,
    without_due integer not null,
    primary key (basis, dimension, period, unit, value)
) strict, without rowid;

-- What is not folded into them yet: one dossier more or less. Rows are only added and taken away.
create table figure_changes (
    id integer primary key,
    sign integer not null check (sign in (-1, 1)),
    ended_on text not null,
    received_on text not null,
    due_on text,
    has_due integer not null,
    competent_unit text not null,
    field text not null,
    procedure_code text not null,
    channel text not null,
    holder_officer integer,
    outcome text
) strict;

-- Those that have ended already are all still to be folded.
insert into figure_changes (sign, ended_on, received_on, due_on, has_due, competent_unit, field, procedure_code,
    channel, holder_officer, outcome)
select 1, ended_on, received_on, due_on, due_at is not null, competent_unit, field, procedure_code, channel,
    holder_officer, outcome
from dossiers where ended_on is not null and received_on is not null;

-- What each proposal would do to the open dossiers, as far as that was counted: in turns, each of which
-- goes on where the one before ended. Whoever publishes has seen one that is whole.
create table previews (
    decision_id integer primary key references decisions (id),
    -- the edition by which the dates were counted when it began
    edition integer not null,
    begun_at text not null,
    -- the last dossier looked at, and the last that there was
    reached integer not null,
    up_to integer not null,
    found text not null check (json_valid(found)),
    done_at text,
    -- whoever takes a turn has it until then
    busy_until text
) strict;

-- What each proposal would do to the open dossiers, as far as that was counted: in turns, each of which
-- goes on where the one before ended. Whoever publishes has seen one that is whole.
create table previews (
    decision_id bigint primary key references decisions (id),
    -- the edition by which the dates were counted when it began
    edition bigint not null,
    begun_at timestamptz not null,
    -- the last dossier looked at, and the last that there was
    reached bigint not null,
    up_to bigint not null,
    found jsonb not null,
    done_at timestamptz,
    -- whoever takes a turn has it until then
    busy_until timestamptz
);

-- Boards also count whom a letter in advance can still reach: what they count by lies in the index.
drop index dossiers_open;
drop index dossiers_open_competent;
drop index dossiers_open_receiving;
drop index dossiers_open_holding;
create index dossiers_open on dossiers (urgency, id)
    include (stopped_at, late_before_stop, due_on, due_soon_at,
    window_opens_at, window_shuts_at, received_at)
    where ended_at is null;
create index dossiers_open_competent on dossiers (competent_unit, urgency, id)
    include (stopped_at, late_before_stop, due_on, due_soon_at,
    window_opens_at, window_shuts_at, received_at)
    where ended_at is null;
create index dossiers_open_receiving on dossiers (receiving_unit, urgency, id)
    include (stopped_at, late_before_stop, due_on, due_soon_at,
    window_opens_at, window_shuts_at, received_at, competent_unit)
    where ended_at is null and receiving_unit <> competent_unit;
create index dossiers_open_holding on dossiers (holder_unit, urgency, id)
    include (stopped_at, late_before_stop, due_on, due_soon_at,
    window_opens_at, window_shuts_at, received_at, competent_unit, receiving_unit)
    where ended_at is null and holder_unit <> competent_unit and holder_unit <> receiving_unit;

-- Results that wait to be fetched; what another system follows is handed over there.
create index dossiers_to_fetch on dossiers (receiving_unit, ended_on, id)
    where state = 'settled' and source is null;

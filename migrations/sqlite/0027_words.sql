-- The version of a dossier up to which the free words of its events were erased (S24).
alter table dossiers add column erased_version integer;

-- Events are only ever added (LIFE-05). What somebody wrote in them may go once their applicant's data have
-- gone; what happened, when and by whom stays as it is.
drop trigger dossier_events_are_never_changed;
create trigger dossier_events_are_never_changed before update on dossier_events
when new.dossier_id is not old.dossier_id or new.seq is not old.seq or new.kind is not old.kind
    or new.at is not old.at or new.recorded_at is not old.recorded_at
    or new.actor_id is not old.actor_id or new.unit is not old.unit
    or not exists (select 1 from dossiers d join applicants a on a.id = d.applicant_id
        where d.id = old.dossier_id and a.erased_at is not null)
begin select raise(abort, 'events are append-only'); end;

-- The version of a dossier up to which the free words of its events were erased (S24).
alter table dossiers add column erased_version bigint;

-- Events are only ever added (LIFE-05). What somebody wrote in them may go once their applicant's data have
-- gone; what happened, when and by whom stays as it is.
create function keep_events() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.dossier_id, new.seq, new.kind, new.at, new.recorded_at, new.actor_id, new.unit)
            = (old.dossier_id, old.seq, old.kind, old.at, old.recorded_at, old.actor_id, old.unit)
        and exists (select 1 from dossiers d join applicants a on a.id = d.applicant_id
            where d.id = old.dossier_id and a.erased_at is not null)
    then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name;
end
$$;
drop trigger dossier_events_are_append_only on dossier_events;
create trigger dossier_events_are_append_only before update or delete on dossier_events
    for each row execute function keep_events();
create trigger dossier_events_are_never_emptied before truncate on dossier_events
    for each statement execute function refuse_change();

-- The version of a dossier up to which the free words of its events were erased (S24).
alter table dossiers add column erased_version bigint;

-- Whose data were erased stays erased, and has nothing left; a dossier keeps its applicant, or has none.
create function keep_erased() returns trigger language plpgsql as $$
begin
    if new.id <> old.id
        or (old.erased_at is not null and new.erased_at is distinct from old.erased_at)
        or (new.erased_at is not null and (length(new.sealed) > 0 or new.key_id <> ''
            or new.identifier_code is not null or new.phone_code is not null))
    then
        raise exception 'what was erased stays erased';
    end if;
    return new;
end
$$;
create trigger applicants_are_erased_for_good before update on applicants
    for each row execute function keep_erased();
create function keep_applicant() returns trigger language plpgsql as $$
begin
    if new.applicant_id is distinct from old.applicant_id then
        raise exception 'a dossier keeps its applicant';
    end if;
    return new;
end
$$;
create trigger dossiers_keep_their_applicant before update of applicant_id on dossiers
    for each row execute function keep_applicant();

-- What is left of an event's body once its words have gone: each leaves the same mark.
create function without_words(kind text, body jsonb) returns jsonb language sql immutable as $$
    select jsonb_set(
        body || coalesce((
            select jsonb_object_agg(w.key, case jsonb_typeof(w.value)
                when 'string' then to_jsonb('(đã xoá)'::text)
                when 'array' then (
                    select coalesce(jsonb_agg('(đã xoá)'::text), '[]') from jsonb_array_elements(w.value))
                else w.value end)
            from jsonb_each(body) w
            where w.key in ('items', 'contact', 'question', 'answer', 'words', 'receipt')
                or (w.key = 'reason' and kind not in ('apology_issued', 'exempted', 'recalculated'))), '{}'),
        '{filing,components}',
        coalesce((
            select jsonb_agg('(đã xoá)'::text)
            from jsonb_array_elements(body #> '{filing,components}')), '[]'),
        false)
$$;

-- Events are only ever added (LIFE-05). What somebody wrote in them may go once their applicant's data have
-- gone, or from an ended dossier that never had an applicant here; all that is no word stays as it is.
create function keep_events() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.dossier_id, new.seq, new.kind, new.at, new.recorded_at, new.actor_id, new.unit)
            = (old.dossier_id, old.seq, old.kind, old.at, old.recorded_at, old.actor_id, old.unit)
        and exists (select 1 from dossiers d left join applicants a on a.id = d.applicant_id
            where d.id = old.dossier_id and (a.erased_at is not null or (d.applicant_id is null
                and d.ended_on is not null and d.state in ('returned', 'withdrawn', 'stopped', 'not_received'))))
        and jsonb_strip_nulls(new.body) = jsonb_strip_nulls(without_words(old.kind, old.body))
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

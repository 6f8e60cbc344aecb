-- The version of a dossier up to which the free words of its events were erased (S24).
alter table dossiers add column erased_version integer;

-- Whose data were erased stays erased, and has nothing left; a dossier keeps its applicant, or has none.
create trigger applicants_are_erased_for_good before update on applicants
when new.id is not old.id
    or (old.erased_at is not null and new.erased_at is not old.erased_at)
    or (new.erased_at is not null and (length(new.sealed) > 0 or new.key_id <> ''
        or new.identifier_code is not null or new.phone_code is not null))
begin select raise(abort, 'what was erased stays erased'); end;
create trigger dossiers_keep_their_applicant before update of applicant_id on dossiers
when new.applicant_id is not old.applicant_id
begin select raise(abort, 'a dossier keeps its applicant'); end;

-- Events are only ever added (LIFE-05). What somebody wrote in them may go once their applicant's data have
-- gone, or from an ended dossier that never had an applicant here: each word leaves the same mark, and all
-- that is no word stays as it is.
drop trigger dossier_events_are_never_changed;
create trigger dossier_events_are_never_changed before update on dossier_events
when new.dossier_id is not old.dossier_id or new.seq is not old.seq or new.kind is not old.kind
    or new.at is not old.at or new.recorded_at is not old.recorded_at
    or new.actor_id is not old.actor_id or new.unit is not old.unit
    or not exists (select 1 from dossiers d left join applicants a on a.id = d.applicant_id
        where d.id = old.dossier_id and (a.erased_at is not null or (d.applicant_id is null
            and d.ended_on is not null and d.state in ('returned', 'withdrawn', 'stopped', 'not_received'))))
    or not json_valid(new.body)
    or exists (
        select n.fullkey, n.type, n.atom from json_tree(new.body) n where n.atom is not null
        except
        select o.fullkey, o.type, case when o.type = 'text' and (o.path in ('$.items', '$.filing.components')
                or (o.path = '$' and o.key in ('contact', 'question', 'answer', 'words', 'receipt'))
                or (o.path = '$' and o.key = 'reason'
                    and old.kind not in ('apology_issued', 'exempted', 'recalculated')))
            then '(đã xoá)' else o.atom end
        from json_tree(old.body) o where o.atom is not null)
    or exists (
        select o.fullkey, o.type, case when o.type = 'text' and (o.path in ('$.items', '$.filing.components')
                or (o.path = '$' and o.key in ('contact', 'question', 'answer', 'words', 'receipt'))
                or (o.path = '$' and o.key = 'reason'
                    and old.kind not in ('apology_issued', 'exempted', 'recalculated')))
            then '(đã xoá)' else o.atom end
        from json_tree(old.body) o where o.atom is not null
        except
        select n.fullkey, n.type, n.atom from json_tree(new.body) n where n.atom is not null)
begin select raise(abort, 'events are append-only'); end;

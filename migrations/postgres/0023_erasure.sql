-- The letters of one dossier, for whoever erases its applicant or counts what is kept of them.
create index outbox_of_dossier on outbox (dossier_id) where dossier_id is not null;

-- Relays repeat the address that they refuse; what is left of their words is the code.
update outbox set last_reply = substr(last_reply, 1, 3) || ' …' where last_reply like '%@%';

-- Whose data were erased before is known by no code of their address either.
update outbox set address_code = null
where recipient_id is null and dossier_id in (
    select d.id from dossiers d join applicants a on a.id = d.applicant_id where a.erased_at is not null);

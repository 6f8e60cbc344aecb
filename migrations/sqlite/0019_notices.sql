-- Who has sent a letter, or has to send none, is asked for no notice in advance any more.
update dossiers set window_opens_at = null, window_shuts_at = null
where id in (select dossier_id from obligations where issued_at is not null or exempted_at is not null);

-- Corrected times that wait for their second person: few among all events, and looked for on every board.
create index dossier_events_proposing on dossier_events (dossier_id, seq) where kind = 'correction_proposed';

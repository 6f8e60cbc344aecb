-- Those at the counter are alerted of what the portal sent and nobody has answered: what already waits is
-- looked at by the next sweep.
update dossiers set next_check_at = registered_at
where state = 'registered' and source is null and next_check_at is null;

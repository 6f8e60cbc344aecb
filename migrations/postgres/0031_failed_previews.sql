-- A preview that can't be counted comes to an end: how often its next turn was begun without getting any
-- further, and why the last of them failed.
alter table previews add column attempts bigint not null default 0;
alter table previews add column failure text;

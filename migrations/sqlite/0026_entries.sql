-- What is begun of signing in counts for the state that it was begun under alone: a new password, another
-- second factor, other roles and a closed account each begin the next epoch (S9).
alter table staff add column epoch integer not null default 0;

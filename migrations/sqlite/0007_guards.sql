-- What the database refuses whoever asks: a dossier goes its lawful way and no other, and
-- what was promised, owed, told or sent stays so.

-- A dossier is never removed; its code and its first promise never change (LATE-10).
create trigger dossiers_are_never_removed before delete on dossiers
begin select raise(abort, 'dossiers are kept for ever'); end;
create trigger dossiers_keep_their_first_promise
before update of code, original_due_at, original_due_on on dossiers
when new.code is not old.code
    or (old.original_due_at is not null
        and (new.original_due_at is not old.original_due_at or new.original_due_on is not old.original_due_on))
begin select raise(abort, 'code and first promise never change'); end;

-- No step back, and no new state without its event (LIFE-05).
create trigger dossiers_only_go_forward before update of version, state on dossiers
when new.version < old.version or (new.version = old.version and new.state is not old.state)
begin select raise(abort, 'a dossier changes by its next event alone'); end;

-- The moves of LIFE-01. What another system tells may be corrected by it in any direction.
create trigger dossiers_move_by_the_rules before update of state on dossiers
when new.state is not old.state and old.source is null
    and old.state || ' ' || new.state not in (
        'registered received', 'registered supplement_requested', 'registered withdrawn',
        'registered not_received',
        'received processing', 'received supplement_requested', 'received withdrawn', 'received stopped',
        'received settled',
        'processing supplement_requested', 'processing payment_requested', 'processing withdrawn',
        'processing stopped', 'processing settled',
        'supplement_requested received', 'supplement_requested processing',
        'supplement_requested withdrawn', 'supplement_requested stopped',
        'payment_requested processing', 'payment_requested withdrawn', 'payment_requested stopped',
        'settled returned', 'settled processing')
begin select raise(abort, 'there is no such move'); end;

-- What has ended has an end, and what is open has none (LIFE-03).
create trigger dossiers_end_with_their_state before update of state, ended_at on dossiers
when new.source is null
    and (new.ended_at is null)
        = (new.state in ('not_received', 'withdrawn', 'stopped', 'settled', 'returned'))
begin select raise(abort, 'state and end do not go together'); end;

-- An obligation stays, and each step of it stays where it was (LATE-16); its end alone may be taken back.
create trigger obligations_are_never_removed before delete on obligations
begin select raise(abort, 'obligations are kept for ever'); end;
create trigger obligations_only_grow
before update of dossier_id, opened_at, issued_at, delivered_at, exempted_at on obligations
when new.dossier_id is not old.dossier_id or new.opened_at is not old.opened_at
    or (old.issued_at is not null and new.issued_at is not old.issued_at)
    or (old.delivered_at is not null and new.delivered_at is not old.delivered_at)
    or (old.exempted_at is not null and new.exempted_at is not old.exempted_at)
begin select raise(abort, 'an obligation only grows'); end;

create trigger alerts_are_never_removed before delete on alerts
begin select raise(abort, 'alerts are kept for ever'); end;
create trigger alerts_say_what_they_said
before update of dossier_id, promise_no, rule, level, recipient_id, since, created_at on alerts
begin select raise(abort, 'an alert never changes'); end;

-- A letter that went out stays sent, and each is known by its first Message-ID.
create trigger outbox_is_never_emptied before delete on outbox
begin select raise(abort, 'letters are kept for ever'); end;
create trigger outbox_keeps_what_was_sent before update of state, dedupe_key, message_id on outbox
when new.dedupe_key is not old.dedupe_key or new.message_id is not old.message_id
    or (old.state = 'sent' and new.state is not old.state)
begin select raise(abort, 'a letter stays what it is'); end;

-- No number is given twice (CODE-03).
create trigger code_sequences_only_grow before update on code_sequences
when new.last < old.last
begin select raise(abort, 'numbers only grow'); end;

-- When a letter was last spoken of to the relay, for the rate of all nodes together; and a code
-- of its address, to see that one refuses letter after letter.
alter table outbox add column tried_at text;
alter table outbox add column address_code blob;
create index outbox_tried on outbox (tried_at) where tried_at is not null;
create index outbox_of_recipient on outbox (recipient_id, created_at) where recipient_id is not null;
create index outbox_of_address on outbox (address_code, done_at)
    where address_code is not null and done_at is not null;

-- An alert that waits for its letter, because its reader has had enough of them in this hour.
alter table alerts add column waits integer not null default 0;
create index alerts_waiting on alerts (recipient_id, id) where waits;

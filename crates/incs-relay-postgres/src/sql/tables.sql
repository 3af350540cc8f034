-- The tables of a relay store. All times are milliseconds since 1970. `{s}` is the schema.

CREATE SEQUENCE {s}.item_id;
CREATE SEQUENCE {s}.outbox_id;

-- The inbox. An item is only inserted; what changes is `open` and the row of its ordering key, which both stay small.
CREATE TABLE {s}.delivery(
    id bigint PRIMARY KEY,               -- the first of its items
    items integer NOT NULL,              -- their number; they follow each other
    received_at bigint NOT NULL,
    envelope bytea NOT NULL,
    body bytea);                         -- NULL if erased
-- An item reads its own part of a large body only.
ALTER TABLE {s}.delivery ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE {s}.item(
    id bigint PRIMARY KEY,
    ordering bigint NOT NULL,
    delivery bigint NOT NULL,
    received_at bigint NOT NULL,
    duplicate_of bigint,
    replay_of bigint,
    start integer NOT NULL,
    length integer,                      -- NULL if erased
    attempts integer NOT NULL,           -- of an item that is done, or its first value
    class smallint NOT NULL,             -- the position in `ItemClass::ALL`
    dedup_key bytea NOT NULL,
    message bytea,
    kind text NOT NULL,
    pointer bytea NOT NULL);             -- a JSON pointer, which may contain any character
CREATE UNIQUE INDEX item_dedup_key ON {s}.item(dedup_key);
CREATE INDEX item_message ON {s}.item(message) WHERE message IS NOT NULL;

CREATE TABLE {s}.open(ordering bigint NOT NULL, item bigint NOT NULL, PRIMARY KEY (ordering, item))
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE {s}.ordering(               -- the keys with open items, and those that lately had some
    key bigint NOT NULL,
    ready_at bigint NOT NULL,            -- due, end of the lease, or next attempt; of a key without open items, minus the time since then
    token bigint NOT NULL,               -- of the last lease, or the time at which the row was added, in microseconds
    leased_from bigint,                  -- the first leased item; NULL without a lease
    leased_to bigint,                    -- the last one
    single_to bigint NOT NULL,           -- items up to this one are handed out one by one
    open_from bigint NOT NULL,           -- no item before this one is open
    current bigint,                      -- the first open item of the lease, or of the key without a lease; NULL if not known yet
    attempts integer NOT NULL,           -- of the current item, like the next two
    blocked_since bigint,
    error text) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
-- Each change of a key leaves a dead row, which a long transaction of anybody keeps. So no scan begins among the dead: tokens grow, and
-- `token DESC` finds the newest row first; `open_from` and the caller of `claim` say where to begin. The index cannot be unique, since a
-- unique one looks at all dead rows of a key. There is one row for a key, since only the holder of the lock for appends adds some.
CREATE INDEX ordering_key ON {s}.ordering(key, token);
CREATE INDEX ordering_ready ON {s}.ordering(ready_at, key);
-- Logical replication asks for it, since there is no primary key.
ALTER TABLE {s}.ordering REPLICA IDENTITY FULL;

CREATE TABLE {s}.dead(item bigint PRIMARY KEY, reason text NOT NULL, error text NOT NULL, at bigint NOT NULL, attempts integer NOT NULL);

-- The receipts of a sent message. Its state is merged from them when it is read.
CREATE TABLE {s}.receipt(
    message text COLLATE "C" NOT NULL,   -- the provider's id, for a group with a hash of the member
    hash bytea NOT NULL,                 -- of the receipt, so that each is stored once
    stage smallint,                      -- 0 created, 1 sent, 2 failed, 3 delivered, 4 read
    at bigint NOT NULL,                  -- the time at which it last came
    receipt text NOT NULL,               -- JSON
    PRIMARY KEY (message, hash));
CREATE INDEX receipt_at ON {s}.receipt(at);

-- Messages that were enqueued in a transaction of a caller or of a handler, and are not in the outbox yet.
CREATE TABLE {s}.outbox_in(
    key text COLLATE "C" PRIMARY KEY,
    n bigint GENERATED ALWAYS AS IDENTITY,
    enqueued_at bigint NOT NULL,
    not_after bigint,
    recipient bigint,
    is_ordered boolean NOT NULL,
    is_free_form boolean NOT NULL,
    content bytea CHECK (length(content) = 16),
    channel text COLLATE "C" NOT NULL,
    body bytea NOT NULL) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outbox_in_n ON {s}.outbox_in(n);

CREATE TABLE {s}.outbox(
    id bigint PRIMARY KEY,
    due_at bigint NOT NULL,              -- its own time: of the enqueue, or the end of the wait
    next_at bigint,                      -- the time of the next mark; NULL unless it is queued and nothing blocks it
    hold_until bigint,                   -- the time until which it holds later ones, while it is unknown
    enqueued_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    sending_at bigint,
    sender bigint,
    mark bigint,                         -- the call that marked it
    accepted_at bigint,
    receipt_at bigint,
    asked_at bigint,
    not_after bigint,
    version bigint NOT NULL DEFAULT 0,
    report_at bigint,                    -- NULL if there is nothing to report
    recipient bigint,
    attempts integer NOT NULL DEFAULT 0,
    recorded integer NOT NULL DEFAULT 0, -- the last attempt whose outcome was recorded
    retries integer NOT NULL DEFAULT 0,  -- counted attempts in a row that sent nothing
    report_attempts integer NOT NULL DEFAULT 0,
    state smallint NOT NULL DEFAULT 0,   -- the position in `OutboxState::ALL`
    stage smallint,                      -- 0 created, 1 sent, 2 failed, 3 delivered, 4 read
    proof smallint,                      -- the position in `Proof::ALL`
    is_reported boolean NOT NULL DEFAULT false,
    is_ordered boolean NOT NULL,
    is_free_form boolean NOT NULL,
    is_sent_again boolean NOT NULL DEFAULT false,
    content bytea CHECK (length(content) = 16),
    message_id text COLLATE "C",
    second_message_id text,
    decided_by text,
    reason text,
    error text,
    channel text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL UNIQUE,
    body bytea,                          -- NULL if erased
    CHECK (state <> 0 OR body IS NOT NULL)) WITH (fillfactor = 80);
CREATE INDEX outbox_due ON {s}.outbox(next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_state ON {s}.outbox(state, id);
CREATE INDEX outbox_order ON {s}.outbox(recipient, channel, state, id) WHERE is_ordered AND state IN (0, 1, 7);
CREATE INDEX outbox_recipient ON {s}.outbox(recipient) WHERE body IS NOT NULL;
CREATE UNIQUE INDEX outbox_message_id ON {s}.outbox(message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_unknown ON {s}.outbox(changed_at) WHERE state = 7;
CREATE INDEX outbox_uncertain ON {s}.outbox(recipient) WHERE state IN (1, 7, 8, 9) OR (state = 2 AND message_id IS NULL) OR is_sent_again;
CREATE INDEX outbox_without_receipt ON {s}.outbox(accepted_at) WHERE receipt_at IS NULL AND message_id IS NOT NULL;
CREATE INDEX outbox_final ON {s}.outbox(changed_at) WHERE state IN (2, 3, 4, 5, 6, 9);
CREATE INDEX outbox_report ON {s}.outbox(report_at, id) WHERE report_at IS NOT NULL;

-- Calls of `advance` that were repeated since their reply was lost.
CREATE TABLE {s}.repeated(mark bigint PRIMARY KEY, at bigint NOT NULL);
CREATE INDEX repeated_at ON {s}.repeated(at);

CREATE TABLE {s}.sender(id bigint PRIMARY KEY, lease_until bigint NOT NULL);
CREATE INDEX sender_lease ON {s}.sender(lease_until);

CREATE TABLE {s}.sighting(               -- evidence about messages whose outcome is unknown
    name text COLLATE "C" PRIMARY KEY,   -- the id of INCS, or else that of the provider
    kind smallint NOT NULL,              -- 0 created, 1 receipt
    message_id text COLLATE "C",
    incs_id bigint,
    channel text,
    recipient bigint,
    content bytea,
    at bigint NOT NULL,
    is_exact boolean NOT NULL);
CREATE INDEX sighting_recipient ON {s}.sighting(recipient, at);
CREATE INDEX sighting_message_id ON {s}.sighting(message_id);
CREATE INDEX sighting_at ON {s}.sighting(at);

CREATE TABLE {s}.contact(
    customer bigint NOT NULL,
    channel text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (customer, channel));
CREATE INDEX contact_at ON {s}.contact(at);

CREATE TABLE {s}.property(name text PRIMARY KEY, value text NOT NULL);

-- The time: the caller's, which only tests give, or that of the database.
CREATE FUNCTION {s}.now_ms(p_at bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(p_at, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
$$;

-- The time of the database in microseconds.
CREATE FUNCTION {s}.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

-- A wait may be as long as Rust can say.
CREATE FUNCTION {s}.later(p_at bigint, p_wait bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT least(p_at::numeric + p_wait, 253402207200000)::bigint
$$;

-- Serialises appends, so that numbers are drawn in the order of commits and each message is stored once.
CREATE FUNCTION {s}.lock_appends() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', '5s', true);
    PERFORM pg_advisory_xact_lock('{s}.item'::regclass::oid::bigint);
END $$;

-- Serialises the changes of messages in the outbox.
CREATE FUNCTION {s}.lock_outbox() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', '5s', true);
    PERFORM pg_advisory_xact_lock('{s}.outbox'::regclass::oid::bigint);
END $$;

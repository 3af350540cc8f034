-- The inbox. Rows of ordering keys are locked in the order of the keys. An append locks them FOR KEY SHARE, which waits only for one
-- that removes the row; so a caller's transaction that completes an item holds up no append.

-- The bytes and the description of an item.
CREATE VIEW {s}.stored_item AS
    SELECT item.id, item.class, item.kind, item.pointer, item.received_at, item.replay_of, delivery.envelope,
        CASE WHEN item.length IS NOT NULL THEN substring(delivery.body FROM item.start + 1 FOR item.length) END AS raw
    FROM {s}.item JOIN {s}.delivery ON delivery.id = item.delivery;

-- What an operator sees. States are positions in `ItemState::ALL`.
CREATE VIEW {s}.inbox_item AS
    SELECT *, CASE
            WHEN state = 4 THEN dead_attempts
            WHEN duplicate_of IS NOT NULL THEN 0
            WHEN state = 2 THEN done_attempts
            WHEN is_current THEN key_attempts
            WHEN state = 1 THEN 1
            ELSE 0
        END AS attempts,
        CASE WHEN state IN (1, 3) THEN ready_at END AS next_at,
        CASE WHEN state = 4 THEN dead_error WHEN state IN (1, 3) AND is_current THEN key_error END AS error
    FROM (SELECT item.id, item.class, item.kind, item.dedup_key, item.ordering, item.received_at, item.duplicate_of,
            item.replay_of, item.attempts AS done_attempts, item.length IS NULL AS is_erased, dead.reason,
            dead.error AS dead_error, dead.attempts AS dead_attempts, ordering.attempts AS key_attempts,
            ordering.error AS key_error, ordering.ready_at, current.item IS NOT DISTINCT FROM item.id AS is_current,
            CASE
                WHEN dead.item IS NOT NULL THEN 4
                WHEN open.item IS NULL THEN 2
                WHEN item.id BETWEEN ordering.leased_from AND ordering.leased_to THEN 1
                WHEN ordering.error IS NOT NULL AND ordering.leased_to IS NULL AND current.item = item.id THEN 3
                ELSE 0
            END AS state
        FROM {s}.item
            LEFT JOIN {s}.open ON open.ordering = item.ordering AND open.item = item.id
            LEFT JOIN {s}.dead ON dead.item = item.id
            LEFT JOIN {s}.ordering ON ordering.key = item.ordering AND open.item IS NOT NULL
            LEFT JOIN LATERAL (SELECT min(first.item) AS item FROM {s}.open AS first
                WHERE first.ordering = ordering.key AND first.item >= greatest(ordering.open_from, ordering.leased_from)) AS current ON true
        ) AS item;

-- Marks ordering keys as due that have open items now, and keeps them until the end of the transaction. The caller holds the lock for
-- appends.
CREATE FUNCTION {s}.add_keys(p_now bigint, p_keys bigint[], p_items bigint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_new bigint[];
    v_new_items bigint[];
    v_idle tid[];
    v_idle_items bigint[];
BEGIN
    -- Waits for a completion that ends the last item of a key, and lets none end it before this transaction does. This lock may return the
    -- columns of an older row, so the newest are read by a statement of its own.
    PERFORM 1 FROM (SELECT DISTINCT key FROM unnest(p_keys) AS key ORDER BY key) AS added
        CROSS JOIN LATERAL (SELECT 1 FROM {s}.ordering AS k WHERE k.key = added.key ORDER BY k.token DESC LIMIT 1 FOR KEY SHARE) AS locked;
    SELECT array_agg(added.key) FILTER (WHERE known.token IS NULL), array_agg(added.item) FILTER (WHERE known.token IS NULL),
        array_agg(known.tid) FILTER (WHERE known.ready_at < 0), array_agg(added.item) FILTER (WHERE known.ready_at < 0)
    INTO v_new, v_new_items, v_idle, v_idle_items
    FROM (SELECT key, min(item) AS item FROM unnest(p_keys, p_items) AS input(key, item) GROUP BY key) AS added
        LEFT JOIN LATERAL (SELECT k.ctid AS tid, k.token, k.ready_at FROM {s}.ordering AS k WHERE k.key = added.key
            ORDER BY k.token DESC LIMIT 1) AS known ON true;
    IF v_idle IS NOT NULL THEN
        UPDATE {s}.ordering AS k SET ready_at = p_now, open_from = least(k.open_from, idle.item)
        FROM unnest(v_idle, v_idle_items) AS idle(tid, item) WHERE k.ctid = idle.tid;
    END IF;
    IF v_new IS NOT NULL THEN
        INSERT INTO {s}.ordering(key, ready_at, token, single_to, open_from, attempts)
            SELECT new.key, p_now, {s}.now_us(), 0, new.item, 0 FROM unnest(v_new, v_new_items) AS new(key, item);
    END IF;
END $$;

-- A plan is often made when a table is empty, and serves for long. So the functions for every webhook say that none reads a whole table,
-- and look up rows one by one: in a subquery with LIMIT 1, no plan but by an index is possible. Nor are they planned anew for each call,
-- which takes longer than the call.

-- Returns the places of keys that are not stored, the first one of each.
CREATE FUNCTION {s}.unseen(p_keys bytea[]) RETURNS bigint[] LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT array_agg(input.n ORDER BY input.n) FROM (
            SELECT DISTINCT ON (key) place.key, place.n FROM unnest(p_keys) WITH ORDINALITY AS place(key, n)
            ORDER BY key, place.n) AS input
        WHERE (SELECT true FROM {s}.item WHERE item.dedup_key = input.key LIMIT 1) IS NULL);
END $$;

-- Appends deliveries. Returns the numbers of the new items, by their place in the input.
CREATE FUNCTION {s}.append(
    p_at bigint, d_received_at bigint[], d_envelope bytea[], d_body bytea[],
    i_delivery integer[], i_ordering bigint[], i_dedup_key bytea[], i_message bytea[], i_class smallint[], i_kind text[],
    i_pointer bytea[], i_start integer[], i_length integer[],
    c_item integer[], c_customer bigint[], c_channel text[], c_at bigint[])
RETURNS TABLE(n bigint, id bigint, first_id bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_new bigint[];
    v_first bigint;
    v_n bigint[];
    v_id bigint[];
    v_first_id bigint[];
    v_keys bigint[];
    v_open bigint[];
BEGIN
    -- The lock is not held while the disk syncs: `sync_appends` waits for that.
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM {s}.lock_appends();
    v_new := {s}.unseen(i_dedup_key);
    IF v_new IS NULL THEN
        RETURN;
    END IF;
    v_first := nextval('{s}.item_id');
    PERFORM setval('{s}.item_id', v_first + cardinality(v_new) - 1);
    WITH new AS (
        SELECT input.*, v_first + position.k - 1 AS id
        FROM unnest(i_delivery, i_ordering, i_dedup_key, i_message, i_class, i_kind, i_pointer, i_start, i_length)
            WITH ORDINALITY AS input(delivery, ordering, dedup_key, message, class, kind, pointer, start, length, n)
            JOIN unnest(v_new) WITH ORDINALITY AS position(n, k) ON position.n = input.n
    ), placed AS (
        SELECT new.*, min(new.id) OVER (PARTITION BY new.delivery) AS delivery_id,
            CASE WHEN new.message IS NOT NULL THEN coalesce(
                (SELECT old.id FROM {s}.item AS old WHERE old.message = new.message AND old.duplicate_of IS NULL LIMIT 1),
                nullif(min(new.id) OVER (PARTITION BY new.message), new.id)) END AS duplicate_of
        FROM new
    ), deliveries AS (
        INSERT INTO {s}.delivery(id, items, received_at, envelope, body)
        SELECT min(placed.id), max(placed.id) - min(placed.id) + 1, input.received_at, input.envelope, input.body
        FROM unnest(d_received_at, d_envelope, d_body) WITH ORDINALITY AS input(received_at, envelope, body, n)
            JOIN placed ON placed.delivery = input.n
        GROUP BY input.n, input.received_at, input.envelope, input.body
    ), items AS (
        INSERT INTO {s}.item(id, ordering, delivery, received_at, duplicate_of, start, length, attempts, class, dedup_key,
            message, kind, pointer)
        SELECT placed.id, ordering, delivery_id, d_received_at[placed.delivery], duplicate_of, start, length, 1, class,
            dedup_key, message, kind, pointer
        FROM placed
    ), opened AS (
        INSERT INTO {s}.open(ordering, item) SELECT ordering, placed.id FROM placed WHERE duplicate_of IS NULL
    ), contacts AS (
        INSERT INTO {s}.contact(customer, channel, at)
        SELECT c.customer, c.channel, max(c.at) FROM unnest(c_item, c_customer, c_channel, c_at) AS c(item, customer, channel, at)
            JOIN placed ON placed.n = c.item AND placed.duplicate_of IS NULL
        GROUP BY c.customer, c.channel ORDER BY c.customer, c.channel
        ON CONFLICT (customer, channel) DO UPDATE SET at = excluded.at WHERE excluded.at > contact.at
    )
    SELECT array_agg(placed.n), array_agg(placed.id), array_agg(placed.duplicate_of),
        array_agg(placed.ordering) FILTER (WHERE placed.duplicate_of IS NULL),
        array_agg(placed.id) FILTER (WHERE placed.duplicate_of IS NULL)
    INTO v_n, v_id, v_first_id, v_keys, v_open FROM placed;
    IF v_keys IS NOT NULL THEN
        PERFORM {s}.add_keys({s}.now_ms(p_at), v_keys, v_open);
        PERFORM pg_notify('{name}', 'ready');
    END IF;
    RETURN QUERY SELECT * FROM unnest(v_n, v_id, v_first_id);
END $$;

-- Waits until all that was committed before is on disk, also on a standby if the server waits for one. False if an item with one of these
-- keys is not stored, since the server lost it in a crash.
CREATE FUNCTION {s}.sync_appends(p_keys bytea[]) RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- A transaction that writes nothing would not wait.
    PERFORM pg_logical_emit_message(true, 'incs-relay', '');
    RETURN NOT EXISTS (SELECT 1 FROM unnest(p_keys) AS input(key)
        WHERE (SELECT true FROM {s}.item WHERE item.dedup_key = input.key LIMIT 1) IS NULL);
END $$;

-- Forgets the failures of a key, which belong to another item.
CREATE FUNCTION {s}.start_anew(k {s}.ordering) RETURNS {s}.ordering LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    k.attempts := 0;
    k.blocked_since := NULL;
    k.error := NULL;
    RETURN k;
END $$;

-- Returns the first open item of a key, from one on.
CREATE FUNCTION {s}.first_open(k {s}.ordering, p_from bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT item FROM {s}.open WHERE ordering = k.key AND item >= greatest(k.open_from, p_from) ORDER BY item LIMIT 1);
END $$;

-- Locks a key and returns it. NULL if it had no open item for long.
CREATE FUNCTION {s}.load_key(p_key bigint) RETURNS {s}.ordering LANGUAGE plpgsql AS $$
DECLARE
    k {s}.ordering;
BEGIN
    SELECT * INTO k FROM {s}.ordering WHERE key = p_key ORDER BY token DESC LIMIT 1 FOR NO KEY UPDATE;
    IF k.key IS NOT NULL AND k.current IS NULL THEN
        k.current := {s}.first_open(k, k.leased_from);
    END IF;
    RETURN k;
END $$;

-- Writes a key. Its token has not changed.
CREATE FUNCTION {s}.save_key(k {s}.ordering, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF k.current IS NULL AND {s}.first_open(k, NULL) IS NULL THEN
        -- No append can add an item to the key from here on, but one may just have.
        PERFORM 1 FROM {s}.ordering WHERE key = k.key AND token = k.token FOR UPDATE;
        IF {s}.first_open(k, NULL) IS NULL THEN
            UPDATE {s}.ordering SET ready_at = -p_now, leased_from = NULL, leased_to = NULL, single_to = 0, open_from = k.open_from,
                current = NULL, attempts = 0, blocked_since = NULL, error = NULL
            WHERE key = k.key AND token = k.token;
            RETURN;
        END IF;
    END IF;
    UPDATE {s}.ordering SET ready_at = k.ready_at, leased_from = k.leased_from, leased_to = k.leased_to, single_to = k.single_to,
        open_from = k.open_from, current = k.current, attempts = k.attempts, blocked_since = k.blocked_since, error = k.error
    WHERE key = k.key AND token = k.token;
END $$;

-- Removes an open item from its key. Returns the key.
CREATE FUNCTION {s}.take(k {s}.ordering, p_item bigint) RETURNS {s}.ordering LANGUAGE plpgsql AS $$
DECLARE
    v_attempts integer := CASE WHEN k.current = p_item THEN k.attempts
        WHEN p_item BETWEEN k.leased_from AND k.leased_to THEN 1 ELSE 0 END;
BEGIN
    DELETE FROM {s}.open WHERE ordering = k.key AND item = p_item;
    IF NOT FOUND THEN
        RETURN k;
    END IF;
    -- An item is inserted with one attempt, so that most items are never written again.
    IF v_attempts <> 1 THEN
        UPDATE {s}.item SET attempts = v_attempts WHERE id = p_item;
    END IF;
    IF k.current = p_item THEN
        k.current := {s}.first_open(k, k.leased_from);
        k := {s}.start_anew(k);
        -- The next leased item was handed out with this one.
        k.attempts := CASE WHEN k.current BETWEEN k.leased_from AND k.leased_to THEN 1 ELSE 0 END;
    END IF;
    RETURN k;
END $$;

-- Makes an open item a dead letter. Returns the key.
CREATE FUNCTION {s}.bury(k {s}.ordering, p_now bigint, p_item bigint, p_reason text, p_error text)
RETURNS {s}.ordering LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {s}.open WHERE ordering = k.key AND item = p_item) THEN
        RETURN k;
    END IF;
    k := {s}.take(k, p_item);
    INSERT INTO {s}.dead(item, reason, error, at, attempts)
        SELECT p_item, p_reason, p_error, p_now, item.attempts FROM {s}.item WHERE id = p_item
        ON CONFLICT (item) DO UPDATE SET reason = excluded.reason, error = excluded.error, at = excluded.at,
            attempts = excluded.attempts;
    RETURN k;
END $$;

-- Ends the lease of a key. Returns the key.
CREATE FUNCTION {s}.end_lease(k {s}.ordering, p_now bigint, p_ready_at bigint) RETURNS {s}.ordering LANGUAGE plpgsql AS $$
DECLARE
    v_head bigint := {s}.first_open(k, NULL);
BEGIN
    k.open_from := coalesce(v_head, k.open_from);
    k.leased_from := NULL;
    k.leased_to := NULL;
    k.ready_at := p_ready_at;
    IF v_head IS DISTINCT FROM k.current THEN
        k.current := v_head;
        k := {s}.start_anew(k);
        k.ready_at := p_now;
    END IF;
    RETURN k;
END $$;

-- Ends the lease after an operator has ended an item of it. The key waits a little, so that the holder can notice.
CREATE FUNCTION {s}.revoke(k {s}.ordering, p_now bigint) RETURNS {s}.ordering LANGUAGE plpgsql AS $$
DECLARE
    v_ready_at bigint := least(k.ready_at, p_now + 3000);
BEGIN
    IF k.leased_to IS NULL THEN
        RETURN k;
    END IF;
    -- The attempt was ended by the operator.
    k.attempts := greatest(k.attempts - 1, 0);
    k := {s}.end_lease(k, p_now, v_ready_at);
    k.ready_at := v_ready_at;
    RETURN k;
END $$;

-- Leases keys that are due since `p_from`, with their next items. A key that another process is changing is passed over. A row without an
-- item says in `looked_to` up to which time no other key is due.
CREATE FUNCTION {s}.claim(p_at bigint, p_keys bigint, p_items bigint, p_bytes bigint, p_lease bigint, p_max_attempts bigint, p_from bigint)
RETURNS TABLE(ordering bigint, token bigint, attempt integer, is_copy boolean, first_id bigint, id bigint, class smallint, kind text,
    pointer bytea, received_at bigint, replay_of bigint, envelope bytea, raw bytea, looked_to bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    v_us bigint;
    v_until bigint := {s}.later(v_now, p_lease);
    v_due {s}.ordering[];
    v_due_at tid[];
    v_looked_to bigint := v_now;
    v_room bigint := p_bytes;
    k {s}.ordering;
    v_item record;
    v_head bigint;
    v_single_to bigint;
    v_most bigint;
    v_attempts integer;
    v_from bigint;
    v_to bigint;
    v_items bigint[] := '{}';
    v_keys bigint[] := '{}';
    v_at tid[];
    v_tokens bigint[] := '{}';
    v_item_attempts integer[] := '{}';
BEGIN
    -- A server that crashes may forget a claim. Then its items are handed out again, under a larger token, which is a time.
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT array_agg(due), array_agg(tid) INTO v_due, v_due_at FROM (
        SELECT k AS due, k.ctid AS tid FROM {s}.ordering AS k WHERE ready_at BETWEEN p_from AND v_now ORDER BY ready_at, key
        LIMIT p_keys FOR NO KEY UPDATE SKIP LOCKED) AS locked;
    IF cardinality(v_due) = p_keys THEN
        v_looked_to := v_due[p_keys].ready_at;
    END IF;
    v_us := {s}.now_us();
    IF NOT EXISTS (SELECT 1 FROM unnest(v_due) AS due WHERE leased_to IS NOT NULL OR attempts > 0 OR blocked_since IS NOT NULL
        OR error IS NOT NULL OR open_from <= single_to)
    THEN
        -- The usual case: no key has failed or was leased before.
        SELECT array_agg(key), array_agg(tid), array_agg(greatest(token + 1, v_us)), array_agg(1), array_agg(item)
        INTO v_keys, v_at, v_tokens, v_item_attempts, v_items
        FROM (SELECT *, min(used - size) OVER (PARTITION BY n) AS used_before, min(n) OVER () AS first_n FROM (
            SELECT due.*, open.item, sized.size, sum(sized.size) OVER sizes AS used,
                greatest(p_bytes, first_value(sized.size) OVER sizes) AS room
            FROM (SELECT key, token, open_from, v_due_at[row_number() OVER ()] AS tid, row_number() OVER () AS n FROM unnest(v_due)) AS due
                CROSS JOIN LATERAL (SELECT item FROM {s}.open WHERE ordering = due.key AND item >= due.open_from
                    ORDER BY item LIMIT greatest(p_items, 1)) AS open
                CROSS JOIN LATERAL (SELECT coalesce(length, 0) AS size FROM {s}.item WHERE id = open.item LIMIT 1) AS sized
            WINDOW sizes AS (ORDER BY due.n, open.item)) AS picked) AS fitting
        WHERE used <= room AND (n = first_n OR used_before < room);
        UPDATE {s}.ordering AS k SET ready_at = v_until, token = leased.token, leased_from = leased.first, leased_to = leased.last,
            open_from = leased.first, current = leased.first, attempts = 1
        FROM (SELECT tid, token, min(item) AS first, max(item) AS last
            FROM unnest(v_at, v_tokens, v_items) AS claimed(tid, token, item) GROUP BY tid, token) AS leased
        WHERE k.ctid = leased.tid;
        IF cardinality(v_due) > 0 THEN
            -- A key may have no open item any more.
            FOR k IN SELECT due.* FROM unnest(v_due) AS due WHERE due.key <> ALL (coalesce(v_keys, '{}')) LOOP
                k.current := {s}.first_open(k, NULL);
                IF k.current IS NULL THEN
                    PERFORM {s}.save_key(k, v_now);
                END IF;
            END LOOP;
        END IF;
    ELSE
        FOR k IN SELECT * FROM unnest(v_due) LOOP
            EXIT WHEN v_room = 0 AND cardinality(v_items) > 0;
            v_head := {s}.first_open(k, NULL);
            IF k.current IS NULL THEN
                k.current := {s}.first_open(k, k.leased_from);
            END IF;
            -- After a lease ran out, perhaps one of its items killed the process.
            v_single_to := greatest(k.single_to, k.leased_to);
            IF v_head IS DISTINCT FROM k.current THEN
                k.current := v_head;
                k := {s}.start_anew(k);
            ELSIF v_head IS NOT NULL AND k.attempts >= p_max_attempts THEN
                k := {s}.bury(k, v_now, v_head, 'handler_never_finished', '');
                k.leased_from := NULL;
                k.leased_to := NULL;
                k.attempts := 0;
                k.single_to := v_single_to;
                k.current := {s}.first_open(k, NULL);
                PERFORM {s}.save_key(k, v_now);
            END IF;
            v_attempts := k.attempts + 1;
            v_most := CASE WHEN k.current <= v_single_to THEN 1 ELSE greatest(p_items, 1) END;
            v_from := NULL;
            FOR v_item IN SELECT item, coalesce((SELECT length FROM {s}.item AS stored WHERE stored.id = open.item), 0) AS size
                FROM {s}.open WHERE ordering = k.key AND item >= k.open_from ORDER BY item LIMIT v_most
            LOOP
                IF v_item.size > v_room AND cardinality(v_items) > 0 THEN
                    v_room := 0;
                    EXIT;
                END IF;
                v_room := greatest(v_room - v_item.size, 0);
                v_from := coalesce(v_from, v_item.item);
                v_to := v_item.item;
                v_items := v_items || v_item.item;
                v_keys := v_keys || k.key;
                v_tokens := v_tokens || greatest(k.token + 1, v_us);
                v_item_attempts := v_item_attempts || CASE WHEN v_from = v_to THEN v_attempts ELSE 1 END;
            END LOOP;
            IF v_from IS NULL THEN
                -- No item is left, or none fits into this claim.
                IF k.current IS NULL THEN
                    PERFORM {s}.save_key(k, v_now);
                END IF;
                CONTINUE;
            END IF;
            UPDATE {s}.ordering AS saved SET ready_at = v_until, token = greatest(k.token + 1, v_us), leased_from = v_from,
                leased_to = v_to, single_to = v_single_to, open_from = v_from, current = k.current, attempts = v_attempts,
                blocked_since = k.blocked_since, error = k.error
            WHERE saved.key = k.key AND saved.token = k.token;
        END LOOP;
    END IF;
    RETURN QUERY
        WITH claimed AS (
            SELECT * FROM unnest(v_keys, v_tokens, v_item_attempts, v_items) WITH ORDINALITY AS c(ordering, token, attempt, item, n)
        ), with_copies AS (
            SELECT c.*, false AS is_copy, c.item AS id FROM claimed AS c
            UNION ALL
            SELECT c.*, true, copy.id FROM claimed AS c
                CROSS JOIN LATERAL (SELECT message FROM {s}.item WHERE item.id = c.item LIMIT 1) AS first
                CROSS JOIN LATERAL (SELECT second.id FROM {s}.item AS second WHERE second.message = first.message
                    AND second.duplicate_of = c.item ORDER BY second.id LIMIT 1) AS copy
        )
        SELECT c.ordering, c.token, c.attempt, c.is_copy, c.item, i.id, i.class, i.kind, i.pointer, i.received_at, i.replay_of,
            d.envelope, CASE WHEN i.length IS NOT NULL THEN substring(d.body FROM i.start + 1 FOR i.length) END, NULL::bigint
        FROM with_copies AS c
            CROSS JOIN LATERAL (SELECT * FROM {s}.item WHERE item.id = c.id LIMIT 1) AS i
            CROSS JOIN LATERAL (SELECT * FROM {s}.delivery WHERE delivery.id = i.delivery LIMIT 1) AS d
        ORDER BY c.n, c.is_copy;
    looked_to := v_looked_to;
    RETURN NEXT;
END $$;

-- Extends leases. Returns the places of those that are held. A key that is locked by the transaction of a caller, which completes an item,
-- is held as long as it was: nobody can claim it meanwhile.
CREATE FUNCTION {s}.renew(p_at bigint, p_key bigint[], p_token bigint[], p_lease bigint)
RETURNS TABLE(n bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE {s}.ordering AS k SET ready_at = {s}.later({s}.now_ms(p_at), p_lease)
    WHERE ctid = ANY (ARRAY(SELECT held.tid FROM unnest(p_key, p_token) AS lease(key, token)
        CROSS JOIN LATERAL (SELECT held.ctid AS tid FROM {s}.ordering AS held WHERE held.key = lease.key AND held.token = lease.token
            AND held.leased_to IS NOT NULL LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS held));
    RETURN QUERY SELECT lease.n FROM unnest(p_key, p_token) WITH ORDINALITY AS lease(key, token, n)
    WHERE (SELECT true FROM {s}.ordering AS k WHERE k.key = lease.key AND k.token = lease.token AND k.leased_to IS NOT NULL LIMIT 1);
END $$;

-- Locks a leased key, which the transaction of a caller may have locked. 1 if it is locked, 0 if the lease is stale, -1 if the wait was
-- too long.
CREATE FUNCTION {s}.lock_lease(p_key bigint, p_token bigint, p_wait text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', p_wait, true);
    PERFORM 1 FROM {s}.ordering WHERE key = p_key AND token = p_token AND leased_to IS NOT NULL FOR NO KEY UPDATE;
    RETURN CASE WHEN FOUND THEN 1 ELSE 0 END;
EXCEPTION WHEN lock_not_available THEN
    RETURN -1;
END $$;

-- Removes handled items, and keeps or releases the leases: most completions do no more. The key of each is another one. Returns the places
-- of completions whose lease was held, and of those whose key is locked for long by the transaction of a caller.
CREATE FUNCTION {s}.complete_plainly(p_now bigint, c_n integer[], c_key bigint[], c_token bigint[], c_is_kept boolean[],
    d_key bigint[], d_token bigint[], d_item bigint[], OUT held integer[], OUT busy integer[]) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_busy bigint[] := '{}';
    v_missing record;
    v_open tid[];
    v_items bigint[];
    v_attempts integer[];
    v_held tid[];
    v_are_kept boolean[];
BEGIN
    busy := '{}';
    -- Appends are not held up by this lock.
    held := ARRAY(SELECT one.n FROM unnest(c_n, c_key, c_token) AS one(n, key, token)
        CROSS JOIN LATERAL (SELECT 1 FROM {s}.ordering AS k WHERE k.key = one.key AND k.token = one.token AND k.leased_to IS NOT NULL
            LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS locked);
    IF cardinality(held) < cardinality(c_n) THEN
        FOR v_missing IN SELECT one.n, one.key, one.token FROM unnest(c_n, c_key, c_token) AS one(n, key, token)
            WHERE one.n <> ALL (held) ORDER BY one.key
        LOOP
            CASE {s}.lock_lease(v_missing.key, v_missing.token, CASE cardinality(busy) WHEN 0 THEN '500ms' ELSE '1ms' END)
                WHEN 1 THEN
                    held := held || v_missing.n;
                WHEN -1 THEN
                    busy := busy || v_missing.n;
                    v_busy := v_busy || v_missing.key;
                ELSE
                    NULL;
            END CASE;
        END LOOP;
        PERFORM set_config('lock_timeout', '5s', true);
    END IF;
    SELECT array_agg(open.tid), array_agg(done.item) FILTER (WHERE is_ended), array_agg(k.attempts) FILTER (WHERE is_ended)
    INTO v_open, v_items, v_attempts
    FROM unnest(d_key, d_token, d_item) AS done(key, token, item)
        -- An item is inserted with one attempt, so that most items are never written again.
        CROSS JOIN LATERAL (SELECT k.attempts, k.current = done.item AND k.attempts <> 1 AS is_ended FROM {s}.ordering AS k
            WHERE k.key = done.key AND k.token = done.token AND done.item BETWEEN k.leased_from AND k.leased_to LIMIT 1) AS k
        CROSS JOIN LATERAL (SELECT ctid AS tid FROM {s}.open WHERE ordering = done.key AND item = done.item LIMIT 1) AS open
    WHERE done.key <> ALL (v_busy);
    DELETE FROM {s}.open WHERE ctid = ANY (v_open);
    IF v_items IS NOT NULL THEN
        UPDATE {s}.item SET attempts = v_attempts[array_position(v_items, id)] WHERE id = ANY (v_items);
    END IF;
    -- No append can add an item to an empty key from here on, but one may just have.
    SELECT array_agg(held.tid), array_agg(held.is_kept) INTO v_held, v_are_kept FROM (
        SELECT k.tid, one.is_kept FROM unnest(c_key, c_token, c_is_kept) AS one(key, token, is_kept)
            CROSS JOIN LATERAL (SELECT k.ctid AS tid FROM {s}.ordering AS k WHERE k.key = one.key AND k.token = one.token
                AND k.leased_to IS NOT NULL LIMIT 1) AS k
        WHERE one.key <> ALL (v_busy) ORDER BY one.key) AS held;
    PERFORM 1 FROM unnest(v_held) AS held(tid) CROSS JOIN LATERAL (SELECT 1 FROM {s}.ordering AS k WHERE k.ctid = held.tid AND
        (SELECT item FROM {s}.open WHERE ordering = k.key AND item >= k.open_from ORDER BY item LIMIT 1) IS NULL FOR UPDATE) AS locked;
    UPDATE {s}.ordering AS k
    SET (ready_at, leased_from, leased_to, single_to, open_from, current, attempts, blocked_since, error) = (
        SELECT CASE WHEN next IS NULL THEN -p_now WHEN one.is_kept THEN k.ready_at ELSE p_now END,
            CASE WHEN is_leased THEN k.leased_from END,
            CASE WHEN is_leased THEN k.leased_to END,
            CASE WHEN next IS NOT NULL THEN k.single_to ELSE 0 END,
            coalesce(next, k.leased_to + 1),
            next_leased,
            -- The next leased item was handed out with this one.
            CASE WHEN is_same AND is_leased THEN k.attempts WHEN is_same THEN greatest(k.attempts - 1, 0)
                WHEN is_leased AND next_leased <= k.leased_to THEN 1 ELSE 0 END,
            CASE WHEN is_same THEN k.blocked_since END,
            CASE WHEN is_same THEN k.error END
        FROM (SELECT *, is_leased AND is_open OR NOT is_leased AND next = k.current IS TRUE AS is_same FROM (
            SELECT next, next IS NOT NULL AND one.is_kept AS is_leased,
                EXISTS (SELECT 1 FROM {s}.open WHERE ordering = k.key AND item = k.current) AS is_open,
                CASE WHEN one.is_kept AND next < k.leased_from THEN
                    (SELECT item FROM {s}.open WHERE ordering = k.key AND item >= k.leased_from ORDER BY item LIMIT 1)
                    ELSE next END AS next_leased
            FROM (SELECT (SELECT item FROM {s}.open WHERE ordering = k.key AND item >= k.open_from ORDER BY item LIMIT 1) AS next)
                AS head) AS found) AS after)
    FROM unnest(v_held, v_are_kept) AS one(tid, is_kept) WHERE k.ctid = one.tid;
END $$;

-- Records the results of leased items: of those with the prefix `p_` plainly, of the others in their order. Next steps: 0 keep the lease,
-- 1 release, 2 retry, 3 dead letter. `c_done_to` is the place of the last handled item of each. Returns the numbers of completions whose
-- lease was held, and of those that must be repeated since the transaction of a caller has locked their key.
CREATE FUNCTION {s}.complete(
    p_at bigint, p_n integer[], p_key bigint[], p_token bigint[], p_is_kept boolean[], d_key bigint[], d_token bigint[], d_item bigint[],
    c_n integer[], c_key bigint[], c_token bigint[], c_next smallint[], c_delay bigint[], c_item bigint[], c_reason text[],
    c_error text[], c_done_to integer[], done bigint[],
    r_of integer[], r_name text[], r_message_id text[], r_hash bytea[], r_receipt text[], r_stage smallint[],
    s_kind smallint[], s_name text[], s_message_id text[], s_incs_id bigint[], s_channel text[], s_recipient bigint[],
    s_content bytea[], s_at bigint[], s_is_exact boolean[],
    m_of integer[], m_key text[], m_channel text[], m_body bytea[], m_recipient bigint[], m_content bytea[],
    m_is_ordered boolean[], m_is_free_form boolean[], m_not_after bigint[])
RETURNS TABLE(n bigint, is_busy boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    k {s}.ordering;
    v_n integer;
    v_held integer[] := '{}';
    v_busy integer[] := '{}';
    v_receipt record;
BEGIN
    -- What a completion changes may be repeated after a crash, but a message of a handler must be kept.
    IF cardinality(m_of) = 0 THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    PERFORM set_config('lock_timeout', '5s', true);
    IF cardinality(p_n) > 0 THEN
        SELECT held, busy INTO v_held, v_busy
        FROM {s}.complete_plainly(v_now, p_n, p_key, p_token, p_is_kept, d_key, d_token, d_item);
    END IF;
    FOR v_n IN SELECT lease.n FROM unnest(c_key) WITH ORDINALITY AS lease(key, n) ORDER BY lease.key, lease.n LOOP
        CASE {s}.lock_lease(c_key[v_n], c_token[v_n], '500ms')
            WHEN 1 THEN
                v_held := v_held || c_n[v_n];
            WHEN -1 THEN
                v_busy := v_busy || c_n[v_n];
                CONTINUE;
            ELSE
                CONTINUE;
        END CASE;
        k := {s}.load_key(c_key[v_n]);
        FOR place IN coalesce(c_done_to[v_n - 1], 0) + 1 .. c_done_to[v_n] LOOP
            IF done[place] BETWEEN k.leased_from AND k.leased_to THEN
                k := {s}.take(k, done[place]);
            END IF;
        END LOOP;
        CASE c_next[v_n]
            WHEN 0 THEN
                NULL;
            WHEN 2 THEN
                k.error := c_error[v_n];
                k.blocked_since := coalesce(k.blocked_since, v_now);
                k := {s}.end_lease(k, v_now, {s}.later(v_now, c_delay[v_n]));
            ELSE
                IF c_next[v_n] = 3 AND c_item[v_n] BETWEEN k.leased_from AND k.leased_to THEN
                    k := {s}.bury(k, v_now, c_item[v_n], c_reason[v_n], c_error[v_n]);
                END IF;
                k.attempts := greatest(k.attempts - 1, 0);
                k := {s}.end_lease(k, v_now, v_now);
        END CASE;
        PERFORM {s}.save_key(k, v_now);
    END LOOP;
    IF cardinality(m_of) > 0 THEN
        PERFORM {s}.stage(v_now, m.key, m.channel, m.body, m.recipient, m.content, m.is_ordered, m.is_free_form, m.not_after)
        FROM unnest(m_of, m_key, m_channel, m_body, m_recipient, m_content, m_is_ordered, m_is_free_form, m_not_after)
            WITH ORDINALITY AS m(of, key, channel, body, recipient, content, is_ordered, is_free_form, not_after, n)
        WHERE m.of = ANY (v_held) ORDER BY m.n;
        PERFORM pg_notify('{name}', 'queued');
    END IF;
    IF cardinality(r_of) > 0 THEN
        PERFORM {s}.lock_outbox();
        FOR v_receipt IN
            SELECT r.* FROM unnest(r_of, r_name, r_message_id, r_hash, r_receipt, r_stage, s_kind, s_name, s_message_id,
                    s_incs_id, s_channel, s_recipient, s_content, s_at, s_is_exact)
                WITH ORDINALITY AS r(of, name, message_id, hash, receipt, stage, kind, s_name, s_message_id, incs_id, channel,
                    recipient, content, at, is_exact, n)
            WHERE r.of = ANY (v_held) ORDER BY r.n
        LOOP
            PERFORM {s}.add_receipt(v_now, v_receipt.message_id, v_receipt.stage,
                {s}.merge_receipt(v_now, v_receipt.name, v_receipt.hash, v_receipt.receipt, v_receipt.stage),
                v_receipt.kind, v_receipt.s_name, v_receipt.s_message_id, v_receipt.incs_id, v_receipt.channel,
                v_receipt.recipient, v_receipt.content, v_receipt.at, v_receipt.is_exact);
        END LOOP;
    END IF;
    RETURN QUERY SELECT held::bigint, false FROM unnest(v_held) AS held UNION ALL SELECT busy::bigint, true FROM unnest(v_busy) AS busy;
END $$;

-- Stores a receipt once. Returns the latest stage of its message.
CREATE FUNCTION {s}.merge_receipt(p_now bigint, p_name text, p_hash bytea, p_receipt text, p_stage smallint)
RETURNS smallint LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {s}.receipt(message, hash, stage, at, receipt) VALUES (p_name, p_hash, p_stage, p_now, p_receipt)
        ON CONFLICT (message, hash) DO UPDATE SET at = excluded.at;
    RETURN (SELECT max(stage) FROM {s}.receipt WHERE message = p_name);
END $$;

-- Completes one leased item in the transaction of the caller, and keeps the lease. False if the lease is stale or the item is not open.
CREATE FUNCTION {s}.complete_in(p_key bigint, p_token bigint, p_item bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    k {s}.ordering;
BEGIN
    -- A key whose lease is stale is not locked, since that would hold up an append to it.
    PERFORM 1 FROM {s}.ordering WHERE key = p_key AND token = p_token AND leased_to IS NOT NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    k := {s}.load_key(p_key);
    IF p_item NOT BETWEEN k.leased_from AND k.leased_to
        OR NOT EXISTS (SELECT 1 FROM {s}.open WHERE ordering = p_key AND item = p_item)
    THEN
        RETURN false;
    END IF;
    k := {s}.take(k, p_item);
    -- The row is written and never made idle here, since that would hold up appends until the caller's commit.
    UPDATE {s}.ordering SET current = k.current, attempts = k.attempts, blocked_since = k.blocked_since, error = k.error
    WHERE key = p_key AND token = p_token;
    RETURN true;
END $$;

-- Performs the action of an operator: 0 retry, 1 dead letter, 2 replay. Results: 0 done, 1 replayed, 2 not found, 3 wrong state, 4 erased.
CREATE FUNCTION {s}.operate(p_at bigint, p_item bigint, p_action smallint)
RETURNS TABLE(result smallint, state integer, replayed bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    v_item record;
    v_new bigint;
    k {s}.ordering;
BEGIN
    PERFORM {s}.lock_appends();
    SELECT * INTO v_item FROM {s}.item WHERE id = p_item;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 2::smallint, NULL::integer, NULL::bigint;
        RETURN;
    END IF;
    k := {s}.load_key(v_item.ordering);
    SELECT seen.* INTO v_item FROM {s}.inbox_item AS seen WHERE seen.id = p_item;
    IF p_action IN (0, 2) AND v_item.is_erased THEN
        RETURN QUERY SELECT 4::smallint, NULL::integer, NULL::bigint;
        RETURN;
    END IF;
    IF p_action = 0 AND v_item.state = 3 THEN
        UPDATE {s}.ordering SET ready_at = v_now WHERE key = k.key AND token = k.token;
    ELSIF p_action = 0 AND v_item.state = 4 THEN
        DELETE FROM {s}.dead WHERE item = p_item;
        UPDATE {s}.item SET attempts = 1 WHERE id = p_item;
        INSERT INTO {s}.open(ordering, item) VALUES (v_item.ordering, p_item);
        PERFORM {s}.add_keys(v_now, ARRAY[v_item.ordering], ARRAY[p_item]);
        k := {s}.load_key(v_item.ordering);
        k.open_from := least(k.open_from, p_item);
        IF k.leased_to IS NULL THEN
            k.current := {s}.first_open(k, NULL);
            IF k.current = p_item THEN
                -- It comes before all others, so the failures of the next one are not its own.
                k := {s}.start_anew(k);
                k.ready_at := v_now;
            END IF;
        END IF;
        PERFORM {s}.save_key(k, v_now);
    ELSIF p_action = 1 AND v_item.state IN (0, 1, 3) THEN
        PERFORM {s}.save_key({s}.remove_by_hand(k, v_now, p_item, true), v_now);
    ELSIF p_action = 2 AND v_item.state IN (2, 4) THEN
        -- A copy has a copy of its bytes, since the original may be swept before it. The other bytes of the delivery are not copied.
        v_new := nextval('{s}.item_id');
        INSERT INTO {s}.delivery(id, items, received_at, envelope, body)
            SELECT v_new, 1, v_now, old.envelope, coalesce(old.raw, '') FROM {s}.stored_item AS old WHERE old.id = p_item;
        INSERT INTO {s}.item(id, ordering, delivery, received_at, replay_of, start, length, attempts, class, dedup_key, kind, pointer)
            SELECT v_new, item.ordering, v_new, v_now, p_item, 0, length(delivery.body), 1, class,
                sha256(convert_to('replay ' || v_new, 'UTF8')), kind, pointer
            FROM {s}.item, {s}.delivery WHERE item.id = p_item AND delivery.id = v_new;
        INSERT INTO {s}.open(ordering, item) VALUES (v_item.ordering, v_new);
        PERFORM {s}.add_keys(v_now, ARRAY[v_item.ordering], ARRAY[v_new]);
        PERFORM pg_notify('{name}', 'ready');
        RETURN QUERY SELECT 1::smallint, NULL::integer, v_new;
        RETURN;
    ELSE
        RETURN QUERY SELECT 3::smallint, v_item.state, NULL::bigint;
        RETURN;
    END IF;
    PERFORM pg_notify('{name}', 'ready');
    RETURN QUERY SELECT 0::smallint, NULL::integer, NULL::bigint;
END $$;

-- Ends an open item by a decision of a person: as a dead letter, or without a trace. Returns the key.
CREATE FUNCTION {s}.remove_by_hand(k {s}.ordering, p_now bigint, p_item bigint, p_is_buried boolean)
RETURNS {s}.ordering LANGUAGE plpgsql AS $$
DECLARE
    v_is_leased boolean := coalesce(p_item BETWEEN k.leased_from AND k.leased_to, false);
    v_was_open boolean := EXISTS (SELECT 1 FROM {s}.open WHERE ordering = k.key AND item = p_item);
BEGIN
    IF k.leased_to IS NULL AND k.current = p_item THEN
        k.ready_at := p_now;
    END IF;
    IF p_is_buried THEN
        k := {s}.bury(k, p_now, p_item, 'operator', '');
    ELSE
        k := {s}.take(k, p_item);
    END IF;
    IF v_is_leased AND v_was_open THEN
        k := {s}.revoke(k, p_now);
    END IF;
    RETURN k;
END $$;

-- Erases an item: its bytes, and the bytes of its delivery that belong to no other item. `p_envelope` replaces what the others keep.
CREATE FUNCTION {s}.erase(p_at bigint, p_item bigint, p_envelope bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    v_item {s}.item;
    v_old bytea;
    v_kept bytea;
    v_range record;
    k {s}.ordering;
BEGIN
    PERFORM {s}.lock_appends();
    UPDATE {s}.item SET length = NULL WHERE id = p_item AND length IS NOT NULL RETURNING * INTO v_item;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    k := {s}.load_key(v_item.ordering);
    DELETE FROM {s}.dead WHERE item = p_item;
    IF k.key IS NOT NULL THEN
        PERFORM {s}.save_key({s}.remove_by_hand(k, v_now, p_item, false), v_now);
    END IF;
    SELECT body INTO v_old FROM {s}.delivery WHERE id = v_item.delivery FOR UPDATE;
    IF v_old IS NOT NULL THEN
        FOR v_range IN SELECT other.start, other.length FROM {s}.item AS other, {s}.delivery
            WHERE delivery.id = v_item.delivery AND other.id BETWEEN delivery.id AND delivery.id + delivery.items - 1
                AND other.delivery = delivery.id AND other.length IS NOT NULL
        LOOP
            v_kept := coalesce(v_kept, convert_to(repeat(' ', length(v_old)), 'UTF8'));
            v_kept := overlay(v_kept PLACING substring(v_old FROM v_range.start + 1 FOR v_range.length)
                FROM v_range.start + 1 FOR v_range.length);
        END LOOP;
        UPDATE {s}.delivery SET body = v_kept,
            envelope = CASE WHEN v_kept IS NULL THEN '{}' ELSE coalesce(p_envelope, envelope) END
        WHERE id = v_item.delivery;
    END IF;
    RETURN true;
END $$;

-- Removes old items and receipts, and keys without open items. Looks at the items after `p_from` in the order of their numbers, which is
-- nearly that of their arrival, and at keys without open items since `p_idle_from`.
CREATE FUNCTION {s}.sweep(p_at bigint, p_done bigint, p_dead bigint, p_budget bigint, p_from bigint, p_idle_from bigint)
RETURNS TABLE(items bigint, last bigint, is_finished boolean, idle_to bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    v_done bigint := v_now - least(p_done, v_now);
    v_dead bigint := v_now - least(p_dead, v_now);
    v_window bigint := greatest(p_budget, 1000);
    v_seen bigint;
    v_old bigint;
    v_last bigint;
    v_ids bigint[];
    v_deliveries bigint[];
    v_receipts bigint;
    -- A key that had items lately may soon have some again.
    v_idle_to bigint := v_now - 60000;
    v_idle_window bigint := 10 * v_window;
    v_idle bigint[];
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    WITH removed AS (
        DELETE FROM {s}.ordering WHERE ctid = ANY (ARRAY(SELECT idle.ctid FROM {s}.ordering AS idle
            WHERE idle.ready_at BETWEEN -v_idle_to AND -p_idle_from ORDER BY idle.ready_at DESC, idle.key DESC LIMIT v_idle_window
            FOR UPDATE SKIP LOCKED)) AND ready_at < 0
        RETURNING ready_at)
        SELECT array_agg(-ready_at ORDER BY ready_at DESC) INTO v_idle FROM removed;
    IF cardinality(v_idle) = v_idle_window THEN
        v_idle_to := v_idle[v_idle_window];
    END IF;
    WITH seen AS MATERIALIZED (
        SELECT item.id, item.ordering, item.received_at < v_done AS is_old FROM {s}.item WHERE item.id > p_from
        ORDER BY item.id LIMIT v_window
    )
    SELECT count(*), count(*) FILTER (WHERE is_old), max(id), ARRAY(
            SELECT seen.id FROM seen
                LEFT JOIN {s}.open ON open.ordering = seen.ordering AND open.item = seen.id
                LEFT JOIN {s}.dead ON dead.item = seen.id
            WHERE seen.is_old AND open.item IS NULL AND (dead.item IS NULL OR dead.at < v_dead)
            ORDER BY seen.id LIMIT p_budget)
        INTO v_seen, v_old, v_last, v_ids FROM seen;
    DELETE FROM {s}.dead WHERE item = ANY (v_ids);
    WITH removed AS (DELETE FROM {s}.item WHERE id = ANY (v_ids) RETURNING delivery)
        SELECT array_agg(DISTINCT delivery) INTO v_deliveries FROM removed;
    DELETE FROM {s}.delivery WHERE id = ANY (v_deliveries) AND NOT EXISTS (SELECT 1 FROM {s}.item
        WHERE item.id BETWEEN delivery.id AND delivery.id + delivery.items - 1 AND item.delivery = delivery.id);
    WITH removed AS (
        DELETE FROM {s}.receipt WHERE (message, hash) IN (
            SELECT old.message, old.hash FROM {s}.receipt AS old WHERE old.at < v_done AND NOT EXISTS
                (SELECT 1 FROM {s}.receipt AS new WHERE new.message = old.message AND new.at >= v_done)
            ORDER BY old.at LIMIT p_budget)
        RETURNING 1)
        SELECT count(*) INTO v_receipts FROM removed;
    IF cardinality(v_ids) = p_budget THEN
        -- More may be left among those that were looked at.
        RETURN QUERY SELECT p_budget, v_ids[cardinality(v_ids)], false, v_idle_to;
    ELSIF v_seen = v_window AND v_old > 0 THEN
        RETURN QUERY SELECT cardinality(v_ids)::bigint, v_last, false, v_idle_to;
    ELSE
        RETURN QUERY SELECT cardinality(v_ids)::bigint, 0::bigint,
            v_receipts < p_budget AND cardinality(v_idle) IS DISTINCT FROM v_idle_window, v_idle_to;
    END IF;
END $$;

-- The outbox. Everything that changes a message in `outbox` holds the lock of the outbox. States, stages and proofs are
-- numbers, see `tables.sql`.
--
-- A plan that was made while the tables were small is kept, so no statement may leave the planner a choice that is bad
-- later. That is why sequential scans are off, some orders name all columns of an index, and some subqueries end with
-- OFFSET 0. Compiling a plan would take longer than running it, but the planner overestimates some.

-- A message without its body.
CREATE VIEW {s}.message AS
    SELECT id, due_at, next_at, hold_until, enqueued_at, changed_at, sending_at, sender, accepted_at, receipt_at,
        asked_at, not_after, version, report_at, recipient, attempts, recorded, retries, report_attempts, state, stage,
        proof, is_reported, is_ordered, is_free_form, is_sent_again, body IS NULL AS is_erased, content, message_id,
        second_message_id, decided_by, reason, error, channel, key
    FROM {s}.outbox;

-- Messages to which evidence can belong. An index has the same condition.
CREATE VIEW {s}.uncertain AS
    SELECT id, recipient FROM {s}.outbox
    WHERE state IN (1, 7, 8, 9) OR (state = 2 AND message_id IS NULL) OR is_sent_again;

-- Notes a change that the handler of outcomes is to see.
CREATE FUNCTION {s}.report(m {s}.message, p_now bigint) RETURNS {s}.message LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    m.version := m.version + 1;
    IF m.is_reported THEN
        m.report_at := p_now;
        m.report_attempts := 0;
    END IF;
    RETURN m;
END $$;

-- Sets the state. A state that a caller waits for is reported.
CREATE FUNCTION {s}.set_state(m {s}.message, p_now bigint, p_state integer) RETURNS {s}.message
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    m.state := p_state;
    m.changed_at := p_now;
    m.hold_until := NULL;
    RETURN CASE WHEN p_state IN (0, 1) THEN m ELSE {s}.report(m, p_now) END;
END $$;

-- Makes a message unknown. It holds later ones for a time.
CREATE FUNCTION {s}.lose(m {s}.message, p_now bigint, p_hold bigint, p_error text) RETURNS {s}.message
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    m.error := p_error;
    m := {s}.set_state(m, p_now, 7);
    m.hold_until := {s}.later(p_now, p_hold);
    RETURN m;
END $$;

-- Ends a queued message without sending it. An earlier attempt may have been sent.
CREATE FUNCTION {s}.cancel(m {s}.message, p_now bigint) RETURNS {s}.message LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN {s}.set_state(m, p_now, CASE WHEN m.is_sent_again THEN 9 ELSE 6 END);
END $$;

-- Notes the first receipt. `message_created` does not count: it comes before the message is sent to the customer.
CREATE FUNCTION {s}.receive(m {s}.message, p_now bigint, p_stage smallint) RETURNS {s}.message
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_stage > 0 THEN
        m.receipt_at := coalesce(m.receipt_at, p_now);
    END IF;
    RETURN m;
END $$;

CREATE FUNCTION {s}.set_stage(m {s}.message, p_now bigint, p_stage smallint) RETURNS {s}.message
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_was_failed boolean := m.stage IS NOT DISTINCT FROM 2;
BEGIN
    m.stage := greatest(m.stage, p_stage);
    IF v_was_failed <> (m.stage IS NOT DISTINCT FROM 2) THEN
        m := {s}.report(m, p_now);
    END IF;
    RETURN m;
END $$;

-- Makes a message accepted, with the receipts that have come before.
CREATE FUNCTION {s}.accept(m {s}.message, p_now bigint, p_accepted_at bigint) RETURNS {s}.message LANGUAGE plpgsql AS $$
DECLARE
    v_receipts bigint;
    v_stage smallint;
BEGIN
    m.accepted_at := coalesce(m.accepted_at, p_accepted_at);
    m := {s}.set_state(m, p_now, 2);
    IF m.message_id IS NOT NULL THEN
        SELECT count(*), max(receipt.stage) INTO v_receipts, v_stage FROM {s}.receipt
            WHERE receipt.message = m.message_id;
        IF v_receipts > 0 THEN
            m := {s}.receive(m, p_now, v_stage);
            m := {s}.set_stage(m, p_now, v_stage);
        END IF;
    END IF;
    RETURN m;
END $$;

-- Sets the time at which the first queued message of an order is due, after one message of the order has changed. The
-- later ones wait for it, so only the second one can have a time that is wrong now: it was the first one before.
CREATE FUNCTION {s}.set_head(p_channel text, p_recipient bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_queued record;
    v_is_first boolean := true;
    v_next_at bigint;
BEGIN
    FOR v_queued IN
        SELECT id, due_at, not_after, next_at FROM {s}.outbox
        WHERE is_ordered AND state IN (0, 1, 7) AND (recipient, channel, state, id) > (p_recipient, p_channel, 0, 0)
            AND (recipient, channel, state, id) < (p_recipient, p_channel, 1, 0)
        ORDER BY recipient, channel, state, id LIMIT 2
    LOOP
        v_next_at := NULL;
        -- Of messages that are being sent or unknown there are few. `id + 0` keeps the planner from walking along the
        -- numbers.
        IF v_is_first AND NOT EXISTS (SELECT 1 FROM {s}.outbox
            WHERE is_ordered AND state = 1 AND recipient = p_recipient AND channel = p_channel AND id + 0 < v_queued.id)
        THEN
            SELECT least(v_queued.not_after, greatest(v_queued.due_at, max(hold_until))) INTO v_next_at FROM {s}.outbox
            WHERE is_ordered AND state = 7 AND recipient = p_recipient AND channel = p_channel AND id + 0 < v_queued.id;
        END IF;
        v_is_first := false;
        IF v_next_at IS DISTINCT FROM v_queued.next_at THEN
            UPDATE {s}.outbox SET next_at = v_next_at WHERE id = v_queued.id;
        END IF;
    END LOOP;
END $$;

-- Writes a message, and the times at which the other messages of its order are due.
CREATE FUNCTION {s}.save(m {s}.message) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_has_order boolean := m.is_ordered AND m.recipient IS NOT NULL;
BEGIN
    UPDATE {s}.outbox SET state = m.state, recorded = m.recorded, retries = m.retries, due_at = m.due_at,
        next_at = CASE WHEN m.state = 0 AND NOT v_has_order THEN least(m.due_at, m.not_after) END,
            hold_until = m.hold_until,
        changed_at = m.changed_at, accepted_at = m.accepted_at, receipt_at = m.receipt_at, version = m.version,
        is_reported = m.is_reported, report_at = m.report_at, report_attempts = m.report_attempts,
        is_sent_again = m.is_sent_again, stage = m.stage, proof = m.proof, message_id = m.message_id,
        second_message_id = m.second_message_id, decided_by = m.decided_by, reason = m.reason, error = m.error
    WHERE id = m.id;
    IF v_has_order THEN
        PERFORM {s}.set_head(m.channel, m.recipient);
    END IF;
END $$;

-- Returns the message that has an id of the provider.
CREATE FUNCTION {s}.owner(p_message_id text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT id FROM {s}.outbox WHERE message_id = p_message_id);
END $$;

-- Adds messages to the outbox, in this order, unless their keys are known. Returns the number of the first new one. An
-- ordered message is due now, unless an earlier one blocks or holds it.
CREATE FUNCTION {s}.add_messages(p_messages {s}.outbox_in[]) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_first bigint;
BEGIN
    WITH new AS (
        SELECT DISTINCT ON (m.key) m.*
        FROM unnest(p_messages) WITH ORDINALITY
            AS m(key, n, enqueued_at, not_after, recipient, is_ordered, is_free_form, content, channel, body, place)
        WHERE (SELECT old.id FROM {s}.outbox AS old WHERE old.key = m.key) IS NULL
        ORDER BY m.key, m.place
    ), placed AS (
        SELECT new.*, new.is_ordered AND new.recipient IS NOT NULL AS has_order,
            row_number() OVER (PARTITION BY new.is_ordered, new.channel, new.recipient ORDER BY new.place) AS position
        FROM new ORDER BY new.place
    ), added AS (
        INSERT INTO {s}.outbox(id, due_at, enqueued_at, changed_at, next_at, not_after, recipient, is_ordered,
            is_free_form, content, channel, key, body)
        SELECT nextval('{s}.outbox_id'), m.enqueued_at, m.enqueued_at, m.enqueued_at,
            CASE
                WHEN NOT m.has_order THEN least(m.enqueued_at, m.not_after)
                WHEN m.position = 1 AND (SELECT id FROM {s}.outbox
                        WHERE is_ordered AND state IN (0, 1, 7)
                            AND (recipient, channel, state, id) > (m.recipient, m.channel, 0, 0)
                            AND (recipient, channel, state, id) < (m.recipient, m.channel, 2, 0)
                        ORDER BY recipient, channel, state, id LIMIT 1) IS NULL
                    THEN least(m.not_after, greatest(m.enqueued_at, (SELECT max(old.hold_until) FROM {s}.outbox AS old
                        WHERE old.is_ordered AND old.state = 7 AND old.recipient = m.recipient
                            AND old.channel = m.channel)))
            END,
            m.not_after, m.recipient, m.is_ordered, m.is_free_form, m.content, m.channel, m.key, m.body
        FROM placed AS m
        RETURNING id
    )
    SELECT min(id) INTO v_first FROM added;
    RETURN v_first;
END $$;

-- Moves messages from the staging table into the outbox. They get their numbers here, in the order of commits.
CREATE FUNCTION {s}.take_up() RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_messages {s}.outbox_in[];
BEGIN
    LOOP
        WITH moved AS (
            DELETE FROM {s}.outbox_in WHERE n IN (SELECT n FROM {s}.outbox_in ORDER BY n LIMIT 1000)
                RETURNING outbox_in.*)
        SELECT array_agg(ROW(moved.*)::{s}.outbox_in ORDER BY n) INTO v_messages FROM moved;
        EXIT WHEN v_messages IS NULL;
        PERFORM {s}.add_messages(v_messages);
    END LOOP;
END $$;

-- Takes up what is committed, for those who read.
CREATE FUNCTION {s}.take_up_to_read() RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM {s}.outbox_in) THEN
        PERFORM {s}.lock_outbox();
        PERFORM {s}.take_up();
    END IF;
END $$;

-- Stores messages. Results: 0 new, 1 seen, 2 key reused.
CREATE FUNCTION {s}.enqueue(p_at bigint, m_key text[], m_channel text[], m_body bytea[], m_recipient bigint[],
    m_content bytea[], m_is_ordered boolean[], m_is_free_form boolean[], m_not_after bigint[])
RETURNS TABLE(n bigint, id bigint, result smallint) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_now bigint;
    v_first bigint;
BEGIN
    PERFORM {s}.lock_outbox();
    PERFORM {s}.take_up();
    v_now := {s}.now_ms(p_at);
    SELECT {s}.add_messages(array_agg(
            ROW(m.key, m.n, v_now, m.not_after, m.recipient, m.is_ordered, m.is_free_form, m.content, m.channel,
                m.body)::{s}.outbox_in
            ORDER BY m.n))
        INTO v_first
        FROM unnest(m_key, m_channel, m_body, m_recipient, m_content, m_is_ordered, m_is_free_form, m_not_after)
            WITH ORDINALITY AS m(key, channel, body, recipient, content, is_ordered, is_free_form, not_after, n);
    IF v_first IS NOT NULL THEN
        PERFORM pg_notify('{name}', 'queued');
    END IF;
    RETURN QUERY
        SELECT m.n, stored.id, CASE
                WHEN stored.id >= v_first AND row_number() OVER (PARTITION BY m.key ORDER BY m.n) = 1 THEN 0
                WHEN stored.is_same THEN 1
                ELSE 2
            END::smallint
        FROM unnest(m_key, m_channel, m_body, m_is_ordered, m_not_after)
                WITH ORDINALITY AS m(key, channel, body, is_ordered, not_after, n)
            CROSS JOIN LATERAL (
                SELECT old.id, old.channel = m.channel AND (old.body IS NULL OR (old.body = m.body
                    AND old.is_ordered = m.is_ordered AND old.not_after IS NOT DISTINCT FROM m.not_after)) AS is_same
                FROM {s}.outbox AS old WHERE old.key = m.key OFFSET 0) AS stored;
END $$;

-- Stores a message in the transaction of a caller, without a lock. Results as for `enqueue`. `take_up` gives it its
-- number after the commit.
CREATE FUNCTION {s}.enqueue_in(p_key text, p_channel text, p_body bytea, p_recipient bigint, p_content bytea,
    p_is_ordered boolean, p_is_free_form boolean, p_not_after bigint) RETURNS smallint
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_is_new boolean := false;
    v_is_same boolean;
BEGIN
    LOOP
        -- Also after the insert: another message with the key may have been taken up meanwhile.
        SELECT old.channel = p_channel AND (old.body IS NULL OR (old.body = p_body AND old.is_ordered = p_is_ordered
                AND old.not_after IS NOT DISTINCT FROM p_not_after))
            INTO v_is_same FROM {s}.outbox AS old WHERE old.key = p_key;
        IF FOUND THEN
            IF v_is_new THEN
                DELETE FROM {s}.outbox_in WHERE key = p_key;
            END IF;
            RETURN CASE WHEN v_is_same THEN 1 ELSE 2 END;
        END IF;
        IF v_is_new THEN
            RETURN 0;
        END IF;
        -- Waits for a transaction that has stored the key and not ended.
        INSERT INTO {s}.outbox_in(key, enqueued_at, not_after, recipient, is_ordered, is_free_form, content, channel,
            body)
            VALUES (p_key, {s}.now_ms(NULL), p_not_after, p_recipient, p_is_ordered, p_is_free_form, p_content,
                p_channel, p_body)
            ON CONFLICT (key) DO NOTHING;
        v_is_new := FOUND;
        IF NOT v_is_new THEN
            SELECT old.channel = p_channel AND old.body = p_body AND old.is_ordered = p_is_ordered
                    AND old.not_after IS NOT DISTINCT FROM p_not_after
                INTO v_is_same FROM {s}.outbox_in AS old WHERE old.key = p_key;
            IF FOUND THEN
                RETURN CASE WHEN v_is_same THEN 1 ELSE 2 END;
            END IF;
        END IF;
    END LOOP;
END $$;

-- Stores a message of a handler, which `take_up` moves into the outbox. The first message with a key counts.
CREATE FUNCTION {s}.stage(p_now bigint, p_key text, p_channel text, p_body bytea, p_recipient bigint, p_content bytea,
    p_is_ordered boolean, p_is_free_form boolean, p_not_after bigint) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {s}.outbox WHERE key = p_key) THEN
        INSERT INTO {s}.outbox_in(key, enqueued_at, not_after, recipient, is_ordered, is_free_form, content, channel,
            body)
            VALUES (p_key, p_now, p_not_after, p_recipient, p_is_ordered, p_is_free_form, p_content, p_channel, p_body)
            ON CONFLICT (key) DO NOTHING;
    END IF;
END $$;

-- Records the outcome of an attempt: 0 accepted, 1 rejected, 2 retry, 3 dead, 4 unknown. Returns the state of the
-- message, or null if an outcome of the attempt was recorded before. `p_is_repeated` if that may have been this one.
CREATE FUNCTION {s}.record(p_now bigint, p_hold bigint, p_is_repeated boolean, p_id bigint, p_attempt integer,
    p_outcome smallint, p_message_id text, p_error text, p_reason text, p_delay bigint, p_is_counted boolean)
RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
    m {s}.message;
    v_outcome smallint := p_outcome;
    v_error text := p_error;
    v_is_open boolean;
BEGIN
    SELECT * INTO m FROM {s}.message WHERE id = p_id;
    IF m.id IS NULL OR m.recorded >= p_attempt OR p_attempt > m.attempts THEN
        RETURN CASE WHEN p_is_repeated AND m.recorded = p_attempt AND p_attempt = m.attempts AND p_attempt > 0
            THEN m.state END;
    END IF;
    IF v_outcome = 0 AND p_message_id IS NOT NULL AND {s}.owner(p_message_id) <> p_id THEN
        v_outcome := 4;
        v_error := 'the reply gives the id of another message';
    END IF;
    IF p_attempt < m.attempts THEN
        -- A person had it sent again after this attempt.
        IF v_outcome = 0 AND p_message_id IS DISTINCT FROM m.message_id AND m.second_message_id IS NULL
            AND p_message_id IS NOT NULL
        THEN
            m.second_message_id := p_message_id;
            PERFORM {s}.save({s}.report(m, p_now));
        END IF;
        RETURN NULL;
    END IF;
    m.recorded := p_attempt;
    v_is_open := m.state IN (1, 7, 8);
    IF v_outcome = 0 THEN
        m.error := v_error;
        IF p_message_id IS NOT NULL OR m.message_id IS NULL THEN
            m.message_id := p_message_id;
            m.proof := 0;
        END IF;
        m := {s}.accept(m, p_now, p_now);
    ELSIF v_outcome = 4 THEN
        IF m.state = 1 THEN
            m := {s}.lose(m, p_now, p_hold, v_error);
        END IF;
        m.error := v_error;
    ELSIF m.state = 0 THEN
        -- The attempt came to nothing, so nothing is sent twice.
        m.is_sent_again := false;
    ELSIF v_outcome = 1 THEN
        m.message_id := NULL;
        m.proof := NULL;
        m.accepted_at := NULL;
        m.error := v_error;
        m := {s}.set_state(m, p_now, 3);
    ELSIF v_outcome = 2 AND v_is_open THEN
        m.error := v_error;
        m.retries := m.retries + p_is_counted::integer;
        IF m.is_erased THEN
            m := {s}.set_state(m, p_now, 6);
        ELSE
            m := {s}.set_state(m, p_now, 0);
            m.due_at := {s}.later(p_now, p_delay);
        END IF;
    ELSIF v_outcome = 3 AND v_is_open THEN
        m.reason := p_reason;
        m.error := v_error;
        m := {s}.set_state(m, p_now, 4);
    END IF;
    PERFORM {s}.save(m);
    RETURN m.state;
END $$;

-- Returns the reason why a message is not sent any more.
CREATE FUNCTION {s}.expiry(m {s}.message, p_now bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF m.not_after <= p_now THEN
        RETURN 'not_after';
    END IF;
    -- The platform allows it within 24 hours of the customer's last message.
    IF m.is_free_form AND m.recipient IS NOT NULL AND (SELECT {s}.later(contact.at, 86400000) <= p_now FROM {s}.contact
        WHERE contact.customer = m.recipient AND contact.channel = m.channel)
    THEN
        RETURN 'window_closed';
    END IF;
    RETURN NULL;
END $$;

-- Records outcomes, and then marks messages that are due. Rows have a part: 0 the state after outcome `n`, 1 a message
-- that was marked, 2 the number `n` of messages that expired instead.
--
-- A call whose reply was lost is repeated with the same `p_mark`: it returns the messages that the first call has
-- marked. If that call comes later, it marks nothing.
CREATE FUNCTION {s}.advance(p_at bigint, p_mark bigint, p_is_repeated boolean, p_sender bigint, p_limit bigint,
    p_lease bigint, p_hold bigint, p_is_reported boolean, r_id bigint[], r_attempt integer[], r_outcome smallint[],
    r_message_id text[], r_error text[], r_reason text[], r_delay bigint[], r_is_counted boolean[])
RETURNS TABLE(part smallint, n bigint, state smallint, id bigint, attempt integer, retries integer, key text,
    channel text, body bytea)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_now bigint;
    m {s}.message;
    v_reason text;
    v_ids bigint[] := '{}';
    v_expired bigint := 0;
    v_is_looking boolean := true;
BEGIN
    PERFORM {s}.lock_outbox();
    PERFORM {s}.take_up();
    v_now := {s}.now_ms(p_at);
    IF cardinality(r_id) > 0 THEN
        RETURN QUERY
            SELECT 0::smallint, r.n,
                {s}.record(v_now, p_hold, p_is_repeated, r.id, r.attempt, r.outcome, r.message_id, r.error, r.reason,
                    r.delay, r.is_counted),
                NULL::bigint, NULL::integer, NULL::integer, NULL::text, NULL::text, NULL::bytea
            FROM unnest(r_id, r_attempt, r_outcome, r_message_id, r_error, r_reason, r_delay, r_is_counted)
                WITH ORDINALITY AS r(id, attempt, outcome, message_id, error, reason, delay, is_counted, n)
            ORDER BY r.n;
    END IF;
    IF p_limit = 0 THEN
        v_is_looking := false;
    ELSIF p_is_repeated THEN
        INSERT INTO {s}.repeated(mark, at) VALUES (p_mark, v_now) ON CONFLICT DO NOTHING;
        v_ids := ARRAY(SELECT id FROM {s}.outbox WHERE state = 1 AND sender = p_sender AND mark = p_mark);
        v_is_looking := cardinality(v_ids) = 0;
    ELSIF EXISTS (SELECT 1 FROM {s}.repeated WHERE mark = p_mark) THEN
        v_is_looking := false;
    END IF;
    WHILE v_is_looking AND cardinality(v_ids) < p_limit AND v_expired < 1000 LOOP
        v_is_looking := false;
        FOR m IN SELECT * FROM {s}.message WHERE next_at <= v_now ORDER BY next_at, id
            LIMIT p_limit - cardinality(v_ids)
        LOOP
            v_reason := {s}.expiry(m, v_now);
            IF v_reason IS NULL THEN
                -- The later ones of its order have no time already.
                UPDATE {s}.outbox SET state = 1, next_at = NULL, hold_until = NULL, changed_at = v_now,
                    sending_at = v_now,
                    attempts = attempts + 1, sender = p_sender, mark = p_mark, is_reported = p_is_reported
                WHERE id = m.id;
                v_ids := v_ids || m.id;
                CONTINUE;
            END IF;
            m.is_reported := p_is_reported;
            m.reason := v_reason;
            PERFORM {s}.save({s}.set_state(m, v_now, 5));
            v_expired := v_expired + 1;
            -- The next one of its order may be due, even before the others.
            v_is_looking := true;
            EXIT WHEN m.is_ordered OR v_expired = 1000;
        END LOOP;
    END LOOP;
    -- So an idle call writes nothing.
    IF cardinality(v_ids) > 0 THEN
        PERFORM {s}.set_lease(p_sender, {s}.later(v_now, p_lease));
    END IF;
    RETURN QUERY
        SELECT 1::smallint, marked.n, NULL::smallint, o.id, o.attempts, o.retries, o.key, o.channel, o.body
        FROM unnest(v_ids) WITH ORDINALITY AS marked(id, n)
            CROSS JOIN LATERAL (SELECT * FROM {s}.outbox WHERE outbox.id = marked.id OFFSET 0) AS o
        ORDER BY marked.n;
    IF v_expired > 0 THEN
        RETURN QUERY SELECT 2::smallint, v_expired, NULL::smallint, NULL::bigint, NULL::integer, NULL::integer,
            NULL::text, NULL::text, NULL::bytea;
    END IF;
END $$;

-- Sets the end of the lease of a sender.
CREATE FUNCTION {s}.set_lease(p_sender bigint, p_until bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {s}.sender(id, lease_until) VALUES (p_sender, p_until)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until;
END $$;

-- Extends the lease of a sender.
CREATE FUNCTION {s}.renew_sender(p_at bigint, p_sender bigint, p_lease bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM set_config('lock_timeout', '5s', true);
    PERFORM {s}.set_lease(p_sender, {s}.later({s}.now_ms(p_at), p_lease));
END $$;

-- Makes messages of senders without a lease unknown, and messages that have been unknown for long unresolved.
CREATE FUNCTION {s}.expire(p_at bigint, p_hold bigint, p_unresolved_after bigint)
RETURNS TABLE(unknown bigint, unresolved bigint) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_now bigint;
    m {s}.message;
    v_unknown bigint[];
    v_unresolved bigint[];
BEGIN
    PERFORM {s}.lock_outbox();
    v_now := {s}.now_ms(p_at);
    v_unknown := ARRAY(
        SELECT id FROM {s}.outbox WHERE (state, id) > (1, 0) AND (state, id) < (2, 0)
            AND (SELECT lease_until > v_now FROM {s}.sender AS lease WHERE lease.id = outbox.sender) IS NOT TRUE
        ORDER BY state, id);
    v_unresolved := ARRAY(
        SELECT id FROM {s}.outbox WHERE state = 7 AND changed_at <= v_now - p_unresolved_after ORDER BY changed_at);
    FOR m IN SELECT message.* FROM unnest(v_unknown) AS lost(id)
        CROSS JOIN LATERAL (SELECT * FROM {s}.message WHERE message.id = lost.id OFFSET 0) AS message
    LOOP
        PERFORM {s}.save({s}.lose(m, v_now, p_hold, 'the sender ended before it recorded the outcome'));
    END LOOP;
    FOR m IN SELECT message.* FROM unnest(v_unresolved) AS late(id)
        CROSS JOIN LATERAL (SELECT * FROM {s}.message WHERE message.id = late.id OFFSET 0) AS message
    LOOP
        PERFORM {s}.save({s}.set_state(m, v_now, 8));
    END LOOP;
    DELETE FROM {s}.sender WHERE lease_until <= v_now;
    DELETE FROM {s}.repeated WHERE at < v_now - 86400000;
    RETURN QUERY SELECT cardinality(v_unknown)::bigint, cardinality(v_unresolved)::bigint;
END $$;

-- Records a decision: 0 found, 1 accept, 2 send again, 3 abandon, 4 cancel, 5 refuse. Results: 0 done, 1 not found, 2
-- wrong state `other`, 3 the id belongs to the message `other`, 4 erased.
CREATE FUNCTION {s}.decide_one(p_now bigint, p_id bigint, p_decision smallint, p_message_id text, p_proof smallint,
    p_by text, p_error text, OUT result smallint, OUT other bigint) LANGUAGE plpgsql AS $$
DECLARE
    m {s}.message;
    v_is_without_id boolean;
    v_is_fitting boolean;
BEGIN
    SELECT * INTO m FROM {s}.message WHERE id = p_id;
    IF m.id IS NULL THEN
        result := 1;
        RETURN;
    END IF;
    v_is_without_id := m.state = 2 AND m.message_id IS NULL;
    v_is_fitting := CASE
        WHEN p_decision = 0 THEN m.state IN (7, 8) OR v_is_without_id
        WHEN p_decision IN (1, 2, 3) THEN m.state IN (7, 8)
        ELSE m.state = 0 END;
    IF NOT v_is_fitting THEN
        result := 2;
        other := m.state;
        RETURN;
    END IF;
    IF p_decision IN (0, 1) AND p_message_id IS NOT NULL THEN
        other := {s}.owner(p_message_id);
        IF other IS NOT NULL THEN
            result := 3;
            RETURN;
        END IF;
    END IF;
    IF p_decision = 2 AND m.is_erased THEN
        result := 4;
        RETURN;
    END IF;
    IF p_decision NOT IN (0, 5) THEN
        m.decided_by := p_by;
    END IF;
    CASE p_decision
        WHEN 0 THEN
            m.message_id := p_message_id;
            m.proof := CASE WHEN v_is_without_id THEN m.proof ELSE p_proof END;
            m := {s}.accept(m, p_now, coalesce(m.sending_at, p_now));
        WHEN 1 THEN
            m.message_id := p_message_id;
            m.proof := 3;
            m := {s}.accept(m, p_now, coalesce(m.sending_at, p_now));
        WHEN 2 THEN
            m.is_sent_again := true;
            m.retries := 0;
            m.due_at := p_now;
            m := {s}.set_state(m, p_now, 0);
        WHEN 3 THEN
            m := {s}.set_state(m, p_now, 9);
        WHEN 4 THEN
            m := {s}.cancel(m, p_now);
        ELSE
            m.reason := 'invalid';
            m.error := p_error;
            m := {s}.set_state(m, p_now, 4);
    END CASE;
    PERFORM {s}.save(m);
    result := 0;
END $$;

-- Records decisions.
CREATE FUNCTION {s}.decide(p_at bigint, d_id bigint[], d_decision smallint[], d_message_id text[], d_proof smallint[],
    d_by text[], d_error text[])
RETURNS TABLE(n bigint, result smallint, other bigint) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_now bigint;
BEGIN
    PERFORM {s}.lock_outbox();
    PERFORM {s}.take_up();
    v_now := {s}.now_ms(p_at);
    RETURN QUERY
        SELECT d.n, decided.result, decided.other
        FROM unnest(d_id, d_decision, d_message_id, d_proof, d_by, d_error)
                WITH ORDINALITY AS d(id, decision, message_id, proof, by, error, n)
            CROSS JOIN LATERAL {s}.decide_one(v_now, d.id, d.decision, d.message_id, d.proof, d.by, d.error) AS decided;
END $$;

-- Returns a page of messages. Each parameter but the last two is null if it does not matter.
CREATE FUNCTION {s}.messages(p_state smallint, p_id bigint, p_key text, p_accepted_from bigint, p_accepted_to bigint,
    p_not_asked_since bigint, p_after bigint, p_limit bigint)
RETURNS SETOF {s}.message LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_from text := '{s}.message';
    v_where text := 'id > $7';
    v_order text := 'id';
BEGIN
    PERFORM {s}.take_up_to_read();
    IF p_accepted_from IS NOT NULL THEN
        v_from := '(SELECT * FROM {s}.message WHERE accepted_at >= $4 AND accepted_at < $5 AND receipt_at IS NULL
            AND message_id IS NOT NULL OFFSET 0) AS message';
    END IF;
    IF p_id IS NOT NULL THEN
        v_where := v_where || ' AND id = $2';
    END IF;
    IF p_key IS NOT NULL THEN
        v_where := v_where || ' AND key = $3';
    END IF;
    IF p_not_asked_since IS NOT NULL THEN
        v_where := v_where || ' AND (asked_at IS NULL OR asked_at < $6)';
    END IF;
    IF p_state IS NOT NULL AND p_id IS NULL AND p_key IS NULL THEN
        v_where := v_where || ' AND (state, id) > ($1, $7) AND (state, id) < ($1 + 1, 0)';
        v_order := 'state, id';
    ELSIF p_state IS NOT NULL THEN
        v_where := v_where || ' AND state = $1';
    END IF;
    RETURN QUERY EXECUTE format('SELECT * FROM %s WHERE %s ORDER BY %s LIMIT $8', v_from, v_where, v_order)
        USING p_state, p_id, p_key, p_accepted_from, p_accepted_to, p_not_asked_since, p_after, p_limit;
END $$;

-- Merges the rows of a status query into the states of messages, and notes which messages it was about.
CREATE FUNCTION {s}.record_statuses(p_at bigint, p_asked bigint[], r_name text[], r_message_id text[], r_hash bytea[],
    r_receipt text[], r_stage smallint[]) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_now bigint;
    r record;
    m {s}.message;
    v_merged smallint;
BEGIN
    PERFORM {s}.lock_outbox();
    v_now := {s}.now_ms(p_at);
    FOR r IN SELECT * FROM unnest(r_name, r_message_id, r_hash, r_receipt, r_stage)
        AS receipts(name, message_id, hash, receipt, stage)
    LOOP
        v_merged := {s}.merge_receipt(v_now, r.name, r.hash, r.receipt, r.stage);
        SELECT * INTO m FROM {s}.message WHERE message_id = r.message_id;
        IF m.id IS NOT NULL THEN
            PERFORM {s}.save_receipt({s}.set_stage(m, v_now, v_merged));
        END IF;
    END LOOP;
    UPDATE {s}.outbox SET asked_at = v_now WHERE id = ANY (p_asked);
END $$;

-- Writes what a receipt changes.
CREATE FUNCTION {s}.save_receipt(m {s}.message) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {s}.outbox SET stage = m.stage, receipt_at = m.receipt_at, version = m.version, report_at = m.report_at,
        report_attempts = m.report_attempts
    WHERE id = m.id
        AND (stage, receipt_at, version) IS DISTINCT FROM (m.stage, m.receipt_at, m.version);
END $$;

-- Adds a receipt to its message, or keeps it as evidence. `p_stage` is that of the receipt, `p_merged` the latest of
-- its message. The parameters of the sighting (`p_kind` and those after it) are null if there is none. The caller holds
-- the lock of the outbox.
CREATE FUNCTION {s}.add_receipt(p_now bigint, p_message_id text, p_stage smallint, p_merged smallint, p_kind smallint,
    p_name text, p_sighting_message_id text, p_incs_id bigint, p_channel text, p_recipient bigint, p_content bytea,
    p_seen_at bigint, p_is_exact boolean) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    m {s}.message;
    v_is_wanted boolean;
BEGIN
    IF p_kind = 0 THEN
        INSERT INTO {s}.meta(name, value) VALUES ('last_created_webhook', p_now)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    END IF;
    SELECT * INTO m FROM {s}.message WHERE message_id = p_message_id;
    IF m.id IS NOT NULL THEN
        m := {s}.receive(m, p_now, p_stage);
        PERFORM {s}.save_receipt({s}.set_stage(m, p_now, p_merged));
        RETURN;
    END IF;
    IF p_kind IS NULL OR p_name IS NULL THEN
        RETURN;
    END IF;
    -- It is kept if it can belong to a message.
    v_is_wanted := CASE
        WHEN EXISTS (SELECT 1 FROM {s}.sighting WHERE name = p_name) THEN true
        WHEN p_recipient IS NULL THEN EXISTS (SELECT 1 FROM {s}.uncertain)
        ELSE EXISTS (SELECT 1 FROM {s}.uncertain WHERE recipient = p_recipient) END;
    IF NOT v_is_wanted THEN
        RETURN;
    END IF;
    IF p_kind = 0 AND p_sighting_message_id <> p_name THEN
        DELETE FROM {s}.sighting WHERE name = p_sighting_message_id AND kind = 1;
    ELSIF p_kind = 1 AND EXISTS (SELECT 1 FROM {s}.sighting WHERE message_id = p_sighting_message_id AND kind = 0) THEN
        RETURN;
    END IF;
    INSERT INTO {s}.sighting AS known (name, kind, message_id, incs_id, channel, recipient, content, at, is_exact)
        VALUES (p_name, p_kind, p_sighting_message_id, p_incs_id, p_channel, p_recipient, p_content, p_seen_at,
            p_is_exact)
        ON CONFLICT (name) DO UPDATE SET kind = least(known.kind, excluded.kind),
            message_id = coalesce(known.message_id, excluded.message_id),
            channel = coalesce(known.channel, excluded.channel),
            recipient = coalesce(known.recipient, excluded.recipient),
            content = coalesce(known.content, excluded.content),
            at = least(known.at, excluded.at), is_exact = known.is_exact OR excluded.is_exact;
END $$;

-- Leases changes that are to be reported.
CREATE FUNCTION {s}.claim_reports(p_at bigint, p_limit bigint, p_lease bigint)
RETURNS SETOF {s}.message LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_now bigint := {s}.now_ms(p_at);
    v_ids bigint[];
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {s}.outbox WHERE report_at <= v_now) THEN
        RETURN;
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM {s}.lock_outbox();
    v_now := {s}.now_ms(p_at);
    v_ids := ARRAY(SELECT id FROM {s}.outbox WHERE report_at <= v_now ORDER BY report_at, id LIMIT p_limit);
    UPDATE {s}.outbox SET report_at = {s}.later(v_now, p_lease) WHERE id = ANY (v_ids);
    RETURN QUERY SELECT message.* FROM unnest(v_ids) WITH ORDINALITY AS claimed(id, n)
        CROSS JOIN LATERAL (SELECT * FROM {s}.message WHERE message.id = claimed.id OFFSET 0) AS message
        ORDER BY claimed.n;
END $$;

-- Records the ends of calls of the handler of outcomes. The delay is null if there is no further call.
CREATE FUNCTION {s}.complete_reports(p_at bigint, p_id bigint[], p_version bigint[], p_delay bigint[])
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_now bigint;
    r record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM {s}.lock_outbox();
    v_now := {s}.now_ms(p_at);
    FOR r IN SELECT * FROM unnest(p_id, p_version, p_delay) AS ended(id, version, delay) LOOP
        UPDATE {s}.outbox SET report_at = {s}.later(v_now, r.delay),
            report_attempts = report_attempts + (r.delay IS NOT NULL)::integer
        WHERE id = r.id AND version = r.version;
    END LOOP;
END $$;

-- Removes the bodies of all messages to these recipients, the evidence about them, and the times at which they wrote.
-- Returns the number of messages whose body was removed.
CREATE FUNCTION {s}.erase_messages(p_at bigint, p_recipients bigint[]) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_now bigint;
    v_recipient bigint;
    v_ids bigint[];
    v_erased bigint := 0;
    m {s}.message;
BEGIN
    PERFORM {s}.lock_outbox();
    PERFORM {s}.take_up();
    v_now := {s}.now_ms(p_at);
    FOR v_recipient IN SELECT DISTINCT key FROM unnest(p_recipients) AS key ORDER BY key LOOP
        v_ids := ARRAY(SELECT id FROM (
            SELECT id FROM {s}.outbox WHERE recipient = v_recipient AND body IS NOT NULL OFFSET 0) AS theirs
                ORDER BY id);
        FOR m IN SELECT message.* FROM unnest(v_ids) AS theirs(id)
            CROSS JOIN LATERAL (
                SELECT * FROM {s}.message WHERE message.id = theirs.id AND state = 0 OFFSET 0) AS message
        LOOP
            PERFORM {s}.save({s}.cancel(m, v_now));
        END LOOP;
        UPDATE {s}.outbox SET body = NULL WHERE id = ANY (v_ids);
        v_erased := v_erased + cardinality(v_ids);
        DELETE FROM {s}.sighting WHERE recipient = v_recipient;
        -- In the order in which appends lock them.
        PERFORM 1 FROM {s}.contact WHERE customer = v_recipient ORDER BY customer, channel FOR UPDATE;
        DELETE FROM {s}.contact WHERE customer = v_recipient;
    END LOOP;
    RETURN v_erased;
END $$;

-- Removes old messages, evidence and contacts.
CREATE FUNCTION {s}.sweep_outbox(p_at bigint, p_sent bigint, p_done bigint, p_budget bigint)
RETURNS TABLE(messages bigint, is_finished boolean) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_now bigint;
    v_messages bigint;
    v_sightings bigint;
    v_contacts bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM {s}.lock_outbox();
    v_now := {s}.now_ms(p_at);
    DELETE FROM {s}.outbox WHERE id = ANY (ARRAY(
        SELECT id FROM {s}.outbox WHERE state IN (2, 3, 4, 5, 6, 9) AND changed_at < v_now - least(p_sent, v_now)
        ORDER BY changed_at LIMIT p_budget));
    GET DIAGNOSTICS v_messages = ROW_COUNT;
    DELETE FROM {s}.sighting WHERE name = ANY (ARRAY(
        SELECT name FROM {s}.sighting WHERE at < v_now - least(p_done, v_now) ORDER BY at LIMIT p_budget));
    GET DIAGNOSTICS v_sightings = ROW_COUNT;
    -- An append may hold some of them.
    WITH old AS (
        SELECT customer, channel FROM {s}.contact WHERE at < v_now - least(p_done, v_now) ORDER BY at LIMIT p_budget
        FOR UPDATE SKIP LOCKED)
    DELETE FROM {s}.contact USING old WHERE contact.customer = old.customer AND contact.channel = old.channel;
    GET DIAGNOSTICS v_contacts = ROW_COUNT;
    RETURN QUERY SELECT v_messages, greatest(v_messages, v_sightings, v_contacts) < p_budget;
END $$;

-- Returns the numbers of the outbox. `by_state` is in the order of the states.
CREATE FUNCTION {s}.outbox_stats(OUT by_state bigint[], OUT oldest_queued bigint, OUT last_created_webhook bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_all bigint := (SELECT reltuples FROM pg_class WHERE oid = '{s}.outbox'::regclass);
BEGIN
    PERFORM {s}.take_up_to_read();
    -- Most messages are accepted. Above 100,000 they are not counted: their number is what the server's estimate leaves.
    by_state := ARRAY(
        SELECT CASE WHEN known.state = 2 AND v_all >= 100000 THEN 0
            ELSE (SELECT count(*) FROM {s}.outbox WHERE outbox.state = known.state) END
        FROM generate_series(0, 9) AS known(state) ORDER BY known.state);
    IF v_all >= 100000 THEN
        by_state[3] := greatest(v_all - (SELECT sum(count) FROM unnest(by_state) AS count), 0);
    END IF;
    oldest_queued := (SELECT enqueued_at FROM {s}.outbox WHERE (state, id) > (0, 0) AND (state, id) < (1, 0)
        ORDER BY state, id LIMIT 1);
    last_created_webhook := (SELECT value FROM {s}.meta WHERE name = 'last_created_webhook');
END $$;

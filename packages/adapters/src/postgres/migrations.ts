/**
 * The tables of both programs, as numbered steps that run once. A step that has been released is never edited: a new one
 * is added. The SQL is the same on a real server and on the embedded database.
 * Promises that any number of processes may start at once on an empty database: one migrates, the others wait for it.
 * `schema` is for the one embedded database, where each program has a schema of its own; on a server each has a database.
 */
import { Effect } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { firstWhitelist } from "./stored.ts"

/** One statement each: the wire protocol refuses several in one text. */
const statements = (...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const text of texts) yield* sql.unsafe(text)
  })

const agentTables = statements(
  `CREATE TABLE contacts (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id text NOT NULL,
    phone_number text NOT NULL,
    name text,
    full_name text,
    business_name text,
    is_client boolean,
    classification_confidence float8,
    classification_reasoning text,
    last_message_at timestamptz,
    last_client_at timestamptz,
    state jsonb NOT NULL,
    wake_up_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (profile_id, phone_number)
  )`,
  `CREATE INDEX contacts_due ON contacts (wake_up_at) WHERE wake_up_at IS NOT NULL`,
  `CREATE INDEX contacts_recent ON contacts (last_message_at DESC NULLS LAST, id DESC)`,

  `CREATE TABLE decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    event jsonb NOT NULL,
    commands jsonb NOT NULL,
    thoughts jsonb NOT NULL
  )`,
  `CREATE INDEX decisions_of_contact ON decisions (contact_id, id DESC)`,

  // `decision_id` leads from a message of ours to why it was said: the facts, the prompt, the verdict of the guard.
  `CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    profile_id text NOT NULL,
    phone_number text NOT NULL,
    message_id text,
    author text NOT NULL CHECK (author IN ('client', 'bot', 'operator')),
    is_from_bot boolean NOT NULL GENERATED ALWAYS AS (author = 'bot') STORED,
    message_text text NOT NULL,
    is_voice boolean NOT NULL DEFAULT false,
    voice_transcription text,
    timestamp timestamptz NOT NULL,
    kind text CHECK (kind IN ('reply', 'touch')),
    touch int,
    outbound_id text UNIQUE,
    delivery text,
    outcome text,
    answered_by text,
    decision_id bigint REFERENCES decisions (id) ON DELETE SET NULL,
    UNIQUE (profile_id, message_id)
  )`,
  `CREATE INDEX messages_of_contact ON messages (contact_id, timestamp DESC)`,
  `CREATE INDEX messages_unpublished ON messages (id) WHERE delivery = 'pending'`,
  `CREATE INDEX messages_touches ON messages (profile_id, timestamp) WHERE kind = 'touch'`,
  `CREATE INDEX messages_open ON messages (contact_id) WHERE author = 'client' AND outcome IS NULL`,
  `CREATE INDEX messages_recent ON messages (timestamp)`,

  `CREATE TABLE follow_ups (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    touch_number int NOT NULL CHECK (touch_number BETWEEN 1 AND 5),
    next_touch_at timestamptz,
    last_touch_at timestamptz,
    is_completed boolean NOT NULL DEFAULT false,
    stop_reason text,
    created_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX follow_ups_open ON follow_ups (contact_id) WHERE NOT is_completed`,
  `CREATE INDEX follow_ups_due ON follow_ups (next_touch_at) WHERE NOT is_completed`,
  `CREATE INDEX follow_ups_of_contact ON follow_ups (contact_id)`,

  `CREATE TABLE scheduled_calls (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    profile_id text NOT NULL,
    scheduled_at timestamptz NOT NULL,
    timezone text NOT NULL,
    status text NOT NULL CHECK (status IN ('scheduled', 'moved', 'cancelled')),
    notes text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX scheduled_calls_at ON scheduled_calls (scheduled_at)`,
  `CREATE UNIQUE INDEX scheduled_calls_slot ON scheduled_calls (profile_id, scheduled_at) WHERE status = 'scheduled'`,

  `CREATE TABLE operator_requests (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    why text NOT NULL,
    detail text NOT NULL,
    is_done boolean NOT NULL DEFAULT false
  )`,
  `CREATE INDEX operator_requests_open ON operator_requests (id) WHERE NOT is_done`,

  `CREATE TABLE token_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int REFERENCES contacts (id) ON DELETE SET NULL,
    at timestamptz NOT NULL,
    task text NOT NULL,
    model text NOT NULL,
    prompt_tokens int NOT NULL,
    cached_tokens int NOT NULL,
    output_tokens int NOT NULL
  )`,
  `CREATE INDEX token_usage_at ON token_usage (at)`,
)

/**
 * A call keeps its `uid` wherever it is moved to, as calendars want it; `sequence` counts its moves and its cancellation.
 * Rows of before were never told to a calendar, so each begins as a call of its own.
 */
const callsForCalendars = statements(
  `ALTER TABLE scheduled_calls ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN sequence int NOT NULL DEFAULT 0, ADD COLUMN changed_at timestamptz`,
  `UPDATE scheduled_calls SET changed_at = created_at`,
  `ALTER TABLE scheduled_calls ALTER COLUMN changed_at SET NOT NULL`,
  `CREATE INDEX scheduled_calls_uid ON scheduled_calls (uid, sequence DESC)`,
)

/** The reminder of a call is neither a reply nor a touch. */
const callReminders = statements(
  `ALTER TABLE messages DROP CONSTRAINT messages_kind_check`,
  `ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ('reply', 'touch', 'reminder'))`,
)

/** The books of touches, kept by core's `touch-plan.ts`. What was planned before is taken over; what came of it, from now on. */
const touchPlans = statements(
  `CREATE TABLE touch_plans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id int NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    touch int NOT NULL,
    due_at timestamptz NOT NULL,
    planned_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text CHECK (ended_how IN ('sent', 'stopped', 'moved')),
    reason text,
    moved_to timestamptz,
    outbound_id text,
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
  )`,
  `CREATE UNIQUE INDEX touch_plans_open ON touch_plans (contact_id) WHERE ended_at IS NULL`,
  `CREATE INDEX touch_plans_of_contact ON touch_plans (contact_id, id DESC)`,
  `CREATE INDEX touch_plans_due ON touch_plans (due_at)`,
  `INSERT INTO touch_plans (contact_id, touch, due_at, planned_at)
    SELECT contact_id, touch_number, next_touch_at, coalesce(last_touch_at, created_at) FROM follow_ups
    WHERE NOT is_completed AND next_touch_at IS NOT NULL ORDER BY id`,
)

const gatewayTables = statements(
  `CREATE TABLE profiles (profile_id text PRIMARY KEY, began_at timestamptz NOT NULL)`,

  // `queue_status`: `none` (the agent is told nothing), `pending`, `queued`. `outbound_id` marks what we sent ourselves.
  `CREATE TABLE message_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id text NOT NULL,
    message_id text,
    phone_number text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
    message_text text NOT NULL,
    original_text text,
    is_voice boolean NOT NULL DEFAULT false,
    voice_transcription text,
    transcribed_at timestamptz,
    type text NOT NULL DEFAULT 'text',
    is_writing boolean NOT NULL DEFAULT true,
    is_deleted boolean NOT NULL DEFAULT false,
    seen_by_poll boolean NOT NULL DEFAULT false,
    seen_by_webhook boolean NOT NULL DEFAULT false,
    outbound_id text UNIQUE,
    wappi_status text,
    queue_status text NOT NULL DEFAULT 'none' CHECK (queue_status IN ('none', 'pending', 'queued')),
    created_at timestamptz NOT NULL,
    processed_at timestamptz,
    UNIQUE (profile_id, message_id)
  )`,
  `CREATE INDEX message_logs_phone ON message_logs (phone_number)`,
  `CREATE INDEX message_logs_created ON message_logs (created_at)`,
  `CREATE INDEX message_logs_pending ON message_logs (id) WHERE queue_status = 'pending'`,
  `CREATE INDEX message_logs_chat ON message_logs (profile_id, phone_number, created_at DESC)`,
  `CREATE INDEX message_logs_transcribed ON message_logs (transcribed_at) WHERE transcribed_at IS NOT NULL`,

  // What the agent is still to be told, in order. The row of `message_logs` is queued once all of its own are.
  `CREATE TABLE relay (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log_id bigint REFERENCES message_logs (id) ON DELETE CASCADE,
    queue text NOT NULL CHECK (queue IN ('incoming_messages', 'voice_transcription')),
    body jsonb NOT NULL,
    key text UNIQUE,
    queued_at timestamptz
  )`,
  `CREATE INDEX relay_pending ON relay (id) WHERE queued_at IS NULL`,
  `CREATE INDEX relay_of_log ON relay (log_id)`,

  `CREATE TABLE send_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbound_id text NOT NULL UNIQUE,
    profile_id text NOT NULL,
    phone_number text NOT NULL,
    message_text text NOT NULL,
    status text NOT NULL,
    message_id text,
    tries int NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    settled_at timestamptz,
    body jsonb NOT NULL
  )`,
  `CREATE INDEX send_ledger_open ON send_ledger (profile_id, id)
    WHERE status IN ('waiting', 'sending', 'in_doubt', 'in_doubt_late')`,
  `CREATE INDEX send_ledger_started ON send_ledger (profile_id, started_at)`,
  `CREATE INDEX send_ledger_chat ON send_ledger (profile_id, phone_number)`,

  `CREATE TABLE chat_marks (
    profile_id text NOT NULL,
    chat_id text NOT NULL,
    last_message_id text NOT NULL,
    last_message_at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, chat_id)
  )`,

  `CREATE TABLE whitelist (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone_number text NOT NULL UNIQUE,
    note text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL DEFAULT now()
  )`,
  ...firstWhitelist.map(
    ({ phone, note }) => `INSERT INTO whitelist (phone_number, note) VALUES ('${phone}', '${note}')`,
  ),
)

/** Sending that was stopped, and by whom: one stop at a time stands for a profile, the others are history. */
const gatewaySendingStops = statements(
  `CREATE TABLE sending_stops (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id text NOT NULL,
    why text NOT NULL CHECK (why IN ('temporary_ban', 'person')),
    detail text NOT NULL DEFAULT '',
    stopped_at timestamptz NOT NULL,
    resumed_at timestamptz
  )`,
  `CREATE UNIQUE INDEX sending_stops_standing ON sending_stops (profile_id) WHERE resumed_at IS NULL`,
  `CREATE INDEX sending_stops_of_profile ON sending_stops (profile_id, resumed_at)`,
)

/** What failed before the answer of its send told which send it was. */
const gatewayEarlyFailures = statements(
  `CREATE TABLE early_failures (
    profile_id text NOT NULL,
    message_id text NOT NULL,
    status text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, message_id)
  )`,
  `CREATE INDEX send_ledger_message ON send_ledger (profile_id, message_id) WHERE message_id IS NOT NULL`,
)

const gatewayTokenUsage = statements(
  `CREATE TABLE voice_token_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id text NOT NULL,
    message_id text NOT NULL,
    at timestamptz NOT NULL,
    model text NOT NULL,
    prompt_tokens int NOT NULL,
    cached_tokens int NOT NULL,
    output_tokens int NOT NULL
  )`,
  `CREATE INDEX voice_token_usage_at ON voice_token_usage (at)`,
  `CREATE INDEX voice_token_usage_of_message ON voice_token_usage (profile_id, message_id)`,
)
/** A reply that was decided before it is not sent. */
const gatewayEdits = statements(
  `ALTER TABLE message_logs ADD COLUMN edited_at timestamptz`,
  `CREATE INDEX message_logs_edited ON message_logs (profile_id, phone_number, edited_at) WHERE edited_at IS NOT NULL`,
)
/** What is told by a queue may come again. */
const agentUsageOnce = statements(`ALTER TABLE token_usage ADD COLUMN once text UNIQUE`)

/** Answers the numbers and names of the steps that were still to be done. */
const migrate =
  (program: "agent" | "gateway", steps: Parameters<typeof Migrator.fromRecord>[0]) =>
  (
    options: {
      readonly schema?: string
      /** Only the first so many steps: a database as an earlier version left it. */
      readonly steps?: number
    } = {},
  ) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { schema } = options
      return yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${`migrate ${program}`}, 0))`
          if (schema !== undefined) {
            yield* sql`CREATE SCHEMA IF NOT EXISTS ${sql(schema)}`
            yield* sql`SET LOCAL search_path TO ${sql(schema)}`
          }
          const wanted = Object.fromEntries(Object.entries(steps).slice(0, options.steps))
          return yield* Migrator.make({})({ loader: Migrator.fromRecord(wanted), table: `${program}_migrations` })
        }),
      )
    })

const agentSteps = {
  "0001_tables": agentTables,
  "0002_calls_for_calendars": callsForCalendars,
  "0003_call_reminders": callReminders,
  "0004_touch_plans": touchPlans,
  "0005_usage_once": agentUsageOnce,
}
const gatewaySteps = {
  "0001_tables": gatewayTables,
  "0002_sending_stops": gatewaySendingStops,
  "0003_early_failures": gatewayEarlyFailures,
  "0004_token_usage": gatewayTokenUsage,
  "0005_edits": gatewayEdits,
}
/** For whoever asks how far a database is: all steps, in order. */
export const stepNames = { agent: Object.keys(agentSteps), gateway: Object.keys(gatewaySteps) } as const

/** The steps that a database has behind it; null: the program was never there. */
export const appliedSteps = Effect.fnUntraced(function* (program: "agent" | "gateway") {
  const sql = yield* SqlClient.SqlClient
  const table = `${program}_migrations`
  const [there] = yield* sql<{ is: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS is`
  if (there?.is !== true) return null
  const rows = yield* sql<{ migration_id: number; name: string }>`
    SELECT migration_id, name FROM ${sql(table)} ORDER BY migration_id`
  return rows.map((row) => `${String(row.migration_id).padStart(4, "0")}_${row.name}`)
})

export const migrateAgent = migrate("agent", agentSteps)
export const migrateGateway = migrate("gateway", gatewaySteps)

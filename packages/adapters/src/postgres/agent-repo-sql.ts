/**
 * The agent's memory in PostgreSQL, on a server or embedded. Each change is one transaction that holds the row of its
 * contact from the first read to the commit; what contacts of a profile share (slots, the day's touches) is guarded by a
 * lock of the profile, taken only when a change uses it up.
 * Promises what the port's contract asks, for any number of processes. Does not promise that `answer` runs once.
 */
import type { ContactKey } from "@wa/core/contact/contact-key"
import { type Command, Conversation, type Event, newConversation } from "@wa/core/conversation/conversation"
import { book, isBooked, type TouchPlan } from "@wa/core/follow-up/touch-plan"
import {
  AgentRepo,
  type AgentStats,
  type CallRow,
  type Change,
  type Contact,
  type Current,
  type FollowUpRow,
  type OperatorRequest,
  type OutboxRow,
  type Reads,
  type StoredMessage,
  type TraceRow,
} from "@wa/core/ports/agent-repo"
import type { Instant } from "@wa/core/time/instant"
import { hourMs } from "@wa/core/time/instant"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import {
  dateOf,
  dateOrNull,
  instantOf,
  instantOrNull,
  json,
  lock,
  orUnavailable,
  storable,
  transaction,
} from "./database.ts"
import {
  isNewsOfDelivery,
  judgedMessageIds,
  outcomeText,
  reopenedMessageIds,
  unreachedDeliveries,
  usesShared,
  withdrawnOutcome,
  withoutWithdrawn,
} from "./stored.ts"

export interface AgentRepoOptions {
  /** Told with every call; default Asia/Almaty. */
  readonly timezone?: string
}

const decodeConversation = Schema.decodeUnknownEffect(Conversation)

interface Held {
  readonly id: number
  readonly isNew: boolean
  readonly conversation: Conversation
}
interface HeldRow {
  readonly id: number
  readonly state: unknown
}
interface ContactRow extends HeldRow {
  readonly profile_id: string
  readonly phone_number: string
  readonly name: string | null
  readonly full_name: string | null
  readonly business_name: string | null
  readonly is_client: boolean | null
  readonly classification_confidence: number | null
  readonly classification_reasoning: string | null
  readonly last_message_at: Date | null
  readonly created_at: Date
  readonly wake_up_at: Date | null
}

interface PlanRow {
  readonly id: bigint
  readonly touch: number
  readonly due_at: Date
  readonly planned_at: Date
  readonly ended_at: Date | null
  readonly ended_how: TouchPlan["end"]
  readonly reason: string | null
  readonly moved_to: Date | null
  readonly outbound_id: string | null
}
/** As many of a contact's plans as the books need to go on. */
const plansKept = 20
const planOf = (row: PlanRow): TouchPlan => ({
  touch: row.touch,
  dueAt: instantOf(row.due_at),
  plannedAt: instantOf(row.planned_at),
  endedAt: instantOrNull(row.ended_at),
  end: row.ended_how,
  reason: row.reason,
  movedTo: instantOrNull(row.moved_to),
  outboundId: row.outbound_id,
})

const keyOf = (row: { readonly profile_id: string; readonly phone_number: string }): ContactKey => ({
  profileId: row.profile_id,
  phone: row.phone_number as ContactKey["phone"],
})

export const make = (options: AgentRepoOptions = {}) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const timezone = options.timezone ?? "Asia/Almaty"
    const ofKey = (key: ContactKey) => sql`profile_id = ${key.profileId} AND phone_number = ${key.phone}`
    const unreached = sql.in(unreachedDeliveries)

    // ---- holding a contact ---------------------------------------------------------------------------------------------

    const hold = Effect.fnUntraced(function* (key: ContactKey) {
      const find = sql<HeldRow>`SELECT id, state FROM contacts WHERE ${ofKey(key)} FOR UPDATE`
      const [known] = yield* find
      if (known !== undefined) return yield* heldOf(known, false)
      const fresh = newConversation(key)
      const [entered] = yield* sql<HeldRow>`
        INSERT INTO contacts (profile_id, phone_number, state, created_at, updated_at)
        VALUES (${key.profileId}, ${key.phone}, ${json(fresh)}::jsonb, now(), now())
        ON CONFLICT (profile_id, phone_number) DO NOTHING RETURNING id, state`
      if (entered !== undefined) return { id: entered.id, isNew: true, conversation: fresh } satisfies Held
      // Somebody met this contact at the same moment, and has committed by now.
      const [met] = yield* find
      if (met === undefined) return yield* Effect.fail(new Error("the contact vanished while it was entered"))
      return yield* heldOf(met, false)
    })
    const heldOf = (row: HeldRow, isNew: boolean) =>
      Effect.map(decodeConversation(row.state), (conversation): Held => ({ id: row.id, isNew, conversation }))

    const read = Effect.fnUntraced(function* (key: ContactKey, held: Held, reads: Reads) {
      const { messageId, slotAt, touchesSince } = reads
      const current: Current = {
        conversation: held.conversation,
        isNew: held.isNew,
        isMessageKnown:
          messageId !== undefined &&
          (yield* sql`SELECT 1 FROM messages WHERE profile_id = ${key.profileId} AND message_id = ${messageId}`)
            .length > 0,
        isSlotFree:
          slotAt === undefined ||
          (yield* sql`SELECT 1 FROM scheduled_calls WHERE profile_id = ${key.profileId} AND status = 'scheduled'
            AND scheduled_at = ${dateOf(slotAt)} AND contact_id <> ${held.id}`).length === 0,
        touchesSent:
          touchesSince === undefined
            ? 0
            : (yield* sql<{
                n: number
              }>`SELECT count(*)::int AS n FROM messages m JOIN contacts c ON c.id = m.contact_id
                WHERE m.profile_id = ${key.profileId} AND m.kind = 'touch' AND m.timestamp >= ${dateOf(touchesSince)}
                AND NOT (m.delivery IN ${unreached}) AND (c.last_client_at IS NULL OR c.last_client_at <= m.timestamp)`)[0]!
                .n,
      }
      return current
    })

    /** Asks, and asks again when the profile's shared things have changed until they could be locked. */
    const ask = Effect.fnUntraced(function* (
      key: ContactKey,
      held: Held,
      reads: Reads,
      answer: (current: Current) => Change | null,
    ) {
      const current = yield* read(key, held, reads)
      const change = answer(current)
      if (change === null || !usesShared(change)) return change
      yield* lock(sql, `shared ${key.profileId}`)
      const now = yield* read(key, held, reads)
      return now.isSlotFree === current.isSlotFree && now.touchesSent === current.touchesSent ? change : answer(now)
    })

    // ---- storing a change ----------------------------------------------------------------------------------------------

    const store = Effect.fnUntraced(function* (key: ContactKey, held: Held, change: Change) {
      const [decision] = yield* sql<{ id: bigint }>`
        INSERT INTO decisions (contact_id, at, event, commands, thoughts)
        VALUES (${held.id}, ${dateOf(change.at)}, ${json(change.trace.event)}::jsonb,
          ${json(change.trace.commands)}::jsonb, ${json(change.trace.thoughts)}::jsonb) RETURNING id`
      if (change.message !== undefined) yield* storeMessage(key, held.id, change.message)
      if (change.delivery !== undefined) yield* storeDelivery(key, held.id, change.delivery)
      yield* setOutcome(held.id, reopenedMessageIds(change), null)
      const withdrawn = new Set<string>()
      for (const command of change.commands) yield* carryOut(key, held.id, change, command, decision!.id, withdrawn)
      yield* keepBooks(held.id, change)
      const stored = withoutWithdrawn(change, withdrawn)
      const { info } = change
      const classification = change.commands.findLast((command) => command._tag === "RecordClassification")
      const spokenAt = Math.max(
        change.message?.at ?? Number.NEGATIVE_INFINITY,
        change.commands.some((command) => command._tag === "Send") ? change.at : Number.NEGATIVE_INFINITY,
      )
      yield* sql`UPDATE contacts SET ${sql.update({
        state: json(stored.conversation),
        wake_up_at: dateOrNull(stored.wakeUpAt),
        last_client_at: dateOrNull(stored.conversation.lastClientAt),
        updated_at: dateOf(change.at),
        ...(held.isNew ? { created_at: dateOf(change.at) } : {}),
        ...(info === undefined
          ? {}
          : known({ name: info.name, full_name: info.full_name, business_name: info.business_name })),
        ...(classification === undefined
          ? {}
          : {
              is_client: classification.isClient,
              classification_confidence: classification.confidence,
              classification_reasoning: storable(classification.reasoning),
            }),
      })} WHERE id = ${held.id}`
      if (Number.isFinite(spokenAt))
        yield* sql`UPDATE contacts SET last_message_at = greatest(last_message_at, ${dateOf(spokenAt)}) WHERE id = ${held.id}`
      return stored
    })
    /** What is not known stays as it was. */
    const known = (fields: Readonly<Record<string, string | null>>) =>
      Object.fromEntries(
        Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, storable(value)]])),
      )

    const storeMessage = (key: ContactKey, contactId: number, message: NonNullable<Change["message"]>) =>
      // An announcement that comes again after the transcript says less than what is stored.
      sql`INSERT INTO messages (contact_id, profile_id, phone_number, message_id, author, message_text, is_voice,
          voice_transcription, timestamp)
        VALUES (${contactId}, ${key.profileId}, ${key.phone}, ${message.messageId}, ${message.from},
          ${storable(message.text)}, ${message.isVoice}, ${message.transcript === null ? null : storable(message.transcript)},
          ${dateOf(message.at)})
        ON CONFLICT (profile_id, message_id) DO UPDATE SET
          message_text = CASE WHEN excluded.is_voice AND excluded.voice_transcription IS NULL
            AND messages.voice_transcription IS NOT NULL THEN messages.message_text ELSE excluded.message_text END,
          voice_transcription = coalesce(excluded.voice_transcription, messages.voice_transcription),
          is_voice = messages.is_voice OR excluded.is_voice
        WHERE messages.contact_id = excluded.contact_id AND messages.author <> 'bot'`

    const storeDelivery = Effect.fnUntraced(function* (
      key: ContactKey,
      contactId: number,
      report: NonNullable<Change["delivery"]>,
    ) {
      const [ours] = yield* sql<{ id: bigint; delivery: string | null }>`SELECT id, delivery FROM messages
        WHERE contact_id = ${contactId} AND outbound_id = ${report.outboundId} FOR UPDATE`
      if (ours === undefined) return
      if (isNewsOfDelivery(ours.delivery, report.status))
        yield* sql`UPDATE messages SET delivery = ${report.status} WHERE id = ${ours.id}`
      if (report.messageId !== null)
        yield* sql`UPDATE messages SET message_id = ${report.messageId} WHERE id = ${ours.id} AND message_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM messages other
            WHERE other.profile_id = ${key.profileId} AND other.message_id = ${report.messageId})`
    })

    const setOutcome = (contactId: number, messageIds: ReadonlyArray<string>, outcome: string | null) =>
      messageIds.length === 0
        ? Effect.void
        : sql`UPDATE messages SET outcome = ${outcome}
            WHERE contact_id = ${contactId} AND author = 'client' AND ${sql.in("message_id", messageIds)}`

    const carryOut = Effect.fnUntraced(function* (
      key: ContactKey,
      contactId: number,
      change: Change,
      command: Command,
      decisionId: bigint,
      withdrawn: Set<string>,
    ) {
      const at = dateOf(change.at)
      switch (command._tag) {
        case "Classify":
        case "DraftReply":
        case "DraftTouch":
        case "RecordClassification":
          return
        case "Send": {
          const { outboundId, messageIds } = command
          const entered = yield* sql`
            INSERT INTO messages (contact_id, profile_id, phone_number, author, message_text, timestamp, kind, touch,
              outbound_id, delivery, decision_id)
            VALUES (${contactId}, ${key.profileId}, ${key.phone}, 'bot', ${storable(command.text)}, ${at}, ${command.kind},
              ${command.touch}, ${outboundId}, 'pending', ${decisionId})
            ON CONFLICT (outbound_id) DO NOTHING RETURNING id`
          if (entered.length > 0 && messageIds.length > 0)
            yield* sql`UPDATE messages SET answered_by = ${outboundId}
              WHERE contact_id = ${contactId} AND author = 'client' AND ${sql.in("message_id", messageIds)}`
          return
        }
        case "WithdrawUnsent": {
          const rows = yield* sql<{ outbound_id: string }>`UPDATE messages SET delivery = 'withdrawn'
            WHERE contact_id = ${contactId} AND delivery = 'pending'
              AND (${command.what} = 'all' OR kind = ${command.what === "touches" ? "touch" : "reminder"})
            RETURNING outbound_id`
          if (rows.length === 0) return
          const ids = rows.map((row) => row.outbound_id)
          for (const id of ids) withdrawn.add(id)
          const judged = [...judgedMessageIds(change)]
          yield* sql`UPDATE messages SET outcome = ${withdrawnOutcome(change)}
            WHERE contact_id = ${contactId} AND ${sql.in("answered_by", ids)}
            ${judged.length === 0 ? sql`` : sql`AND NOT (${sql.in("message_id", judged)})`}`
          return
        }
        case "MoveCall":
          return yield* bookCall(key, contactId, command, at, yield* endCall(contactId, command.from, "moved", at))
        case "BookCall":
          return yield* bookCall(key, contactId, command, at, undefined)
        case "CancelCall":
          yield* endCall(contactId, command.callAt, "cancelled", at)
          return
        case "RecordOutcome":
          yield* setOutcome(contactId, command.messageIds, outcomeText(command.outcome))
          return
        case "AskOperator":
          yield* sql`INSERT INTO operator_requests (contact_id, at, why, detail)
            VALUES (${contactId}, ${at}, ${command.why}, ${storable(command.detail)})`
          return
        case "StartChain":
          return yield* advanceChain(contactId, 1, command.dueAt, null, at)
        case "AdvanceChain":
          return yield* advanceChain(contactId, command.touch, command.dueAt, command.lastTouchAt, at)
        case "StopChain":
          yield* sql`UPDATE follow_ups SET is_completed = true, stop_reason = ${command.reason}, next_touch_at = NULL,
            last_touch_at = coalesce(${dateOrNull(command.lastTouchAt)}::timestamptz, last_touch_at)
            WHERE contact_id = ${contactId} AND NOT is_completed`
          return
      }
    })

    const keepBooks = Effect.fnUntraced(function* (contactId: number, change: Change) {
      const commands = change.commands.filter(isBooked)
      if (commands.every((command) => command._tag === "Send" && command.kind !== "touch")) return
      const rows = yield* sql<PlanRow>`SELECT * FROM touch_plans WHERE contact_id = ${contactId}
        ORDER BY id DESC LIMIT ${plansKept}`
      const known = rows.toReversed()
      const before = known.map(planOf)
      // What ends comes before what begins: a contact has one open plan.
      for (const [index, plan] of book(before, change.at, commands).entries()) {
        const row = known[index]
        if (plan === before[index]) continue
        const ended = {
          ended_at: dateOrNull(plan.endedAt),
          ended_how: plan.end,
          reason: plan.reason,
          moved_to: dateOrNull(plan.movedTo),
          outbound_id: plan.outboundId,
        }
        if (row !== undefined) yield* sql`UPDATE touch_plans SET ${sql.update(ended)} WHERE id = ${row.id}`
        else
          yield* sql`INSERT INTO touch_plans ${sql.insert({
            contact_id: contactId,
            touch: plan.touch,
            due_at: dateOf(plan.dueAt),
            planned_at: dateOf(plan.plannedAt),
            ...ended,
          })}`
      }
    })

    const bookCall = (
      key: ContactKey,
      contactId: number,
      { callAt: scheduledAt, about }: { readonly callAt: Instant; readonly about: string },
      at: Date,
      /** The row that it was moved from; what was noted there goes along. */
      from: { readonly uid: string; readonly sequence: number; readonly notes: string } | undefined,
    ) =>
      // The same call of the same contact is on record already; that of another contact is a rival that was first.
      Effect.asVoid(sql`INSERT INTO scheduled_calls (contact_id, profile_id, scheduled_at, timezone, status, created_at,
          changed_at, uid, sequence, notes)
        SELECT ${contactId}::int, ${key.profileId}::text, ${dateOf(scheduledAt)}::timestamptz, ${timezone}::text, 'scheduled',
          ${at}::timestamptz, ${at}::timestamptz, coalesce(${from?.uid ?? null}::uuid, gen_random_uuid()),
          ${from === undefined ? 0 : from.sequence + 1}::int,
          ${storable(from === undefined || from.notes === "" ? about : from.notes)}::text
        WHERE NOT EXISTS (SELECT 1 FROM scheduled_calls WHERE contact_id = ${contactId} AND status = 'scheduled'
          AND scheduled_at = ${dateOf(scheduledAt)})`)
    const endCall = (contactId: number, scheduledAt: Instant, status: "moved" | "cancelled", at: Date) =>
      Effect.map(
        sql<{
          uid: string
          sequence: number
          notes: string
        }>`UPDATE scheduled_calls SET status = ${status}, changed_at = ${at},
            sequence = sequence + ${status === "cancelled" ? 1 : 0}::int
          WHERE contact_id = ${contactId} AND status = 'scheduled' AND scheduled_at = ${dateOf(scheduledAt)}
          RETURNING uid, sequence, notes`,
        ([row]) => row,
      )

    const advanceChain = (contactId: number, touch: number, dueAt: Instant, lastTouchAt: Instant | null, at: Date) =>
      Effect.asVoid(sql`INSERT INTO follow_ups (contact_id, touch_number, next_touch_at, last_touch_at, created_at)
        VALUES (${contactId}, ${touch}, ${dateOf(dueAt)}, ${dateOrNull(lastTouchAt)}, ${at})
        ON CONFLICT (contact_id) WHERE NOT is_completed DO UPDATE SET
          touch_number = excluded.touch_number, next_touch_at = excluded.next_touch_at,
          last_touch_at = coalesce(excluded.last_touch_at, follow_ups.last_touch_at)`)

    // ---- the two ways to change ----------------------------------------------------------------------------------------

    const change: AgentRepo["Service"]["change"] = Effect.fn("AgentRepo.change")(function* (key, reads, answer) {
      const changing = Effect.gen(function* () {
        const held = yield* hold(key)
        const answered = yield* ask(key, held, reads, answer)
        if (answered !== null) return yield* store(key, held, answered)
        if (held.isNew) yield* sql`DELETE FROM contacts WHERE id = ${held.id}`
        return null
      })
      return yield* transaction(sql, "change")(changing)
    })

    const changeNextDue: AgentRepo["Service"]["changeNextDue"] = Effect.fn("AgentRepo.changeNextDue")(
      function* (now, reads, answer) {
        const changing = Effect.gen(function* () {
          const [row] = yield* sql<HeldRow & { profile_id: string; phone_number: string }>`
            SELECT id, state, profile_id, phone_number FROM contacts WHERE wake_up_at <= ${dateOf(now)}
            ORDER BY wake_up_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`
          if (row === undefined) return undefined
          const key = keyOf(row)
          const held = yield* Effect.result(heldOf(row, false))
          if (held._tag === "Failure") {
            // It must not stand in everybody's way for ever.
            yield* sql`UPDATE contacts SET wake_up_at = ${dateOf(now + hourMs)} WHERE id = ${row.id}`
            return { _tag: "Unreadable" as const, contact: row.id, why: held.failure.message }
          }
          const answered = yield* ask(key, held.success, reads, (current) => answer(key, current))
          const stored = answered === null ? null : yield* store(key, held.success, answered)
          return { _tag: "Changed" as const, key, change: stored }
        })
        for (;;) {
          const changed = yield* transaction(sql, "changeNextDue")(changing)
          if (changed === undefined) return undefined
          if (changed._tag === "Changed") return { key: changed.key, change: changed.change }
          yield* Effect.logError("the stored conversation of a contact cannot be read; it is tried again in an hour", {
            contact: changed.contact,
            why: changed.why,
          })
        }
      },
    )

    // ---- reading -------------------------------------------------------------------------------------------------------

    const shown = (row: ContactRow): Effect.Effect<Contact, Schema.SchemaError> =>
      Effect.map(decodeConversation(row.state), (conversation) => ({
        key: keyOf(row),
        info: { name: row.name, full_name: row.full_name, business_name: row.business_name },
        conversation,
        isClient: row.is_client,
        confidence: row.classification_confidence,
        reasoning: row.classification_reasoning,
        lastMessageAt: instantOrNull(row.last_message_at),
        createdAt: instantOf(row.created_at),
        wakeUpAt: instantOrNull(row.wake_up_at),
      }))

    interface StoredCall {
      readonly id: number
      readonly uid: string
      readonly sequence: number
      readonly profile_id: string
      readonly phone_number: string
      readonly name: string | null
      readonly scheduled_at: Date
      readonly timezone: string
      readonly status: CallRow["status"]
      readonly notes: string
      readonly created_at: Date
      readonly changed_at: Date
    }
    const callColumns = sql`c.profile_id, c.phone_number, coalesce(c.name, c.full_name) AS name, s.id, s.uid, s.sequence,
      s.scheduled_at, s.timezone, s.status, s.notes, s.created_at, s.changed_at`
    const callOf = (row: StoredCall): CallRow => ({
      id: row.id,
      uid: row.uid,
      sequence: row.sequence,
      key: keyOf(row),
      name: row.name,
      scheduledAt: instantOf(row.scheduled_at),
      timezone: row.timezone,
      status: row.status,
      notes: row.notes,
      createdAt: instantOf(row.created_at),
      changedAt: instantOf(row.changed_at),
    })

    const tokensSince = (from: Instant) =>
      Effect.map(
        sql<{ n: number }>`SELECT coalesce(sum(prompt_tokens + output_tokens), 0)::float8 AS n FROM token_usage
          WHERE at >= ${dateOf(from)}`,
        ([row]) => row!.n,
      )

    const statsSince = Effect.fnUntraced(function* (from: Instant) {
      const since = dateOf(from)
      const [contacts] = yield* sql<{ client: number; not_client: number; unknown: number }>`SELECT
        count(*) FILTER (WHERE is_client)::int AS client,
        count(*) FILTER (WHERE NOT is_client)::int AS not_client,
        count(*) FILTER (WHERE is_client IS NULL)::int AS unknown FROM contacts`
      const outcomes = yield* sql<{ outcome: string; n: number }>`SELECT outcome, count(*)::int AS n FROM messages
        WHERE outcome IS NOT NULL AND timestamp >= ${since} GROUP BY outcome ORDER BY outcome`
      const [open] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM messages
        WHERE author = 'client' AND outcome IS NULL`
      const [sent] = yield* sql<{ replies: number; touches: number }>`SELECT
        count(*) FILTER (WHERE kind = 'reply')::int AS replies, count(*) FILTER (WHERE kind = 'touch')::int AS touches
        FROM messages WHERE author = 'bot' AND timestamp >= ${since} AND NOT (delivery IN ${unreached})`
      const [calls] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM scheduled_calls
        WHERE status = 'scheduled' AND created_at >= ${since}`
      const stats: AgentStats = {
        contacts: { client: contacts!.client, notClient: contacts!.not_client, unknown: contacts!.unknown },
        outcomes: Object.fromEntries(outcomes.map((row) => [row.outcome, row.n])),
        open: open!.n,
        replies: sent!.replies,
        touches: sent!.touches,
        calls: calls!.n,
        tokens: yield* tokensSince(from),
      }
      return stats
    })

    return AgentRepo.of({
      change,
      changeNextDue,
      nextWakeUpAt: Effect.map(
        sql<{ at: Date | null }>`SELECT min(wake_up_at) AS at FROM contacts WHERE wake_up_at IS NOT NULL`,
        ([row]) => instantOrNull(row?.at ?? null),
      ).pipe(orUnavailable("nextWakeUpAt")),
      contact: Effect.fn("AgentRepo.contact")(function* (key) {
        const [row] = yield* sql<ContactRow>`SELECT * FROM contacts WHERE ${ofKey(key)}`
        return row === undefined ? null : yield* shown(row)
      }, orUnavailable("contact")),
      contacts: Effect.fn("AgentRepo.contacts")(function* (limit) {
        const rows = yield* sql<ContactRow>`SELECT * FROM contacts
          ORDER BY last_message_at DESC NULLS LAST, id DESC LIMIT ${limit}`
        // One that cannot be read must not hide the others.
        const read = yield* Effect.forEach(rows, (row) =>
          Effect.catch(shown(row), (error) =>
            Effect.as(
              Effect.logError("the stored conversation of a contact cannot be read", {
                contact: row.id,
                why: error.message,
              }),
              null,
            ),
          ),
        )
        return read.filter((contact) => contact !== null)
      }, orUnavailable("contacts")),
      history: Effect.fn("AgentRepo.history")(function* (key, limit, { withUnsent = false } = {}) {
        const rows = yield* sql<{
          message_id: string | null
          author: StoredMessage["from"]
          message_text: string
          timestamp: Date
          is_voice: boolean
          kind: StoredMessage["kind"]
          touch: number | null
          delivery: string | null
          outcome: string | null
        }>`SELECT message_id, author, message_text, timestamp, is_voice, kind, touch, delivery, outcome FROM messages
          WHERE contact_id = (SELECT id FROM contacts WHERE ${ofKey(key)})
          ${withUnsent ? sql`` : sql`AND (delivery IS NULL OR NOT (delivery IN ${unreached}))`}
          ORDER BY timestamp DESC, id DESC LIMIT ${limit}`
        return rows.toReversed().map(
          (row): StoredMessage => ({
            messageId: row.message_id ?? "",
            from: row.author,
            text: row.message_text,
            at: instantOf(row.timestamp),
            isVoice: row.is_voice,
            kind: row.kind,
            touch: row.touch,
            delivery: row.delivery,
            outcome: row.outcome,
          }),
        )
      }, orUnavailable("history")),
      outbox: Effect.fn("AgentRepo.outbox")(function* (limit) {
        const rows = yield* sql<{
          outbound_id: string
          profile_id: string
          phone_number: string
          message_text: string
          kind: OutboxRow["kind"]
          timestamp: Date
          known_operator_at: number | null
          known_client_at: number | null
          correlation_id: string
        }>`SELECT m.outbound_id, m.profile_id, m.phone_number, m.message_text, m.kind, m.timestamp,
            (c.state ->> 'lastOperatorSentAt')::float8 AS known_operator_at,
            (c.state ->> 'lastClientSentAt')::float8 AS known_client_at,
            COALESCE((SELECT a.message_id FROM messages a
              WHERE a.contact_id = m.contact_id AND a.answered_by = m.outbound_id ORDER BY a.id LIMIT 1), m.outbound_id) AS correlation_id
          FROM messages m JOIN contacts c ON c.id = m.contact_id
          WHERE m.delivery = 'pending' ORDER BY m.kind = 'touch', m.id LIMIT ${limit}`
        return rows.map(
          (row): OutboxRow => ({
            outboundId: row.outbound_id,
            key: keyOf(row),
            text: row.message_text,
            kind: row.kind,
            replyTo: null,
            decidedAt: instantOf(row.timestamp),
            knownOperatorAt: row.known_operator_at,
            knownClientAt: row.known_client_at,
            correlationId: row.correlation_id,
          }),
        )
      }, orUnavailable("outbox")),
      markPublished: Effect.fn("AgentRepo.markPublished")(function* (outboundId) {
        const rows = yield* sql`UPDATE messages SET delivery = 'published'
          WHERE outbound_id = ${outboundId} AND delivery = 'pending' RETURNING id`
        return rows.length > 0
      }, orUnavailable("markPublished")),
      takenSlots: Effect.fn("AgentRepo.takenSlots")(function* (profileId, from) {
        const rows = yield* sql<{ scheduled_at: Date }>`SELECT scheduled_at FROM scheduled_calls
          WHERE profile_id = ${profileId} AND status = 'scheduled' AND scheduled_at >= ${dateOf(from)} ORDER BY scheduled_at`
        return rows.map((row) => instantOf(row.scheduled_at))
      }, orUnavailable("takenSlots")),
      calls: Effect.fn("AgentRepo.calls")(function* (limit, { from, to } = {}) {
        const rows = yield* sql<StoredCall>`SELECT ${callColumns}
          FROM scheduled_calls s JOIN contacts c ON c.id = s.contact_id
          WHERE s.scheduled_at >= coalesce(${dateOrNull(from ?? null)}::timestamptz, '-infinity')
            AND s.scheduled_at < coalesce(${dateOrNull(to ?? null)}::timestamptz, 'infinity')
          ORDER BY s.scheduled_at DESC, s.id DESC LIMIT ${limit}`
        return rows.map(callOf)
      }, orUnavailable("calls")),
      call: Effect.fn("AgentRepo.call")(function* (id) {
        const [row] = yield* sql<StoredCall>`SELECT ${callColumns}
          FROM scheduled_calls s JOIN contacts c ON c.id = s.contact_id
          WHERE s.uid = (SELECT uid FROM scheduled_calls WHERE id = ${id}) ORDER BY s.sequence DESC LIMIT 1`
        return row === undefined ? null : callOf(row)
      }, orUnavailable("call")),
      followUps: Effect.fn("AgentRepo.followUps")(function* (key) {
        const rows = yield* sql<{
          touch_number: number
          next_touch_at: Date | null
          last_touch_at: Date | null
          is_completed: boolean
          stop_reason: string | null
          created_at: Date
        }>`SELECT * FROM follow_ups WHERE contact_id = (SELECT id FROM contacts WHERE ${ofKey(key)}) ORDER BY id`
        return rows.map(
          (row): FollowUpRow => ({
            key,
            touchNumber: row.touch_number,
            nextTouchAt: instantOrNull(row.next_touch_at),
            lastTouchAt: instantOrNull(row.last_touch_at),
            isCompleted: row.is_completed,
            stopReason: row.stop_reason,
            createdAt: instantOf(row.created_at),
          }),
        )
      }, orUnavailable("followUps")),
      touchPlans: Effect.fn("AgentRepo.touchPlans")(function* (from, to) {
        const rows = yield* sql<
          PlanRow & { profile_id: string; phone_number: string; delivery: string | null }
        >`SELECT p.*, c.profile_id, c.phone_number, m.delivery
          FROM touch_plans p JOIN contacts c ON c.id = p.contact_id LEFT JOIN messages m ON m.outbound_id = p.outbound_id
          WHERE p.due_at >= ${dateOf(from)} AND p.due_at < ${dateOf(to)} ORDER BY p.id`
        return rows.map((row) => ({ ...planOf(row), delivery: row.delivery, key: keyOf(row) }))
      }, orUnavailable("touchPlans")),
      traces: Effect.fn("AgentRepo.traces")(function* (key, limit) {
        const rows = yield* sql<{
          at: Date
          event: Event
          commands: ReadonlyArray<Command>
          thoughts: Record<string, unknown>
        }>`SELECT at, event, commands, thoughts FROM decisions
          WHERE contact_id = (SELECT id FROM contacts WHERE ${ofKey(key)}) ORDER BY id DESC LIMIT ${limit}`
        return rows.map((row): TraceRow => ({ ...row, key, at: instantOf(row.at) }))
      }, orUnavailable("traces")),
      requests: Effect.fn("AgentRepo.requests")(function* (limit) {
        const rows = yield* sql<{
          id: number
          profile_id: string
          phone_number: string
          at: Date
          why: string
          detail: string
          is_done: boolean
        }>`SELECT r.id, c.profile_id, c.phone_number, r.at, r.why, r.detail, r.is_done
          FROM operator_requests r JOIN contacts c ON c.id = r.contact_id
          WHERE NOT r.is_done ORDER BY r.id DESC LIMIT ${limit}`
        return rows.map(
          (row): OperatorRequest => ({
            id: row.id,
            key: keyOf(row),
            at: instantOf(row.at),
            why: row.why,
            detail: row.detail,
            isDone: row.is_done,
          }),
        )
      }, orUnavailable("requests")),
      closeRequest: Effect.fn("AgentRepo.closeRequest")(function* (id) {
        const rows =
          yield* sql`UPDATE operator_requests SET is_done = true WHERE id = ${id} AND NOT is_done RETURNING id`
        return rows.length > 0
      }, orUnavailable("closeRequest")),
      recordUsage: Effect.fn("AgentRepo.recordUsage")(function* (usage) {
        const { key } = usage
        yield* sql`INSERT INTO token_usage (contact_id, at, task, model, prompt_tokens, cached_tokens, output_tokens, once)
          VALUES (${key === null ? null : sql`(SELECT id FROM contacts WHERE ${ofKey(key)})`}, ${dateOf(usage.at)},
            ${usage.task}, ${usage.model}, ${usage.promptTokens}, ${usage.cachedTokens}, ${usage.outputTokens},
            ${usage.once ?? null}) ON CONFLICT (once) DO NOTHING`
      }, orUnavailable("recordUsage")),
      tokensSince: (from) => orUnavailable("tokensSince")(tokensSince(from)),
      stats: (from) => orUnavailable("stats")(statsSince(from)),
      ping: sql`SELECT 1`.pipe(Effect.asVoid, orUnavailable("ping")),
    })
  })

export const layerWith = (options: AgentRepoOptions) => Layer.effect(AgentRepo, make(options))
export const layer = layerWith({})

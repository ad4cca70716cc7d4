/**
 * The gateway's memory in PostgreSQL, on a server or embedded. Whatever puts something on the way to the agent takes one
 * lock to the end of its transaction, so that the ids of `relay` become visible in their order, and that two intakes which
 * show the same messages wait for each other instead of failing.
 * Promises what the port's contract asks, for any number of processes.
 */
import type { Correspondent } from "@wa/core/contact/contact-key"
import type { Phone } from "@wa/core/contact/phone"
import {
  GatewayRepo,
  type GatewayStats,
  type LaterStatus,
  type LedgerRow,
  type LedgerStatus,
  type Relayed,
  type Seen,
  type SendingStop,
} from "@wa/core/ports/gateway-repo"
import type { TokenUsage } from "@wa/core/ports/llm-port"
import { deliveryReport } from "@wa/core/queue/delivery-report"
import type { OutgoingBody } from "@wa/core/queue/messages"
import type { Instant } from "@wa/core/time/instant"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { dateOf, instantOf, instantOrNull, json, lock, orUnavailable, storable, transaction } from "./database.ts"
import {
  echoWindow,
  failureReason,
  isSameText,
  isWriting,
  laterFate,
  maySettle,
  openSendStatuses,
  reportKey,
  unmadeSends,
} from "./stored.ts"

interface SendRow {
  readonly id: bigint
  readonly outbound_id: string
  readonly profile_id: string
  readonly phone_number: string
  readonly message_text: string
  readonly status: LedgerStatus
  readonly message_id: string | null
  readonly tries: number
  readonly started_at: Date
  readonly body: OutgoingBody
}

const ledgerRow = (row: SendRow): LedgerRow => ({
  outboundId: row.outbound_id,
  profileId: row.profile_id,
  phone: row.phone_number as Correspondent,
  text: row.message_text,
  status: row.status,
  messageId: row.message_id,
  startedAt: instantOf(row.started_at),
  tries: row.tries,
  body: row.body,
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const isOpen = sql.in("status", openSendStatuses)

  const relaying = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
    transaction(sql, what)(Effect.andThen(lock(sql, "relay"), effect))

  const relay = (queue: Relayed["queue"], body: Relayed["body"], logId: bigint | null, key: string | null) =>
    sql`INSERT INTO relay (log_id, queue, body, key) VALUES (${logId}, ${queue}, ${json(body)}::jsonb, ${key})
      ON CONFLICT (key) DO NOTHING`

  // ---- what was seen -----------------------------------------------------------------------------------------------------

  const seenBy = (via: Seen["via"]) => (via === "poll" ? { seen_by_poll: true } : { seen_by_webhook: true })

  const recordOne = Effect.fnUntraced(function* (seen: Seen) {
    const { profileId, messageId } = seen
    const byPoll = seen.via === "poll"
    const [known] = yield* sql<{ id: bigint; by_poll: boolean; by_webhook: boolean }>`
      SELECT id, seen_by_poll AS by_poll, seen_by_webhook AS by_webhook FROM message_logs
      WHERE profile_id = ${profileId} AND message_id = ${messageId}`
    if (known !== undefined) {
      if (!(byPoll ? known.by_poll : known.by_webhook))
        yield* sql`UPDATE message_logs SET ${sql.update(seenBy(seen.via))}
          WHERE id = ${known.id}`
      return false
    }
    const [log] = yield* sql<{ id: bigint }>`INSERT INTO message_logs (profile_id, message_id, phone_number, direction,
        message_text, is_voice, type, is_writing, seen_by_poll, seen_by_webhook, queue_status, created_at)
      VALUES (${profileId}, ${messageId}, ${seen.phone}, ${seen.direction}, ${storable(seen.text)}, ${seen.isVoice},
        ${seen.type}, ${isWriting(seen)}, ${byPoll}, ${!byPoll}, ${seen.relay.length > 0 ? "pending" : "none"},
        ${dateOf(seen.at)}) RETURNING id`
    for (const { queue, body } of seen.relay) yield* relay(queue, body, log!.id, null)
    return true
  })

  const record: GatewayRepo["Service"]["record"] = Effect.fn("GatewayRepo.record")(function* (seen) {
    if (seen.length === 0) return []
    return yield* relaying(
      "record",
      Effect.gen(function* () {
        const fresh: Array<string> = []
        for (const one of seen) if (yield* recordOne(one)) fresh.push(one.messageId)
        return fresh
      }),
    )
  })

  const recordEdit: GatewayRepo["Service"]["recordEdit"] = Effect.fn("GatewayRepo.recordEdit")(function* (edit) {
    return yield* relaying(
      "recordEdit",
      Effect.gen(function* () {
        const text = storable(edit.text)
        yield* sql`UPDATE message_logs SET ${sql.update(seenBy(edit.via))}
          WHERE profile_id = ${edit.profileId} AND message_id = ${edit.messageId}`
        // What a deleted message said stays on record.
        const [log] = yield* sql<{ id: bigint }>`UPDATE message_logs SET
            original_text = coalesce(original_text, message_text),
            message_text = ${edit.isDeleted ? sql`message_text` : sql`${text}`},
            is_deleted = ${edit.isDeleted}, edited_at = ${dateOf(edit.now)}, queue_status = 'pending'
          WHERE profile_id = ${edit.profileId} AND message_id = ${edit.messageId} AND NOT is_deleted
            AND ${edit.isDeleted ? sql`true` : sql`message_text <> ${text}`} RETURNING id`
        if (log === undefined) return false
        yield* relay("incoming_messages", edit.relay, log.id, null)
        return true
      }),
    )
  })

  const known: GatewayRepo["Service"]["known"] = Effect.fn("GatewayRepo.known")(function* (profileId, messageIds) {
    if (messageIds.length === 0) return new Set<string>()
    const rows = yield* sql<{ message_id: string }>`SELECT message_id FROM message_logs
      WHERE profile_id = ${profileId} AND ${sql.in("message_id", messageIds)}`
    return new Set(rows.map((row) => row.message_id))
  }, orUnavailable("known"))

  // ---- the way to the agent ----------------------------------------------------------------------------------------------

  const pending: GatewayRepo["Service"]["pending"] = Effect.fn("GatewayRepo.pending")(function* (limit, queue) {
    const rows = yield* sql<{
      id: bigint
      queue: Relayed["queue"]
      body: Relayed["body"]
    }>`SELECT id, queue, body FROM relay
      WHERE queued_at IS NULL AND ${queue === undefined ? sql`true` : sql`queue = ${queue}`} ORDER BY id LIMIT ${limit}`
    return rows.map((row) => ({ ...row, id: Number(row.id) }))
  }, orUnavailable("pending"))

  const markQueued: GatewayRepo["Service"]["markQueued"] = Effect.fn("GatewayRepo.markQueued")(function* (id, now) {
    yield* transaction(
      sql,
      "markQueued",
    )(
      Effect.gen(function* () {
        const [row] = yield* sql<{ log_id: bigint | null }>`UPDATE relay SET queued_at = ${dateOf(now)}
          WHERE id = ${BigInt(id)} AND queued_at IS NULL RETURNING log_id`
        if (row === undefined || row.log_id === null) return
        // The last two of one message may be marked at once: the second one must see the first.
        yield* sql`SELECT id FROM message_logs WHERE id = ${row.log_id} FOR UPDATE`
        yield* sql`UPDATE message_logs SET queue_status = 'queued', processed_at = ${dateOf(now)}
          WHERE id = ${row.log_id} AND NOT EXISTS (SELECT 1 FROM relay WHERE log_id = ${row.log_id} AND queued_at IS NULL)`
      }),
    )
  })

  // ---- the ledger of sends -----------------------------------------------------------------------------------------------

  const beginSend: GatewayRepo["Service"]["beginSend"] = Effect.fn("GatewayRepo.beginSend")(function* (body, now) {
    const [entered] = yield* sql<SendRow>`INSERT INTO send_ledger (outbound_id, profile_id, phone_number, message_text,
        status, started_at, body)
      VALUES (${body.outbound_id}, ${body.profile_id}, ${body.phone_number}, ${storable(body.message_text)}, 'waiting',
        ${dateOf(now)}, ${json(body)}::jsonb) ON CONFLICT (outbound_id) DO NOTHING RETURNING *`
    if (entered !== undefined) return { isNew: true, row: ledgerRow(entered) }
    const [stored] = yield* sql<SendRow>`SELECT * FROM send_ledger WHERE outbound_id = ${body.outbound_id}`
    return { isNew: false, row: ledgerRow(stored!) }
  }, orUnavailable("beginSend"))

  const beginCall: GatewayRepo["Service"]["beginCall"] = Effect.fn("GatewayRepo.beginCall")(function* (
    outboundId,
    tries,
    now,
  ) {
    const rows = yield* sql`UPDATE send_ledger SET status = 'sending', tries = tries + 1, started_at = ${dateOf(now)}
        WHERE outbound_id = ${outboundId} AND tries = ${tries} AND ${isOpen} AND NOT EXISTS (SELECT 1 FROM sending_stops
          WHERE sending_stops.profile_id = send_ledger.profile_id AND resumed_at IS NULL) RETURNING id`
    return rows.length > 0
  }, orUnavailable("beginCall"))

  /** A message that left is in the log like every other; an echo that was seen first is the same message. */
  const logSent = Effect.fnUntraced(function* (row: SendRow, messageId: string | null, now: Instant) {
    const [ours] = yield* sql<{ id: bigint }>`SELECT id FROM message_logs WHERE outbound_id = ${row.outbound_id}`
    const [echo] =
      messageId === null
        ? []
        : yield* sql<{ id: bigint }>`SELECT id FROM message_logs
            WHERE profile_id = ${row.profile_id} AND message_id = ${messageId}`
    if (echo !== undefined) {
      if (ours !== undefined && ours.id !== echo.id) yield* sql`DELETE FROM message_logs WHERE id = ${ours.id}`
      yield* sql`UPDATE message_logs SET outbound_id = ${row.outbound_id},
        wappi_status = coalesce(wappi_status, 'sent') WHERE id = ${echo.id}`
    } else if (ours !== undefined) {
      if (messageId !== null) yield* sql`UPDATE message_logs SET message_id = ${messageId} WHERE id = ${ours.id}`
    } else {
      yield* sql`INSERT INTO message_logs (profile_id, message_id, phone_number, direction, message_text, outbound_id,
          wappi_status, created_at, processed_at)
        VALUES (${row.profile_id}, ${messageId}, ${row.phone_number}, 'outgoing', ${row.message_text}, ${row.outbound_id},
          'sent', ${dateOf(now)}, ${dateOf(now)})`
    }
  })

  const settleSend: GatewayRepo["Service"]["settleSend"] = Effect.fn("GatewayRepo.settleSend")(
    function* (outboundId, status, messageId, now, report) {
      yield* relaying(
        "settleSend",
        Effect.gen(function* () {
          const [row] = yield* sql<SendRow>`SELECT * FROM send_ledger WHERE outbound_id = ${outboundId} FOR UPDATE`
          if (row === undefined || !maySettle(row.status, status)) return
          yield* sql`UPDATE send_ledger SET status = ${status}, message_id = coalesce(message_id, ${messageId}::text),
            settled_at = ${dateOf(now)} WHERE outbound_id = ${outboundId}`
          const id = row.message_id ?? messageId
          if (status === "sent") yield* logSent(row, id, now)
          if (report !== null) yield* relay("incoming_messages", report, null, reportKey(outboundId, status))
          if (status !== "sent" || id === null) return
          const [early] = yield* sql<{ status: LaterStatus }>`DELETE FROM early_failures
            WHERE profile_id = ${row.profile_id} AND message_id = ${id} RETURNING status`
          if (early !== undefined) yield* noteFate({ ...row, status: "sent", message_id: id }, early.status, now)
        }),
      )
    },
  )

  /** Answers whether it was news. */
  const noteFate = Effect.fnUntraced(function* (row: SendRow, told: LaterStatus, now: Instant) {
    const [log] = yield* sql<{ known: string | null }>`SELECT wappi_status AS known FROM message_logs
      WHERE outbound_id = ${row.outbound_id}`
    const fate = laterFate(row.status, log?.known ?? null, told)
    if (fate === null) return false
    if (fate.settle !== null)
      yield* sql`UPDATE send_ledger SET status = ${fate.settle}, settled_at = ${dateOf(now)} WHERE id = ${row.id}`
    if (fate.settle === "sent") yield* logSent(row, row.message_id, now)
    yield* sql`UPDATE message_logs SET wappi_status = ${told} WHERE outbound_id = ${row.outbound_id}`
    if (fate.report !== null) {
      const reason = fate.report === "undeliverable" ? failureReason(told) : null
      const report = deliveryReport(row.body, fate.report, reason, row.message_id, now)
      yield* relay("incoming_messages", report, null, reportKey(row.outbound_id, fate.report))
    }
    return true
  })

  const noteDelivery: GatewayRepo["Service"]["noteDelivery"] = Effect.fn("GatewayRepo.noteDelivery")(
    function* (profileId, messageId, told, now) {
      return yield* relaying(
        "noteDelivery",
        Effect.gen(function* () {
          const [row] = yield* sql<SendRow>`SELECT * FROM send_ledger
            WHERE profile_id = ${profileId} AND message_id = ${messageId} FOR UPDATE`
          if (row !== undefined) return (yield* noteFate(row, told, now)) ? ledgerRow(row) : null
          if (told === "undelivered" || told === "error")
            yield* sql`INSERT INTO early_failures (profile_id, message_id, status, at)
              VALUES (${profileId}, ${messageId}, ${told}, ${dateOf(now)}) ON CONFLICT DO NOTHING`
          else if (told !== "pending")
            yield* sql`DELETE FROM early_failures WHERE profile_id = ${profileId} AND message_id = ${messageId}`
          return null
        }),
      )
    },
  )

  const sendOf: GatewayRepo["Service"]["sendOf"] = Effect.fn("GatewayRepo.sendOf")(function* (
    profileId,
    phone,
    messageId,
    text,
    at,
  ) {
    const { from, to } = echoWindow(at)
    const rows =
      yield* sql<SendRow>`SELECT * FROM send_ledger WHERE profile_id = ${profileId} AND phone_number = ${phone}
        AND (message_id = ${messageId} OR (message_id IS NULL AND tries > 0 AND NOT (${sql.in("status", unmadeSends)})
          AND started_at BETWEEN ${dateOf(from)} AND ${dateOf(to)})) ORDER BY id`
    const found =
      rows.find((row) => row.message_id === messageId) ?? rows.find((row) => isSameText(row.message_text, text))
    return found === undefined ? null : ledgerRow(found)
  }, orUnavailable("sendOf"))

  const lastWritten: GatewayRepo["Service"]["lastWritten"] = Effect.fn("GatewayRepo.lastWritten")(function* (
    profileId,
    phone,
  ) {
    const last = (which: "operator" | "client") => sql<{ at: Date; message_id: string | null }>`
        SELECT created_at AS at, message_id FROM message_logs
        WHERE profile_id = ${profileId} AND phone_number = ${phone} AND is_writing
          AND ${which === "client" ? sql`direction = 'incoming'` : sql`direction = 'outgoing' AND outbound_id IS NULL`}
        ORDER BY created_at DESC, id DESC LIMIT 1`
    const [operator] = yield* last("operator")
    const [client] = yield* last("client")
    return {
      operatorAt: instantOrNull(operator?.at ?? null),
      clientAt: instantOrNull(client?.at ?? null),
      clientMessageId: client?.message_id ?? null,
    }
  }, orUnavailable("lastWritten"))

  const tokensSince = Effect.fnUntraced(function* (from: Instant) {
    const [row] = yield* sql<{ n: number }>`SELECT coalesce(sum(prompt_tokens::float8 + output_tokens), 0)::float8 AS n
      FROM voice_token_usage WHERE at >= ${dateOf(from)}`
    return row!.n
  })

  // ---- the numbers -------------------------------------------------------------------------------------------------------

  const stats: GatewayRepo["Service"]["stats"] = Effect.fn("GatewayRepo.stats")(function* (from) {
    const since = dateOf(from)
    const [logs] = yield* sql<Omit<GatewayStats, "pending" | "voiceTranscribed" | "sendsWaiting" | "tokens">>`SELECT
        count(*) FILTER (WHERE direction = 'incoming')::int AS "messagesReceived",
        count(*) FILTER (WHERE outbound_id IS NOT NULL)::int AS "messagesSent",
        count(*) FILTER (WHERE direction = 'incoming' AND seen_by_webhook AND NOT seen_by_poll)::int AS "seenByWebhookOnly",
        count(*) FILTER (WHERE direction = 'incoming' AND seen_by_poll AND NOT seen_by_webhook)::int AS "seenByPollOnly"
      FROM message_logs WHERE created_at >= ${since}`
    const [voice] = yield* sql<{
      n: number
    }>`SELECT count(*)::int AS n FROM message_logs WHERE transcribed_at >= ${since}`
    const [waiting] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM relay WHERE queued_at IS NULL`
    const [held] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM send_ledger WHERE status = 'waiting'`
    return {
      ...logs!,
      voiceTranscribed: voice!.n,
      pending: waiting!.n,
      sendsWaiting: held!.n,
      tokens: yield* tokensSince(from),
    }
  }, orUnavailable("stats"))

  return GatewayRepo.of({
    beganAt: Effect.fn("GatewayRepo.beganAt")(function* (profileId, now) {
      const find = sql<{ at: Date }>`SELECT began_at AS at FROM profiles WHERE profile_id = ${profileId}`
      const [known] = yield* find
      if (known !== undefined) return instantOf(known.at)
      yield* sql`INSERT INTO profiles (profile_id, began_at) VALUES (${profileId}, ${dateOf(now)}) ON CONFLICT DO NOTHING`
      const [entered] = yield* find
      return instantOf(entered!.at)
    }, orUnavailable("beganAt")),
    record,
    recordEdit,
    known,
    chatMark: Effect.fn("GatewayRepo.chatMark")(function* (profileId, chatId) {
      const [row] = yield* sql<{
        last_message_id: string
        last_message_at: Date
      }>`SELECT last_message_id, last_message_at
        FROM chat_marks WHERE profile_id = ${profileId} AND chat_id = ${chatId}`
      return row === undefined
        ? null
        : { lastMessageId: row.last_message_id, lastMessageAt: instantOf(row.last_message_at) }
    }, orUnavailable("chatMark")),
    setChatMark: Effect.fn("GatewayRepo.setChatMark")(function* (profileId, chatId, mark) {
      yield* sql`INSERT INTO chat_marks (profile_id, chat_id, last_message_id, last_message_at)
        VALUES (${profileId}, ${chatId}, ${mark.lastMessageId}, ${dateOf(mark.lastMessageAt)})
        ON CONFLICT (profile_id, chat_id) DO UPDATE SET
          last_message_id = excluded.last_message_id, last_message_at = excluded.last_message_at`
    }, orUnavailable("setChatMark")),
    pending,
    markQueued,
    enqueue: Effect.fn("GatewayRepo.enqueue")(function* (queue, body, key) {
      yield* relaying("enqueue", relay(queue, body, null, key))
    }),
    beginSend,
    beginCall,
    settleSend,
    noteDelivery,
    openSends: Effect.fn("GatewayRepo.openSends")(function* (profileId) {
      const rows =
        yield* sql<SendRow>`SELECT * FROM send_ledger WHERE profile_id = ${profileId} AND ${isOpen} ORDER BY id`
      return rows.map(ledgerRow)
    }, orUnavailable("openSends")),
    sendOf,
    sendStarts: Effect.fn("GatewayRepo.sendStarts")(function* (profileId, from) {
      const rows = yield* sql<{ at: Date }>`SELECT started_at AS at FROM send_ledger
        WHERE profile_id = ${profileId} AND tries > 0 AND started_at >= ${dateOf(from)} ORDER BY started_at`
      return rows.map((row) => instantOf(row.at))
    }, orUnavailable("sendStarts")),
    lastWritten,
    clientTexts: Effect.fn("GatewayRepo.clientTexts")(function* (profileId, phone, from) {
      const rows = yield* sql<{ text: string }>`SELECT coalesce(voice_transcription, message_text) AS text
        FROM message_logs WHERE profile_id = ${profileId} AND phone_number = ${phone} AND direction = 'incoming'
          AND is_writing AND created_at >= ${dateOf(from)} ORDER BY created_at, id`
      return rows.map((row) => row.text)
    }, orUnavailable("clientTexts")),
    isEditedSince: Effect.fn("GatewayRepo.isEditedSince")(function* (profileId, phone, since) {
      const rows = yield* sql`SELECT 1 FROM message_logs AS log WHERE profile_id = ${profileId}
        AND phone_number = ${phone} AND direction = 'incoming' AND edited_at >= ${dateOf(since)}
        AND NOT EXISTS (SELECT 1 FROM send_ledger AS given_back WHERE given_back.profile_id = log.profile_id
          AND given_back.phone_number = log.phone_number AND status = 'expired' AND settled_at >= edited_at) LIMIT 1`
      return rows.length > 0
    }, orUnavailable("isEditedSince")),
    sendingStop: Effect.fn("GatewayRepo.sendingStop")(function* (profileId) {
      const [row] = yield* sql<{ at: Date; why: SendingStop["why"]; detail: string }>`
        SELECT stopped_at AS at, why, detail FROM sending_stops WHERE profile_id = ${profileId} AND resumed_at IS NULL`
      return row === undefined ? null : { at: instantOf(row.at), why: row.why, detail: row.detail }
    }, orUnavailable("sendingStop")),
    stopSending: Effect.fn("GatewayRepo.stopSending")(function* (profileId, stop) {
      const rows = yield* sql`INSERT INTO sending_stops (profile_id, why, detail, stopped_at)
        SELECT ${profileId}::text, ${stop.why}::text, ${storable(stop.detail)}::text, ${dateOf(stop.at)}::timestamptz
        WHERE NOT EXISTS (SELECT 1 FROM sending_stops WHERE profile_id = ${profileId} AND resumed_at > ${dateOf(stop.at)})
        ON CONFLICT (profile_id) WHERE resumed_at IS NULL DO NOTHING RETURNING id`
      return rows.length > 0
    }, orUnavailable("stopSending")),
    resumeSending: Effect.fn("GatewayRepo.resumeSending")(function* (profileId, now) {
      const rows = yield* sql`UPDATE sending_stops SET resumed_at = ${dateOf(now)}
        WHERE profile_id = ${profileId} AND resumed_at IS NULL RETURNING id`
      return rows.length > 0
    }, orUnavailable("resumeSending")),
    markTranscribed: Effect.fn("GatewayRepo.markTranscribed")(function* (profileId, messageId, transcript, now) {
      if (transcript === null) return
      yield* sql`UPDATE message_logs SET voice_transcription = ${storable(transcript)}, transcribed_at = ${dateOf(now)}
        WHERE profile_id = ${profileId} AND message_id = ${messageId}`
    }, orUnavailable("markTranscribed")),

    recordUsage: Effect.fn("GatewayRepo.recordUsage")(function* (usage) {
      yield* sql`INSERT INTO voice_token_usage (profile_id, message_id, at, model, prompt_tokens, cached_tokens, output_tokens)
        VALUES (${usage.profileId}, ${usage.messageId}, ${dateOf(usage.at)}, ${usage.model}, ${usage.promptTokens},
          ${usage.cachedTokens}, ${usage.outputTokens})`
    }, orUnavailable("recordUsage")),
    usageOf: Effect.fn("GatewayRepo.usageOf")(function* (profileId, messageId) {
      return yield* sql<TokenUsage>`SELECT model, prompt_tokens AS "promptTokens", cached_tokens AS "cachedTokens",
          output_tokens AS "outputTokens"
        FROM voice_token_usage WHERE profile_id = ${profileId} AND message_id = ${messageId} ORDER BY id`
    }, orUnavailable("usageOf")),
    tokensSince: (from) => orUnavailable("tokensSince")(tokensSince(from)),

    isWhitelisted: Effect.fn("GatewayRepo.isWhitelisted")(function* (phone) {
      return (yield* sql`SELECT 1 FROM whitelist WHERE phone_number = ${phone}`).length > 0
    }, orUnavailable("isWhitelisted")),
    whitelist: Effect.map(
      sql<{
        phone: Phone
        note: string
        added_at: Date
      }>`SELECT phone_number AS phone, note, added_at FROM whitelist ORDER BY id`,
      (rows) => rows.map(({ phone, note, added_at }) => ({ phone, note, addedAt: instantOf(added_at) })),
    ).pipe(orUnavailable("whitelist")),
    addToWhitelist: Effect.fn("GatewayRepo.addToWhitelist")(function* (phone, note, now) {
      yield* sql`INSERT INTO whitelist (phone_number, note, added_at) VALUES (${phone}, ${storable(note)}, ${dateOf(now)})
        ON CONFLICT (phone_number) DO UPDATE SET note = excluded.note`
    }, orUnavailable("addToWhitelist")),
    removeFromWhitelist: Effect.fn("GatewayRepo.removeFromWhitelist")(function* (phone) {
      return (yield* sql`DELETE FROM whitelist WHERE phone_number = ${phone} RETURNING id`).length > 0
    }, orUnavailable("removeFromWhitelist")),
    stats,
    ping: sql`SELECT 1`.pipe(Effect.asVoid, orUnavailable("ping")),
  })
})

export const layer = Layer.effect(GatewayRepo, make)

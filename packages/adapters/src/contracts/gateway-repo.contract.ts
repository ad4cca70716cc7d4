/**
 * What every adapter of `GatewayRepo` must do. `subject` is called once for each test and gives a repository as it is
 * after its migrations.
 */
import { assert, describe, it } from "@effect/vitest"
import { GatewayRepo, type LaterStatus, type LedgerStatus, type Seen } from "@wa/core/ports/gateway-repo"
import type { IncomingBody, OutgoingBody, VoiceBody } from "@wa/core/queue/messages"
import { dayMs, hourMs, minuteMs, secondMs } from "@wa/core/time/instant"
import { Effect, type Layer } from "effect"

/** Monday, 10:00 in Almaty. */
const t0 = Date.parse("2026-03-02T10:00:00+05:00")
const profileId = "profile-1"
const phone = "+77010000001"
const other = "+77010000002"

const envelope = { version: 1, profile_id: profileId, phone_number: phone } as const
const nobody = { name: null, full_name: null, business_name: null }

const clientBody = (
  id: string,
  content: Extract<IncomingBody, { event: "message" }>["content"] = "text",
): IncomingBody => ({
  ...envelope,
  correlation_id: id,
  event: "message",
  message_id: id,
  message_text: `Сообщение ${id}`,
  is_voice: content === "voice",
  content,
  contact_info: nobody,
  timestamp: new Date(t0).toISOString(),
})
const voiceBody = (id: string): VoiceBody => ({
  ...envelope,
  correlation_id: id,
  message_id: id,
  contact_info: nobody,
  timestamp: new Date(t0).toISOString(),
})
const report = (outboundId: string): IncomingBody => ({
  ...envelope,
  correlation_id: outboundId,
  event: "delivery",
  outbound_id: outboundId,
  status: "sent",
  reason: null,
  message_id: null,
  timestamp: new Date(t0).toISOString(),
})
const seen = (id: string, over: Partial<Seen> = {}): Seen => ({
  profileId,
  messageId: id,
  phone,
  direction: "incoming",
  text: `Сообщение ${id}`,
  isVoice: false,
  type: "text",
  at: t0,
  relay: [{ queue: "incoming_messages", body: clientBody(id) }],
  via: "poll",
  ...over,
})
const fromHuman = (id: string, at: number): Seen => seen(id, { direction: "outgoing", at, relay: [] })

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const outgoing = (n: number, over: Partial<OutgoingBody> = {}): OutgoingBody => ({
  ...envelope,
  correlation_id: `c${n}`,
  outbound_id: uuid(n),
  message_text: `Ответ ${n}`,
  reply_to_message_id: null,
  mark_as_read: true,
  kind: "reply",
  decided_at: new Date(t0).toISOString(),
  known_operator_at: null,
  known_client_at: null,
  ...over,
})

const pendingIds = Effect.map(
  GatewayRepo.use((repo) => repo.pending(100)),
  (rows) => rows.map(({ queue, body }) => `${queue} ${body.correlation_id}`),
)
/** Entered, and the call begun. */
const begun = (body: OutgoingBody, at: number) =>
  Effect.gen(function* () {
    const repo = yield* GatewayRepo
    const { row } = yield* repo.beginSend(body, at)
    assert.isTrue(yield* repo.beginCall(body.outbound_id, row.tries, at))
  })

export const gatewayRepoContract = (adapter: string, subject: () => Layer.Layer<GatewayRepo, unknown>): void => {
  const live = (name: string, test: () => Effect.Effect<void, unknown, GatewayRepo>) =>
    it.live(name, () => Effect.suspend(test).pipe(Effect.provide(subject())), 60_000)

  describe(`GatewayRepo on ${adapter}: what was seen`, () => {
    live("begins once for each profile", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        assert.strictEqual(yield* repo.beganAt(profileId, t0), t0)
        assert.strictEqual(yield* repo.beganAt(profileId, t0 + dayMs), t0)
        assert.strictEqual(yield* repo.beganAt("profile-2", t0 + 1), t0 + 1)
      }),
    )
    live("stores a message once, whichever way and however often it is shown", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        assert.deepStrictEqual(yield* repo.record([seen("m1"), seen("m2"), seen("m1")]), ["m1", "m2"])
        assert.deepStrictEqual(yield* repo.record([seen("m2", { via: "webhook" }), seen("m3")]), ["m3"])
        assert.deepStrictEqual(yield* repo.record([]), [])
        assert.deepStrictEqual(yield* pendingIds, [
          "incoming_messages m1",
          "incoming_messages m2",
          "incoming_messages m3",
        ])
        assert.deepStrictEqual(yield* repo.known(profileId, ["m1", "m9", "m3"]), new Set(["m1", "m3"]))
        assert.deepStrictEqual(yield* repo.known("profile-2", ["m1"]), new Set())
        assert.deepStrictEqual(yield* repo.known(profileId, []), new Set())
      }),
    )
    live("stores it once also when both ways show it at the same moment", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const batch = Array.from({ length: 10 }, (_, n) => seen(`m${n}`))
        const stored = yield* Effect.forEach(
          [batch, [...batch].reverse(), batch, [...batch].reverse()],
          (one) => repo.record(one),
          { concurrency: "unbounded" },
        )
        assert.strictEqual(stored.flat().length, 10)
        assert.strictEqual((yield* repo.pending(100)).length, 10)
      }),
    )
    live("keeps profiles apart", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("m1")])
        assert.deepStrictEqual(yield* repo.record([seen("m1", { profileId: "profile-2" })]), ["m1"])
      }),
    )
    live("replaces the text of an edited message and relays it once", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("m1", { text: "цена?" })])
        const edit = (text: string, isDeleted = false) =>
          repo.recordEdit({
            profileId,
            via: "webhook",
            messageId: "m1",
            text,
            isDeleted,
            now: t0,
            relay: {
              ...envelope,
              correlation_id: `edit ${text}`,
              event: isDeleted ? "deleted" : "edited",
              message_id: "m1",
              message_text: text,
              timestamp: new Date(t0).toISOString(),
            },
          })
        assert.isFalse(yield* edit("цена?"))
        assert.isTrue(yield* edit("цена трёх?"))
        assert.isFalse(yield* edit("цена трёх?"))
        assert.isTrue(yield* edit("", true))
        assert.isFalse(yield* edit("", true))
        assert.isFalse(yield* edit("после удаления"))
        assert.isFalse(
          yield* repo.recordEdit({
            ...{ profileId, via: "poll" as const, text: "x", isDeleted: false },
            messageId: "m9",
            relay: clientBody("m9"),
            now: t0,
          }),
        )
        assert.deepStrictEqual(yield* pendingIds, [
          "incoming_messages m1",
          "incoming_messages edit цена трёх?",
          "incoming_messages edit ",
        ])
      }),
    )
    live("remembers how far a chat was read", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        assert.isNull(yield* repo.chatMark(profileId, "chat"))
        yield* repo.setChatMark(profileId, "chat", { lastMessageId: "m1", lastMessageAt: t0 })
        yield* repo.setChatMark(profileId, "chat", { lastMessageId: "m2", lastMessageAt: t0 + 1 })
        assert.deepStrictEqual(yield* repo.chatMark(profileId, "chat"), { lastMessageId: "m2", lastMessageAt: t0 + 1 })
        assert.isNull(yield* repo.chatMark("profile-2", "chat"))
      }),
    )
    live("tells when a human and when the client last wrote, which reactions and our own messages are not", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const nothing = { operatorAt: null, clientAt: null, clientMessageId: null }
        assert.deepStrictEqual(yield* repo.lastWritten(profileId, phone), nothing)
        yield* begun(outgoing(1), t0 + 9 * minuteMs)
        yield* repo.settleSend(uuid(1), "sent", "own", t0 + 9 * minuteMs, null)
        yield* repo.record([
          seen("m2", { at: t0 + 2 * minuteMs }),
          seen("m1", { at: t0 + minuteMs }),
          seen("r1", { at: t0 + 5 * minuteMs, type: "reaction" }),
          seen("s1", {
            at: t0 + 6 * minuteMs,
            type: "e2e_notification",
            relay: [{ queue: "incoming_messages", body: clientBody("s1", "system") }],
          }),
          fromHuman("h1", t0 + 3 * minuteMs),
          fromHuman("own", t0 + 9 * minuteMs),
          { ...fromHuman("h2", t0 + 7 * minuteMs), phone: other },
          { ...fromHuman("h3", t0 + 8 * minuteMs), type: "reaction" },
          { ...fromHuman("h4", t0 + 8 * minuteMs), type: "call_log" },
        ])
        assert.deepStrictEqual(yield* repo.lastWritten(profileId, phone), {
          operatorAt: t0 + 3 * minuteMs,
          clientAt: t0 + 2 * minuteMs,
          clientMessageId: "m2",
        })
      }),
    )
  })

  describe(`GatewayRepo on ${adapter}: what a client wrote`, () => {
    live("is told from a moment on, with what a voice note said, and without reactions and what others wrote", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        assert.deepStrictEqual(yield* repo.clientTexts(profileId, phone, t0), [])
        yield* repo.record([
          seen("m0", { at: t0 - 1 }),
          seen("m2", { at: t0 + 2 }),
          seen("m1", { at: t0 }),
          seen("v1", { at: t0 + 3, isVoice: true, type: "ptt" }),
          seen("r1", { at: t0 + 4, type: "reaction" }),
          fromHuman("h1", t0 + 5),
          seen("o1", { at: t0 + 6, phone: other }),
          seen("p1", { at: t0 + 7, profileId: "profile-2" }),
        ])
        yield* repo.markTranscribed(profileId, "v1", "не пишите мне", t0 + 9)
        const texts = [...(yield* repo.clientTexts(profileId, phone, t0))]
        assert.deepStrictEqual(texts.sort(), ["Сообщение m1", "Сообщение m2", "не пишите мне"].sort())
      }),
    )
  })

  describe(`GatewayRepo on ${adapter}: a client's edit`, () => {
    const edit = (messageId: string, now: number, more: { isDeleted?: boolean } = {}) =>
      GatewayRepo.use((repo) =>
        repo.recordEdit({
          via: "poll",
          profileId,
          messageId,
          text: "Иначе",
          isDeleted: false,
          relay: clientBody(messageId),
          now,
          ...more,
        }),
      )
    live("is told from a moment on, of its own chat, be it an edit or a deletion", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("m1"), seen("m2"), seen("m3", { phone: other }), fromHuman("h1", t0)])
        assert.isFalse(yield* repo.isEditedSince(profileId, phone, t0))
        yield* edit("m3", t0 + minuteMs)
        yield* edit("h1", t0 + minuteMs)
        assert.isFalse(yield* repo.isEditedSince(profileId, phone, t0))
        yield* edit("m1", t0 + minuteMs)
        assert.isTrue(yield* repo.isEditedSince(profileId, phone, t0))
        assert.isTrue(yield* repo.isEditedSince(profileId, phone, t0 + minuteMs))
        assert.isFalse(yield* repo.isEditedSince(profileId, phone, t0 + minuteMs + 1))
        assert.isFalse(yield* repo.isEditedSince("profile-2", phone, t0))
        assert.isFalse(yield* edit("m1", t0 + 5 * minuteMs))
        assert.isFalse(yield* repo.isEditedSince(profileId, phone, t0 + 2 * minuteMs), "the same text is no edit")
        yield* edit("m2", t0 + 3 * minuteMs, { isDeleted: true })
        assert.isTrue(yield* repo.isEditedSince(profileId, phone, t0 + 2 * minuteMs))
      }),
    )
    live("is over with once a message of the chat was given back after it", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("m1")])
        for (const n of [1, 2]) yield* repo.beginSend(outgoing(n), t0)
        yield* repo.beginSend(outgoing(3, { phone_number: other }), t0)
        yield* repo.settleSend(uuid(1), "expired", null, t0 + 1, null)
        yield* edit("m1", t0 + 2)
        yield* repo.settleSend(uuid(3), "expired", null, t0 + 3, null)
        assert.isTrue(yield* repo.isEditedSince(profileId, phone, t0))
        yield* repo.settleSend(uuid(2), "expired", null, t0 + 3, null)
        assert.isFalse(yield* repo.isEditedSince(profileId, phone, t0))
        yield* repo.record([seen("m2")])
        yield* edit("m2", t0 + 4)
        assert.isTrue(yield* repo.isEditedSince(profileId, phone, t0))
      }),
    )
  })

  describe(`GatewayRepo on ${adapter}: the way to the agent`, () => {
    live("relays in the order in which things were seen, until they are queued", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const voice = seen("v1", {
          isVoice: true,
          type: "ptt",
          relay: [
            { queue: "incoming_messages", body: clientBody("v1", "voice") },
            { queue: "voice_transcription", body: voiceBody("v1") },
          ],
        })
        yield* repo.record([voice, seen("m1")])
        const [first, second, third] = yield* repo.pending(10)
        assert.deepStrictEqual(first?.body, clientBody("v1", "voice"))
        assert.deepStrictEqual(second?.body, voiceBody("v1"))
        assert.deepStrictEqual(
          [first?.queue, second?.queue, third?.queue],
          ["incoming_messages", "voice_transcription", "incoming_messages"],
        )
        assert.strictEqual((yield* repo.pending(2)).length, 2)
        const ids = (rows: ReadonlyArray<{ readonly id: number }>) => rows.map((row) => row.id)
        assert.deepStrictEqual(ids(yield* repo.pending(1, "voice_transcription")), [second!.id])
        assert.deepStrictEqual(ids(yield* repo.pending(10, "incoming_messages")), [first!.id, third!.id])
        assert.strictEqual((yield* repo.stats(t0)).pending, 3)
        yield* repo.markQueued(second!.id, t0)
        yield* repo.markQueued(second!.id, t0)
        yield* repo.markQueued(first!.id, t0)
        assert.deepStrictEqual(yield* pendingIds, ["incoming_messages m1"])
        assert.strictEqual((yield* repo.stats(t0)).pending, 1)
      }),
    )
    live("puts a body behind what is pending, once for each key", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("m1")])
        yield* repo.enqueue("incoming_messages", clientBody("e1"), "key-1")
        yield* repo.enqueue("incoming_messages", clientBody("e1"), "key-1")
        yield* repo.enqueue("incoming_messages", clientBody("e2"), "key-2")
        assert.deepStrictEqual(yield* pendingIds, [
          "incoming_messages m1",
          "incoming_messages e1",
          "incoming_messages e2",
        ])
        for (const { id } of yield* repo.pending(10)) yield* repo.markQueued(id, t0)
        yield* repo.enqueue("incoming_messages", clientBody("e1"), "key-1")
        assert.deepStrictEqual(yield* pendingIds, [])
      }),
    )
    live("adds up the tokens of its voice notes, and knows those of each", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const usage = { model: "test", promptTokens: 100, cachedTokens: 40, outputTokens: 5 }
        const spent = (messageId: string, at: number) => ({ ...usage, profileId, messageId, at })
        yield* repo.recordUsage(spent("v1", t0))
        yield* repo.recordUsage(spent("v1", t0 + 1))
        yield* repo.recordUsage(spent("v2", t0 + 1))
        assert.deepStrictEqual(yield* repo.usageOf(profileId, "v1"), [usage, usage])
        assert.deepStrictEqual(yield* repo.usageOf(profileId, "v9"), [])
        assert.strictEqual(yield* repo.tokensSince(t0), 315)
        assert.strictEqual(yield* repo.tokensSince(t0 + 1), 210)
        assert.strictEqual((yield* repo.stats(t0 + 1)).tokens, 210)
      }),
    )
    live("counts a voice note as transcribed once it has a transcript", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("v1"), seen("v2")])
        yield* repo.markTranscribed(profileId, "v1", "цена?", t0 + 1)
        yield* repo.markTranscribed(profileId, "v2", null, t0 + 1)
        assert.strictEqual((yield* repo.stats(t0)).voiceTranscribed, 1)
        assert.strictEqual((yield* repo.stats(t0 + 2)).voiceTranscribed, 0)
      }),
    )
  })

  describe(`GatewayRepo on ${adapter}: the ledger of sends`, () => {
    live("enters a send once and tells how it stands", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const entered = yield* repo.beginSend(outgoing(1), t0)
        const row = {
          outboundId: uuid(1),
          profileId,
          phone,
          text: "Ответ 1",
          status: "waiting",
          messageId: null,
          startedAt: t0,
          tries: 0,
          body: outgoing(1),
        }
        assert.deepStrictEqual(entered, { isNew: true, row: row as typeof entered.row })
        const again = yield* repo.beginSend(outgoing(1, { message_text: "другой" }), t0 + 1)
        assert.deepStrictEqual(again, { isNew: false, row: row as typeof entered.row })
      }),
    )
    live("lets one of many workers begin the call", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.beginSend(outgoing(1), t0)
        const begins = yield* Effect.forEach(
          Array.from({ length: 8 }),
          () => repo.beginCall(uuid(1), 0, t0 + secondMs),
          { concurrency: "unbounded" },
        )
        assert.strictEqual(begins.filter((is) => is).length, 1)
        const { row } = yield* repo.beginSend(outgoing(1), t0)
        assert.deepInclude(row, { status: "sending", tries: 1, startedAt: t0 + secondMs })
        assert.isTrue(yield* repo.beginCall(uuid(1), 1, t0 + 2 * secondMs))
        yield* repo.settleSend(uuid(1), "refused", null, t0, null)
        assert.isFalse(yield* repo.beginCall(uuid(1), 2, t0))
        assert.isFalse(yield* repo.beginCall(uuid(9), 0, t0))
      }),
    )
    live("settles a send and reports it to the agent, once", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* begun(outgoing(1), t0)
        yield* repo.settleSend(uuid(1), "in_doubt", null, t0, null)
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, report(uuid(1)))
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, report(uuid(1)))
        yield* repo.settleSend(uuid(1), "unknown", null, t0, report(uuid(1)))
        yield* repo.settleSend(uuid(9), "sent", null, t0, report(uuid(9)))
        const { row } = yield* repo.beginSend(outgoing(1), t0)
        assert.deepInclude(row, { status: "sent", messageId: "wamid-1" })
        assert.deepStrictEqual(yield* pendingIds, [`incoming_messages ${uuid(1)}`])
        assert.deepStrictEqual(yield* repo.known(profileId, ["wamid-1"]), new Set(["wamid-1"]))
        assert.deepStrictEqual(yield* repo.record([fromHuman("wamid-1", t0)]), [])
      }),
    )
    live("keeps a settled send as it is, but learns late that it was sent", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* begun(outgoing(1), t0)
        yield* repo.settleSend(uuid(1), "unknown", null, t0, report(uuid(1)))
        yield* repo.settleSend(uuid(1), "waiting", null, t0, null)
        assert.strictEqual((yield* repo.beginSend(outgoing(1), t0)).row.status, "unknown")
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, report(uuid(1)))
        assert.strictEqual((yield* repo.beginSend(outgoing(1), t0)).row.status, "sent")
        assert.strictEqual((yield* repo.pending(10)).length, 2)
      }),
    )
    live("begins no call while sending is stopped, and keeps the stop until it is ended", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const banned = { at: t0, why: "temporary_ban", detail: "" } as const
        assert.isNull(yield* repo.sendingStop(profileId))
        assert.isFalse(yield* repo.resumeSending(profileId, t0))
        yield* repo.beginSend(outgoing(1), t0)
        assert.isTrue(yield* repo.stopSending(profileId, banned))
        assert.isFalse(yield* repo.stopSending(profileId, { ...banned, at: t0 + 1, why: "person" }), "it stands")
        assert.deepStrictEqual(yield* repo.sendingStop(profileId), banned)
        assert.isNull(yield* repo.sendingStop("profile-2"), "each profile stops alone")
        assert.isFalse(yield* repo.beginCall(uuid(1), 0, t0))
        assert.deepInclude((yield* repo.beginSend(outgoing(1), t0)).row, { status: "waiting", tries: 0 })
        assert.strictEqual((yield* repo.stats(t0)).sendsWaiting, 1)
        assert.isTrue(yield* repo.resumeSending(profileId, t0 + hourMs))
        assert.isNull(yield* repo.sendingStop(profileId))
        assert.isFalse(yield* repo.stopSending(profileId, { ...banned, at: t0 + minuteMs }), "news from before the end")
        assert.isTrue(yield* repo.beginCall(uuid(1), 0, t0 + hourMs))
        assert.strictEqual((yield* repo.stats(t0)).sendsWaiting, 0)
        assert.isTrue(yield* repo.stopSending(profileId, { at: t0 + 2 * hourMs, why: "person", detail: "отпуск" }))
        assert.deepInclude(yield* repo.sendingStop(profileId), { why: "person", detail: "отпуск" })
      }),
    )
    live("lists the sends whose outcome is open, oldest first", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const states: ReadonlyArray<LedgerStatus> = [
          "waiting",
          "sending",
          "in_doubt",
          "in_doubt_late",
          "sent",
          "dropped",
        ]
        for (const [n, status] of states.entries()) {
          yield* repo.beginSend(outgoing(n), t0 + n)
          yield* repo.settleSend(uuid(n), status, null, t0, null)
        }
        yield* repo.beginSend(outgoing(9, { profile_id: "profile-2" }), t0)
        assert.deepStrictEqual(
          (yield* repo.openSends(profileId)).map((row) => row.status),
          states.slice(0, 4),
        )
      }),
    )
    live("knows the echo of a send by its id, and by its text while it has none", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const echo = (id: string, text: string, at = t0 + secondMs, of = phone) =>
          Effect.map(repo.sendOf(profileId, of, id, text, at), (row) => row?.outboundId ?? null)
        yield* repo.beginSend(outgoing(1), t0)
        assert.isNull(yield* echo("wamid-1", "Ответ 1"), "it has not been called yet")
        yield* repo.beginCall(uuid(1), 0, t0)
        assert.strictEqual(yield* echo("wamid-1", " Ответ  1\n"), uuid(1))
        assert.isNull(yield* echo("wamid-1", "Ответ 2"))
        assert.isNull(yield* echo("wamid-1", "Ответ 1", t0 + secondMs, other))
        assert.isNull(yield* echo("wamid-1", "Ответ 1", t0 - hourMs), "older than the call")
        assert.isNull(yield* echo("wamid-1", "Ответ 1", t0 + 3 * dayMs), "days later")
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, null)
        assert.strictEqual(yield* echo("wamid-1", "что угодно", t0 + 9 * dayMs), uuid(1))
        assert.isNull(yield* echo("wamid-2", "Ответ 1"), "a human wrote the same words")
        yield* begun(outgoing(3), t0)
        yield* repo.settleSend(uuid(3), "dropped", null, t0, null)
        assert.isNull(yield* echo("wamid-3", "Ответ 3"), "it never left")
      }),
    )
    live("knows one message as one, whether its echo or its id came first", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* begun(outgoing(1), t0)
        yield* repo.record([fromHuman("wamid-1", t0)])
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, null)
        yield* begun(outgoing(2), t0)
        yield* repo.settleSend(uuid(2), "sent", null, t0, null)
        yield* repo.settleSend(uuid(2), "sent", "wamid-2", t0, null)
        yield* begun(outgoing(3), t0)
        yield* repo.settleSend(uuid(3), "sent", null, t0, null)
        yield* repo.record([fromHuman("wamid-3", t0)])
        yield* repo.settleSend(uuid(3), "sent", "wamid-3", t0, null)
        assert.strictEqual((yield* repo.stats(t0)).messagesSent, 3)
        assert.isNull((yield* repo.lastWritten(profileId, phone)).operatorAt)
        const ids = ["wamid-1", "wamid-2", "wamid-3"]
        assert.deepStrictEqual(yield* repo.known(profileId, ids), new Set(ids))
      }),
    )
    live("keeps what became of a message later, reports a failure once, and never goes back", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const noted = (status: LaterStatus, id = "wamid-1", at = t0 + minuteMs) =>
          Effect.map(repo.noteDelivery(profileId, id, status, at), (row) => row?.outboundId ?? null)
        const told = Effect.map(repo.pending(50), (rows) =>
          rows.flatMap(({ body }) =>
            "event" in body && body.event === "delivery" ? [`${body.status} ${body.message_id} ${body.reason}`] : [],
          ),
        )
        yield* begun(outgoing(1), t0)
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, null)
        assert.isNull(yield* noted("pending"))
        assert.strictEqual(yield* noted("error"), uuid(1))
        assert.isNull(yield* noted("error"), "told twice")
        assert.isNull(yield* noted("undelivered"), "the same in other words")
        const failed = "undeliverable wamid-1 WhatsApp не доставил сообщение (error)"
        assert.deepStrictEqual(yield* told, [failed])
        assert.strictEqual((yield* repo.beginSend(outgoing(1), t0)).row.status, "sent", "it did leave")
        assert.strictEqual(yield* noted("delivered"), uuid(1), "it came after all")
        assert.deepStrictEqual(yield* told, [failed, "delivered wamid-1 null"])
        assert.strictEqual(yield* noted("read"), uuid(1))
        assert.isNull(yield* noted("delivered"), "read stays read")
        assert.isNull(yield* noted("error"), "what was read has arrived")
        assert.isNull(yield* noted("error", "wamid-9"), "nobody's")
        assert.lengthOf(yield* told, 2)
      }),
    )
    live("keeps a failure that comes before the answer of the send itself", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* begun(outgoing(1), t0)
        yield* begun(outgoing(2), t0)
        assert.isNull(yield* repo.noteDelivery(profileId, "wamid-1", "undelivered", t0))
        assert.isNull(yield* repo.noteDelivery(profileId, "wamid-2", "undelivered", t0))
        assert.isNull(yield* repo.noteDelivery(profileId, "wamid-2", "delivered", t0))
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, report(uuid(1)))
        yield* repo.settleSend(uuid(2), "sent", "wamid-2", t0, report(uuid(2)))
        assert.deepStrictEqual(
          (yield* repo.pending(10)).map(({ body }) => ("status" in body ? `${body.outbound_id} ${body.status}` : "")),
          [`${uuid(1)} sent`, `${uuid(1)} undeliverable`, `${uuid(2)} sent`],
        )
      }),
    )
    live("learns from a delivery that a send in doubt left, or that it failed", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        for (const n of [1, 2]) {
          yield* begun(outgoing(n), t0)
          yield* repo.settleSend(uuid(n), "in_doubt", `wamid-${n}`, t0, null)
        }
        yield* repo.noteDelivery(profileId, "wamid-1", "read", t0)
        yield* repo.noteDelivery(profileId, "wamid-2", "error", t0)
        assert.deepStrictEqual(yield* repo.openSends(profileId), [])
        assert.strictEqual((yield* repo.beginSend(outgoing(1), t0)).row.status, "sent")
        assert.strictEqual((yield* repo.beginSend(outgoing(2), t0)).row.status, "undeliverable")
        assert.strictEqual((yield* repo.stats(t0)).messagesSent, 1)
        yield* repo.noteDelivery(profileId, "wamid-2", "delivered", t0)
        assert.deepStrictEqual(
          (yield* repo.pending(10)).map(({ body }) => ("status" in body ? body.status : "")),
          ["sent", "undeliverable", "delivered"],
        )
      }),
    )
    live("tells when the last calls began, which a message that was never tried has not", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.beginSend(outgoing(1), t0)
        yield* begun(outgoing(2), t0 - minuteMs)
        yield* begun(outgoing(3), t0)
        yield* begun(outgoing(4), t0 + 1)
        yield* repo.beginCall(uuid(3), 1, t0 + 2)
        assert.deepStrictEqual(yield* repo.sendStarts(profileId, t0), [t0 + 1, t0 + 2])
        assert.deepStrictEqual(yield* repo.sendStarts("profile-2", t0), [])
      }),
    )
  })

  describe(`GatewayRepo on ${adapter}: the whitelist and the numbers`, () => {
    live("begins with the company's own numbers, and follows people's changes", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        assert.deepStrictEqual((yield* repo.whitelist).map((one) => one.phone).sort(), [
          "+77018855588",
          "+77088098009",
          "+77752837306",
        ])
        assert.isTrue(yield* repo.isWhitelisted("+77752837306"))
        assert.isFalse(yield* repo.isWhitelisted(phone))
        assert.isFalse(yield* repo.isWhitelisted("12345@lid"))
        yield* repo.addToWhitelist(phone, "Мама", t0)
        yield* repo.addToWhitelist(phone, "Мама директора", t0 + 1)
        assert.deepStrictEqual(
          (yield* repo.whitelist).filter((one) => one.phone === phone),
          [{ phone, note: "Мама директора", addedAt: t0 }],
        )
        assert.isTrue(yield* repo.removeFromWhitelist(phone))
        assert.isFalse(yield* repo.removeFromWhitelist(phone))
        assert.isFalse(yield* repo.isWhitelisted(phone))
      }),
    )
    live("counts what came and went since an instant, and which way alone showed it", () =>
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        yield* repo.record([seen("old", { at: t0 - 1 }), seen("p1"), seen("w1", { via: "webhook" }), seen("b1")])
        yield* repo.record([seen("b1", { via: "webhook" }), fromHuman("h1", t0)])
        // The other way shows it edited already, with the text that is stored or with another one.
        yield* repo.record([seen("e1", { via: "webhook", text: "a" })])
        yield* repo.recordEdit({
          ...{ profileId, via: "poll", messageId: "e1", text: "a", isDeleted: false },
          relay: clientBody("e1"),
          now: t0,
        })
        yield* begun(outgoing(1), t0)
        yield* repo.settleSend(uuid(1), "sent", "wamid-1", t0, null)
        yield* repo.beginSend(outgoing(2), t0)
        assert.deepStrictEqual(yield* repo.stats(t0), {
          messagesReceived: 4,
          messagesSent: 1,
          voiceTranscribed: 0,
          pending: 5,
          sendsWaiting: 1,
          tokens: 0,
          seenByWebhookOnly: 1,
          seenByPollOnly: 1,
        })
        yield* repo.ping
      }),
    )
  })
}

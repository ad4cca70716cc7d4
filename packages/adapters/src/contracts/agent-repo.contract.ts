/**
 * What every adapter of `AgentRepo` must do. `subject` is called once for each test and gives an empty repository.
 */
import { assert, describe, it } from "@effect/vitest"
import type { ContactKey } from "@wa/core/contact/contact-key"
import { type Command, newConversation } from "@wa/core/conversation/conversation"
import { AgentRepo, type Change, type Current, type NewMessage, type Reads } from "@wa/core/ports/agent-repo"
import { dayMs, hourMs, minuteMs } from "@wa/core/time/instant"
import { Effect, type Layer } from "effect"

/** Monday, 10:00 in Almaty. */
const t0 = Date.parse("2026-03-02T10:00:00+05:00")

const anna: ContactKey = { profileId: "profile-1", phone: "+77010000001" }
const boris: ContactKey = { profileId: "profile-1", phone: "+77010000002" }
const abroad: ContactKey = { profileId: "profile-2", phone: "+77010000001" }

type Asked = Partial<Omit<Change, "trace">>

const answerOf = (current: Current, at: number, asked: Asked): Change => ({
  conversation: current.conversation,
  wakeUpAt: null,
  commands: [],
  at,
  trace: { event: { _tag: "Released", at }, commands: asked.commands ?? [], thoughts: { why: "тест" } },
  ...asked,
})

const apply = (key: ContactKey, at: number, asked: Asked | ((current: Current) => Asked | null), reads: Reads = {}) =>
  AgentRepo.use((repo) =>
    repo.change(key, reads, (current) => {
      const answer = typeof asked === "function" ? asked(current) : asked
      return answer === null ? null : answerOf(current, at, answer)
    }),
  )

const current = (key: ContactKey, reads: Reads = {}) =>
  Effect.gen(function* () {
    const repo = yield* AgentRepo
    let seen: Current | undefined
    yield* repo.change(key, reads, (now) => {
      seen = now
      return null
    })
    return seen!
  })

const said = (messageId: string, at: number, text = `Сообщение ${messageId}`): NewMessage => ({
  messageId,
  from: "client",
  text,
  at,
  isVoice: false,
  transcript: null,
})
const send = (
  outboundId: string,
  kind: "reply" | "touch" | "reminder" = "reply",
  messageIds: ReadonlyArray<string> = [],
): Command => ({
  _tag: "Send",
  outboundId,
  kind,
  touch: kind === "touch" ? 1 : null,
  text: `Ответ ${outboundId}`,
  messageIds,
  isSafe: false,
})
const withdraw = (what: "all" | "touches" | "reminders" = "all"): Command => ({ _tag: "WithdrawUnsent", what })
const answered = (messageIds: ReadonlyArray<string>): Command => ({
  _tag: "RecordOutcome",
  messageIds,
  outcome: { _tag: "answered" },
})

/** Ids of outbound messages are UUIDs. */
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`

export const agentRepoContract = (adapter: string, subject: () => Layer.Layer<AgentRepo, unknown>): void => {
  const live = (name: string, test: () => Effect.Effect<void, unknown, AgentRepo>) =>
    it.live(name, () => Effect.suspend(test).pipe(Effect.provide(subject())), 60_000)

  describe(`AgentRepo on ${adapter}: one contact`, () => {
    live("meets a contact with a new conversation, and remembers what is answered", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const conversation = { ...newConversation(anna), lastClientAt: t0, lastTicket: 7 }
        yield* apply(anna, t0, (seen) => {
          assert.isTrue(seen.isNew)
          assert.deepStrictEqual(seen.conversation, newConversation(anna))
          return { conversation, wakeUpAt: t0 + 8_000 }
        })
        const next = yield* current(anna)
        assert.isFalse(next.isNew)
        assert.deepStrictEqual(next.conversation, conversation)
        const contact = yield* repo.contact(anna)
        assert.deepStrictEqual(contact, {
          key: anna,
          info: { name: null, full_name: null, business_name: null },
          conversation,
          isClient: null,
          confidence: null,
          reasoning: null,
          lastMessageAt: null,
          createdAt: t0,
          wakeUpAt: t0 + 8_000,
        })
      }),
    )
    live("names in the outbox the first message that is answered, and a touch by itself", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { message: said("m1", t0) })
        yield* apply(anna, t0 + 1, { message: said("m2", t0 + 1) })
        const send = { _tag: "Send", text: "Ответ", isSafe: false } as const
        yield* apply(anna, t0 + 2, {
          commands: [{ ...send, outboundId: uuid(1), kind: "reply", touch: null, messageIds: ["m1", "m2"] }],
        })
        yield* apply(anna, t0 + 3, {
          commands: [{ ...send, outboundId: uuid(2), kind: "touch", touch: 1, messageIds: [] }],
        })
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => row.correlationId),
          ["m1", uuid(2)],
        )
      }),
    )
    live("stores nothing, not even the contact, when the answer is null", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        assert.isNull(yield* apply(anna, t0, () => null))
        assert.isNull(yield* repo.contact(anna))
        assert.deepStrictEqual(yield* repo.contacts(10), [])
      }),
    )
    live("keeps contacts of two profiles apart, also when number and message id are the same", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { message: said("m1", t0, "первая") })
        assert.isFalse((yield* current(abroad, { messageId: "m1" })).isMessageKnown)
        yield* apply(abroad, t0, { message: said("m1", t0, "вторая") })
        assert.strictEqual((yield* repo.history(anna, 10))[0]?.text, "первая")
        assert.strictEqual((yield* repo.history(abroad, 10))[0]?.text, "вторая")
      }),
    )
    live("loses none of 50 changes that come at once, and makes one contact of them", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* Effect.forEach(
          Array.from({ length: 50 }, (_, n) => n),
          (n) =>
            apply(anna, t0 + n, ({ conversation }) => ({
              conversation: { ...conversation, lastTicket: conversation.lastTicket + 1 },
              message: said(`m${n}`, t0 + n),
            })),
          { concurrency: "unbounded", discard: true },
        )
        assert.strictEqual((yield* current(anna)).conversation.lastTicket, 50)
        assert.strictEqual((yield* repo.history(anna, 100)).length, 50)
        assert.strictEqual((yield* repo.contacts(10)).length, 1)
        assert.strictEqual((yield* repo.traces(anna, 100)).length, 50)
      }),
    )
    live("keeps what is known of a person, and takes what is new", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { info: { name: "Анна", full_name: null, business_name: "ТОО «Заря»" } })
        yield* apply(anna, t0, { info: { name: "Анна П.", full_name: "Анна Петрова", business_name: null } })
        assert.deepStrictEqual((yield* repo.contact(anna))?.info, {
          name: "Анна П.",
          full_name: "Анна Петрова",
          business_name: "ТОО «Заря»",
        })
      }),
    )
    live("records the classification on the contact", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const record = { isClient: false, confidence: 0.9, reasoning: "поставщик" }
        yield* apply(anna, t0, { commands: [{ _tag: "RecordClassification", ...record }] })
        const contact = yield* repo.contact(anna)
        assert.deepInclude(contact, record)
      }),
    )
    live("lists contacts by their last message, the most recent first", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(boris, t0, { message: said("b1", t0 + 1_000) })
        yield* apply(anna, t0, { message: said("a1", t0 + 2_000) })
        yield* apply(boris, t0 + 3_000, { commands: [send(uuid(1))] })
        const listed = yield* repo.contacts(10)
        assert.deepStrictEqual(
          listed.map((one) => [one.key.phone, one.lastMessageAt]),
          [
            [boris.phone, t0 + 3_000],
            [anna.phone, t0 + 2_000],
          ],
        )
        assert.strictEqual((yield* repo.contacts(1)).length, 1)
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: messages`, () => {
    live("reports a stored message as known, and stores it once", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        assert.isFalse((yield* current(anna, { messageId: "m1" })).isMessageKnown)
        yield* apply(anna, t0, { message: said("m1", t0) })
        assert.isTrue((yield* current(anna, { messageId: "m1" })).isMessageKnown)
        yield* apply(anna, t0 + 1, { message: said("m1", t0) })
        assert.strictEqual((yield* repo.history(anna, 10)).length, 1)
      }),
    )
    live("completes a voice note by its transcript, which an announcement that comes again does not undo", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const voice: NewMessage = { ...said("v1", t0, "[голосовое]"), isVoice: true }
        yield* apply(anna, t0, { message: voice })
        yield* apply(anna, t0 + 1, { message: { ...voice, text: "[ТРАНСКРИБАЦИЯ] цена?", transcript: "цена?" } })
        yield* apply(anna, t0 + 2, { message: voice })
        const [stored] = yield* repo.history(anna, 10)
        assert.deepInclude(stored, { text: "[ТРАНСКРИБАЦИЯ] цена?", isVoice: true, at: t0, outcome: null })
      }),
    )
    live("replaces the text of an edited message and keeps its outcome", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { message: said("m1", t0, "цена?"), commands: [answered(["m1"])] })
        yield* apply(anna, t0 + 1, { message: said("m1", t0, "цена трёх?") })
        assert.deepInclude((yield* repo.history(anna, 10))[0], { text: "цена трёх?", outcome: "answered" })
      }),
    )
    live("tells the history oldest first, the last ones, without what never reached the client", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0 + 10, { message: said("m2", t0 + 10) })
        yield* apply(anna, t0 + 11, { message: said("m1", t0) })
        yield* apply(anna, t0 + 20, { message: { ...said("o1", t0 + 20, "это Пётр"), from: "operator" } })
        yield* apply(anna, t0 + 30, { commands: [send(uuid(1))] })
        yield* apply(anna, t0 + 31, { commands: [withdraw()] })
        yield* apply(anna, t0 + 40, { commands: [send(uuid(2), "touch")] })
        const history = yield* repo.history(anna, 10)
        assert.deepStrictEqual(
          history.map(({ from, text }) => [from, text]),
          [
            ["client", "Сообщение m1"],
            ["client", "Сообщение m2"],
            ["operator", "это Пётр"],
            ["bot", `Ответ ${uuid(2)}`],
          ],
        )
        assert.deepInclude(history[3], { kind: "touch", touch: 1, delivery: "pending", outcome: null, isVoice: false })
        assert.deepStrictEqual(
          (yield* repo.history(anna, 2)).map((one) => one.text),
          ["это Пётр", `Ответ ${uuid(2)}`],
        )
        const whole = yield* repo.history(anna, 10, { withUnsent: true })
        assert.deepStrictEqual(
          whole.map((one) => one.delivery),
          [null, null, null, "withdrawn", "pending"],
        )
      }),
    )
    live("writes each kind of outcome down", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const outcomes = [
          { _tag: "answered" },
          { _tag: "ignored", why: "reaction" },
          { _tag: "handed_over", why: "too_late" },
        ] as const
        for (const [n, outcome] of outcomes.entries())
          yield* apply(anna, t0 + n, {
            message: said(`m${n}`, t0 + n),
            commands: [{ _tag: "RecordOutcome", messageIds: [`m${n}`], outcome }],
          })
        assert.deepStrictEqual(
          (yield* repo.history(anna, 10)).map((one) => one.outcome),
          ["answered", "ignored:reaction", "handed_over:too_late"],
        )
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: what we send`, () => {
    live("offers replies before touches, the oldest first, until they are published", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1), "touch")] })
        yield* apply(boris, t0 + 1, { commands: [send(uuid(2))] })
        yield* apply(abroad, t0 + 2, { commands: [send(uuid(3))] })
        const outbox = yield* repo.outbox(10)
        assert.deepStrictEqual(
          outbox.map((row) => row.outboundId),
          [uuid(2), uuid(3), uuid(1)],
        )
        assert.deepInclude(outbox[0], {
          key: boris,
          text: `Ответ ${uuid(2)}`,
          kind: "reply",
          replyTo: null,
          decidedAt: t0 + 1,
        })
        assert.isNotEmpty(outbox[0]?.correlationId)
        assert.isTrue(yield* repo.markPublished(uuid(2)))
        assert.isFalse(yield* repo.markPublished(uuid(2)))
        assert.isFalse(yield* repo.markPublished(uuid(9)))
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => row.outboundId),
          [uuid(3), uuid(1)],
        )
        assert.strictEqual((yield* repo.outbox(1)).length, 1)
      }),
    )
    live("tells with each what is known by now of the times of the others' messages", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1))] })
        assert.deepInclude((yield* repo.outbox(1))[0], { knownOperatorAt: null, knownClientAt: null })
        yield* apply(anna, t0 + 1, ({ conversation }) => ({
          conversation: { ...conversation, lastOperatorSentAt: t0 + 2, lastClientSentAt: t0 + 3 },
        }))
        assert.deepInclude((yield* repo.outbox(1))[0], { knownOperatorAt: t0 + 2, knownClientAt: t0 + 3 })
      }),
    )
    live("withdraws the reminders of calls alone when told so, and sends them like replies", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, {
          commands: [send(uuid(1), "touch"), send(uuid(2), "reminder"), send(uuid(3)), send(uuid(4), "reminder")],
        })
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => [row.outboundId, row.kind]),
          [
            [uuid(2), "reminder"],
            [uuid(3), "reply"],
            [uuid(4), "reminder"],
            [uuid(1), "touch"],
          ],
        )
        assert.deepInclude(yield* repo.stats(t0), { replies: 1, touches: 1 })
        yield* apply(anna, t0 + 1, { commands: [withdraw("reminders")] })
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => row.outboundId),
          [uuid(3), uuid(1)],
        )
      }),
    )
    live("withdraws touches alone when told so", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1)), send(uuid(2), "touch")] })
        yield* apply(anna, t0 + 1, { commands: [withdraw("touches")] })
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => row.outboundId),
          [uuid(1)],
        )
      }),
    )
    live("enters the same outbound id once", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1))] })
        yield* apply(anna, t0 + 1, { commands: [send(uuid(1))] })
        assert.strictEqual((yield* repo.outbox(10)).length, 1)
      }),
    )
    live("withdraws what is not published, and says what became of the messages it answered", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        for (const id of ["m1", "m2", "m3"]) yield* apply(anna, t0, { message: said(id, t0) })
        yield* apply(anna, t0 + 1, { commands: [send(uuid(1), "reply", ["m1"]), answered(["m1"])] })
        yield* repo.markPublished(uuid(1))
        yield* apply(anna, t0 + 2, ({ conversation }) => ({
          conversation: {
            ...conversation,
            unreported: [1, 2].map((n) => ({
              outboundId: uuid(n),
              kind: "reply" as const,
              at: t0,
              messageIds: [],
              touch: null,
            })),
          },
          commands: [send(uuid(2), "reply", ["m2", "m3"]), answered(["m2", "m3"])],
        }))
        yield* apply(boris, t0 + 2, { commands: [send(uuid(3))] })
        yield* apply(anna, t0 + 3, {
          commands: [
            { _tag: "RecordOutcome", messageIds: ["m3"], outcome: { _tag: "ignored", why: "deleted" } },
            withdraw(),
          ],
        })
        assert.deepStrictEqual(
          (yield* repo.history(anna, 10, { withUnsent: true })).map((one) => one.outcome ?? one.delivery),
          ["answered", "handed_over:operator_wrote", "ignored:deleted", "published", "withdrawn"],
        )
        assert.deepStrictEqual(
          (yield* repo.outbox(10)).map((row) => row.outboundId),
          [uuid(3)],
        )
        assert.isFalse(yield* repo.markPublished(uuid(2)))
      }),
    )
    live("waits for no report of what it withdrew", () =>
      Effect.gen(function* () {
        const unreported = [1, 2].map((n) => ({
          outboundId: uuid(n),
          kind: "touch" as const,
          at: t0,
          messageIds: [],
          touch: 1,
        }))
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1), "touch")] })
        yield* repo.markPublished(uuid(1))
        yield* apply(anna, t0, ({ conversation }) => ({
          conversation: { ...conversation, unreported },
          commands: [send(uuid(2), "touch")],
        }))
        const change = yield* apply(anna, t0 + 1, { commands: [withdraw()] })
        assert.deepStrictEqual(
          (yield* current(anna)).conversation.unreported.map((one) => one.outboundId),
          [uuid(1)],
        )
        assert.deepStrictEqual(change?.conversation, (yield* current(anna)).conversation)
      }),
    )
    live("ignores, instead of handing over, what an opt-out withdraws", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, {
          message: said("m1", t0),
          commands: [send(uuid(1), "reply", ["m1"]), answered(["m1"])],
        })
        yield* apply(anna, t0 + 1, ({ conversation }) => ({
          conversation: { ...conversation, isOptedOut: true },
          commands: [withdraw()],
        }))
        assert.strictEqual((yield* repo.history(anna, 1))[0]?.outcome, "ignored:opted_out")
      }),
    )
    live("keeps what the gateway reports, and never takes back that a message was sent", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1))] })
        const report = (status: string, messageId: string | null) =>
          apply(anna, t0 + 1, { delivery: { outboundId: uuid(1), status, messageId, at: t0 + 1 } })
        yield* report("unknown", null)
        yield* report("sent", "wamid-1")
        yield* report("expired", null)
        assert.deepInclude((yield* repo.history(anna, 1))[0], { delivery: "sent", messageId: "wamid-1" })
        // Only what WhatsApp says later of the message itself counts more; and what arrived has arrived.
        yield* report("undeliverable", "wamid-1")
        yield* report("sent", "wamid-1")
        assert.deepStrictEqual(yield* repo.history(anna, 1), [])
        assert.strictEqual((yield* repo.history(anna, 1, { withUnsent: true }))[0]?.delivery, "undeliverable")
        yield* report("delivered", "wamid-1")
        yield* report("undeliverable", "wamid-1")
        assert.strictEqual((yield* repo.history(anna, 1))[0]?.delivery, "delivered")
        assert.isTrue((yield* current(anna, { messageId: "wamid-1" })).isMessageKnown)
        assert.deepStrictEqual(yield* repo.outbox(10), [])
      }),
    )
    live("bears a report whose message id is stored already as an operator's message", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [send(uuid(1))] })
        yield* apply(anna, t0 + 1, { message: { ...said("wamid-1", t0 + 1), from: "operator" } })
        yield* apply(anna, t0 + 2, {
          delivery: { outboundId: uuid(1), status: "sent", messageId: "wamid-1", at: t0 + 2 },
        })
        assert.deepStrictEqual(
          (yield* repo.history(anna, 10)).map((one) => one.delivery),
          ["sent", null],
        )
      }),
    )
    live("opens the messages again whose answer expired and is drafted anew", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, {
          message: said("m1", t0),
          commands: [send(uuid(1), "reply", ["m1"]), answered(["m1"])],
        })
        yield* apply(anna, t0 + hourMs, ({ conversation }) => ({
          delivery: { outboundId: uuid(1), status: "expired", messageId: null, at: t0 + hourMs },
          conversation: {
            ...conversation,
            turn: {
              _tag: "Collecting",
              messages: [{ id: "m1", isAwaited: false, isUnheard: false }],
              firstAt: t0,
              lastAt: t0,
              firstSentAt: t0,
            },
          },
        }))
        assert.isNull((yield* repo.history(anna, 1))[0]?.outcome)
        assert.strictEqual((yield* repo.stats(t0)).open, 1)
      }),
    )
    live("counts the touches of a profile that the client has not answered", () =>
      Effect.gen(function* () {
        const touched = (key: ContactKey, at: number, id: string) => apply(key, at, { commands: [send(id, "touch")] })
        yield* touched(anna, t0 - dayMs, uuid(1))
        yield* touched(anna, t0, uuid(2))
        yield* touched(boris, t0 + 1, uuid(3))
        yield* touched(abroad, t0 + 1, uuid(4))
        const count = Effect.map(current(boris, { touchesSince: t0 }), (seen) => seen.touchesSent)
        assert.strictEqual(yield* count, 2)
        yield* apply(anna, t0 + 2, ({ conversation }) => ({ conversation: { ...conversation, lastClientAt: t0 + 2 } }))
        assert.strictEqual(yield* count, 1)
        yield* apply(boris, t0 + 3, { commands: [withdraw()] })
        assert.strictEqual(yield* count, 0)
      }),
    )
    live("lets two contacts that reach for the last touch of the day see each other", () =>
      Effect.gen(function* () {
        const keys = Array.from({ length: 8 }, (_, n): ContactKey => ({ ...anna, phone: `+7701000010${n}` }))
        yield* Effect.forEach(
          keys,
          (key, n) =>
            apply(
              key,
              t0 + n,
              ({ touchesSent }) => (touchesSent < 3 ? { commands: [send(uuid(n + 1), "touch")] } : null),
              { touchesSince: t0 },
            ),
          { concurrency: "unbounded" },
        )
        assert.strictEqual((yield* current(anna, { touchesSince: t0 })).touchesSent, 3)
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: the timer`, () => {
    live("hands out who is due, earliest first, and nobody else", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        assert.isNull(yield* repo.nextWakeUpAt)
        yield* apply(anna, t0, { wakeUpAt: t0 + 20 })
        yield* apply(boris, t0, { wakeUpAt: t0 + 10 })
        yield* apply(abroad, t0, { wakeUpAt: null })
        assert.strictEqual(yield* repo.nextWakeUpAt, t0 + 10)
        const next = (now: number) =>
          repo.changeNextDue(now, {}, (_key, seen) => answerOf(seen, now, { wakeUpAt: null }))
        assert.isUndefined(yield* next(t0 + 9))
        assert.deepStrictEqual((yield* next(t0 + 20))?.key, boris)
        assert.deepStrictEqual((yield* next(t0 + 20))?.key, anna)
        assert.isUndefined(yield* next(t0 + dayMs))
        assert.isNull(yield* repo.nextWakeUpAt)
      }),
    )
    live("tells who was due also when nothing is stored", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { wakeUpAt: t0 })
        assert.deepStrictEqual(yield* repo.changeNextDue(t0, {}, () => null), { key: anna, change: null })
        assert.strictEqual(yield* repo.nextWakeUpAt, t0)
      }),
    )
    live("reads for the contact that is due what it was asked to", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { wakeUpAt: t0, commands: [send(uuid(1), "touch")] })
        let touches = 0
        yield* repo.changeNextDue(t0, { touchesSince: t0 }, (_key, seen) => {
          touches = seen.touchesSent
          return null
        })
        assert.strictEqual(touches, 1)
      }),
    )
    live("never hands one contact to two workers", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const keys = Array.from(
          { length: 20 },
          (_, n): ContactKey => ({
            ...anna,
            phone: `+770100002${String(n).padStart(2, "0")}`,
          }),
        )
        for (const key of keys) yield* apply(key, t0, { wakeUpAt: t0 })
        const taken: Array<string> = []
        const worker: Effect.Effect<void, unknown> = Effect.gen(function* () {
          for (;;) {
            const claimed = yield* repo.changeNextDue(t0, {}, (_key, seen) => answerOf(seen, t0, { wakeUpAt: null }))
            if (claimed === undefined) return
            taken.push(claimed.key.phone)
          }
        })
        // Who finds the last ones held by another gives up early; whatever is left is found by a second round.
        yield* Effect.all([worker, worker, worker, worker], { concurrency: "unbounded" })
        yield* worker
        assert.deepStrictEqual([...taken].sort(), keys.map((key) => key.phone).sort())
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: calls`, () => {
    const slot = t0 + dayMs

    live("books, moves and cancels", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, {
          info: { name: "Анна", full_name: null, business_name: null },
          commands: [{ _tag: "BookCall", callAt: slot, about: "" }],
        })
        assert.deepStrictEqual(yield* repo.takenSlots(anna.profileId, slot), [slot])
        assert.deepStrictEqual(yield* repo.takenSlots(anna.profileId, slot + 1), [])
        assert.deepStrictEqual(yield* repo.takenSlots(abroad.profileId, t0), [])
        yield* apply(anna, t0 + 1, { commands: [{ _tag: "MoveCall", from: slot, callAt: slot + hourMs, about: "" }] })
        assert.deepStrictEqual(yield* repo.takenSlots(anna.profileId, t0), [slot + hourMs])
        yield* apply(anna, t0 + 2, { commands: [{ _tag: "CancelCall", callAt: slot + hourMs }] })
        assert.deepStrictEqual(yield* repo.takenSlots(anna.profileId, t0), [])
        const calls = yield* repo.calls(10)
        assert.deepStrictEqual(
          calls.map(({ scheduledAt, status, createdAt }) => [scheduledAt, status, createdAt]),
          [
            [slot + hourMs, "cancelled", t0 + 1],
            [slot, "moved", t0],
          ],
        )
        assert.deepInclude(calls[0], { key: anna, name: "Анна", timezone: "Asia/Almaty" })
      }),
    )
    live("knows a call again wherever it was moved to, and counts what became of it", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(boris, t0, { commands: [{ _tag: "BookCall", callAt: slot, about: "" }] })
        yield* apply(anna, t0, { commands: [{ _tag: "BookCall", callAt: slot + hourMs, about: "" }] })
        const [booked] = yield* repo.calls(10)
        assert.deepInclude(booked, { sequence: 0, changedAt: t0 })
        yield* apply(anna, t0 + 1, {
          commands: [{ _tag: "MoveCall", from: slot + hourMs, callAt: slot + 2 * hourMs, about: "" }],
        })
        yield* apply(anna, t0 + 2, {
          commands: [{ _tag: "MoveCall", from: slot + 2 * hourMs, callAt: slot + 3 * hourMs, about: "" }],
        })
        const moved = yield* repo.call(booked!.id)
        assert.deepInclude(moved, {
          uid: booked!.uid,
          sequence: 2,
          scheduledAt: slot + 3 * hourMs,
          status: "scheduled",
          changedAt: t0 + 2,
          key: anna,
        })
        yield* apply(anna, t0 + 3, { commands: [{ _tag: "CancelCall", callAt: slot + 3 * hourMs }] })
        assert.deepInclude(yield* repo.call(booked!.id), {
          id: moved!.id,
          uid: booked!.uid,
          sequence: 3,
          status: "cancelled",
          changedAt: t0 + 3,
        })
        // The next call of the same contact is another one.
        yield* apply(anna, t0 + 4, { commands: [{ _tag: "BookCall", callAt: slot + hourMs, about: "" }] })
        const uids = new Set((yield* repo.calls(10)).map((call) => call.uid))
        assert.strictEqual(uids.size, 3)
        assert.isNull(yield* repo.call(999_999))
      }),
    )
    live("notes what a call is about, and keeps that wherever it is moved to", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "BookCall", callAt: slot, about: "Сколько стоит обжиг?" }] })
        yield* apply(anna, t0 + 1, {
          commands: [{ _tag: "MoveCall", from: slot, callAt: slot + hourMs, about: "А роспись?" }],
        })
        yield* apply(boris, t0, { commands: [{ _tag: "BookCall", callAt: slot + 2 * hourMs, about: "" }] })
        yield* apply(boris, t0 + 1, {
          commands: [{ _tag: "MoveCall", from: slot + 2 * hourMs, callAt: slot + 3 * hourMs, about: "А доставка?" }],
        })
        assert.deepStrictEqual(
          (yield* repo.calls(10)).filter(({ status }) => status === "scheduled").map(({ notes }) => notes),
          ["А доставка?", "Сколько стоит обжиг?"],
        )
      }),
    )
    live("tells the calls within two moments, the second left out", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        for (const [n, key] of [anna, boris, abroad].entries())
          yield* apply(key, t0, { commands: [{ _tag: "BookCall", callAt: slot + n * hourMs, about: "" }] })
        const at = (within: { from?: number; to?: number }, limit = 10) =>
          Effect.map(repo.calls(limit, within), (calls) => calls.map((call) => (call.scheduledAt - slot) / hourMs))
        assert.deepStrictEqual(yield* at({}), [2, 1, 0])
        assert.deepStrictEqual(yield* at({ from: slot + hourMs }), [2, 1])
        assert.deepStrictEqual(yield* at({ to: slot + hourMs }), [0])
        assert.deepStrictEqual(yield* at({ from: slot, to: slot + 2 * hourMs }), [1, 0])
        assert.deepStrictEqual(yield* at({}, 1), [2])
      }),
    )
    live("books the same call of the same contact once", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "BookCall", callAt: slot, about: "" }] })
        yield* apply(anna, t0, { commands: [{ _tag: "BookCall", callAt: slot, about: "" }] })
        assert.strictEqual((yield* repo.calls(10)).length, 1)
      }),
    )
    live("shows a slot as taken to other contacts of the profile alone", () =>
      Effect.gen(function* () {
        yield* apply(anna, t0, { commands: [{ _tag: "BookCall", callAt: slot, about: "" }] })
        const isFree = (key: ContactKey, slotAt: number) =>
          Effect.map(current(key, { slotAt }), (seen) => seen.isSlotFree)
        assert.isTrue(yield* isFree(anna, slot))
        assert.isFalse(yield* isFree(boris, slot))
        assert.isTrue(yield* isFree(boris, slot + 30 * minuteMs))
        assert.isTrue(yield* isFree(abroad, slot))
        yield* apply(anna, t0, { commands: [{ _tag: "CancelCall", callAt: slot }] })
        assert.isTrue(yield* isFree(boris, slot))
      }),
    )
    live("gives a slot that many reach for at once to exactly one", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const keys = Array.from({ length: 8 }, (_, n): ContactKey => ({ ...anna, phone: `+7701000030${n}` }))
        const changes = yield* Effect.forEach(
          keys,
          (key) =>
            apply(
              key,
              t0,
              ({ isSlotFree }) =>
                isSlotFree ? { commands: [{ _tag: "BookCall", callAt: slot, about: "" }] } : { commands: [] },
              { slotAt: slot },
            ),
          { concurrency: "unbounded" },
        )
        assert.strictEqual(changes.filter((change) => change?.commands.length === 1).length, 1)
        assert.deepStrictEqual(yield* repo.takenSlots(anna.profileId, t0), [slot])
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: follow-ups`, () => {
    live("starts, advances and stops a chain, and starts another", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "StartChain", dueAt: t0 + dayMs }] })
        const first = {
          key: anna,
          touchNumber: 1,
          nextTouchAt: t0 + dayMs,
          lastTouchAt: null,
          isCompleted: false,
          stopReason: null,
          createdAt: t0,
        }
        assert.deepStrictEqual(yield* repo.followUps(anna), [first])
        yield* apply(anna, t0 + dayMs, {
          commands: [{ _tag: "AdvanceChain", touch: 2, dueAt: t0 + 4 * dayMs, lastTouchAt: t0 + dayMs }],
        })
        yield* apply(anna, t0 + 2 * dayMs, {
          commands: [{ _tag: "AdvanceChain", touch: 2, dueAt: t0 + 5 * dayMs, lastTouchAt: null }],
        })
        const second = { ...first, touchNumber: 2, nextTouchAt: t0 + 5 * dayMs, lastTouchAt: t0 + dayMs }
        assert.deepStrictEqual(yield* repo.followUps(anna), [second])
        yield* apply(anna, t0 + 3 * dayMs, {
          commands: [{ _tag: "StopChain", reason: "client_responded", lastTouchAt: null }],
        })
        const stopped = { ...second, nextTouchAt: null, isCompleted: true, stopReason: "client_responded" }
        yield* apply(anna, t0 + 4 * dayMs, { commands: [{ _tag: "StartChain", dueAt: t0 + 5 * dayMs }] })
        assert.deepStrictEqual(yield* repo.followUps(anna), [
          stopped,
          { ...first, nextTouchAt: t0 + 5 * dayMs, createdAt: t0 + 4 * dayMs },
        ])
        assert.deepStrictEqual(yield* repo.followUps(boris), [])
      }),
    )
    live("keeps the last touch of a chain that ends with it", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "StartChain", dueAt: t0 + 1 }] })
        yield* apply(anna, t0, {
          commands: [{ _tag: "StopChain", reason: "completed_5_touches", lastTouchAt: t0 + 5 }],
        })
        assert.deepInclude((yield* repo.followUps(anna))[0], { lastTouchAt: t0 + 5, isCompleted: true })
      }),
    )
    live("has no open chain to stop, but opens one to advance", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "StopChain", reason: "opted_out", lastTouchAt: null }] })
        assert.deepStrictEqual(yield* repo.followUps(anna), [])
        yield* apply(anna, t0, { commands: [{ _tag: "AdvanceChain", touch: 5, dueAt: t0 + 1, lastTouchAt: null }] })
        assert.deepInclude((yield* repo.followUps(anna))[0], { touchNumber: 5, isCompleted: false })
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: the books of touches`, () => {
    const touch = (n: number, dueAt: number, why?: "daily_cap" | "came_back"): Command => ({
      _tag: "AdvanceChain",
      touch: n,
      dueAt,
      lastTouchAt: null,
      ...(why === undefined ? {} : { why }),
    })
    const touched = (outboundId: string, n: number, isSafe = false): Command => ({
      _tag: "Send",
      outboundId,
      kind: "touch",
      touch: n,
      text: `Касание ${outboundId}`,
      messageIds: [],
      isSafe,
    })
    const plans = (from = t0, to = t0 + 100 * dayMs) =>
      Effect.map(
        AgentRepo.use((repo) => repo.touchPlans(from, to)),
        (found) =>
          found
            .toSorted((a, b) => a.key.phone.localeCompare(b.key.phone) || a.plannedAt - b.plannedAt)
            .map(
              ({ key, touch, dueAt, end, reason, delivery }): ReadonlyArray<unknown> => [
                key,
                touch,
                dueAt - t0,
                end,
                reason,
                delivery,
              ],
            ),
      )

    live("have a plan for every moment a touch was given, with how it ended", () =>
      Effect.gen(function* () {
        yield* apply(anna, t0, { commands: [{ _tag: "StartChain", dueAt: t0 + dayMs }] })
        yield* apply(abroad, t0, { commands: [{ _tag: "StartChain", dueAt: t0 + dayMs }] })
        yield* apply(anna, t0 + dayMs, { commands: [touch(1, t0 + 2 * dayMs, "daily_cap")] })
        yield* apply(anna, t0 + 2 * dayMs, { commands: [touched(uuid(1), 1, true), touch(2, t0 + 5 * dayMs)] })
        yield* apply(abroad, t0 + dayMs, { commands: [{ _tag: "StopChain", reason: "opted_out", lastTouchAt: null }] })
        const stored = [
          [anna, 1, dayMs, "moved", "daily_cap", null],
          [abroad, 1, dayMs, "stopped", "opted_out", null],
          [anna, 1, 2 * dayMs, "sent", "template", "pending"],
          [anna, 2, 5 * dayMs, null, null, null],
        ]
        assert.sameDeepMembers([...(yield* plans())], stored)
        assert.sameDeepMembers([...(yield* plans(t0 + 2 * dayMs, t0 + 5 * dayMs))], [stored[2]])
        yield* apply(anna, t0 + 3 * dayMs, { commands: [withdraw("touches")] })
        assert.include((yield* plans(t0 + 2 * dayMs, t0 + 3 * dayMs))[0] ?? [], "withdrawn")
      }),
    )
    live("take a touch that came back as due again, and the next one as not yet due", () =>
      Effect.gen(function* () {
        yield* apply(anna, t0, { commands: [touch(5, t0 + dayMs)] })
        yield* apply(anna, t0 + dayMs, {
          commands: [
            touched(uuid(1), 5),
            { _tag: "StopChain", reason: "completed_5_touches", lastTouchAt: t0 + dayMs },
          ],
        })
        yield* apply(anna, t0 + dayMs + hourMs, {
          delivery: { outboundId: uuid(1), status: "expired", messageId: null, at: t0 + dayMs + hourMs },
          commands: [touch(5, t0 + dayMs + 2 * hourMs, "came_back")],
        })
        assert.deepStrictEqual(yield* plans(), [
          [anna, 5, dayMs, "moved", "came_back", "expired"],
          [anna, 5, dayMs + 2 * hourMs, null, null, null],
        ])
      }),
    )
    live("go on over more moves than are read again", () =>
      Effect.gen(function* () {
        yield* apply(anna, t0, { commands: [{ _tag: "StartChain", dueAt: t0 }] })
        for (let n = 1; n <= 30; n++) yield* apply(anna, t0 + n, { commands: [touch(1, t0 + n * hourMs, "daily_cap")] })
        yield* apply(anna, t0 + 31, { commands: [touched(uuid(1), 1), touch(2, t0 + 3 * dayMs)] })
        const all = yield* plans()
        assert.strictEqual(all.length, 32)
        assert.strictEqual(all.filter(([, , , end]) => end === null).length, 1)
        assert.strictEqual(all.filter(([, , , end]) => end === "moved").length, 30)
      }),
    )
  })

  describe(`AgentRepo on ${adapter}: what people look at`, () => {
    live("keeps every decision with its thoughts, newest first", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const command: Command = { _tag: "AskOperator", why: "guard", detail: "проверьте цену" }
        yield* apply(anna, t0, {})
        yield* apply(anna, t0 + 1, { commands: [command] })
        const traces = yield* repo.traces(anna, 10)
        assert.deepStrictEqual(traces[0], {
          key: anna,
          at: t0 + 1,
          event: { _tag: "Released", at: t0 + 1 },
          commands: [command],
          thoughts: { why: "тест" },
        })
        assert.strictEqual(traces[1]?.at, t0)
        assert.strictEqual((yield* repo.traces(anna, 1)).length, 1)
      }),
    )
    live("asks people until the request is closed", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        yield* apply(anna, t0, { commands: [{ _tag: "AskOperator", why: "guard", detail: "раз" }] })
        yield* apply(boris, t0 + 1, { commands: [{ _tag: "AskOperator", why: "too_late", detail: "два" }] })
        const [newest, oldest] = yield* repo.requests(10)
        assert.deepInclude(newest, { key: boris, at: t0 + 1, why: "too_late", detail: "два", isDone: false })
        assert.isTrue(yield* repo.closeRequest(oldest!.id))
        assert.isFalse(yield* repo.closeRequest(oldest!.id))
        assert.deepStrictEqual(yield* repo.requests(10), [newest!])
      }),
    )
    live("adds up tokens since an instant", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const usage = { task: "reply", model: "test", promptTokens: 100, cachedTokens: 40, outputTokens: 5 }
        yield* repo.recordUsage({ ...usage, at: t0, key: anna })
        yield* repo.recordUsage({ ...usage, at: t0 + 1, key: null })
        assert.strictEqual(yield* repo.tokensSince(t0), 210)
        assert.strictEqual(yield* repo.tokensSince(t0 + 1), 105)
        assert.strictEqual(yield* repo.tokensSince(t0 + 2), 0)
        for (let n = 0; n < 3; n++) yield* repo.recordUsage({ ...usage, at: t0 + 3, key: anna, once: "v1 0" })
        yield* repo.recordUsage({ ...usage, at: t0 + 3, key: anna, once: "v1 1" })
        assert.strictEqual(yield* repo.tokensSince(t0 + 2), 210, "each of them once")
      }),
    )
    live("counts contacts, outcomes, replies, touches, calls and tokens", () =>
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const judged = (isClient: boolean): Command => ({
          _tag: "RecordClassification",
          isClient,
          confidence: 1,
          reasoning: "",
        })
        yield* apply(abroad, t0 - dayMs, { message: said("old", t0 - dayMs), commands: [answered(["old"])] })
        yield* apply(anna, t0, {
          message: said("m1", t0),
          commands: [judged(true), send(uuid(1), "reply", ["m1"]), answered(["m1"])],
        })
        yield* apply(anna, t0 + 1, {
          message: said("m2", t0 + 1),
          commands: [send(uuid(2), "touch"), { _tag: "BookCall", callAt: t0 + dayMs, about: "" }],
        })
        yield* apply(boris, t0, { commands: [judged(false), send(uuid(3))] })
        yield* apply(boris, t0, { commands: [withdraw()] })
        yield* repo.recordUsage({
          at: t0,
          key: anna,
          task: "reply",
          model: "test",
          promptTokens: 10,
          cachedTokens: 0,
          outputTokens: 2,
        })
        assert.deepStrictEqual(yield* repo.stats(t0), {
          contacts: { client: 1, notClient: 1, unknown: 1 },
          outcomes: { answered: 1 },
          open: 1,
          replies: 1,
          touches: 1,
          calls: 1,
          tokens: 12,
        })
        yield* repo.ping
      }),
    )
  })
}

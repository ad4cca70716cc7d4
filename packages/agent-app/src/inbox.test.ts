import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { key, minute, noon, second, type World, world } from "./agent.fixture.ts"

const ack = { _tag: "ack" as const }
const clientTexts = Effect.fnUntraced(function* (w: World) {
  return (yield* w.history()).flatMap((one) => (one.from === "client" ? [one.text] : []))
})
/** A client whose first turn was answered, and the answer was sent. */
const answered = Effect.fnUntraced(function* () {
  const w = yield* world()
  yield* w.writes("Здравствуйте, сколько стоит?", { message_id: "first" })
  yield* w.wakeNextDue
  yield* w.publish
  yield* w.reported(w.sent[0]!.outbound_id, "sent")
  w.clock.pass(minute)
  return w
})

describe("what was stored", () => {
  it.effect("is acked, and what could not be stored comes again", () =>
    Effect.gen(function* () {
      const w = yield* world()
      assert.deepStrictEqual(yield* w.writes("раз", { message_id: "a" }), ack)
      yield* w.store.disconnect
      assert.strictEqual((yield* w.writes("два", { message_id: "b" }))._tag, "retry")
      yield* w.store.reconnect
      yield* w.writes("два", { message_id: "b" })
      assert.deepStrictEqual(yield* clientTexts(w), ["раз", "два"])
    }),
  )
  it.effect("survives a crash of the agent before the burst is over: it is a column, not a buffer", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("раз")
      yield* w.writes("два")
      assert.strictEqual(yield* w.repo.nextWakeUpAt, noon + 8 * second)
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1, "one turn, one answer")
    }),
  )
})

describe("a redelivery", () => {
  it.effect("of a message changes nothing: not the text, not the wake-up, not the count", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("раз", { message_id: "a" })
      const before = yield* w.repo.contact(key)
      w.clock.pass(5 * second)
      assert.deepStrictEqual(yield* w.writes("раз", { message_id: "a" }), ack)
      assert.deepStrictEqual(yield* w.repo.contact(key), before)
      assert.lengthOf(yield* w.history(), 1)
    }),
  )
  it.effect("of an answered message is not answered again", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      yield* w.writes("Здравствуйте, сколько стоит?", { message_id: "first" })
      w.clock.pass(minute)
      assert.strictEqual(yield* w.wake, 0)
      assert.deepStrictEqual(yield* w.outcomes, ["first answered"])
    }),
  )
  it.effect("of every other kind changes nothing either", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      yield* w.writes("[голосовое сообщение]", { message_id: "v", is_voice: true, content: "voice" })
      yield* w.writes("[ТРАНСКРИБАЦИЯ] когда доставка?", { message_id: "v", is_voice: true, content: "transcript" })
      yield* w.writes("👍", { message_id: "r", content: "reaction" })
      yield* w.writes("[изображение]", { message_id: "i", content: "media" })
      yield* w.edited("i", "[изображение] вот такой")
      yield* w.edited("i", "", "deleted")
      yield* w.reported(w.sent[0]!.outbound_id, "sent")
      const before = yield* w.repo.contact(key)
      const messages = yield* w.history()
      yield* w.writes("[голосовое сообщение]", { message_id: "v", is_voice: true, content: "voice" })
      yield* w.writes("👍", { message_id: "r", content: "reaction" })
      yield* w.writes("[изображение]", { message_id: "i", content: "media" })
      yield* w.edited("i", "", "deleted")
      yield* w.reported(w.sent[0]!.outbound_id, "sent")
      assert.deepStrictEqual(yield* w.repo.contact(key), before)
      assert.deepStrictEqual(yield* w.history(), messages)
    }),
  )
  it.effect("of an operator's message does not begin the silence anew", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = {
        version: 1,
        correlation_id: "o",
        profile_id: key.profileId,
        phone_number: key.phone,
        event: "operator_message",
        message_id: "o",
        message_text: "Я сам",
        timestamp: new Date(noon).toISOString(),
      } as const
      yield* w.tell(body)
      const before = yield* w.repo.contact(key)
      w.clock.pass(minute)
      yield* w.tell(body)
      assert.deepStrictEqual(yield* w.repo.contact(key), before)
    }),
  )
  it.effect("of the first version does not undo an edit", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("сколько стоит?", { message_id: "a" })
      yield* w.edited("a", "сколько стоит доставка?")
      yield* w.writes("сколько стоит?", { message_id: "a" })
      assert.deepStrictEqual(yield* clientTexts(w), ["сколько стоит доставка?"])
      yield* w.wakeNextDue
      assert.strictEqual(w.brain.requests[0]?.newMessage, "сколько стоит доставка?")
    }),
  )
  it.effect("of an announcement does not take the transcript back", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const voice = { message_id: "v", is_voice: true } as const
      yield* w.writes("[голосовое сообщение]", { ...voice, content: "voice" })
      yield* w.writes("[ТРАНСКРИБАЦИЯ] когда доставка?", { ...voice, content: "transcript" })
      yield* w.writes("[голосовое сообщение]", { ...voice, content: "voice" })
      yield* w.wakeNextDue
      assert.include(w.brain.requests[0]?.newMessage, "когда доставка?")
    }),
  )
})

describe("a voice note", () => {
  const voice = { message_id: "v", is_voice: true } as const
  it.effect("holds its turn until the transcript comes", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("[голосовое сообщение]", { ...voice, content: "voice" })
      yield* w.writes("и ещё текст")
      w.clock.pass(minute)
      assert.strictEqual(yield* w.wake, 0)
      yield* w.writes("[ТРАНСКРИБАЦИЯ] когда доставка?", { ...voice, content: "transcript" })
      yield* w.wakeNextDue
      assert.strictEqual(w.brain.asked.filter((task) => task === "reply").length, 1)
      assert.include(w.brain.requests[0]?.newMessage, "когда доставка?")
      assert.include(w.brain.requests[0]?.newMessage, "и ещё текст")
    }),
  )
  it.effect("whose transcript comes too late was answered without it, and is not answered again", () =>
    Effect.gen(function* () {
      const w = yield* world({ policy: { classifyAfterMessages: 1 } })
      yield* w.writes("[голосовое сообщение]", { ...voice, content: "voice" })
      yield* w.writes("Здравствуйте")
      w.clock.pass(181 * second)
      yield* w.wake
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      yield* w.writes("[ТРАНСКРИБАЦИЯ] когда доставка?", { ...voice, content: "transcript" })
      w.clock.pass(minute)
      yield* w.wake
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.include((yield* w.history())[0]?.text, "когда доставка?")
    }),
  )
  it.effect("that cannot be heard is answered by saying so", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      yield* w.writes("[голосовое сообщение]", { ...voice, content: "voice" })
      yield* w.writes("[голосовое сообщение: не удалось распознать]", { ...voice, content: "untranscribed" })
      yield* w.wakeNextDue
      yield* w.publish
      assert.include(w.texts().at(-1), "не получилось разобрать")
    }),
  )
})

describe("an edit", () => {
  it.effect("before the answer is what is answered", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("сколько?", { message_id: "a" })
      yield* w.edited("a", "сколько стоит доставка?")
      yield* w.wakeNextDue
      assert.strictEqual(w.brain.requests[0]?.newMessage, "сколько стоит доставка?")
    }),
  )
  it.effect("after the answer is noted, and answered by nothing", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      yield* w.edited("first", "Здравствуйте, сколько стоит доставка?")
      w.clock.pass(minute)
      assert.strictEqual(yield* w.wake, 0)
      assert.deepStrictEqual(yield* clientTexts(w), ["Здравствуйте, сколько стоит доставка?"])
    }),
  )
  it.effect("that overtook its message is the message, and the message a redelivery", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.edited("a", "сколько стоит доставка?")
      yield* w.writes("сколько?", { message_id: "a" })
      yield* w.wakeNextDue
      assert.strictEqual(w.brain.requests[0]?.newMessage, "сколько стоит доставка?")
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
  it.effect("that says stop is heard after the answer as well", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      yield* w.edited("first", "Не пишите мне больше")
      assert.isTrue((yield* w.repo.contact(key))?.conversation.isOptedOut)
    }),
  )
})

describe("a message that was taken back", () => {
  it.effect("before the answer is not answered", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("ой", { message_id: "a" })
      yield* w.edited("a", "", "deleted")
      assert.strictEqual(yield* w.repo.nextWakeUpAt, null)
      assert.deepStrictEqual(yield* w.outcomes, ["a ignored:deleted"])
    }),
  )
})

describe("a voice note", () => {
  it.effect("is paid for once, however often its transcript comes", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const usage = [{ model: "scripted", prompt_tokens: 200, cached_tokens: 0, output_tokens: 30 }]
      yield* w.writes("[голосовое сообщение]", { message_id: "v", content: "voice", is_voice: true })
      for (let n = 0; n < 3; n++)
        yield* w.writes("[ТРАНСКРИБАЦИЯ] сколько стоит", {
          message_id: "v",
          content: "transcript",
          is_voice: true,
          usage,
        })
      assert.strictEqual(yield* w.repo.tokensSince(noon), 230)
      yield* w.writes("[не распознано]", { message_id: "v2", content: "untranscribed", is_voice: true, usage })
      assert.strictEqual(yield* w.repo.tokensSince(noon), 460)
    }),
  )
})

describe("a human of the company", () => {
  it.effect("ends the open turn and silences the bot", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("Здравствуйте", { message_id: "a" })
      yield* w.operator()
      yield* w.writes("Спасибо", { message_id: "b" })
      w.clock.pass(minute)
      yield* w.wake
      yield* w.publish
      assert.deepStrictEqual(w.brain.asked, [])
      assert.deepStrictEqual(yield* w.outcomes, ["a handed_over:operator_wrote", "b handed_over:operator_in_chat"])
    }),
  )
})

describe("a delivery", () => {
  it.effect("that nobody knows of is no news", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      const before = yield* w.repo.contact(key)
      assert.deepStrictEqual(yield* w.reported("unknown-id", "refused", "?"), ack)
      assert.deepStrictEqual((yield* w.repo.contact(key))?.conversation, before?.conversation)
    }),
  )
  it.effect("that failed reopens nothing, but a person is told and the client's message has its outcome", () =>
    Effect.gen(function* () {
      for (const [status, why] of [
        ["refused", "undeliverable"],
        ["undeliverable", "undeliverable"],
        ["unknown", "delivery_unknown"],
      ] as const) {
        const w = yield* world()
        yield* w.writes("Здравствуйте", { message_id: "a" })
        yield* w.wakeNextDue
        yield* w.publish
        yield* w.reported(w.sent[0]!.outbound_id, status, "почему-то")
        assert.deepStrictEqual(yield* w.outcomes, [`a handed_over:${why}`])
        assert.deepStrictEqual(yield* w.requests, [why])
      }
    }),
  )
  it.effect("that failed after the message was sent is kept with it, and told to a person once", () =>
    Effect.gen(function* () {
      const w = yield* answered()
      const outboundId = w.sent[0]!.outbound_id
      yield* w.reported(outboundId, "undeliverable", "WhatsApp не доставил сообщение (error)")
      yield* w.reported(outboundId, "undeliverable", "WhatsApp не доставил сообщение (error)")
      yield* w.reported(outboundId, "sent")
      assert.deepStrictEqual(yield* w.outcomes, ["first handed_over:undeliverable"])
      assert.deepStrictEqual(yield* w.requests, ["undeliverable"])
      const ours = (yield* w.repo.history(key, 10, { withUnsent: true })).find((one) => one.from === "bot")
      assert.strictEqual(ours?.delivery, "undeliverable")
      assert.strictEqual((yield* w.repo.followUps(key)).at(-1)?.stopReason, "undeliverable")
      yield* w.publish
      assert.lengthOf(w.sent, 1, "nothing is sent again")
    }),
  )
  it.effect("that expired has the turn drafted anew", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("Здравствуйте", { message_id: "a" })
      yield* w.wakeNextDue
      yield* w.publish
      w.clock.pass(61 * minute)
      yield* w.reported(w.sent[0]!.outbound_id, "expired", "expired")
      assert.deepStrictEqual(yield* w.outcomes, ["a null"])
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 2)
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
})

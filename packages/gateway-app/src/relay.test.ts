import { assert, describe, it } from "@effect/vitest"
import { ack, NotPublished, QueuePort, retry } from "@wa/core/ports/queue-port"
import { Effect, Fiber } from "effect"
import { client, noon, other, second, type World, world } from "./gateway.fixture.ts"
import { relayOnce, relayQueue } from "./relay.ts"

const arrived = Effect.fnUntraced(function* (w: World, ...texts: ReadonlyArray<string>) {
  for (const text of texts) {
    w.clock.pass(second)
    if (text.startsWith("голос")) w.whatsapp.clientWrites(client, "", { audioBase64: "T2dnUw==" })
    else w.whatsapp.clientWrites(client, text)
  }
  yield* w.poll
})
const pending = (w: World) => Effect.map(w.repo.pending(1000), (rows) => rows.length)

describe("what is stored and pending", () => {
  it.effect("is published in order, and marked once it is confirmed", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* arrived(w, "раз", "два", "три")
      assert.strictEqual(yield* w.relay, 3)
      assert.deepStrictEqual(w.texts(), ["раз", "два", "три"])
      assert.strictEqual(yield* pending(w), 0)
      assert.strictEqual(yield* w.relay, 0)
    }),
  )
  it.effect("stays while the broker is away, and goes when it is back: nothing is gone for good", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.queue.disconnect
      yield* arrived(w, "раз", "голос", "два")
      assert.strictEqual(yield* w.relay, 0)
      assert.strictEqual(yield* pending(w), 4)
      yield* w.queue.reconnect
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз", "[голосовое сообщение]", "два"])
      assert.lengthOf(w.voices, 1)
    }),
  )
  it.effect("goes on from the first one that was refused, so that the order stays", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* arrived(w, "раз", "два", "три")
      let refusals = 1
      w.agent.answer = (body) =>
        body.event === "message" && body.message_text === "два" && refusals-- > 0 ? retry("not now") : ack
      yield* w.relay
      assert.strictEqual(yield* pending(w), 2)
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз", "два", "два", "три"])
    }),
  )
  it.effect("is published again after a crash between the publish and the mark", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* arrived(w, "раз")
      w.agent.answer = () => {
        // The database goes away right after the broker has taken it.
        Effect.runSync(w.store.failNext(1))
        return ack
      }
      assert.strictEqual((yield* Effect.flip(w.relay))._tag, "StoreUnavailable")
      w.agent.answer = () => ack
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз", "раз"], "twice published; the agent knows the id")
      assert.strictEqual(yield* pending(w), 0)
    }),
  )
})

describe("a message that is refused again and again", () => {
  it.effect("holds up what its own contact wrote after it, and nobody else", () =>
    Effect.gen(function* () {
      const w = yield* world()
      let isPoison = true
      w.agent.answer = (body) =>
        isPoison && body.event === "message" && body.message_text === "яд" ? retry("the handler died") : ack
      yield* arrived(w, "яд", "после яда")
      w.whatsapp.clientWrites(other, "а я тут ни при чём")
      yield* w.poll
      yield* w.relay
      yield* w.relay
      assert.notInclude(w.texts(), "после яда")
      assert.include(w.texts(), "а я тут ни при чём")
      assert.strictEqual(yield* pending(w), 2, "kept, and visible")
      isPoison = false
      yield* w.relay
      assert.strictEqual(w.texts().at(-1), "после яда")
      assert.strictEqual(yield* pending(w), 0)
    }),
  )
  it.effect("is not offered for a whole list of contacts when nobody takes anything", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      for (let n = 0; n < 50; n++) w.whatsapp.clientWrites(`+7701${1_000_000 + n}`, "Здравствуйте")
      yield* w.poll
      w.agent.answer = () => retry("the database is away")
      yield* w.relay
      assert.lengthOf(w.told, 3)
    }),
  )
})

describe("the two queues", () => {
  it.effect("do not wait for each other when one refuses", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.agent.voice = () => retry("the model is overloaded")
      yield* arrived(w, "голос", "раз", "голос", "два")
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["[голосовое сообщение]", "раз", "[голосовое сообщение]", "два"])
      assert.strictEqual(yield* pending(w), 2)
    }),
  )
  it.effect("do not stand before each other, however much one of them refuses", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.agent.voice = () => retry("the model is overloaded")
      yield* arrived(w, ...Array.from({ length: 150 }, () => "голос"))
      while ((yield* w.relay) > 0);
      yield* arrived(w, "а я текст")
      yield* w.relay
      assert.strictEqual(w.texts().at(-1), "а я текст")
    }),
  )
  it.effect("do not wait for each other when one is slow to take", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* arrived(w, "голос", "раз")
      const slow = Effect.provideService(relayQueue("voice_transcription"), QueuePort, {
        ...w.queue.port,
        publish: () => Effect.never,
      })
      const held = yield* Effect.forkChild(w.within(slow), { startImmediately: true })
      assert.strictEqual(yield* w.within(relayQueue("incoming_messages")), 2)
      yield* Fiber.interrupt(held)
    }),
  )
  it.effect("tell which of them refused, to whoever relays one", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* arrived(w, "голос")
      const full = new NotPublished({ queue: "voice_transcription", reason: "full", why: "1000 are waiting" })
      const refusing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.provideService(effect, QueuePort, {
          ...w.queue.port,
          publish: (queue, body) =>
            queue === "voice_transcription" ? Effect.fail(full) : w.queue.port.publish(queue, body),
        })
      assert.strictEqual(yield* Effect.flip(w.within(refusing(relayQueue("voice_transcription")))), full)
      assert.strictEqual(yield* w.within(refusing(relayOnce)), 1)
      assert.strictEqual((yield* w.repo.stats(noon)).pending, 1)
    }),
  )
})

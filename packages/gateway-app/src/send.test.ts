import { assert, describe, it } from "@effect/vitest"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { dead, retry } from "@wa/core/ports/queue-port"
import type { OutgoingBody } from "@wa/core/queue/messages"
import { Effect } from "effect"
import { client, minute, noon, other, outgoing, profileId, second, type World, world } from "./gateway.fixture.ts"
import { returnExpired, reviewDoubts, send } from "./send.ts"
import { receiveWebhook } from "./webhook.ts"

const iso = (at: number) => new Date(at).toISOString()
const doSend = (w: World, body: OutgoingBody) => w.within(send(body))
const review = (w: World) => w.within(reviewDoubts)
/** Looks for what is in doubt every ten seconds, as the program does. */
const reviewFor = Effect.fnUntraced(function* (w: World, ms: number) {
  for (const until = w.clock.now() + ms; w.clock.now() < until; ) {
    w.clock.pass(10 * second)
    yield* Effect.ignore(w.poll)
    yield* Effect.ignore(review(w))
  }
  yield* w.relay
})
const statusOf = Effect.fnUntraced(function* (w: World, id: string) {
  return (yield* w.repo.beginSend(outgoing(id, "?"), w.clock.now())).row.status
})
const ack = { _tag: "ack" as const }

describe("a message", () => {
  it.effect("is sent, acked, and reported as sent", () =>
    Effect.gen(function* () {
      const w = yield* world()
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "Здравствуйте!")), ack)
      yield* w.relay
      assert.deepStrictEqual(w.received(), ["Здравствуйте!"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
      const [report] = w.told
      assert.strictEqual(report?.event === "delivery" ? report.message_id : "", w.whatsapp.sentByApi()[0]?.id)
    }),
  )
  it.effect("that is redelivered twelve times is sent once", () =>
    Effect.gen(function* () {
      const w = yield* world()
      for (let n = 0; n < 12; n++) assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      yield* w.relay
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("of the same words under two ids is sent twice: each is its own", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* doSend(w, outgoing("a", "Напомню о себе"))
      yield* doSend(w, outgoing("b", "Напомню о себе"))
      yield* w.poll
      yield* w.relay
      assert.lengthOf(w.received(), 2)
      assert.deepStrictEqual(w.reports(), ["a sent null", "b sent null"])
      assert.lengthOf(w.told, 2, "neither is taken for a human")
    }),
  )
  it.effect("of great length is sent whole", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const text = `${"Подробно о доставке. ".repeat(400)}Конец.`
      yield* doSend(w, outgoing("a", text))
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(w.received(), [text])
      assert.lengthOf(w.told, 1)
    }),
  )
  it.effect("marks the chat read when asked, and is sent although that fails", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      const asked = w.whatsapp.clientWrites(client, "вопрос")
      yield* w.poll
      yield* doSend(w, outgoing("a", "ответ", { mark_as_read: true, known_client_at: iso(asked.at) }))
      assert.strictEqual(w.whatsapp.message(asked.id)?.tick, "read")
      w.clock.pass(second)
      const again = w.whatsapp.clientWrites(client, "ещё вопрос")
      yield* w.poll
      w.faults.plan({ kind: "http", endpoint: "mark_read", status: 500 })
      yield* doSend(w, outgoing("b", "ещё ответ", { mark_as_read: true, known_client_at: iso(again.at) }))
      assert.strictEqual(w.whatsapp.message(again.id)?.tick, "delivered")
      assert.strictEqual(yield* statusOf(w, "b"), "sent")
    }),
  )
  it.effect("leaves the chat unread when not asked", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      const asked = w.whatsapp.clientWrites(client, "вопрос")
      yield* w.poll
      yield* doSend(w, outgoing("a", "напоминание", { known_client_at: iso(asked.at) }))
      assert.strictEqual(w.whatsapp.message(asked.id)?.tick, "delivered")
    }),
  )
  it.effect("to a hidden number goes out as a reply to its last message", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      const chatId = "100000000000001@lid"
      const asked = w.whatsapp.clientWrites("", "Здравствуйте", { chatId })
      yield* w.poll
      yield* doSend(w, outgoing("a", "Добрый день!", { phone_number: chatId, known_client_at: iso(asked.at) }))
      const ours = w.whatsapp.inOrder(chatId).at(-1)
      assert.deepInclude(ours, { text: "Добрый день!", fromMe: true, refersTo: asked.id })
    }),
  )
  it.effect("waits in the queue while the database is away", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.store.disconnect
      assert.strictEqual((yield* doSend(w, outgoing("a", "раз")))._tag, "retry")
      assert.deepStrictEqual(w.received(), [])
      yield* w.store.reconnect
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("is sent once however often the database fails around the call", () =>
    Effect.gen(function* () {
      for (let failing = 1; failing <= 12; failing++) {
        const w = yield* world()
        // The call number `failing` is the one that fails: everything before it is let through.
        let left = failing
        const repo = new Proxy(w.repo, {
          get: (target, name) => {
            const found = Reflect.get(target, name) as unknown
            return typeof found !== "function"
              ? found
              : (...args: ReadonlyArray<unknown>) =>
                  Effect.andThen(
                    Effect.suspend(() => (--left === 0 ? w.store.failNext(1) : Effect.void)),
                    (found as (...given: ReadonlyArray<unknown>) => Effect.Effect<unknown>)(...args),
                  )
          },
        })
        const first = yield* w.within(Effect.provideService(send(outgoing("a", "раз")), GatewayRepo, repo))
        if (first._tag === "retry") yield* doSend(w, outgoing("a", "раз"))
        yield* reviewFor(w, 3 * minute)
        assert.deepStrictEqual(w.received(), ["раз"], `the call ${failing} of the store fails`)
        assert.deepStrictEqual(w.reports(), ["a sent null"], `the call ${failing} of the store fails`)
      }
    }),
  )
})

describe("twelve copies of one reply", () => {
  it.effect("never leave: a timeout whose send was done is found in the chat", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "hang", endpoint: "send", ms: 120_000, isDone: true })
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      for (let n = 0; n < 11; n++) yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 30 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("never leave: a timeout whose send was not done is not repeated, and a person is told", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "hang", endpoint: "send", ms: 120_000, isDone: false })
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 20 * minute)
      assert.deepStrictEqual(w.reports(), [], "it may still come")
      yield* reviewFor(w, 10 * minute)
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a unknown неизвестно, ушло ли сообщение: проверьте чат"])
      assert.strictEqual(yield* review(w), 0)
    }),
  )
  it.effect("never leave: a timeout whose send is done twenty minutes later is reported as sent", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "drop", endpoint: "send", isDone: false })
      w.clock.plan({ at: noon + 20 * minute, happen: () => w.whatsapp.sends("77010000001", "раз") })
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 30 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
      assert.lengthOf(w.told, 1, "it is no human")
    }),
  )
  it.effect("never leave: one saved for re-sending comes late, even after it was given up", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "saved_for_later", endpoint: "send", sendsAfterMs: null })
      w.clock.plan({ at: noon + 50 * minute, happen: () => w.whatsapp.sends("77010000001", "раз") })
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 60 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(
        w.reports().map((report) => report.split(" ")[1]),
        ["unknown", "sent"],
      )
    }),
  )
  it.effect("never leave: a 502 page is over with, so it is looked for, and sent again only when it is not there", () =>
    Effect.gen(function* () {
      for (const isDone of [true, false]) {
        const w = yield* world()
        w.faults.plan({ kind: "http", endpoint: "send", status: 502, body: "<html>Bad gateway</html>", isDone })
        yield* doSend(w, outgoing("a", "раз"))
        yield* reviewFor(w, 5 * minute)
        assert.deepStrictEqual(w.received(), ["раз"])
        assert.deepStrictEqual(w.reports(), ["a sent null"])
        assert.lengthOf(
          w.calls.filter((call) => call.startsWith("send")),
          isDone ? 1 : 2,
        )
      }
    }),
  )
  it.effect("never leave: one that is gone three times is left to a person", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 503, times: null })
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 30 * minute)
      assert.lengthOf(
        w.calls.filter((call) => call.startsWith("send")),
        3,
      )
      assert.deepStrictEqual(
        w.reports().map((report) => report.split(" ")[1]),
        ["unknown"],
      )
    }),
  )
  it.effect("never leave: one in doubt is not sent again while its chat cannot be read", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 502, isDone: true })
      yield* doSend(w, outgoing("a", "раз"))
      w.faults.plan({ kind: "http", endpoint: "messages", status: 404, times: null })
      yield* reviewFor(w, 30 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(
        w.reports().map((report) => report.split(" ")[1]),
        ["unknown"],
      )
    }),
  )
  it.effect("never leave: one in doubt is found behind forty newer messages", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 502, isDone: true })
      yield* doSend(w, outgoing("a", "раз"))
      for (let n = 0; n < 40; n++) {
        w.clock.pass(3 * second)
        w.whatsapp.clientWrites(client, `строка ${n}`)
      }
      yield* review(w)
      yield* review(w)
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
})

describe("a refusal", () => {
  it.effect("that passes is waited out: 429 for as long as it says", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 429, headers: { "retry-after": "30" } })
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.isAtLeast(w.clock.now(), noon + 30 * second)
      assert.isBelow(w.clock.now(), noon + 40 * second)
    }),
  )
  it.effect("in a 200 is a refusal, and is tried again", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "status_error", endpoint: "send" })
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("that lasts is reported after three tries", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "status_error", endpoint: "send", times: null })
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      yield* w.relay
      assert.lengthOf(
        w.calls.filter((call) => call.startsWith("send")),
        3,
      )
      assert.deepStrictEqual(
        w.reports().map((report) => report.split(" ")[1]),
        ["refused"],
      )
    }),
  )
  it.effect("for good is reported at once", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 400, times: null })
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.lengthOf(
        w.calls.filter((call) => call.startsWith("send")),
        1,
      )
      assert.deepStrictEqual(
        w.reports().map((report) => report.split(" ")[1]),
        ["refused"],
      )
    }),
  )
  it.effect("of every call keeps the message in the queue until the token is mended", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 401, times: 5 })
      for (let n = 0; n < 5; n++) assert.strictEqual((yield* doSend(w, outgoing("a", "раз")))._tag, "retry")
      yield* w.relay
      assert.deepStrictEqual(w.reports(), [])
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("of a repeated send, whose queue was acked long ago, leaves it to the next review", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 502 }, { kind: "http", endpoint: "send", status: 401 })
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      yield* reviewFor(w, 5 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("that outlasts the hour gives the message back to the agent instead of saying it late", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan(
        { kind: "http", endpoint: "send", status: 502 },
        { kind: "http", endpoint: "send", status: 401, times: null },
      )
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 62 * minute)
      w.faults.clear()
      yield* reviewFor(w, 5 * minute)
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a expired слишком долго не удавалось отправить"])
    }),
  )
})

describe("a crash", () => {
  const crashedWhile = Effect.fnUntraced(function* (isDone: boolean) {
    const w = yield* world()
    // Entered and begun, then nothing: the ledger says `sending`.
    yield* w.repo.beginSend(outgoing("a", "раз"), w.clock.now())
    yield* w.repo.beginCall("a", 0, w.clock.now())
    if (isDone) w.whatsapp.sends("77010000001", "раз")
    return w
  })
  it.effect("during a send that was done ends in one message", () =>
    Effect.gen(function* () {
      const w = yield* crashedWhile(true)
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      yield* reviewFor(w, 3 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("during a send that was not done ends in one message, once the chat has had time to show it", () =>
    Effect.gen(function* () {
      const w = yield* crashedWhile(false)
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      assert.deepStrictEqual(w.received(), [])
      yield* reviewFor(w, 3 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("lets no later message of the chat overtake the one that is in doubt, and holds no other chat up", () =>
    Effect.gen(function* () {
      const w = yield* crashedWhile(false)
      const later = outgoing("b", "два", { decided_at: iso(w.clock.now() + second) })
      assert.deepStrictEqual(yield* doSend(w, later), ack)
      yield* doSend(w, outgoing("c", "другому", { phone_number: other, decided_at: iso(w.clock.now() + second) }))
      assert.deepStrictEqual(w.received(), [])
      yield* reviewFor(w, 3 * minute)
      assert.deepStrictEqual(w.received(), ["раз", "два"])
      assert.sameMembers(w.reports(), ["a sent null", "b sent null", "c sent null"])
    }),
  )
  it.effect("before the call ends in one message, whether the queue or the review comes first", () =>
    Effect.gen(function* () {
      for (const isReviewedFirst of [true, false]) {
        const w = yield* world()
        yield* w.repo.beginSend(outgoing("a", "раз"), w.clock.now())
        if (isReviewedFirst) yield* review(w)
        yield* doSend(w, outgoing("a", "раз"))
        yield* review(w)
        yield* w.relay
        assert.deepStrictEqual(w.received(), ["раз"])
        assert.deepStrictEqual(w.reports(), ["a sent null"])
      }
    }),
  )
  it.effect("of hours, with a talkative client meanwhile, does not send the same answer twice", () =>
    Effect.gen(function* () {
      const w = yield* crashedWhile(true)
      w.clock.pass(2 * 60 * minute)
      for (let n = 0; n < 30; n++) {
        w.clock.pass(second)
        w.whatsapp.clientWrites(client, `строка ${n}`)
      }
      yield* doSend(w, outgoing("a", "раз"))
      yield* review(w)
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("between two gateways: only one of them calls", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* Effect.all([doSend(w, outgoing("a", "раз")), doSend(w, outgoing("a", "раз"))], { concurrency: 2 })
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
})

describe("the throttle", () => {
  it.effect("lets twenty a minute leave, evenly spaced, over a restart too", () =>
    Effect.gen(function* () {
      const w = yield* world()
      for (let n = 0; n < 45; n++) yield* doSend(w, outgoing(`m${n}`, `сообщение ${n}`))
      const at = w.whatsapp.chat(client).map((message) => message.at)
      assert.lengthOf(at, 45)
      for (let n = 1; n < at.length; n++) assert.isAtLeast(at[n]! - at[n - 1]!, 3000)
      for (let n = 20; n < at.length; n++) assert.isAtLeast(at[n]! - at[n - 20]!, minute)
      assert.isBelow(at[44]! - at[0]!, 45 * 3000 + second, "and no slower than it may")
    }),
  )
  it.effect("counts what did not work, too: it may have left", () =>
    Effect.gen(function* () {
      const w = yield* world({ sendPerMinute: 1 })
      w.faults.plan({ kind: "http", endpoint: "send", status: 502, isDone: true })
      yield* doSend(w, outgoing("a", "раз"))
      yield* doSend(w, outgoing("b", "два"))
      assert.isAtLeast(w.clock.now(), noon + minute)
    }),
  )
})

describe("just before the send", () => {
  it.effect("a human's message that the agent did not know of cancels it", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      w.whatsapp.operatorWrites(client, "Добрый день, я сам отвечу")
      assert.deepStrictEqual(yield* doSend(w, outgoing("a", "раз")), ack)
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a dropped operator_wrote"])
      assert.include(
        w.told.map((body) => body.event),
        "operator_message",
      )
    }),
  )
  it.effect("a human's message that the webhook brought counts although the chat cannot be read", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.faults.plan({ kind: "http", endpoint: "messages", status: 404, times: null })
      w.clock.pass(second)
      w.whatsapp.operatorWrites(client, "Добрый день, я сам отвечу")
      yield* w.webhook
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a dropped operator_wrote"])
      assert.strictEqual(yield* review(w), 0)
    }),
  )
  it.effect("a human's message behind many of the client's is seen as well", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      w.whatsapp.operatorWrites(client, "Я сам отвечу")
      for (let n = 0; n < 30; n++) {
        w.clock.pass(second)
        w.whatsapp.clientWrites(client, `строка ${n}`)
      }
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), [])
    }),
  )
  it.effect("a human's message that the agent knew of does not", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      const human = w.whatsapp.operatorWrites(client, "Добрый день")
      yield* doSend(w, outgoing("a", "раз", { known_operator_at: iso(human.at) }))
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("a human who writes while the slot is waited for cancels it", () =>
    Effect.gen(function* () {
      const w = yield* world({ sendPerMinute: 2 })
      yield* doSend(w, outgoing("first", "кому-то", { phone_number: other }))
      w.clock.plan({ at: noon + 10 * second, happen: () => w.whatsapp.operatorWrites(client, "Я сам") })
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.include(w.reports(), "a dropped operator_wrote")
    }),
  )
  it.effect("a human who writes while a refusal is waited out cancels it", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 429, headers: { "retry-after": "60" } })
      w.clock.plan({ at: noon + 20 * second, happen: () => w.whatsapp.operatorWrites(client, "Я сам") })
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), [])
    }),
  )
  it.effect("a human who writes while a send is in doubt keeps it from being repeated", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 502 })
      yield* doSend(w, outgoing("a", "раз"))
      w.clock.pass(10 * second)
      w.whatsapp.operatorWrites(client, "Я сам")
      yield* reviewFor(w, 3 * minute)
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a dropped operator_wrote"])
    }),
  )
  it.effect("a client's newer message cancels a touch but not a reply", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      w.whatsapp.clientWrites(client, "Я передумал")
      yield* doSend(w, outgoing("touch", "Напомню", { kind: "touch" }))
      yield* doSend(w, outgoing("reply", "Ответ"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), ["Ответ"])
      assert.sameMembers(w.reports(), ["touch dropped client_wrote", "reply sent null"])
    }),
  )
  it.effect("a client who asked not to be written to hears no reply that was already on its way", () =>
    Effect.gen(function* () {
      for (const text of ["Не пишите мне больше", "[изображение] Не пишите мне больше"]) {
        const w = yield* world()
        const asked = w.whatsapp.clientWrites(client, "Сколько стоит?")
        // Within the same second: the agent knew of the question only.
        w.whatsapp.clientWrites(client, text)
        yield* doSend(w, outgoing("a", "раз", { known_client_at: iso(asked.at) }))
        yield* w.relay
        assert.deepStrictEqual(w.received(), [])
        assert.deepStrictEqual(w.reports(), ["a dropped opted_out"])
        assert.deepStrictEqual(
          w.told.map((body) => body.event),
          ["message", "message", "delivery"],
          "the agent hears the words themselves, too, and first",
        )
      }
    }),
  )
  it.effect("a client who asks for silence while the slot is waited for hears nothing", () =>
    Effect.gen(function* () {
      const w = yield* world({ sendPerMinute: 2 })
      yield* doSend(w, outgoing("first", "кому-то", { phone_number: other }))
      w.clock.plan({
        at: noon + 10 * second,
        happen: () => w.whatsapp.clientWrites(client, "удалите мой номер"),
      })
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.include(w.reports(), "a dropped opted_out")
    }),
  )
  it.effect("a request for silence in a voice note counts as soon as it was heard", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const note = w.whatsapp.clientWrites(client, "", { type: "ptt" })
      yield* w.poll
      yield* w.repo.markTranscribed(profileId, note.id, "не пишите мне больше", noon)
      yield* doSend(w, outgoing("a", "раз", { known_client_at: iso(note.at) }))
      assert.deepStrictEqual(w.received(), [])
    }),
  )
  it.effect("a plain no of the client cancels no reply", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.whatsapp.clientWrites(client, "Нет, спасибо")
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("a client's reaction cancels no touch", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* doSend(w, outgoing("a", "раз"))
      w.clock.pass(second)
      w.whatsapp.clientReacts(client, w.whatsapp.sentByApi()[0]!.id, "👍")
      yield* doSend(w, outgoing("touch", "Напомню", { kind: "touch" }))
      assert.deepStrictEqual(w.received(), ["раз", "Напомню"])
    }),
  )
  it.effect("an edit or a deletion that only this look at the chat shows sends the message back, once", () =>
    Effect.gen(function* () {
      for (const change of ["edit", "delete"] as const)
        for (const kind of ["reply", "touch"] as const) {
          const w = yield* world()
          const asked = w.whatsapp.clientWrites(client, "Сколько стоит тариф «Лавка»?")
          const known = { kind, known_client_at: iso(asked.at) }
          yield* w.poll
          w.clock.pass(10 * second)
          const decided = w.clock.now()
          w.clock.pass(second)
          if (change === "edit") w.whatsapp.clientEdits(asked.id, "Сколько стоит тариф «Сеть»?")
          else w.whatsapp.clientDeletes(asked.id)
          yield* doSend(w, outgoing("a", "Лавка", { ...known, decided_at: iso(decided) }))
          yield* doSend(w, outgoing("a", "Лавка", { ...known, decided_at: iso(decided) }))
          yield* w.relay
          assert.deepStrictEqual(w.received(), [])
          assert.deepStrictEqual(w.reports(), ["a expired client_edited"])
          assert.deepStrictEqual(
            w.told.map((body) => body.event),
            ["message", change === "edit" ? "edited" : "deleted", "delivery"],
            "the agent hears of the change first",
          )
          w.clock.pass(10 * second)
          yield* doSend(w, outgoing("b", "Сеть", { ...known, decided_at: iso(w.clock.now()) }))
          assert.deepStrictEqual(w.received(), ["Сеть"])
        }
    }),
  )
  it.effect("an edit sends one message back at most, however the clocks of both programs differ", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const asked = w.whatsapp.clientWrites(client, "Лавка?")
      const known = { known_client_at: iso(asked.at), decided_at: iso(noon) }
      yield* w.poll
      w.clock.pass(5 * minute)
      w.whatsapp.clientEdits(asked.id, "Сеть?")
      yield* doSend(w, outgoing("a", "раз", known))
      w.clock.pass(10 * second)
      // Decided after the edit, by a clock that is five minutes behind.
      yield* doSend(w, outgoing("b", "два", known))
      yield* w.relay
      assert.deepStrictEqual(w.received(), ["два"])
      assert.deepStrictEqual(w.reports(), ["a expired client_edited", "b sent null"])
    }),
  )
  it.effect("an edit that the agent knew of when it decided cancels nothing", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const asked = w.whatsapp.clientWrites(client, "Лавка?")
      yield* w.poll
      w.clock.pass(2 * second)
      w.whatsapp.clientEdits(asked.id, "Сеть?")
      w.clock.pass(second)
      w.whatsapp.clientWrites(client, "И сканер")
      yield* w.poll
      w.clock.pass(10 * second)
      const at = iso(w.clock.now())
      yield* doSend(w, outgoing("a", "раз", { known_client_at: at, decided_at: at }))
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
  it.effect("a number that was whitelisted meanwhile gets nothing", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.repo.addToWhitelist(client, "сотрудник", noon)
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a dropped whitelisted"])
    }),
  )
  it.effect("a chat that cannot be read does not hold it up", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "messages", status: 404 })
      yield* doSend(w, outgoing("a", "раз"))
      assert.deepStrictEqual(w.received(), ["раз"])
    }),
  )
})

describe("a message that waited too long in the queue", () => {
  const expired = (w: World, body: OutgoingBody | undefined) =>
    w.within(returnExpired({ body, raw: "{}", reason: "expired" }))
  it.effect("comes back to the agent, and is not sent afterwards", () =>
    Effect.gen(function* () {
      const w = yield* world()
      assert.deepStrictEqual(yield* expired(w, outgoing("a", "раз")), ack)
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a expired expired"])
    }),
  )
  it.effect("comes back also when it was published late: its hour counts from the decision", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(61 * minute)
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a expired слишком долго не удавалось отправить"])
    }),
  )
  it.effect("comes back although a crash had entered it already, because nothing had left", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.repo.beginSend(outgoing("a", "раз"), w.clock.now())
      yield* expired(w, outgoing("a", "раз"))
      yield* w.relay
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(w.reports(), ["a expired expired"])
    }),
  )
  it.effect("is not told as expired when it left", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* doSend(w, outgoing("a", "раз"))
      yield* expired(w, outgoing("a", "раз"))
      w.faults.plan({ kind: "hang", endpoint: "send", ms: 60_000, isDone: true })
      yield* doSend(w, outgoing("b", "два"))
      yield* expired(w, outgoing("b", "два"))
      yield* reviewFor(w, 2 * minute)
      assert.deepStrictEqual(w.reports(), ["a sent null", "b sent null"])
      assert.deepStrictEqual(w.received(), ["раз", "два"])
    }),
  )
  it.effect("stays buried when it cannot be read, and is kept when the database is away", () =>
    Effect.gen(function* () {
      const w = yield* world()
      assert.deepStrictEqual(yield* expired(w, undefined), dead("expired"))
      yield* w.store.disconnect
      assert.strictEqual((yield* expired(w, outgoing("a", "раз")))._tag, retry("")._tag)
    }),
  )
})

describe("the ledger", () => {
  it.effect("has room for what another profile sends: it is not this one's to review", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.repo.beginSend(outgoing("a", "раз", { profile_id: "another" }), w.clock.now())
      assert.strictEqual(yield* review(w), 0)
      assert.strictEqual((yield* w.repo.openSends(profileId)).length, 0)
    }),
  )
})

describe("a number that WhatsApp has limited", () => {
  const ban = { messages: { wh_type: "delivery_status", profile_id: profileId, id: "", status: "temporary ban" } }
  const banned = (w: World) => w.within(receiveWebhook(ban))

  it.effect("sends nothing more: replies, touches and second tries wait where they are stored", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* doSend(w, outgoing("before", "раз"))
      yield* banned(w)
      assert.deepStrictEqual(yield* doSend(w, outgoing("reply", "два")), ack)
      assert.deepStrictEqual(yield* doSend(w, outgoing("touch", "три", { kind: "touch", phone_number: other })), ack)
      yield* reviewFor(w, 30 * minute)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.received(other), [])
      assert.strictEqual(yield* statusOf(w, "reply"), "waiting")
      assert.strictEqual((yield* w.repo.stats(noon)).sendsWaiting, 2)
    }),
  )
  it.effect("does not send what was being waited for when the news came", () =>
    Effect.gen(function* () {
      const w = yield* world({ sendPerMinute: 1 })
      yield* doSend(w, outgoing("a", "раз"))
      // The ban comes while the second one waits for its turn.
      w.clock.plan({ at: w.clock.now() + 30 * second, happen: () => Effect.runSync(banned(w)) })
      yield* doSend(w, outgoing("b", "два"))
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.strictEqual(yield* statusOf(w, "b"), "waiting")
    }),
  )
  it.effect("still is after a restart, and what waits leaves once a person resumes", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* banned(w)
      yield* doSend(w, outgoing("a", "раз"))
      yield* w.restart
      yield* reviewFor(w, minute)
      assert.deepStrictEqual(w.received(), [])
      assert.isTrue(yield* w.repo.resumeSending(profileId, w.clock.now()))
      yield* reviewFor(w, 20 * second)
      assert.deepStrictEqual(w.received(), ["раз"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect(
    "gives back what waited longer than two minutes before a person resumed: the agent may know better by now",
    () =>
      Effect.gen(function* () {
        const w = yield* world()
        yield* banned(w)
        yield* doSend(w, outgoing("a", "раз"))
        yield* reviewFor(w, 3 * minute)
        yield* doSend(w, outgoing("b", "два", { phone_number: other }))
        yield* w.repo.resumeSending(profileId, w.clock.now())
        yield* reviewFor(w, 20 * second)
        assert.deepStrictEqual(w.received(), [])
        assert.deepStrictEqual(w.received(other), ["два"])
        assert.deepStrictEqual(w.reports(), ["a expired устарело, пока ждало отправки", "b sent null"])
      }),
  )
  it.effect("gives back after an hour what could not leave, and says why", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* banned(w)
      yield* doSend(w, outgoing("a", "раз"))
      yield* reviewFor(w, 61 * minute)
      assert.deepStrictEqual(w.reports(), ["a expired sending_stopped"])
      assert.deepStrictEqual(w.received(), [])
    }),
  )
  it.effect("gives back what expired in the queue with the same reason", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* banned(w)
      const body = outgoing("a", "раз")
      yield* w.within(returnExpired({ body, raw: "", reason: "expired" }))
      yield* w.relay
      assert.deepStrictEqual(w.reports(), ["a expired sending_stopped"])
    }),
  )
  it.effect("asks about a send in doubt, but does not repeat it", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.plan({ kind: "http", endpoint: "send", status: 502 })
      yield* doSend(w, outgoing("a", "раз"))
      yield* banned(w)
      yield* reviewFor(w, 30 * minute)
      assert.deepStrictEqual(w.received(), [])
      assert.deepStrictEqual(
        w.reports().map((one) => one.slice(0, 9)),
        ["a unknown"],
      )
    }),
  )
})

describe("a message that fails after it was sent", () => {
  it.effect("is reported when the chat shows it, without any webhook", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.faults.set({ fateOfSends: "undelivered" })
      yield* doSend(w, outgoing("a", "раз"))
      w.clock.pass(minute)
      w.whatsapp.clientWrites(client, "вы тут?")
      yield* w.poll
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(w.reports(), [
        "a sent null",
        "a undeliverable WhatsApp не доставил сообщение (undelivered)",
      ])
    }),
  )
})

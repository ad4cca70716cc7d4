import { assert, describe, it } from "@effect/vitest"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { Effect } from "effect"
import { client, minute, noon, other, profileId, second, world } from "./gateway.fixture.ts"
import { makePoller } from "./poll.ts"

const phone = (n: number) => `+7701${String(1_000_000 + n)}`

describe("the first start", () => {
  it.effect("takes now as the beginning, so that old chats are not answered", () =>
    Effect.gen(function* () {
      const { clock, poll, relay, texts, told, whatsapp } = yield* world({
        before: (old) => {
          for (let n = 0; n < 30; n++) for (let m = 0; m < 3; m++) old.clientWrites(phone(n), `старое ${m}`)
          old.clientWrites(client, "старое")
        },
      })
      yield* poll
      clock.pass(5 * second)
      whatsapp.clientWrites(client, "новое")
      yield* poll
      yield* relay
      assert.deepStrictEqual(texts(), ["новое"])
      assert.lengthOf(told, 1)
    }),
  )
  it.effect("counts what was written within the second of the beginning, because chats show whole seconds", () =>
    Effect.gen(function* () {
      const { poll, ingested, texts, whatsapp } = yield* world()
      whatsapp.clientWrites(client, "в ту же секунду")
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["в ту же секунду"])
    }),
  )
})

describe("a round", () => {
  it.effect("reads an unchanged chat only once", () =>
    Effect.gen(function* () {
      const { calledMessages, clock, poll, whatsapp } = yield* world()
      whatsapp.clientWrites(client, "раз")
      assert.strictEqual(yield* poll, 1)
      const before = calledMessages().length
      clock.pass(5 * second)
      assert.strictEqual(yield* poll, 0)
      assert.lengthOf(calledMessages(), before)
    }),
  )
  it.effect("asks one page for one new message of a chat it knows", () =>
    Effect.gen(function* () {
      const { calledMessages, clock, poll, whatsapp } = yield* world()
      for (let n = 0; n < 70; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `${n}`)
      }
      yield* poll
      const before = calledMessages().length
      clock.pass(5 * second)
      whatsapp.clientWrites(client, "ещё")
      assert.strictEqual(yield* poll, 1)
      assert.lengthOf(calledMessages(), before + 1)
    }),
  )
  it.effect("takes two messages of one second, in their order", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, texts, whatsapp } = yield* world()
      faults.set({ sameSecond: true })
      clock.pass(minute)
      whatsapp.clientWrites(client, "раз")
      whatsapp.clientWrites(client, "два")
      yield* poll
      whatsapp.clientWrites(client, "три")
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["раз", "два", "три"])
    }),
  )
  it.effect("reads more than a page of new messages of a chat, oldest told first", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, relay, texts, whatsapp } = yield* world()
      for (let n = 0; n < 170; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `${n}`)
      }
      assert.strictEqual(yield* poll, 170)
      yield* ingested
      yield* relay
      assert.deepStrictEqual(
        texts(),
        Array.from({ length: 170 }, (_, n) => `${n}`),
      )
    }),
  )
  it.effect("loses nothing when a message arrives between two pages", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, relay, texts, whatsapp } = yield* world()
      for (let n = 0; n < 120; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `${n}`)
      }
      yield* poll
      clock.pass(second)
      for (let n = 120; n < 240; n++) whatsapp.clientWrites(client, `${n}`)
      faults.set({ arrivesBetweenPages: { from: client, text: "между страницами" } })
      yield* poll
      clock.pass(5 * second)
      yield* poll
      yield* ingested
      yield* relay
      yield* relay
      assert.lengthOf(texts(), 241)
      assert.lengthOf(new Set(texts()), 241)
    }),
  )
  it.effect("goes on behind a page that null elements made short", () =>
    Effect.gen(function* () {
      const { clock, store, whatsapp, within } = yield* world()
      for (let n = 0; n < 120; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `${n}`)
      }
      const shortPages = Effect.gen(function* () {
        const wappi = yield* WappiPort
        // The adapter leaves out what is no message, so a full page may show less than was asked for.
        const port: WappiPort["Service"] = {
          ...wappi,
          listMessages: (chatId, page) => Effect.map(wappi.listMessages(chatId, page), (list) => list.slice(1)),
        }
        const poller = yield* makePoller
        return yield* poller.once.pipe(Effect.provideService(WappiPort, port))
      })
      assert.isAtLeast(yield* within(shortPages), 110)
      assert.isAtLeast((yield* store.repo.pending(200)).length, 110)
    }),
  )
  it.effect("finds every one of 250 chats that changed at once", () =>
    Effect.gen(function* () {
      const { clock, poll, store, whatsapp } = yield* world()
      clock.pass(minute)
      for (let n = 0; n < 250; n++) whatsapp.clientWrites(phone(n), "Здравствуйте")
      assert.strictEqual(yield* poll, 250)
      assert.lengthOf(yield* store.repo.pending(1000), 250)
    }),
  )
  it.effect("finds the chats behind the first page when the last round broke off between two pages", () =>
    Effect.gen(function* () {
      const { calls, clock, faults, poll, store, whatsapp } = yield* world()
      yield* poll
      clock.pass(minute)
      for (let n = 0; n < 250; n++) whatsapp.clientWrites(phone(n), "Здравствуйте")
      // The first page of the list is served, the second one is not.
      const before = calls.filter((call) => call.startsWith("chats")).length
      assert.strictEqual(before, 1)
      faults.set({ slowMs: 1 })
      clock.plan({ at: clock.now() + 2, happen: () => faults.plan({ kind: "http", endpoint: "chats", status: 502 }) })
      assert.strictEqual((yield* Effect.flip(poll))._tag, "WappiRefused")
      const stored = (yield* store.repo.pending(1000)).length
      assert.isBelow(stored, 250)
      yield* poll
      assert.lengthOf(yield* store.repo.pending(1000), 250)
    }),
  )
  it.effect("finds the chats behind the first page after a restart", () =>
    Effect.gen(function* () {
      const { clock, faults, poll, restart, store, whatsapp } = yield* world()
      clock.pass(minute)
      for (let n = 0; n < 250; n++) whatsapp.clientWrites(phone(n), "Здравствуйте")
      faults.set({ slowMs: 1 })
      clock.plan({ at: clock.now() + 2, happen: () => faults.plan({ kind: "http", endpoint: "chats", status: 502 }) })
      yield* Effect.flip(poll)
      yield* restart
      yield* poll
      assert.lengthOf(yield* store.repo.pending(1000), 250)
    }),
  )
  it.effect("does not lose a chat that sank below the first page between two polls", () =>
    Effect.gen(function* () {
      const { clock, poll, store, whatsapp } = yield* world()
      yield* poll
      clock.pass(second)
      whatsapp.clientWrites(client, "я утону")
      clock.pass(second)
      for (let n = 0; n < 120; n++) whatsapp.clientWrites(phone(n), "Здравствуйте")
      yield* poll
      const phones = (yield* store.repo.pending(1000)).map(({ body }) => body.phone_number)
      assert.include(phones, client)
    }),
  )
  it.effect("stores a reaction that is the last message of a chat, with the message before it", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, told, whatsapp } = yield* world()
      clock.pass(second)
      const ours = whatsapp.operatorWrites(client, "Добрый день")
      whatsapp.clientWrites(client, "вопрос")
      whatsapp.clientReacts(client, ours.id, "👍")
      yield* poll
      yield* ingested
      const kinds = told.map((body) => (body.event === "message" ? body.content : body.event))
      assert.deepStrictEqual(kinds, ["operator_message", "text", "reaction"])
    }),
  )
  it.effect("takes an empty list for an empty list", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, texts, whatsapp } = yield* world()
      clock.pass(second)
      whatsapp.clientWrites(client, "раз")
      faults.set({ nullLists: true })
      assert.strictEqual(yield* poll, 0)
      faults.clear()
      assert.strictEqual(yield* poll, 1)
      yield* ingested
      assert.deepStrictEqual(texts(), ["раз"])
    }),
  )
  it.effect("reads chats whose times the list does not tell", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, texts, whatsapp } = yield* world()
      faults.set({ zeroTimes: true })
      clock.pass(second)
      whatsapp.clientWrites(client, "раз")
      yield* poll
      clock.pass(second)
      whatsapp.clientWrites(client, "два")
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["раз", "два"])
    }),
  )
  it.effect("does not move the mark of a chat whose messages could not be stored", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, store, texts, whatsapp } = yield* world()
      yield* poll
      clock.pass(second)
      whatsapp.clientWrites(client, "раз")
      for (let failing = 1; failing <= 5; failing++) {
        yield* store.failNext(1)
        yield* Effect.exit(poll)
      }
      yield* store.disconnect
      assert.strictEqual((yield* Effect.flip(poll))._tag, "StoreUnavailable")
      yield* store.reconnect
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["раз"])
    }),
  )
  it.effect("reads a hole behind what the webhook or a send brought in, back to its own mark", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, relay, texts, webhook, whatsapp, faults } = yield* world({ withWebhook: true })
      whatsapp.clientWrites(client, "начало")
      yield* webhook
      yield* poll
      faults.set({ webhookLost: true })
      for (let n = 0; n < 10; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `потерян вебхуком ${n}`)
      }
      faults.set({ webhookLost: false })
      for (let n = 0; n < 60; n++) {
        clock.pass(second)
        whatsapp.clientWrites(client, `через вебхук ${n}`)
      }
      yield* webhook
      yield* poll
      yield* ingested
      yield* relay
      assert.lengthOf(texts(), 71)
    }),
  )
})

describe("a chat that cannot be read", () => {
  it.effect("is quarantined while the others go on, and read once it is back", () =>
    Effect.gen(function* () {
      const { calledMessages, clock, faults, ingested, poll, texts, whatsapp } = yield* world()
      faults.plan({ kind: "http", endpoint: "messages", chatId: "77010000001@c.us", status: 404, times: null })
      clock.pass(second)
      whatsapp.clientWrites(client, "меня не прочесть")
      whatsapp.clientWrites(other, "а меня можно")
      assert.strictEqual(yield* poll, 1)
      const before = calledMessages().length
      yield* poll
      assert.lengthOf(calledMessages(), before, "left alone for a while")
      clock.pass(minute)
      yield* poll
      assert.lengthOf(calledMessages(), before + 1, "tried again")
      faults.clear()
      clock.pass(30 * minute)
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["а меня можно", "меня не прочесть"])
    }),
  )
  it.effect("is read once it is back even when a hundred chats have pushed it off the first page", () =>
    Effect.gen(function* () {
      const { clock, faults, poll, store, whatsapp } = yield* world()
      yield* poll
      faults.plan({ kind: "http", endpoint: "messages", chatId: "77010000001@c.us", status: 400 })
      clock.pass(second)
      whatsapp.clientWrites(client, "один раз не прочли")
      clock.pass(second)
      for (let n = 0; n < 150; n++) whatsapp.clientWrites(phone(n), "Здравствуйте")
      yield* poll
      clock.pass(minute)
      yield* poll
      const phones = (yield* store.repo.pending(1000)).map(({ body }) => body.phone_number)
      assert.include(phones, client)
    }),
  )
  it.effect("with several others at once is no matter of the chats: the round fails, and no chat is put aside", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, texts, whatsapp } = yield* world()
      yield* poll
      faults.plan({ kind: "http", endpoint: "messages", status: 404, times: null })
      clock.pass(second)
      for (let n = 0; n < 5; n++) whatsapp.clientWrites(phone(n), `вопрос ${n}`)
      const error = yield* Effect.flip(poll)
      assert.strictEqual(error._tag, "WappiRefused")
      assert.match(error.message, /3 chats/)
      faults.clear()
      // The very next round reads them: none waits for the end of a quarantine.
      clock.pass(second)
      yield* poll
      yield* ingested
      assert.lengthOf(texts(), 5)
    }),
  )
  it.effect("has the list of chats left alone for as long as Wappi asked", () =>
    Effect.gen(function* () {
      const { calls, clock, faults, poll } = yield* world()
      yield* poll
      faults.plan({ kind: "http", endpoint: "chats", status: 429, headers: { "retry-after": "90" }, times: null })
      assert.strictEqual((yield* Effect.flip(poll))._tag, "WappiRefused")
      faults.clear()
      const asked = calls.length
      clock.pass(60 * second)
      assert.strictEqual(yield* poll, 0)
      assert.lengthOf(calls, asked, "not asked yet")
      clock.pass(31 * second)
      yield* poll
      assert.isAbove(calls.length, asked)
    }),
  )
  it.effect("loses nothing to another chat's answer", () =>
    Effect.gen(function* () {
      const { clock, faults, ingested, poll, told, whatsapp } = yield* world()
      faults.plan({ kind: "crossed", endpoint: "messages", times: 2 })
      clock.pass(second)
      whatsapp.clientWrites(client, "от первого")
      whatsapp.clientWrites(other, "от второго")
      yield* poll
      clock.pass(minute)
      yield* poll
      yield* ingested
      assert.sameDeepMembers(
        told.map((body) => [body.phone_number, body.event === "message" ? body.message_text : ""]),
        [
          [client, "от первого"],
          [other, "от второго"],
        ],
      )
    }),
  )
  it.effect("does not stop the poller, but a bad token does", () =>
    Effect.gen(function* () {
      const { clock, faults, poll, whatsapp } = yield* world()
      clock.pass(second)
      whatsapp.clientWrites(client, "раз")
      faults.plan({ kind: "http", endpoint: "messages", status: 401 })
      assert.strictEqual((yield* Effect.flip(poll))._tag, "WappiDenied")
      assert.strictEqual(yield* poll, 1)
    }),
  )
})

describe("chats that are not ours to read", () => {
  it.effect("are not even asked for: groups, broadcasts, channels and whitelisted numbers", () =>
    Effect.gen(function* () {
      const { calledMessages, clock, poll, repo, whatsapp } = yield* world()
      yield* repo.addToWhitelist(other, "жена", noon)
      clock.pass(second)
      whatsapp.clientWrites(client, "в группе", { chatId: "120363000000000001@g.us" })
      whatsapp.clientWrites(client, "статус", { chatId: "status@broadcast" })
      whatsapp.clientWrites(client, "рассылка", { chatId: "1234567890@broadcast" })
      whatsapp.clientWrites(client, "канал", { chatId: "120363000000000002@newsletter" })
      whatsapp.clientWrites(other, "личное")
      assert.strictEqual(yield* poll, 0)
      assert.deepStrictEqual(calledMessages(), [])
      assert.lengthOf(yield* repo.pending(10), 0)
    }),
  )
  it.effect("tell nothing of the time on the whitelist once they are taken off it", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, repo, texts, whatsapp } = yield* world()
      yield* repo.addToWhitelist(other, "сотрудник", noon)
      clock.pass(second)
      whatsapp.clientWrites(other, "личное")
      yield* poll
      clock.pass(minute)
      yield* repo.removeFromWhitelist(other)
      yield* poll
      clock.pass(minute)
      whatsapp.clientWrites(other, "теперь я клиент")
      yield* poll
      yield* ingested
      assert.deepStrictEqual(texts(), ["теперь я клиент"])
    }),
  )
  it.effect("are told from people by a hidden number, which is read under its whole id", () =>
    Effect.gen(function* () {
      const { clock, ingested, poll, told, whatsapp } = yield* world()
      clock.pass(second)
      whatsapp.clientWrites("", "Здравствуйте", { chatId: "100000000000001@lid" })
      yield* poll
      yield* ingested
      assert.deepStrictEqual(
        told.map((body) => body.phone_number),
        ["100000000000001@lid"],
      )
      assert.strictEqual(told[0]?.profile_id, profileId)
    }),
  )
})

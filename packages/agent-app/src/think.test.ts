import { assert, describe, it } from "@effect/vitest"
import { LlmDenied, LlmUnavailable } from "@wa/core/ports/llm-port"
import { Effect } from "effect"
import { day, draft, hour, key, minute, noon, other, overloaded, second, type World, world } from "./agent.fixture.ts"

const tuesdayAt = (time: string) => `2026-11-24T${time}:00+05:00`
const replies = (w: World) => w.brain.asked.filter((task) => task === "reply").length

describe("a turn that is longer than what the model is shown", () => {
  it.effect("is told whole: its first message, too", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const reply = w.brain.reply
      let asked = ""
      w.brain.reply = (request) => {
        asked = request.newMessage
        return reply(request)
      }
      for (let n = 1; n <= 30; n++) yield* w.writes(`вопрос номер ${n}`, { message_id: `m${n}` })
      for (let n = 0; n < 3; n++) yield* w.wakeNextDue
      assert.strictEqual(asked.split("\n").length, 30)
      assert.isTrue(asked.startsWith("вопрос номер 1\n"))
    }),
  )
})

describe("a model that lies", () => {
  const lies: ReadonlyArray<readonly [string, ReturnType<typeof draft>]> = [
    ["invents a price", draft("Тариф «Старт» стоит 9 900 ₸ в месяц.", { facts: ["f1"] })],
    [
      "books a call on Sunday",
      draft("Записал вас на воскресенье, 29 ноября, в 12:00.", {
        call: { action: "book", at: "2026-11-29T12:00:00+05:00" },
      }),
    ],
    [
      "books a call that is no time at all",
      draft("Записал вас на завтра.", { call: { action: "book", at: "завтра в три" } }),
    ],
    ["books a call without a time", draft("Записал вас на звонок.", { call: { action: "book", at: null } })],
    ["gives a phone that nobody has", draft("Позвоните нам: +7 727 123 45 67.")],
    ["gives a link that nobody has", draft("Оплатите здесь: https://pay.example.com/1")],
    ["says nothing", draft("   ")],
  ]
  for (const [what, lie] of lies)
    it.effect(`and ${what} is asked thrice, then a safe sentence goes out and a person is told`, () =>
      Effect.gen(function* () {
        const w = yield* world()
        w.brain.reply = () => Effect.succeed(lie)
        yield* w.writes("Здравствуйте, сколько стоит тариф «Старт»?", { message_id: "a" })
        yield* w.wakeNextDue
        yield* w.publish
        assert.strictEqual(replies(w), 3)
        assert.strictEqual(w.brain.requests[2]?.refusals.length, 2, "told why the first two came back")
        assert.lengthOf(w.sent, 1)
        assert.notStrictEqual(w.texts()[0], lie.text)
        assert.notInclude(w.texts()[0], "9 900")
        assert.deepStrictEqual(yield* w.requests, ["guard"])
        assert.deepStrictEqual(yield* w.outcomes, ["a handed_over:guard"])
        assert.deepStrictEqual(yield* w.repo.takenSlots(key.profileId, noon), [])
      }),
    )
  it.effect("once and then tells the truth is heard", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const drafts = [draft("Он стоит 9 900 ₸."), draft("Тариф «Старт» стоит 15 000 ₸ в месяц.", { facts: ["f1"] })]
      w.brain.reply = () => Effect.sync(() => drafts.shift()!)
      yield* w.writes("Здравствуйте, сколько стоит тариф «Старт»?")
      yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(w.texts(), ["Тариф «Старт» стоит 15 000 ₸ в месяц."])
      assert.deepStrictEqual(yield* w.requests, [])
    }),
  )
  it.effect("in a reminder has a safe reminder go out instead", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.brain.touch = () => Effect.succeed(draft("Скидка 90 %, только сегодня!"))
      yield* w.writes("Здравствуйте, расскажите о тарифах")
      yield* w.wakeNextDue
      yield* w.publish
      yield* w.wakeNextDue
      yield* w.publish
      assert.strictEqual(w.brain.asked.filter((task) => task === "touch").length, 3)
      assert.deepInclude(w.sent[1], { kind: "touch" })
      assert.notInclude(w.texts()[1], "90")
      assert.deepStrictEqual(yield* w.requests, ["guard"])
    }),
  )
})

describe("a call", () => {
  const asksFor = Effect.fnUntraced(function* (w: World, of: typeof key, time: string) {
    w.brain.reply = () =>
      Effect.succeed(
        draft(`Записал вас на вторник, 24 ноября, в ${time}.`, { call: { action: "book", at: tuesdayAt(time) } }),
      )
    yield* w.writes(`Здравствуйте! Позвоните мне завтра в ${time}`, { phone_number: of.phone })
  })
  it.effect("that the client asked for is booked", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* asksFor(w, key, "15:00")
      yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(yield* w.repo.takenSlots(key.profileId, noon), [Date.parse(tuesdayAt("15:00"))])
      assert.include(w.texts()[0], "15:00")
    }),
  )
  it.effect("is noted with what the client spoke of", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("Здравствуйте! Работает ли тариф «Старт» без интернета?")
      yield* asksFor(w, key, "15:00")
      yield* w.wakeNextDue
      assert.strictEqual((yield* w.repo.calls(1))[0]?.notes, "Работает ли тариф «Старт» без интернета?")
    }),
  )
  it.effect("for which two contacts race is booked for one, and the other is not told that it is", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* asksFor(w, key, "15:00")
      yield* asksFor(w, other, "15:00")
      w.clock.pass(10 * second)
      // Both read the free slots before either has booked.
      yield* Effect.all([w.wake, w.wake], { concurrency: 2 })
      yield* w.publish
      assert.deepStrictEqual(yield* w.repo.takenSlots(key.profileId, noon), [Date.parse(tuesdayAt("15:00"))])
      assert.lengthOf(w.sent, 2)
      assert.lengthOf(
        w.texts().filter((text) => text.includes("15:00")),
        1,
      )
      assert.deepStrictEqual(yield* w.requests, ["guard"])
    }),
  )
})

describe("a model that is away", () => {
  it.effect("moves the wake-up further and further; nothing is lost, and the client is answered once it is back", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const reply = w.brain.reply
      w.brain.reply = () => Effect.fail(overloaded)
      yield* w.writes("Здравствуйте", { message_id: "a" })
      const pauses: Array<number> = []
      yield* w.wakeNextDue
      for (let n = 0; n < 6; n++) {
        const before = w.clock.now()
        yield* w.wakeNextDue
        pauses.push((w.clock.now() - before) / second)
      }
      assert.deepStrictEqual(pauses, [15, 30, 60, 120, 240, 480])
      assert.deepStrictEqual(yield* w.outcomes, ["a null"])
      w.brain.reply = reply
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
  it.effect("by a defect ends neither the program nor the turn: it is tried again", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const reply = w.brain.reply
      w.brain.reply = () => Effect.die(new TypeError("a draft that nobody thought of"))
      yield* w.writes("Здравствуйте", { message_id: "a" })
      yield* w.wakeNextDue
      assert.deepStrictEqual(yield* w.outcomes, ["a null"])
      w.brain.reply = reply
      yield* w.wakeNextDue
      yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
  it.effect("for the moderator is no verdict: nobody is greeted with a canned sentence", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.brain.classify = () => Effect.fail(overloaded)
      yield* w.writes("Здравствуйте")
      for (let n = 0; n < 5; n++) yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      assert.strictEqual((yield* w.repo.contact(key))?.isClient, null)
      assert.isNotNull(yield* w.repo.nextWakeUpAt)
    }),
  )
  it.effect("for too long leaves the answer to a person", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.brain.reply = () => Effect.fail(overloaded)
      yield* w.writes("Здравствуйте", { message_id: "a" })
      for (let n = 0; n < 60 && (yield* w.repo.nextWakeUpAt) !== null; n++) yield* w.wakeNextDue
      assert.isAtMost(w.clock.now(), noon + 12 * hour + minute)
      assert.lengthOf(yield* w.requests, 1)
      assert.match((yield* w.outcomes)[0]!, /^a handed_over:/)
    }),
  )
  it.effect("waits as long as it is told to", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.brain.reply = () =>
        Effect.fail(new LlmUnavailable({ kind: "quota", retryAfterMs: 20 * minute, detail: "quota exceeded" }))
      yield* w.writes("Здравствуйте")
      yield* w.wakeNextDue
      assert.strictEqual(yield* w.repo.nextWakeUpAt, w.clock.now() + 20 * minute)
    }),
  )
  it.effect("with a bad key stops the worker by name, and the message is asked about again after the restart", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const reply = w.brain.reply
      w.brain.reply = () => Effect.fail(new LlmDenied({ mend: "GEMINI_API_KEY", detail: "API key not valid" }))
      yield* w.writes("Здравствуйте", { message_id: "a" })
      w.clock.pass(8 * second)
      const denied = yield* Effect.flip(w.wake)
      assert.strictEqual(denied._tag, "LlmDenied")
      assert.include(denied.message, "GEMINI_API_KEY")
      w.brain.reply = reply
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
})

describe("the budget of a day", () => {
  it.effect("counts what answers of no use cost, call by call", () =>
    Effect.gen(function* () {
      const w = yield* world({ dailyTokenBudget: 1000 })
      const cost = { promptTokens: 300, cachedTokens: 0, outputTokens: 40, model: "scripted" }
      w.brain.reply = () =>
        Effect.fail(new LlmUnavailable({ kind: "bad_answer", retryAfterMs: null, detail: "", spent: [cost, cost] }))
      yield* w.writes("Здравствуйте", { message_id: "a" })
      yield* w.wakeNextDue
      assert.strictEqual(yield* w.repo.tokensSince(noon), 120 + 2 * 340)
      w.clock.pass(minute)
      yield* w.wake
      assert.strictEqual(yield* w.repo.tokensSince(noon), 120 + 4 * 340)
      const { asked } = w.brain
      w.clock.pass(10 * minute)
      yield* w.wake
      assert.strictEqual(w.brain.asked.length, asked.length, "the budget is used up")
    }),
  )
  it.effect("is checked before a call, and the message waits for tomorrow", () =>
    Effect.gen(function* () {
      const w = yield* world({ dailyTokenBudget: 100 })
      yield* w.writes("Здравствуйте", { message_id: "a" })
      yield* w.wakeNextDue
      assert.deepStrictEqual(w.brain.asked, ["classify", "reply"], "the double asks, the budget does not let it answer")
      assert.strictEqual(yield* w.repo.tokensSince(noon), 120)
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      assert.deepStrictEqual(yield* w.outcomes, ["a null"])
      assert.isAtMost((yield* w.repo.nextWakeUpAt)!, noon + day)
    }),
  )
  it.effect("that is not used up stops nothing, and what was used is counted", () =>
    Effect.gen(function* () {
      const w = yield* world({ dailyTokenBudget: 121 })
      yield* w.writes("Здравствуйте")
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.strictEqual(yield* w.repo.tokensSince(noon), 240)
    }),
  )
})

describe("every answer", () => {
  it.effect("is explained: the model, the prompt, the guard's verdict and the facts stand in the trace", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.brain.reply = () => Effect.succeed(draft("Тариф «Старт» стоит 15 000 ₸ в месяц.", { facts: ["f1"] }))
      yield* w.writes("Здравствуйте, сколько стоит тариф «Старт»?")
      yield* w.wakeNextDue
      const traces = yield* w.repo.traces(key, 10)
      const drafted = traces.find((trace) => trace.event._tag === "ReplyDrafted")
      assert.deepInclude(drafted?.thoughts, { model: "scripted", prompt: "p1", guard: "pass", reasons: [] })
      assert.deepStrictEqual(
        (drafted!.thoughts["facts"] as ReadonlyArray<{ readonly id: string }>).map((one) => one.id),
        ["f1"],
      )
    }),
  )
})

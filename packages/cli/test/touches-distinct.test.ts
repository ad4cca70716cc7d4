/** Nobody hears the same reminder twice, whatever the model says and however little of the chat it is shown. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it, vi } from "@effect/vitest"
import { repeatedOf } from "@wa/core/guard/guard"
import { Effect } from "effect"
import { simulateFile } from "../src/simulate/simulate.ts"

vi.setConfig({ testTimeout: 120_000 })

const root = fileURLToPath(new URL("../../..", import.meta.url))
const options = { me: null, ours: "leave_out" as const, zone: null, knowledgeFolder: `${root}knowledge_base` }

/** The touches of a scenario, in order; fails when the scenario does not come out. */
const touchesOf = (scenario: string) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "wa-touches-"))
    const file = join(folder, "scenario.yaml")
    writeFileSync(file, scenario)
    const result = yield* simulateFile(file, options)
    rmSync(folder, { recursive: true })
    assert.deepStrictEqual(result.failures, [])
    return {
      touches: result.messages.flatMap((one) => (one.kind === "touch" ? [one.text] : [])),
      ours: result.messages.flatMap((one) => (one.from === "bot" ? [one.text] : [])),
      ...result.contact,
    }
  })
const assertDistinct = (ours: ReadonlyArray<string>, touches: ReadonlyArray<string>) => {
  for (const [n, text] of ours.entries())
    if (touches.includes(text)) assert.isNull(repeatedOf(text, ours.slice(0, n), "touch"), `said before: ${text}`)
}

describe("the five touches", () => {
  for (const [what, opening, settings] of [
    ["a question of price", "Здравствуйте! Сколько стоит тариф «Магазин»?", ""],
    ["a question of terms", "Здравствуйте, есть ли у вас рассрочка?", ""],
    [
      "a client who is shown to the brain in two messages",
      "Здравствуйте! Какие у вас тарифы?",
      "MAX_CONTEXT_MESSAGES: 2",
    ],
    ["a client who writes Kazakh", "Сәлеметсіз бе! Тарифтің бағасы қанша?", ""],
  ] as const)
    it.live(`of the offline brain are all different: ${what}`, () =>
      Effect.gen(function* () {
        const told = yield* touchesOf(`
name: ${what}
now: 2026-11-23T11:00
settings: { CLASSIFY_AFTER_MESSAGES: 1, ${settings} }
brain: { classify: { verdict: client, confidence: 0.95 } }
steps:
  - client: ${JSON.stringify(opening)}
  - after: 70d
`)
        assert.lengthOf(told.touches, 5)
        assertDistinct(told.ours, told.touches)
      }),
    )

  it.live("of a model that repeats itself are another each time", () =>
    Effect.gen(function* () {
      const told = yield* touchesOf(`
name: one sentence
now: 2026-11-23T11:00
brain:
  classify: { verdict: client, confidence: 0.95 }
  replies: ["Расскажите, пожалуйста, чем вы торгуете?"]
  touches: ["Здравствуйте! Остались ли у вас вопросы по нашей кассе?"]
steps:
  - client: Здравствуйте, нужна касса
  - after: 70d
`)
      assert.lengthOf(told.touches, 5)
      assert.strictEqual(told.touches[0], "Здравствуйте! Остались ли у вас вопросы по нашей кассе?")
      assertDistinct(told.ours, told.touches)
    }),
  )

  it.live("of a model that says almost the same are another each time", () =>
    Effect.gen(function* () {
      const told = yield* touchesOf(`
name: nearly one sentence
now: 2026-11-23T11:00
brain:
  classify: { verdict: client, confidence: 0.95 }
  replies: ["Расскажите, пожалуйста, чем вы торгуете?"]
  touches:
    - "Здравствуйте! Остались ли у вас вопросы по нашей кассе?"
    - "Добрый день! Остались ли у вас вопросы по нашей кассе?"
    - "Здравствуйте! Остались ли у вас ещё вопросы по нашей кассе?"
steps:
  - client: Здравствуйте, нужна касса
  - after: 70d
`)
      assert.lengthOf(told.touches, 5)
      assertDistinct(told.ours, told.touches)
    }),
  )

  it.live("repeat nothing of an earlier chain, far beyond what the model is shown", () =>
    Effect.gen(function* () {
      const told = yield* touchesOf(`
name: three chains
now: 2026-11-23T11:00
settings: { MAX_CONTEXT_MESSAGES: 2, FOLLOW_UP_INTERVALS: "24,72,168,336,720" }
brain:
  classify: { verdict: client, confidence: 0.95 }
  replies: ["Расскажите, пожалуйста, чем вы торгуете?", "Понял вас. Сколько у вас точек?", "Ясно. А кто сейчас ведёт учёт товара?"]
  touches: ["Здравствуйте! Остались ли у вас вопросы по нашей кассе?"]
steps:
  - client: Здравствуйте, нужна касса
  - after: 70d
  - client: Я ещё думаю над этим
  - after: 70d
  - client: Пока не решили, думаем
  - after: 70d
`)
      assert.lengthOf(told.touches, 15)
      assertDistinct(told.ours, told.touches)
    }),
  )

  it.live("end when everything was said, instead of beginning anew", () =>
    Effect.gen(function* () {
      const chain = "  - client: Я ещё думаю над этим\n  - after: 70d\n"
      const told = yield* touchesOf(`
name: five chains
now: 2026-11-23T11:00
brain:
  classify: { verdict: client, confidence: 0.95 }
  touches: ["Здравствуйте! Остались ли у вас вопросы по нашей кассе?"]
steps:
  - client: Здравствуйте, нужна касса
  - after: 70d
${chain.repeat(4)}`)
      // One of the model, and the fifteen that there are.
      assert.isAtMost(told.touches.length, 16)
      assert.isAtLeast(told.touches.length, 14)
      assertDistinct(told.ours, told.touches)
      assert.strictEqual(told.stop_reason, "nothing_to_say")
    }),
  )
})

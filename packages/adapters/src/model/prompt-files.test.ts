import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Guard from "@wa/core/guard/guard"
import { promptNames } from "@wa/core/prompt/prompt"
import { renderClassify, renderPlain, renderReply, renderTouch } from "@wa/core/prompt/render"
import { Effect } from "effect"
import {
  chat,
  classifyRequest,
  facts,
  freeSlots,
  hostile,
  knowledge,
  now,
  replyRequest,
  touchRequest,
  zone,
} from "../contracts/llm.contract.ts"
import { fileNames, loadPrompts, promptsFolder } from "./prompt-files.ts"

const hours = { zone, opensMinute: 600, closesMinute: 1080, weekdays: [1, 2, 3, 4, 5], isHoliday: () => false }

const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    const made = await mkdtemp(join(tmpdir(), "prompts-"))
    for (const file of Object.values(fileNames))
      await writeFile(join(made, file), await readFile(join(promptsFolder, file)))
    return made
  }),
  (made) => Effect.promise(() => rm(made, { recursive: true })),
)
const write = (path: string, text: string | Uint8Array) => Effect.promise(() => writeFile(path, text))

describe("the prompts of the repository", () => {
  it.effect("are usable", () =>
    Effect.gen(function* () {
      const prompts = yield* loadPrompts()
      assert.sameMembers(Object.keys(prompts), [...promptNames])
      assert.lengthOf(new Set(promptNames.map((name) => prompts[name].hash)), 4)
    }),
  )
  it.effect("have every placeholder that the plan names", () =>
    Effect.gen(function* () {
      const prompts = yield* loadPrompts()
      const has = (name: "moderator" | "sales_agent" | "follow_up", wanted: ReadonlyArray<string>) =>
        assert.includeMembers(
          [...prompts[name].stable.placeholders, ...prompts[name].changing.placeholders],
          [...wanted],
        )
      has("moderator", ["contact_name", "full_name", "business_name", "conversation_history"])
      has("sales_agent", ["knowledge_base", "conversation_history", "new_message", "current_datetime"])
      has("follow_up", [
        "touch_number",
        "conversation_history",
        "last_bot_message",
        "last_client_message",
        "follow_up_reason",
        "hours_since_last_message",
        "current_datetime",
      ])
    }),
  )
  it.effect("render whole, and show their example of an answer in single braces", () =>
    Effect.gen(function* () {
      const prompts = yield* loadPrompts()
      const all = [
        renderClassify(prompts.moderator, classifyRequest),
        renderReply(prompts.sales_agent, replyRequest),
        renderTouch(prompts.follow_up, touchRequest(4)),
        renderPlain(prompts.transcription),
      ]
      for (const { system, user } of all) {
        assert.notMatch(system + user, /\{\{|\}\}|\{[a-z_]+\}/)
        assert.notInclude(system + user, "ДАЛЬШЕ МЕНЯЕТСЯ")
        for (const example of system.match(/^\{.*\}$/gm) ?? []) assert.doesNotThrow(() => JSON.parse(example), example)
        assert.match(system, /^\{"/m)
      }
      assert.include(all[1]!.system, knowledge)
      assert.include(all[2]!.user, "Сейчас касание 4 из 5")
    }),
  )
  it.effect("show the moderator a judged example of every kind of correspondent", () =>
    Effect.gen(function* () {
      const { moderator } = yield* loadPrompts()
      const { system } = renderClassify(moderator, classifyRequest)
      const examples = [...system.matchAll(/^Клиент: (.+)\n(\{.+\})$/gm)].map(([, says = "", answer = ""]) => ({
        says,
        ...(JSON.parse(answer) as { reasoning: string; isClient: boolean | null; confidence: number }),
      }))
      for (const [kind, sign, isClient] of [
        ["a supplier", /упаковку|рекламу|этикетки/, false],
        ["a job seeker", /вакансия/, false],
        ["a courier", /за посылкой/, false],
        ["a relative", /^«Мам|^«Апа/, false],
        ["a bank", /Kaspi/, false],
        ["a wrong number", /не туда попал/, false],
        ["spam", /по ссылке/, false],
        ["a buyer who sounds like a partner", /сеть кофеен|тендер|оптом/, true],
        ["a client after the sale", /опять капает/, true],
        ["a client who writes Kazakh", /бағасы/, true],
        ["an ambiguous partner", /сотрудничество/, null],
        ["a greeting", /^«Здравствуйте» /, null],
      ] as const) {
        const met = examples.filter(({ says }) => sign.test(says))
        assert.isAbove(met.length, 0, kind)
        for (const one of met) assert.strictEqual(one.isClient, isClient, one.says)
      }
      for (const { says, reasoning, isClient, confidence } of examples) {
        assert.match(reasoning, /^[А-Я].+\.$/u, says)
        assert.isTrue(isClient === null || confidence >= 0.6, says)
      }
    }),
  )
  it.effect("show no tone that the guard would refuse", () =>
    Effect.gen(function* () {
      const prompts = yield* loadPrompts()
      const { system } = renderReply(prompts.sales_agent, replyRequest)
      const samples = system.split("\n").flatMap((line) => /^«(.+)»$/.exec(line)?.[1] ?? [])
      assert.isAtLeast(samples.length, 3)
      for (const text of samples) {
        const review = Guard.review({
          draft: { text, facts: [], call: null, hand_over: null },
          kind: "reply",
          facts,
          knowledge,
          chat,
          now,
          zone,
          hours,
          freeSlots,
          bookedCall: null,
        })
        assert.deepStrictEqual(review.verdict === "refuse" ? review.reasons : [], [], text)
      }
    }),
  )
  it.effect("never expand what a client writes", () =>
    Effect.gen(function* () {
      const prompts = yield* loadPrompts()
      const tame = renderReply(prompts.sales_agent, replyRequest)
      const chat = [...replyRequest.chat.slice(0, 2), { from: "client" as const, text: hostile, at: replyRequest.now }]
      const { system, user } = renderReply(prompts.sales_agent, { ...replyRequest, chat, newMessage: hostile })
      assert.strictEqual(system, tame.system)
      assert.include(user, "{knowledge_base} {{x}} {unknown}")
      assert.lengthOf(user.match(/<\/новое_сообщение>/g)!, 1)
      assert.notMatch(user, /<сотрудник>/)
    }),
  )
})

describe("a folder of prompts", () => {
  it.effect("gives another hash when a text changes, and only to that one", () =>
    Effect.gen(function* () {
      const made = yield* folder
      const before = yield* loadPrompts(made)
      const path = join(made, fileNames.sales_agent)
      yield* write(path, `${yield* Effect.promise(() => readFile(path, "utf8"))}Пиши короче.\n`)
      const after = yield* loadPrompts(made)
      assert.notStrictEqual(after.sales_agent.hash, before.sales_agent.hash)
      assert.strictEqual(after.moderator.hash, before.moderator.hash)
    }),
  )
  it.effect("tells all that is wrong in all files at once", () =>
    Effect.gen(function* () {
      const made = yield* folder
      yield* Effect.promise(() => rm(join(made, fileNames.moderator)))
      yield* write(join(made, fileNames.transcription), Uint8Array.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]))
      yield* write(join(made, fileNames.follow_up), "Правила без разделителя")
      yield* Effect.promise(() => rm(join(made, fileNames.sales_agent)))
      yield* Effect.promise(() => mkdir(join(made, fileNames.sales_agent)))
      const error = yield* Effect.flip(loadPrompts(made))
      assert.deepStrictEqual(error.problems, [
        "moderator_prompt.txt: файла нет",
        "sales_agent_prompt.txt: файл не читается (EISDIR)",
        "follow_up_prompt.txt: строка «=== ДАЛЬШЕ МЕНЯЕТСЯ ===» должна встретиться ровно один раз, а не 0",
        "transcription_prompt.txt: текст не в кодировке UTF-8",
      ])
      assert.include(error.message, made)
    }),
  )
})

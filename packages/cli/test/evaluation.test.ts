/** The published figures are what the commands print; a cassette made from a stub of a model replays without it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { startOpenai } from "@wa/adapters/openai/openai-server.fixture"
import { Effect } from "effect"
import { runWa } from "./wa-command.fixture.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const page = readFileSync(join(root, "docs", "EVALUATION.md"), "utf8")
const inRoot = (args: string) =>
  args.split(" ").map((word) => (word.startsWith("evals/") || word.startsWith("scenarios/") ? join(root, word) : word))
const inFolder = (use: (folder: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), "wa-eval-"))
  return use(folder).finally(() => rmSync(folder, { recursive: true }))
}
const held = "eval moderator evals/moderator-held-out.jsonl"

describe("docs/EVALUATION.md", () => {
  const blocks = [...page.matchAll(/```console\n\$ npm run wa -- (.+)\n([\s\S]*?)\n```/g)]

  it("shows the moderator, the guard and the dialogues", () => {
    assert.isAtLeast(blocks.length, 4)
  })
  for (const [, args = "", shown = ""] of blocks)
    it(`tells what this prints: wa ${args}`, { timeout: 120_000 }, async () => {
      const { status, stdout, stderr } = await runWa(inRoot(args))
      assert.strictEqual(status, 0, stderr)
      // "…": the rest is left out.
      const printed = stdout.replaceAll(root, "").trimEnd()
      const isCut = shown.endsWith("\n…")
      const told = isCut ? shown.slice(0, -2) : shown
      assert.strictEqual(isCut ? printed.slice(0, told.length) : printed, told)
    })
  it("tells of each dialogue that fails", () => {
    for (const [, name] of page.matchAll(/✗ .*\(evals\/dialogues\/(.+)\.yaml\)/g)) assert.include(page, `*${name}*`)
    assert.isAtLeast(readdirSync(join(root, "evals", "dialogues")).length, 60)
  })
})

describe("wa eval", () => {
  it("ends with 1 only when a threshold is missed", async () => {
    assert.strictEqual((await runWa(inRoot(`${held} --min-accuracy 0.85 --max-lost-clients 0.02`))).status, 0)
    const missed = await runWa(inRoot(`${held} --min-accuracy 0.999 --json`))
    assert.strictEqual(missed.status, 1)
    assert.match(missed.stderr, /точность/u)
    assert.isBelow((JSON.parse(missed.stdout) as { accuracy: number }).accuracy, 0.999)
  })
  it("names the first bad line, and ends with 2", () =>
    inFolder(async (folder) => {
      const file = join(folder, "bad.jsonl")
      const good = '{"messages":["Сколько стоит?"],"contact":null,"label":"client"}'
      for (const bad of [
        "не json",
        '{"messages":["а"],"contact":null,"label":"maybe"}',
        '{"messages":[],"contact":null,"label":"client"}',
      ]) {
        writeFileSync(file, `${good}\n\n${bad}\n`)
        const { status, stderr } = await runWa(["eval", "moderator", file])
        assert.strictEqual(status, 2, bad)
        assert.match(stderr, /bad\.jsonl, строка 3: .+\n$/u)
      }
      writeFileSync(file, '{"kb":"","chat":[],"now":"завтра","draft":"","verdict":"pass","why":""}\n')
      assert.strictEqual((await runWa(["eval", "guard", file])).status, 2)
    }))
  it("ends with 2 on wrong usage", { timeout: 120_000 }, async () => {
    for (const args of [
      "eval dialogues",
      "eval dialogues /nowhere.yaml",
      "eval dialogues --all --repeats 0",
      "eval moderator /nowhere.jsonl",
      `${held} --record`,
      `${held} --min-accuracy 85`,
    ])
      assert.strictEqual((await runWa(inRoot(args))).status, 2, args)
  })
  it("shows each mistake of the guard", () =>
    inFolder(async (folder) => {
      const file = join(folder, "guard.jsonl")
      const one = {
        kb: "Стрижка: 7 000 ₸",
        chat: [{ from: "client", text: "Сколько стоит стрижка?" }],
        now: "2026-11-23T11:00+05:00",
        why: "label turned round",
      }
      writeFileSync(
        file,
        [
          { ...one, draft: "Стрижка стоит 7 000 ₸.", verdict: "refuse" },
          { ...one, draft: "Стрижка стоит 6 000 ₸.", verdict: "pass" },
        ]
          .map((line) => JSON.stringify(line))
          .join("\n"),
      )
      const { status, stdout } = await runWa(["eval", "guard", file, "--json", "--max-false-accepts", "0.5"])
      assert.strictEqual(status, 1)
      const score = JSON.parse(stdout) as Record<string, ReadonlyArray<{ line: number }> | number>
      assert.strictEqual(score["false_accept_rate"], 1)
      assert.strictEqual(score["false_refusal_rate"], 1)
      assert.deepStrictEqual(
        (score["false_refusals"] as ReadonlyArray<{ line: number }>).map((it) => it.line),
        [2],
      )
    }))
  it.live("records a model once, and replays it with neither server nor key", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* startOpenai
        yield* Effect.promise(() =>
          inFolder(async (folder) => {
            const file = join(folder, "openings.jsonl")
            const tape = join(folder, "tape.jsonl")
            writeFileSync(
              file,
              ["Сколько стоит?", "Здравствуйте"]
                .map((text) => JSON.stringify({ messages: [text], contact: null, label: "client" }))
                .join("\n"),
            )
            const named = { LLM_PROVIDER: "openai", OPENAI_MODEL: "small-model", OPENAI_BASE_URL: `${server.url}/v1` }
            const args = ["eval", "moderator", file, "--json", "--cassette", tape]
            const empty = await runWa(args, named)
            assert.strictEqual(empty.status, 2)
            assert.match(empty.stderr, /--record/u)
            const recorded = await runWa([...args, "--record"], { ...named, OPENAI_API_KEY: "sk-test-0123456789" })
            assert.strictEqual(recorded.status, 0, recorded.stderr)
            assert.strictEqual(server.asked.length, 2)
            const replayed = await runWa(args, named)
            assert.strictEqual(replayed.status, 0, replayed.stderr)
            assert.deepStrictEqual(JSON.parse(replayed.stdout), JSON.parse(recorded.stdout))
            assert.strictEqual(server.asked.length, 2)
            assert.isAbove(
              (JSON.parse(replayed.stdout) as { cost: { tokens_per_decision: number } }).cost.tokens_per_decision,
              0,
            )
            assert.notInclude(readFileSync(tape, "utf8"), "sk-test")
          }),
        )
      }),
    ),
  )
  it.live("plays a dialogue through a model's real programs, each time anew", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* startOpenai
        const { status, stdout, stderr } = yield* Effect.promise(() =>
          runWa(inRoot("eval dialogues scenarios/08-opt-out.yaml --repeats 2 --json"), {
            LLM_PROVIDER: "openai",
            OPENAI_MODEL: "small-model",
            OPENAI_API_KEY: "sk-test-0123456789",
            OPENAI_BASE_URL: `${server.url}/v1`,
          }),
        )
        assert.strictEqual(status, 0, stderr)
        const score = JSON.parse(stdout) as { model: string; repeats: number; pass_1: number; pass_k: number }
        assert.strictEqual(score.model, "small-model")
        assert.strictEqual(score.repeats, 2)
        assert.isAbove(server.asked.length, 0)
      }),
    ),
  )
})

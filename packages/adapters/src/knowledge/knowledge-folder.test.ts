import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { drawnPdf } from "./drawn-pdf.ts"
import { fromDocuments, knowledgeFolderCheck, layer } from "./knowledge-folder.ts"

const saying = (text: string) =>
  drawnPdf((pdf) => {
    pdf.text(text)
  })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "knowledge-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)
const put = (path: string, content: Uint8Array | string) => Effect.promise(() => writeFile(path, content))
/** As if it had been written so many minutes ago. */
const rested = (path: string, minutes: number) =>
  Effect.promise(() => utimes(path, Date.now() / 1000 - 60 * minutes, Date.now() / 1000 - 60 * minutes))
const pdfOf = (text: string) => Effect.promise(() => saying(text))

describe("the knowledge folder", () => {
  it.effect("reads every document, in the order of their names", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* put(join(path, "b.PDF"), yield* pdfOf("Доставка по городу бесплатно."))
      yield* put(join(path, "a.pdf"), yield* pdfOf("Гарантия на работы 12 месяцев."))
      yield* put(join(path, "c.txt"), "# Адрес\n\nг. Алматы, ул. Примерная, 1")
      yield* put(join(path, "note.docx"), "не читается")
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        assert.deepStrictEqual(
          (yield* port.documents).map((document) => document.file),
          ["a.pdf", "b.PDF", "c.txt"],
        )
        assert.deepStrictEqual(yield* port.unreadable, [])
        const whole = yield* port.wholeText
        assert.match(whole, /=== a\.pdf ===\n\nГарантия на работы 12 месяцев\.\n\n=== b\.PDF ===/)
        const [best] = yield* port.search("привезёте?", 3)
        assert.strictEqual(best?.file, "b.PDF")
        assert.strictEqual(best?.page, 1)
      }).pipe(Effect.provide(layer({ folder: path })))
    }),
  )

  it.effect("warns that it holds no document, at the start and when the last one goes, each time once", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const warnings: Array<string> = []
      const heard = Logger.layer([
        Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(String(message)))),
      ])
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        assert.lengthOf(warnings, 1)
        assert.match(warnings[0]!, /^there are no documents: /)
        const change = Effect.gen(function* () {
          yield* TestClock.adjust("6 seconds")
          return (yield* port.documents).length
        })
        assert.strictEqual(yield* change, 0)
        assert.lengthOf(warnings, 1)
        yield* put(join(path, "a.txt"), "Гарантия 12 месяцев.")
        yield* rested(join(path, "a.txt"), 1)
        assert.strictEqual(yield* change, 1)
        assert.lengthOf(warnings, 1)
        yield* Effect.promise(() => rm(join(path, "a.txt")))
        assert.strictEqual(yield* change, 0)
        assert.lengthOf(warnings, 2)
      }).pipe(Effect.provide(layer({ folder: path })), Effect.provide(heard))
    }),
  )

  it.effect("warns of a document that cannot be read", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* put(join(path, "a.txt"), "Гарантия 12 месяцев.")
      yield* put(join(path, "prices.pdf"), "no PDF")
      const warnings: Array<string> = []
      const heard = Logger.layer([
        Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(JSON.stringify(message)))),
      ])
      yield* KnowledgePort.pipe(Effect.provide(layer({ folder: path })), Effect.provide(heard))
      assert.lengthOf(warnings, 1)
      assert.include(warnings[0], "prices.pdf: ")
    }),
  )

  it("is refused by the settings when it was named and is not there, or is a file", async () => {
    const path = await mkdtemp(join(tmpdir(), "knowledge-"))
    try {
      await writeFile(join(path, "a.txt"), "текст")
      const check = (named?: string) =>
        Effect.runPromise(knowledgeFolderCheck(named === undefined ? {} : { KNOWLEDGE_DIR: named }))
      assert.deepStrictEqual(await check(), [])
      assert.deepStrictEqual(await check(path), [])
      assert.deepStrictEqual(await check(join(path, "no")), [`KNOWLEDGE_DIR: нет такой папки: ${join(path, "no")}`])
      assert.deepStrictEqual(await check(join(path, "a.txt")), [`KNOWLEDGE_DIR: это не папка: ${join(path, "a.txt")}`])
    } finally {
      await rm(path, { recursive: true })
    }
  })

  it.effect("names the files that cannot be read and works with the rest", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const good = yield* pdfOf("Чистка ковров 900 ₸ за метр.")
      yield* put(join(path, "broken.pdf"), good.slice(0, 300))
      yield* put(join(path, "empty.pdf"), "")
      yield* put(join(path, "good.pdf"), good)
      yield* put(
        join(path, "secret.pdf"),
        yield* Effect.promise(() => drawnPdf((pdf) => void pdf.text("тайна"), { userPassword: "x" })),
      )
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        assert.deepStrictEqual(
          (yield* port.documents).map((document) => document.file),
          ["good.pdf"],
        )
        assert.deepStrictEqual(
          (yield* port.unreadable).map(({ file, reason }) => [file, reason]),
          [
            ["broken.pdf", "corrupt"],
            ["empty.pdf", "empty"],
            ["secret.pdf", "encrypted"],
          ],
        )
      }).pipe(Effect.provide(layer({ folder: path })))
    }),
  )

  it.effect("notices new, changed and deleted files, but does not look more often than it was told", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = join(path, "prices.pdf")
      yield* put(file, yield* pdfOf("Цена 100 ₸"))
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        const text = Effect.map(port.documents, (documents) =>
          documents.flatMap((document) => document.blocks.map((block) => block.text)),
        )
        assert.deepStrictEqual(yield* text, ["Цена 100 ₸"])
        const [before] = yield* port.documents

        yield* TestClock.adjust("6 seconds")
        assert.strictEqual((yield* port.documents)[0], before, "an unchanged file is not read again")

        yield* put(file, yield* pdfOf("Цена 200 ₸"))
        yield* Effect.promise(() => utimes(file, 1_800_000_000, 1_800_000_000))
        assert.deepStrictEqual(yield* text, ["Цена 100 ₸"])
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* text, ["Цена 200 ₸"])

        yield* put(join(path, "news.md"), "Новость дня")
        yield* rested(join(path, "news.md"), 1)
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* text, ["Новость дня", "Цена 200 ₸"])

        yield* Effect.promise(() => rm(file))
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* text, ["Новость дня"])
        assert.deepStrictEqual(yield* port.search("цена", 5), [])
      }).pipe(Effect.provide(layer({ folder: path, watchSeconds: 5 })))
    }),
  )

  it.effect("keeps the good file while its successor is being copied, and names the successor if it stays broken", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = join(path, "prices.pdf")
      const good = yield* pdfOf("Цена 100 ₸")
      const next = yield* pdfOf("Цена 200 ₸")
      yield* put(file, good)
      yield* rested(file, 9)
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        const text = Effect.map(port.wholeText, (whole) => whole.split("\n").at(-1))
        assert.strictEqual(yield* text, "Цена 100 ₸")

        // Half of it, just now: the copying goes on.
        yield* put(file, next.slice(0, 300))
        yield* put(join(path, "new.txt"), "Стол 45 0")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* text, "Цена 100 ₸")
        assert.deepStrictEqual(yield* port.unreadable, [])

        // A pause of the copying longer than a look.
        yield* rested(file, 8)
        yield* rested(join(path, "new.txt"), 8)
        yield* TestClock.adjust("5 seconds")
        assert.include(yield* port.wholeText, "Цена 100 ₸")
        assert.deepStrictEqual(yield* port.unreadable, [])

        yield* put(file, next)
        yield* put(join(path, "new.txt"), "Стол 45 000 ₸")
        yield* rested(file, 7)
        yield* rested(join(path, "new.txt"), 7)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* text, "Цена 200 ₸")
        assert.include(yield* port.wholeText, "Стол 45 000 ₸")

        yield* put(file, next.slice(0, 300))
        yield* rested(file, 6)
        for (const expected of [[], ["prices.pdf"]]) {
          yield* TestClock.adjust("5 seconds")
          assert.deepStrictEqual(
            (yield* port.unreadable).map((each) => each.file),
            expected,
          )
        }
      }).pipe(Effect.provide(layer({ folder: path, watchSeconds: 5 })))
    }),
  )

  it.effect("works with no documents when the folder is missing or empty", () =>
    Effect.gen(function* () {
      const path = yield* folder
      for (const each of [path, join(path, "nowhere")])
        yield* Effect.gen(function* () {
          const port = yield* KnowledgePort
          assert.deepStrictEqual(yield* port.documents, [])
          assert.strictEqual(yield* port.wholeText, "")
          assert.deepStrictEqual(yield* port.facts, [])
          assert.deepStrictEqual(yield* port.search("цена", 5), [])
        }).pipe(Effect.provide(layer({ folder: each })))
    }),
  )

  it.effect("reads a text file in the encoding of old Russian programs", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* put(join(path, "old.txt"), new Uint8Array([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]))
      yield* Effect.gen(function* () {
        const port = yield* KnowledgePort
        assert.strictEqual((yield* port.documents)[0]?.blocks[0]?.text, "Привет")
      }).pipe(Effect.provide(layer({ folder: path })))
    }),
  )
})

describe("knowledge in memory", () => {
  it.effect("answers as the folder does", () =>
    Effect.gen(function* () {
      const port = yield* KnowledgePort
      assert.strictEqual((yield* port.search("сколько стоит", 1))[0]?.text, "Цена 500 ₸")
      assert.strictEqual(yield* port.wholeText, "=== m.pdf ===\n\nЦена 500 ₸")
    }).pipe(
      Effect.provide(
        fromDocuments([{ file: "m.pdf", pages: 1, blocks: [{ kind: "paragraph", page: 1, text: "Цена 500 ₸" }] }]),
      ),
    ),
  )
})

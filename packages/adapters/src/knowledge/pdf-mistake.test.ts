/** A mistake of ours while a good file is read: played by a layout that fails over one word. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { Effect, Logger } from "effect"
import { vi } from "vitest"
import { drawnPdf } from "./drawn-pdf.ts"
import { layer } from "./knowledge-folder.ts"

vi.mock(import("./pdf-layout.ts"), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    layPage: (page) => {
      if (page.segments.some(({ text }) => text.includes("Редкость"))) throw new TypeError("rows is not iterable")
      return original.layPage(page)
    },
  }
})

it.effect("is told as ours, with its cause and the file, and the other files are read", () => {
  const lines: Array<{ readonly level: string; readonly text: string }> = []
  const heard = Logger.layer([
    Logger.make(({ logLevel, message, cause }) => {
      lines.push({ level: logLevel, text: `${JSON.stringify(message)} ${JSON.stringify(cause)} ${String(cause)}` })
    }),
  ])
  return Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "knowledge-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true })),
    )
    yield* Effect.promise(async () => {
      await writeFile(join(folder, "a.pdf"), await drawnPdf((pdf) => void pdf.text("Редкость стоит 900 ₸.")))
      await writeFile(join(folder, "b.pdf"), await drawnPdf((pdf) => void pdf.text("Доставка бесплатная.")))
      await writeFile(join(folder, "c.pdf"), "%PDF-1.7 и больше ничего")
    })
    yield* Effect.gen(function* () {
      const port = yield* KnowledgePort
      assert.deepStrictEqual(
        (yield* port.documents).map(({ file }) => file),
        ["b.pdf"],
      )
      const named = (yield* port.unreadable).map(({ file, reason }) => `${file}: ${reason}`)
      assert.deepStrictEqual(named, ["a.pdf: program_error", "c.pdf: corrupt"])
      assert.notMatch((yield* port.unreadable)[0]!.why, /повреждён/)
    }).pipe(Effect.provide(layer({ folder })))
    const errors = lines.filter(({ level }) => level === "Error")
    assert.lengthOf(errors, 1)
    assert.match(errors[0]!.text, /a\.pdf/)
    assert.match(errors[0]!.text, /rows is not iterable/)
  }).pipe(Effect.provide(heard))
})

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { runWa } from "./wa-command.fixture.ts"

const folder = mkdtempSync(join(tmpdir(), "wa-kb-check-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe("wa kb check", () => {
  it("finds nothing to mend in the sample knowledge base", async () => {
    const { status, stdout } = await runWa(["kb", "check"])
    assert.strictEqual(status, 0, stdout)
    assert.include(stdout, "Исправлять нечего.")
  })

  it("names file, page and words of what is wrong, and fails with 1", async () => {
    put(
      "прайс.txt",
      "# Прайс\n\n| Тариф | Цена |\n|---|---|\n| Старт | 9 900 ₸ |\n| Сеть | 19 900 ₸ |\n\nАкция до 1 марта 2025 года.",
    )
    put("слайды.md", "# CRM\n\n## Тариф «Старт»\n\n10 900 ₸\n")
    put("скан.pdf", "")
    put("прайс.xlsx", "PK")
    const { status, stdout, stderr } = await runWa(["kb", "check", folder, "--now", "2026-11-24"])
    assert.strictEqual(status, 1)
    assert.strictEqual(stderr, "")
    assert.include(
      stdout,
      "- Старт, цена: 9 900 ₸ или 10 900 ₸?\n    прайс.txt, стр. 1: «Старт | 9 900 ₸»\n    слайды.md, стр. 1: «10 900 ₸»",
    )
    assert.include(stdout, "прайс.txt, стр. 1: «Акция до 1 марта 2025 года.»")
    assert.include(stdout, "- Файл не читается: файл пустой (0 байт)\n    скан.pdf")
    assert.include(stdout, "- Файл не читается: это не PDF: сохраните его как PDF\n    прайс.xlsx")
    const before = await runWa(["kb", "check", folder, "--now", "2025-02-01"])
    assert.notInclude(before.stdout, "Акция до")
  })

  it("gives one object to programs, and does not fail for questions alone", async () => {
    const file = put("один.txt", "# Мойка окон\n\nМойка одного окна 900 ₸.")
    const questions = put("вопросы.list", "\ufeffСколько стоит мойка окна?\n\n# заметка\nМоете ли вы ковры?\n")
    const { status, stdout } = await runWa(["kb", "check", file, "--questions", questions, "--json"])
    assert.strictEqual(status, 0, stdout)
    const { ok, documents, findings } = JSON.parse(stdout) as {
      ok: boolean
      documents: number
      findings: ReadonlyArray<{ kind: string; weight: string; message: string }>
    }
    assert.isTrue(ok)
    assert.strictEqual(documents, 1)
    assert.isTrue(findings.every(({ kind, weight }) => kind === "unanswered_question" && weight === "notice"))
    const messages = findings.map(({ message }) => message)
    assert.include(messages, "Нет ответа на вопрос: «Моете ли вы ковры?»")
    assert.notInclude(messages, "Нет ответа на вопрос: «Сколько стоит мойка окна?»")
  })

  it("tells wrong usage in one line, with exit code 2", async () => {
    for (const args of [["нет-такой-папки"], [put("a.docx", "x")], ["--now", "завтра"], ["--questions", "нет-файла"]]) {
      const { status, stderr, stdout } = await runWa(["kb", "check", ...args])
      assert.strictEqual(status, 2, stdout + stderr)
      assert.strictEqual(stderr.trim().split("\n").length, 1)
    }
  })
})

describe("wa kb search", () => {
  it("tells an empty folder, and a file in place of one, from a question without an answer", async () => {
    const none = mkdtempSync(join(folder, "none-"))
    const said = async (...args: ReadonlyArray<string>) => {
      const { status, stdout, stderr } = await runWa(["kb", "search", ...args, "цена"])
      return [status, stdout.trim(), stderr.trim()]
    }
    const file = put("мёд.txt", "# Мёд\n\nМёд гречишный.\n")
    assert.deepStrictEqual(await said("--folder", none), [1, "", `в папке нет ни одного документа: ${none}`])
    assert.deepStrictEqual(await said("--folder", file), [2, "", `это файл, а нужна папка: ${file}`])
    assert.deepStrictEqual(await said("--folder", none, "--json"), [1, "", `в папке нет ни одного документа: ${none}`])
  })

  it("prints passages and nothing else, one a line for programs", async () => {
    put("товары.txt", "# Мёд\n\nМёд гречишный: 3 500 ₸ за кг.\n")
    const people = await runWa(["kb", "search", "--folder", folder, "почём мёд"])
    assert.match(people.stdout, /^товары\.txt, стр\. 1/)
    const programs = await runWa(["kb", "search", "--folder", folder, "--json", "почём мёд"])
    const [first] = programs.stdout.trim().split("\n")
    assert.strictEqual((JSON.parse(first!) as { readonly file: string }).file, "товары.txt")
  })
})

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const root = new URL("../../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")
const page = read("docs/RULES.md")

/** Rules as the page has them: number, then what it says up to the next one. */
const rules = page
  .split(/^- \*\*/m)
  .slice(1)
  .map((text) => ({ number: text.slice(0, text.indexOf("**")), text: text.split(/\n\n/)[0] ?? "" }))
const numbers = new Set(rules.map((rule) => rule.number))

const sources = (): ReadonlyArray<string> =>
  readdirSync(new URL("packages/", root)).flatMap((name) => {
    const folder = `packages/${name}/src`
    return existsSync(new URL(folder, root))
      ? readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
          .filter((file) => /\.tsx?$/.test(file) && !file.endsWith("rules.test.ts"))
          .map((file) => `${folder}/${file}`)
      : []
  })

/** The numbers that a text claims of this page: "Rules F1 to F7 of docs/RULES.md", over line ends of comments, too. */
const claimed = (text: string): ReadonlyArray<string> =>
  [
    ...text.replace(/\n\s*\*?\s*/g, " ").matchAll(/Rules? ((?:[A-Z]+\d+(?: to |, | and )?)+) of docs\/RULES\.md/g),
  ].flatMap(([, list = ""]) =>
    list.split(/, | and /).flatMap((part) => {
      const [, letters = "", from = "", , to = from] = /^([A-Z]+)(\d+)(?: to ([A-Z]+)(\d+))?$/.exec(part) ?? []
      return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${letters}${Number(from) + index}`)
    }),
  )

describe("docs/RULES.md", () => {
  it("has each number once, and the ten invariants", () => {
    assert.strictEqual(numbers.size, rules.length)
    for (let n = 1; n <= 10; n++) assert.isTrue(numbers.has(`INV${n}`), `INV${n}`)
  })

  it("has every rule that the code names", () => {
    const files = sources()
    const named = files.flatMap((file) => claimed(read(file)).map((number) => `${number} (${file})`))
    assert.isAbove(named.length, 30)
    assert.deepStrictEqual(
      named.filter((one) => !numbers.has(one.slice(0, one.indexOf(" ")))),
      [],
    )
    // A head comment that names the page without a number it can be found by would slip through.
    const unread = files.filter((file) => {
      const text = read(file)
      return /Rules? [A-Z]+\d/.test(text) && text.includes("docs/RULES.md") && claimed(text).length === 0
    })
    assert.deepStrictEqual(unread, [])
  })

  it("names for every rule a module that exists", () => {
    for (const { number, text } of rules) {
      const modules = [...text.matchAll(/`(packages\/[^`]+\.ts)`/g)].map(([, path = ""]) => path)
      assert.isAbove(modules.length, 0, `${number} names no module`)
      for (const path of modules) assert.isTrue(existsSync(new URL(path, root)), `${number}: ${path}`)
    }
  })

  it("tells the defaults that the settings have", () => {
    const settings = read("packages/adapters/src/settings/settings.ts")
    const told = [...page.matchAll(/`([A-Z][A-Z_]+)=([^`]+)`/g)]
    assert.isAbove(told.length, 15)
    for (const [, name = "", value = ""] of told) {
      const from = settings.indexOf(`\n  ${name}: setting(`)
      assert.isAtLeast(from, 0, name)
      const entry = settings.slice(from + 1).split(/\n {2}[A-Z_]+: setting\(/)[0] ?? ""
      assert.include(entry, `"${value}"`, name)
    }
  })
})

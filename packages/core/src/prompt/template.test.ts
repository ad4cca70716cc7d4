import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { parse, problemsOf, promptHash, render } from "./template.ts"

describe("a template", () => {
  it("lists its placeholders once each, in the order of their first use", () => {
    assert.deepStrictEqual(parse("{b} и {a}, снова {b}").placeholders, ["b", "a"])
  })
  it("fills its gaps", () => {
    assert.strictEqual(
      render(parse("Здравствуйте, {name}! Сейчас {now}."), { name: "Асель", now: "14:30" }),
      "Здравствуйте, Асель! Сейчас 14:30.",
    )
  })
  it("writes doubled braces as one, also around a gap", () => {
    assert.strictEqual(render(parse('{{"text": "{a}"}} {{b}} {{{a}}}'), { a: "x" }), '{"text": "x"} {b} {x}')
  })
  it("leaves values that it has no gap for", () => {
    assert.strictEqual(render(parse("{a}"), { a: "1", b: "2" }), "1")
  })
  it("names every gap without a value", () => {
    assert.throws(() => render(parse("{a} {b} {c}"), { b: "" }), /\{a\}, \{c\}/)
    assert.throws(() => render(parse("{constructor}"), {}), /\{constructor\}/)
  })
  it("tells a brace that is neither, with its line", () => {
    assert.deepStrictEqual(
      parse("раз\n{два\n{Три} }").problems.map((problem) => problem.slice(0, 24)),
      ["строка 2: одиночная «{»;", "строка 3: одиночная «{»;", "строка 3: одиночная «}»;", "строка 3: одиночная «}»;"],
    )
  })
  it("tells unknown gaps with their line, and required ones that are missing", () => {
    assert.deepStrictEqual(problemsOf(parse("{a}\n{hystory}"), ["a", "history"], ["history"]), [
      "строка 2: неизвестная вставка {hystory}",
      "нет обязательной вставки {history}",
    ])
  })
  const Hostile = Schema.Literals(["{a}", "{{", "}}", "{", "}", "{b}", "$&", "$1", "\\", "{{a}}", "текст"])
  it.prop("puts a value in as it is, whatever it holds", [Schema.Array(Hostile)], ([pieces]) => {
    const value = pieces.join("")
    assert.strictEqual(render(parse("<{a}|{b}>"), { a: value, b: value }), `<${value}|${value}>`)
  })
})

describe("the hash of a prompt", () => {
  it("is 16 hex digits and changes with a letter", () => {
    assert.match(promptHash(""), /^[0-9a-f]{16}$/)
    assert.notStrictEqual(promptHash("Цена"), promptHash("Цены"))
    assert.notStrictEqual(promptHash("ab"), promptHash("ba"))
  })
  it("is the same on every machine", () => {
    assert.strictEqual(promptHash(""), "cbf29ce484222325")
    assert.strictEqual(promptHash("а\r\nб"), promptHash("а\nб"))
  })
})

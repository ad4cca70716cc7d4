import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Form from "./answer-form.ts"
import { readJsonObject } from "./json-answer.ts"

describe("the JSON in an answer", () => {
  const whole = { text: "Да, {есть} «такое», ```вот```", n: [1] }
  const written = JSON.stringify(whole)
  for (const [how, text] of [
    ["alone", written],
    ["behind a byte order mark", `\uFEFF${written}\n`],
    ["in a code fence", `\`\`\`json\n${written}\n\`\`\``],
    ["in an unmarked fence with prose around it", `Вот ответ:\n\`\`\`\n${written}\n\`\`\`\nГотово {да}.`],
    ["behind thoughts that hold braces", `<think>${"{так} ".repeat(60)}{"text": "черновик"}</think>${written}`],
    ["in a list of one", `[${written}]`],
    ["behind a brace that closes nothing", `{ так { ${written}`],
    ["behind an earlier attempt", `{"text": "сначала"} нет, лучше: ${written}`],
  ] as const) {
    it(`is read ${how}`, () => assert.deepStrictEqual(readJsonObject(text), whole))
  }
  it("may have trailing commas, but not lose commas of its texts", () => {
    assert.deepStrictEqual(readJsonObject('{"text": "а,}", "n": [1, 2,],\n}'), { text: "а,}", n: [1, 2] })
  })
  it("is never completed or guessed", () => {
    for (const text of ["", "null", "42", '"text"', "[]", '{"text": "нет конца', "{text: 'a'}", "нет {здесь} ничего"]) {
      assert.isNull(readJsonObject(text), text)
    }
  })
  it("does not keep a reader busy for long", () => {
    assert.isNull(readJsonObject("{".repeat(200_000)))
    assert.isNull(readJsonObject('{"a":'.repeat(50_000)))
  })
})

describe("the form of an answer", () => {
  const reasonOf = (form: Form.AnswerForm<unknown>, value: unknown) => {
    const read = form.read(JSON.stringify(value))
    return read._tag === "Failure" ? read.failure : null
  }
  it("takes a verdict that cannot tell", () => {
    assert.isNull(reasonOf(Form.assessment, { reasoning: "", isClient: null, confidence: 0 }))
  })
  it("takes no verdict of words, none without confidence, and none beyond 0..1", () => {
    assert.include(reasonOf(Form.assessment, { reasoning: "", isClient: "true", confidence: 1 })!, "isClient")
    assert.include(reasonOf(Form.assessment, { reasoning: "", isClient: true })!, "confidence")
    assert.include(reasonOf(Form.assessment, { reasoning: "", isClient: true, confidence: 95 })!, "confidence")
  })
  it("takes a draft with nothing but its text", () => {
    assert.isNull(reasonOf(Form.writtenDraft, { text: "Да" }))
  })
  it("takes plain words for a draft or a transcript, and never what is left of an object", () => {
    const words = "Здравствуйте! Тариф «Старт» стоит 9 900 ₸. Подключаем?"
    assert.deepStrictEqual(Form.writtenDraft.read(`\n${words} `), Result.succeed({ text: words }))
    assert.deepStrictEqual(
      Form.transcript.read("Сколько стоит доставка?"),
      Result.succeed({ language: "", text: "Сколько стоит доставка?", confidence: 0.6 }),
    )
    for (const broken of [
      '{"text": "Здравствуйте',
      '"text": "Здравствуйте", "call": null',
      "```json\nЗдравствуйте",
      "text: Здравствуйте}",
      "42",
    ])
      assert.isTrue(Result.isFailure(Form.writtenDraft.read(broken)), broken)
    assert.isTrue(Result.isFailure(Form.assessment.read("Это клиент")))
  })
  it("takes no blank draft and no unknown action", () => {
    assert.include(reasonOf(Form.writtenDraft, { text: " \n" })!, "text")
    assert.include(reasonOf(Form.writtenDraft, { text: "Да", call: { action: "confirm", at: null } })!, "call.action")
  })
  it("names what is wrong without repeating what was said", () => {
    assert.strictEqual(
      reasonOf(Form.writtenDraft, { text: 1234, facts: ["секрет"], call: "секрет" }),
      "not of the form asked for, see text, call",
    )
    assert.notInclude(reasonOf(Form.transcript, { text: "секрет", language: 5, confidence: "секрет" })!, "секрет")
  })
})

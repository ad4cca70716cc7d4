import { assert, describe, it } from "@effect/vitest"
import type { Opening } from "./moderator.examples.ts"
import { fresh, heldOut, last, seen } from "./moderator.examples.ts"
import { classify } from "./moderator.ts"

const verdictOf = ({ says, businessName }: Omit<Opening, "is">) =>
  classify({
    contact: { name: null, full_name: null, business_name: businessName ?? null },
    chat: says.map((text, at) => ({ from: "client" as const, text, at })),
  })
const openings = [...seen, ...heldOut, ...fresh, ...last]

describe("the offline moderator", () => {
  it("calls no client a stranger, and errs on one opening in twenty at most", () => {
    const wrong = openings.filter((one) => verdictOf(one).verdict !== one.is)
    const lost = wrong.filter((one) => one.is === "client" && verdictOf(one).verdict === "not_client")
    assert.deepStrictEqual(
      lost.map((one) => one.says),
      [],
    )
    assert.isBelow(wrong.length / openings.length, 0.05, JSON.stringify(wrong))
    assert.isAbove(openings.length, 200)
  })
  it("is sure enough of a clear first question for the early acceptance", () => {
    for (const says of ["Сколько стоит?", "Здравствуйте, хочу узнать цену", "Хочу записаться", "Бағасы қанша?"]) {
      const { verdict, confidence } = verdictOf({ says: [says] })
      assert.strictEqual(verdict, "client", says)
      assert.isAtLeast(confidence, 0.85, says)
    }
  })
  it("knows nothing of a bare greeting, whatever the card says", () => {
    assert.strictEqual(verdictOf({ says: ["Здравствуйте"] }).verdict, "unknown")
    assert.strictEqual(verdictOf({ says: ["Здравствуйте"], businessName: "ТОО Ромашка" }).verdict, "unknown")
    assert.strictEqual(verdictOf({ says: [] }).verdict, "unknown")
  })
  it("names its evidence in Russian", () => {
    assert.match(verdictOf({ says: ["Сколько стоит касса?"] }).reasoning, /спрашивает цену \(«сколько стоит/u)
    assert.match(verdictOf({ says: ["Ищу работу продавцом"] }).reasoning, /ищет работу/u)
  })
  it("leaves a question of price beside a stranger's sign open rather than lose a client", () => {
    assert.notStrictEqual(
      verdictOf({ says: ["Ой, ошибся номером", "А сколько стоит доставка?"] }).verdict,
      "not_client",
    )
  })
  it("counts only what the correspondent wrote", () => {
    const line = { from: "bot" as const, text: "Сколько стоит? Хочу купить", at: 0 }
    const contact = { name: null, full_name: null, business_name: null }
    assert.strictEqual(classify({ contact, chat: [line] }).verdict, "unknown")
  })
})

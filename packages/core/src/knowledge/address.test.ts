import { assert, describe, it } from "@effect/vitest"
import { addressParts } from "./address.ts"

const keys = (text: string) => addressParts(text).map((part) => part.key)

describe("addresses in a text", () => {
  it("are alike however they are written", () => {
    const [street] = keys("ул. Абая, 10, офис 12")
    for (const text of ["улица Абая 10", "Абая, 10", "ул. Абая, д. 10", "на Абая 10"])
      assert.include(keys(text), street, text)
    assert.include(keys("ул. Абая, 10, офис 12"), "офис 12")
    assert.deepStrictEqual(keys("3 этаж"), keys("на 3-м этаже"))
  })

  it("differ by house, street and office", () => {
    assert.notDeepEqual(keys("ул. Абая, 10"), keys("ул. Абая, 11"))
    assert.notDeepEqual(keys("ул. Абая, 10"), keys("ул. Сатпаева, 10"))
    assert.notDeepEqual(keys("офис 12"), keys("офис 21"))
  })

  it("are no guarantees and no areas", () => {
    for (const text of ["гарантия на корпус 2 года", "кв. м", "кабинет 4 часа", "«Дом 300»"])
      assert.deepStrictEqual(keys(text), [], text)
  })

  it("are found in 100 KB in a moment", () => {
    for (const piece of ["Абая 1 ", "ул. ", "ул. Абая ", "офис 1", "А-1 ", "Толе би "]) {
      const started = performance.now()
      addressParts(piece.repeat(Math.ceil(100_000 / piece.length)))
      assert.isBelow(performance.now() - started, 1000, piece)
    }
  })
})

import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { makeProductPdf, productPdfPath } from "./make-product-pdf.ts"
import { isReadable, readPdf } from "./pdf.ts"

describe("the sample product sheet", () => {
  it("is the one that its program makes", async () => {
    const [made, committed] = await Promise.all([makeProductPdf(), readFile(productPdfPath)])
    assert.isTrue(Buffer.from(made).equals(committed), "run: node scripts/make-product-pdf.ts")
  })

  it("is read with its tariffs in a table", async () => {
    const document = await readPdf(await readFile(productPdfPath), "product_info.pdf")
    if (!isReadable(document)) throw new Error(document.why)
    const tariffs = document.blocks.find((block) => block.rows?.[0]?.[0] === "Тариф")
    assert.deepStrictEqual(
      tariffs?.rows?.map((row) => row.slice(0, 4)),
      [
        ["Тариф", "Цена в месяц", "Цена в год", "Число касс"],
        ["Лавка", "7 900 ₸", "79 000 ₸", "1"],
        ["Магазин", "14 900 ₸", "149 000 ₸", "3"],
        ["Сеть", "34 900 ₸", "349 000 ₸", "10"],
      ],
    )
    assert.isTrue(document.pages >= 3 && document.pages <= 4)
  })
})

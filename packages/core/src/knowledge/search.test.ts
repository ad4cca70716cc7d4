import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Block, KnowledgeDocument } from "./document.ts"
import { makeSearch, renderDocument } from "./search.ts"

const heading = (text: string, level = 2, page = 1): Block => ({ kind: "heading", level, page, text })
const paragraph = (text: string, page = 1): Block => ({ kind: "paragraph", page, text })
const item = (text: string, page = 1): Block => ({ kind: "list_item", page, text })
const table = (rows: ReadonlyArray<ReadonlyArray<string>>, page = 1): Block => ({
  kind: "table",
  page,
  text: rows.map((row) => row.join(" | ")).join("\n"),
  rows,
})

const sheet: KnowledgeDocument = {
  file: "sheet.pdf",
  pages: 2,
  blocks: [
    heading("Ремонт велосипедов", 1),
    heading("Работы"),
    table([
      ["Наименование", "Розница", "Для клуба"],
      ["Настройка тормозов", "3 000 ₸", "2 500 ₸"],
      ["Замена цепи", "4 500 ₸", "4 000 ₸"],
    ]),
    heading("Доставка"),
    paragraph("Забираем велосипед из дома и возвращаем после ремонта, в пределах города."),
    heading("Гарантия", 2, 2),
    paragraph("На все работы шесть месяцев.", 2),
    heading("Режим", 2, 2),
    paragraph("Ежедневно с 11 до 20.", 2),
    heading("Способы оплаты", 2, 2),
    item("перевод", 2),
    item("карта, в том числе частями на три месяца", 2),
    heading("Қазақша", 2, 2),
    paragraph("Кепілдік мерзімі алты ай, жеткізу тегін.", 2),
  ],
}
const search = makeSearch([sheet])
const first = (query: string) => search(query, 1)[0]

describe("searching the documents", () => {
  it("finds a row of a table with its columns named", () => {
    const found = first("замена цепи")
    assert.include(found?.text, "Наименование: Замена цепи; Розница: 4 500 ₸; Для клуба: 4 000 ₸")
    assert.deepStrictEqual(found?.headings, ["Ремонт велосипедов", "Работы"])
    assert.strictEqual(found?.file, "sheet.pdf")
    assert.strictEqual(found?.page, 1)
  })

  it("takes the first row of a table without a header for a row", () => {
    const found = makeSearch([
      {
        file: "a.pdf",
        pages: 1,
        blocks: [
          table([
            ["Перфоратор", "5 000", "25 000"],
            ["Молоток", "7 000", "36 000"],
          ]),
          heading("Тираж"),
          table([
            ["Визитки", "100 шт.", "500 шт."],
            ["односторонние", "3 000 ₸", "9 000 ₸"],
          ]),
        ],
      },
    ])
    assert.strictEqual(found("перфоратор", 1)[0]?.text, "Перфоратор; 5 000; 25 000\nМолоток; 7 000; 36 000")
    assert.include(found("односторонние визитки", 1)[0]?.text, "100 шт.: 3 000 ₸; 500 шт.: 9 000 ₸")
  })

  it("knows that what is washed is a wash", () => {
    const found = makeSearch([
      {
        file: "a.pdf",
        pages: 1,
        blocks: [
          heading("Окна"),
          paragraph("Сколько стоит замена?"),
          heading("Цены"),
          paragraph("Мойка окон: 2 500 ₸ за створку"),
        ],
      },
    ])
    assert.include(found("сколько стоит помыть окна", 1)[0]?.text, "Мойка окон")
  })

  it("knows the forms of Russian words", () => {
    assert.include(first("тормоза настроить")?.text, "Настройка тормозов")
    assert.strictEqual(first("велосипедами")?.headings[0], "Ремонт велосипедов")
  })

  it("takes ё for е", () => {
    const found = makeSearch([{ file: "a.pdf", pages: 1, blocks: [paragraph("Учёт расчётов"), paragraph("Прочее")] }])
    assert.include(found("учет", 1)[0]?.text, "Учёт")
    assert.include(found("РАСЧЕТЫ", 1)[0]?.text, "Учёт")
  })

  it("knows the words of the trade, in both directions", () => {
    for (const [query, title] of [
      ["привезёте?", "Доставка"],
      ["гарантийный ремонт", "Гарантия"],
      ["график работы", "Режим"],
      ["часы работы", "Режим"],
      ["можно в рассрочку", "Способы оплаты"],
      ["в кредит есть?", "Способы оплаты"],
    ] as const)
      assert.strictEqual(first(query)?.headings.at(-1), title, query)
    const priced = makeSearch([
      {
        file: "a.pdf",
        pages: 1,
        blocks: [heading("Стоимость"), paragraph("от тысячи"), heading("Адрес"), paragraph("Абая, 1")],
      },
    ])
    for (const query of ["почём", "какая цена", "сколько стоит?", "прайс", "бағасы қанша"])
      assert.strictEqual(priced(query, 1)[0]?.headings[0], "Стоимость", query)
    assert.strictEqual(priced("где вы находитесь", 1)[0]?.headings[0], "Адрес")
  })

  it("finds Kazakh words", () => {
    assert.strictEqual(first("кепілдік")?.headings.at(-1), "Қазақша")
  })

  it("forgives a typo in a long word, and none in a number", () => {
    assert.include(first("настройка тармозов")?.text, "Настройка тормозов")
    const numbered = makeSearch([{ file: "a.pdf", pages: 1, blocks: [paragraph("Артикул 1000123, кисть")] }])
    assert.strictEqual(numbered("1000123", 1).length, 1)
    assert.deepStrictEqual(numbered("1000124", 1), [])
  })

  it("reads a number the same with and without spaces", () => {
    assert.include(first("4500")?.text, "Замена цепи")
  })

  it("gives at most as many as asked for, best first, and nothing for nothing", () => {
    const found = search("ремонт работы доставка гарантия", 3)
    assert.strictEqual(found.length, 3)
    assert.isTrue(found.every((passage, at) => at === 0 || passage.score <= found[at - 1]!.score))
    for (const query of ["", "и в на", "???", "квантовая хромодинамика"])
      assert.deepStrictEqual(search(query, 5), [], query)
    for (const limit of [0, -1, Number.NaN]) assert.deepStrictEqual(search("цепь", limit), [])
    assert.deepStrictEqual(makeSearch([])("цена", 5), [])
  })

  it("keeps passages short enough to quote, and loses no text", () => {
    const sentences = Array.from(
      { length: 60 },
      (_, at) => `Предложение номер ${at} рассказывает о важном условии договора.`,
    )
    const rows = [["Товар", "Цена"], ...Array.from({ length: 40 }, (_, at) => [`Товар номер ${at}`, `${at + 1} 000 ₸`])]
    const all = makeSearch([
      {
        file: "long.pdf",
        pages: 1,
        blocks: [paragraph(sentences.join(" ")), table(rows), paragraph("слово".repeat(500))],
      },
    ])
    const passages = all("предложение номер товар слово словослово", 500)
    assert.isTrue(passages.every((passage) => passage.text.length <= 900))
    const text = passages.map((passage) => passage.text).join("\n")
    for (const sentence of sentences) assert.include(text, sentence)
    for (const [name, price] of rows.slice(1)) assert.include(text, `Товар: ${name}; Цена: ${price}`)
  })

  it.prop("never throws, whatever is asked", [Schema.String, Schema.Int], ([query, limit]) => {
    assert.isTrue(search(query, limit).length <= Math.max(0, limit))
    assert.isTrue(search(`\ud800 ${query} constructor __proto__`, 5).length <= 5)
  })
})

describe("a document as text", () => {
  it("marks pages, headings, lists and cells", () => {
    assert.strictEqual(
      renderDocument({
        file: "a.pdf",
        pages: 2,
        blocks: [
          heading("Окна", 3),
          paragraph("Моем окна."),
          item("рамы"),
          item("стёкла"),
          heading("Цены", 5, 2),
          table(
            [
              ["Окно", "Цена"],
              ["Одно", "2 000 ₸"],
            ],
            2,
          ),
        ],
      }),
      "[стр. 1]\n# Окна\n\nМоем окна.\n\n- рамы\n- стёкла\n\n[стр. 2]\n## Цены\n\nОкно | Цена\nОдно | 2 000 ₸",
    )
  })
})

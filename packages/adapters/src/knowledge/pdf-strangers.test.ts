/** Pages as browsers, word processors and people make them: each was once read wrongly. */
import { assert, describe, it } from "@effect/vitest"
import type { Block, KnowledgeDocument } from "@wa/core/knowledge/document"
import { boldFont, drawnPdf, plainFont } from "./drawn-pdf.ts"
import { isReadable, readPdf } from "./pdf.ts"

type Pdf = Parameters<Parameters<typeof drawnPdf>[0]>[0]

const read = async (draw: (pdf: Pdf) => void): Promise<KnowledgeDocument> => {
  const document = await readPdf(await drawnPdf(draw), "sample.pdf")
  if (!isReadable(document)) throw new Error(document.why)
  return document
}
const texts = (document: KnowledgeDocument, kind?: Block["kind"]): Array<string> =>
  document.blocks.filter((block) => kind === undefined || block.kind === kind).map((block) => block.text)
const tables = (document: KnowledgeDocument): Array<ReadonlyArray<ReadonlyArray<string>>> =>
  document.blocks.flatMap((block) => (block.rows ? [block.rows] : []))
const at = (pdf: Pdf, x: number, y: number, text: string) => pdf.text(text, x, y, { lineBreak: false })

describe("signs that are drawn, raised or small", () => {
  it("takes a drawn dot before a line for the mark of a list", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 80, "В тариф входит:")
      for (const [index, line] of ["до трёх пользователей", "переписка в мессенджере", "отчёт за день"].entries()) {
        const y = 100 + index * 14
        if (index < 2) pdf.circle(58, y + 6, 1.8).fill("#000000")
        else pdf.rect(56.5, y + 4, 3.2, 3.2).fill("#000000")
        pdf.fillColor("#000000")
        at(pdf, 66, y, line)
      }
    })
    assert.deepStrictEqual(texts(document, "list_item"), [
      "до трёх пользователей",
      "переписка в мессенджере",
      "отчёт за день",
    ])
  })

  it("keeps the mark of a footnote and the 2 of a square metre in their line, and out of its figures", async () => {
    const document = await read((pdf) => {
      const raised = (x: number, y: number, text: string) => {
        pdf.fontSize(6)
        at(pdf, x, y, text)
        pdf.fontSize(10)
      }
      const line = "Занятие стоит 9 000 ₸"
      at(pdf, 50, 100, line)
      raised(50 + pdf.widthOfString(line), 99, "1")
      at(pdf, 54 + pdf.widthOfString(line), 100, ", зал 120 м")
      raised(54 + pdf.widthOfString(`${line}, зал 120 м`), 99, "2")
    })
    assert.deepStrictEqual(texts(document), ["Занятие стоит 9 000 ₸¹, зал 120 м²"])
  })

  it("reads a large term together with its label", async () => {
    const document = await read((pdf) => {
      pdf.fontSize(28)
      at(pdf, 60, 100, "14 дней")
      pdf.fontSize(10)
      at(pdf, 60, 140, "пробный период")
    })
    assert.deepStrictEqual(texts(document), ["14 дней пробный период"])
  })
})

describe("columns that do not begin together", () => {
  it("reads the title of the right column after the left column", async () => {
    const left =
      "Мы учим взрослых и детей с две тысячи двенадцатого года, занятия идут в группах до восьми человек, пробное занятие бесплатно."
    const document = await read((pdf) => {
      pdf.font(boldFont).fontSize(20).text("Школа языков «Бриз» для взрослых и детей", 50, 50)
      pdf.font(plainFont).fontSize(10).text(left, 50, 106, { width: 220 })
      pdf.font(boldFont)
      at(pdf, 320, 98, "Скидки")
      pdf.font(plainFont)
      at(pdf, 330, 119, "второму члену семьи десять процентов")
      at(pdf, 330, 133, "студентам семь процентов")
    })
    const [, first, second] = texts(document)
    assert.deepStrictEqual([first, second], [left, "Скидки"])
  })
})

describe("price lists as people make them", () => {
  it("gives each price of a menu to its name, whatever is said in small letters below", async () => {
    const menu = [
      ["Эспрессо", "700 ₸", "арабика"],
      ["Капучино", "1 200 ₸", "250 / 350 мл"],
      ["Латте", "1 300 ₸", "молоко на выбор"],
    ]
    for (const columns of [1, 2]) {
      const document = await read((pdf) => {
        for (let column = 0; column < columns; column++)
          for (const [index, [name, price, note]] of menu.entries()) {
            const x = 50 + column * 260
            const y = 100 + index * 30
            pdf.fontSize(11)
            at(pdf, x, y, name!)
            at(pdf, x + 160 - pdf.widthOfString(price!), y, price!)
            pdf.fontSize(8)
            at(pdf, x, y + 13, note!)
          }
      })
      const rows = menu.map(([name, price, note]) => [`${name} ${note}`, price!])
      assert.deepStrictEqual(tables(document), columns === 1 ? [rows] : [rows, rows])
    }
  })

  it("parts the header from the first row by stripes that are filled cell by cell", async () => {
    const rows = [
      ["Услуга", "Цена, ₸"],
      ["Консультация", "5 000"],
      ["Лечение кариеса", "18 000"],
      ["Снимок", "2 000"],
    ]
    const document = await read((pdf) => {
      for (const [index, row] of rows.entries()) {
        const y = 100 + index * 20
        if (index % 2 === 0)
          for (const [x, width] of [
            [45, 250],
            [295, 150],
          ] as const)
            pdf.rect(x, y, width, 20).fill(index === 0 ? "#224455" : "#eeeeee")
        pdf.fillColor("#000000")
        at(pdf, 50, y + 5, row[0]!)
        at(pdf, 300, y + 5, row[1]!)
      }
    })
    assert.deepStrictEqual(tables(document), [rows])
  })

  it("keeps the numbers of the rows apart from the names, and a remark below apart from the rows", async () => {
    const document = await read((pdf) => {
      const put = (y: number, cells: ReadonlyArray<string>) => {
        for (const [column, text] of cells.entries()) if (text !== "") at(pdf, [50, 68, 420][column]!, y, text)
      }
      put(100, ["№", "Услуга", "Цена, ₸"])
      put(124, ["1", "Удаление простое", "12 000"])
      put(148, ["", "Удаление зуба мудрости со швами и повторным осмотром", ""])
      put(154, ["2", "", "35 000 – 50 000"])
      put(160, ["", "через неделю", ""])
      put(184, ["3", "Снимок", "2 000"])
      put(208, ["Рассрочка до двенадцати месяцев, подробности у администратора.", "", ""])
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["№", "Услуга", "Цена, ₸"],
        ["1", "Удаление простое", "12 000"],
        ["2", "Удаление зуба мудрости со швами и повторным осмотром через неделю", "35 000 – 50 000"],
        ["3", "Снимок", "2 000"],
      ],
    ])
    assert.strictEqual(document.blocks.at(-1)?.text, "Рассрочка до двенадцати месяцев, подробности у администратора.")
  })

  it("mends a range that its cell cut in two", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 100, "Стрижка")
      at(pdf, 300, 100, "8 000")
      at(pdf, 50, 124, "Окрашивание сложное и")
      at(pdf, 300, 124, "45 000 – 70")
      at(pdf, 50, 136, "другие техники")
      at(pdf, 300, 136, "000")
      at(pdf, 50, 160, "Укладка")
      at(pdf, 300, 160, "6 500")
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Стрижка", "8 000"],
        ["Окрашивание сложное и другие техники", "45 000 – 70 000"],
        ["Укладка", "6 500"],
      ],
    ])
  })

  it("gives no line of a typed list the price of another", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 100, "Окно одностворчатое")
      at(pdf, 260, 100, "45 000 тг")
      at(pdf, 50, 118, "Окно двухстворчатое большое")
      at(pdf, 260, 118, "75 000 тг")
      at(pdf, 50, 136, "Балконный блок")
      at(pdf, 160, 136, "110 000 тг")
      at(pdf, 50, 154, "Подоконник - 4500 тг")
      at(pdf, 50, 172, "Москитная сетка — 8 000 ₸")
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Окно одностворчатое", "45 000 тг"],
        ["Окно двухстворчатое большое", "75 000 тг"],
        ["Балконный блок", "110 000 тг"],
      ],
    ])
    assert.deepStrictEqual(texts(document, "paragraph"), ["Подоконник - 4500 тг", "Москитная сетка — 8 000 ₸"])
  })

  it("says a cell merged over the offers of each of them", async () => {
    const document = await read((pdf) => {
      const cell = (x: number, y: number, width: number, text: string) => {
        pdf.rect(x, y, width, 20).stroke("#000000")
        at(pdf, x + 4, y + 5, text)
      }
      for (const [index, row] of [
        ["Условие", "Старт", "Сеть"],
        ["Цена", "9 900 ₸", "19 900 ₸"],
      ].entries())
        for (const [column, text] of row.entries()) cell(50 + column * 100, 100 + index * 20, 100, text)
      cell(50, 140, 100, "Гарантия")
      cell(150, 140, 200, "24 месяца")
    })
    assert.deepStrictEqual(tables(document)[0]?.at(-1), ["Гарантия", "24 месяца", "24 месяца"])
  })
})

describe("shaded and struck", () => {
  it("parts the rows between shaded titles", async () => {
    const document = await read((pdf) => {
      let y = 100
      for (const [name, price] of [
        ["Двигатель", ""],
        ["Замена масла и фильтра", "от 5 000 ₸"],
        ["Замена ремня", "25 000 ₸"],
        ["Подвеска", ""],
        ["Замена стойки", "8 000 ₸"],
        ["Замена рычага", "9 000 ₸"],
      ]) {
        if (price === "") pdf.rect(45, y - 4, 400, 18).fill("#dde7f0")
        pdf.fillColor("#000000").font(price === "" ? boldFont : plainFont)
        at(pdf, 50, y, name!)
        if (price !== "") at(pdf, 440 - pdf.widthOfString(price!), y, price!)
        y += 20
      }
    })
    assert.deepStrictEqual(texts(document), [
      "Двигатель",
      "Замена масла и фильтра | от 5 000 ₸\nЗамена ремня | 25 000 ₸",
      "Подвеска",
      "Замена стойки | 8 000 ₸\nЗамена рычага | 9 000 ₸",
    ])
  })

  it("leaves out a price that is struck through, and keeps an underlined one", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 100, "Букет «Нежность»")
      at(pdf, 200, 100, "15 900 ₸")
      at(pdf, 300, 100, "18 900 ₸")
      const width = pdf.widthOfString("18 900 ₸")
      pdf
        .moveTo(300, 106)
        .lineTo(300 + width, 106)
        .stroke("#000000")
      pdf
        .moveTo(200, 112)
        .lineTo(200 + width, 112)
        .stroke("#000000")
    })
    assert.deepStrictEqual(texts(document), ["Букет «Нежность» 15 900 ₸"])
  })

  it("reads a coloured side of the page by itself", async () => {
    const document = await read((pdf) => {
      pdf.rect(40, 40, 150, 500).fill("#ddeeff")
      pdf.fillColor("#000000")
      for (const [index, line] of [
        "Контакты",
        "+7 700 000 00 01",
        "sales@mebel.example",
        "Часы работы",
        "Пн–Сб: 10:00–19:00",
      ].entries())
        at(pdf, 50, 60 + index * 23, line)
      pdf.font(boldFont).fontSize(18)
      at(pdf, 220, 50, "Мебель на заказ")
      pdf.font(plainFont).fontSize(10)
      for (const [index, line] of [
        "Кухни и шкафы по вашим размерам.",
        "Замер бесплатный.",
        "Изготовление 20 дней.",
        "Доставка входит в цену.",
      ].entries())
        at(pdf, 220, 90 + index * 19, line)
    })
    const all = texts(document).join(" / ")
    assert.isBelow(all.indexOf("Пн–Сб: 10:00–19:00"), all.indexOf("Мебель на заказ"))
    assert.include(
      all.replace(/ \/ /g, " "),
      "Кухни и шкафы по вашим размерам. Замер бесплатный. Изготовление 20 дней.",
    )
  })
})

describe("pages of pictures", () => {
  const pixel = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  )
  it("are told apart from blank pages and from pages with a logo", async () => {
    const document = await read((pdf) => {
      pdf.text("Прайс-лист на услуги")
      pdf.image(pixel, 400, 20, { width: 60 })
      pdf.addPage().image(pixel, 0, 0, { width: 595 })
      pdf.addPage()
      pdf.addPage().image(pixel, 0, 0, { width: 595 })
      pdf.text("Подпись под картинкой", 50, 700)
    })
    assert.deepStrictEqual(document.picturePages, [2])
  })
})

describe("titles that stand upright", () => {
  const upright = (pdf: Pdf, x: number, y: number, text: string, degrees: number) => {
    pdf.save()
    pdf.rotate(degrees, { origin: [x, y] })
    at(pdf, x, y, text)
    pdf.restore()
  }
  const xs = [50, 80, 220, 260, 300]
  const ys = [100, 180, 200, 220, 240]
  const grid = (pdf: Pdf, degrees: -90 | 90) => {
    for (const [index, y] of ys.entries())
      pdf
        .moveTo(index > 1 && index < 4 && index !== 3 ? xs[1]! : xs[0]!, y)
        .lineTo(xs.at(-1)!, y)
        .stroke()
    for (const x of xs) pdf.moveTo(x, ys[0]!).lineTo(x, ys.at(-1)!).stroke()
    at(pdf, 90, 134, "Инструмент")
    for (const [x, lines] of [
      [224, ["Сутки, ₸"]],
      [264, ["Неделя", "целиком, ₸"]],
    ] as const)
      for (const [index, line] of lines.entries())
        upright(pdf, degrees < 0 ? x + index * 13 : x + 30 - index * 13, degrees < 0 ? 172 : 108, line, degrees)
    upright(pdf, degrees < 0 ? 60 : 70, degrees < 0 ? 217 : 184, "Сад", degrees)
    for (const [index, row] of [
      ["Перфоратор", "5 000", "25 000"],
      ["Газонокосилка", "6 000", "30 000"],
      ["Мотоблок", "9 000", "48 000"],
    ].entries())
      for (const [column, cell] of row.entries()) at(pdf, xs[column + 1]! + 4, ys[index + 1]! + 5, cell)
  }

  it("head the columns and the groups of a ruled table, whichever way they are turned", async () => {
    for (const degrees of [-90, 90] as const) {
      const document = await read((pdf) => grid(pdf, degrees))
      assert.deepStrictEqual(tables(document), [
        [
          ["", "Инструмент", "Сутки, ₸", "Неделя целиком, ₸"],
          ["Сад", "Перфоратор", "5 000", "25 000"],
          ["Сад", "Газонокосилка", "6 000", "30 000"],
          ["", "Мотоблок", "9 000", "48 000"],
        ],
      ])
    }
  })

  it("are left out beside the page, where they are a label or a stamp", async () => {
    const document = await read((pdf) => {
      at(pdf, 80, 100, "Прокат инструмента")
      at(pdf, 80, 120, "Доставка по городу 3 000 ₸ в одну сторону")
      upright(pdf, 30, 300, "Типография, тираж 500", -90)
    })
    assert.notInclude(texts(document).join("\n"), "тираж")
  })
})

describe("lines at the foot of a page", () => {
  it("keep a cell that many pages end with", async () => {
    const document = await read((pdf) => {
      for (let page = 0; page < 4; page++) {
        if (page > 0) pdf.addPage()
        for (let row = 0; row < 30; row++) {
          const y = 60 + row * 24
          at(pdf, 55, y + 6, `Болт М${page * 30 + row + 1}`)
          at(pdf, 205, y + 6, `${100 + page * 30 + row} ₸`)
          at(pdf, 305, y + 6, "шт.")
          at(pdf, 405, y + 6, "в наличии")
          pdf.rect(50, y, 450, 24).stroke()
          for (const x of [200, 300, 400])
            pdf
              .moveTo(x, y)
              .lineTo(x, y + 24)
              .stroke()
        }
      }
    })
    for (const rows of tables(document))
      for (const row of rows) assert.deepStrictEqual(row.slice(2), ["шт.", "в наличии"], row[0])
  })
})

describe("short lines", () => {
  it("of a card that each end in a price are told apart", async () => {
    const document = await read((pdf) => {
      pdf.fontSize(14)
      at(pdf, 50, 80, "Стрижки")
      pdf.fontSize(10)
      for (const [index, line] of [
        "Женская стрижка — 8 000 ₸",
        "Мужская стрижка — 5 000 ₸",
        "Детская до 10 лет — 3 500 ₸",
      ].entries())
        at(pdf, 50, 110 + index * 13, line)
    })
    assert.deepStrictEqual(texts(document).slice(1), [
      "Женская стрижка — 8 000 ₸",
      "Мужская стрижка — 5 000 ₸",
      "Детская до 10 лет — 3 500 ₸",
    ])
  })

  it("keep the hyphen of «кол-во», and drop a struck price with its full stop", async () => {
    const document = await read((pdf) => {
      for (const [x, y] of [
        [50, 100],
        [50, 140],
        [50, 160],
      ] as const)
        pdf.moveTo(x, y).lineTo(300, y).stroke()
      for (const x of [50, 200, 250, 300]) pdf.moveTo(x, 100).lineTo(x, 160).stroke()
      at(pdf, 54, 104, "Наименование")
      at(pdf, 204, 104, "Кол-")
      at(pdf, 204, 117, "во")
      at(pdf, 254, 104, "Цена")
      at(pdf, 54, 145, "Стол")
      at(pdf, 204, 145, "10")
      at(pdf, 254, 145, "48 000")
      const before = "Шатуш теперь 35 000 ₸, раньше "
      const old = "45 000 ₸"
      at(pdf, 50, 200, `${before}${old}.`)
      const x = 50 + pdf.widthOfString(before)
      pdf
        .moveTo(x, 206)
        .lineTo(x + pdf.widthOfString(old), 206)
        .stroke()
    })
    assert.strictEqual(tables(document)[0]?.[0]?.[1], "Кол-во")
    assert.include(texts(document), "Шатуш теперь 35 000 ₸, раньше")
  })

  it("begin with the raised mark of a footnote, and it stays no figure", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 100, "Доставка 3 000 ₸ по городу, подъём отдельно по договорённости")
      pdf.fontSize(7)
      at(pdf, 50, 130, "1")
      pdf.fontSize(10)
      at(pdf, 58, 131, "Стеклопакет с аргоном включён.")
    })
    assert.include(texts(document), "¹ Стеклопакет с аргоном включён.")
  })
})

describe("a header of two rows", () => {
  it("may hold runs and terms, if sums stand below", async () => {
    const xs = [50, 200, 280, 360, 440]
    const ys = [100, 120, 140, 160, 180]
    const document = await read((pdf) => {
      for (const [index, y] of ys.entries())
        pdf
          .moveTo(index === 1 ? xs[1]! : xs[0]!, y)
          .lineTo(xs.at(-1)!, y)
          .stroke()
      for (const [index, x] of xs.entries())
        pdf
          .moveTo(x, index === 2 || index === 3 ? ys[1]! : ys[0]!)
          .lineTo(x, ys.at(-1)!)
          .stroke()
      at(pdf, 54, 114, "Продукция")
      at(pdf, 260, 104, "Тираж")
      for (const [row, cells] of [
        ["", "100 шт.", "500 шт.", "1000 шт."],
        ["Визитки", "4 500 ₸", "12 000 ₸", "19 000 ₸"],
        ["Листовки", "9 000 ₸", "24 000 ₸", "38 000 ₸"],
      ].entries())
        for (const [column, cell] of cells.entries()) if (cell !== "") at(pdf, xs[column]! + 4, ys[row + 1]! + 4, cell)
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Продукция", "Тираж 100 шт.", "Тираж 500 шт.", "Тираж 1000 шт."],
        ["Визитки", "4 500 ₸", "12 000 ₸", "19 000 ₸"],
        ["Листовки", "9 000 ₸", "24 000 ₸", "38 000 ₸"],
      ],
    ])
  })
})

import { assert, describe, it } from "@effect/vitest"
import type { Block, KnowledgeDocument } from "@wa/core/knowledge/document"
import { boldFont, drawnPdf, plainFont } from "./drawn-pdf.ts"
import { isReadable, readPdf } from "./pdf.ts"

type Pdf = Parameters<Parameters<typeof drawnPdf>[0]>[0]

const read = async (draw: (pdf: Pdf) => void, options?: Parameters<typeof drawnPdf>[1]): Promise<KnowledgeDocument> => {
  const document = await readPdf(await drawnPdf(draw, options), "sample.pdf")
  if (!isReadable(document)) throw new Error(document.why)
  return document
}
const texts = (document: KnowledgeDocument, kind?: Block["kind"]): Array<string> =>
  document.blocks.filter((block) => kind === undefined || block.kind === kind).map((block) => block.text)
const tables = (document: KnowledgeDocument): Array<ReadonlyArray<ReadonlyArray<string>>> =>
  document.blocks.flatMap((block) => (block.rows ? [block.rows] : []))

const at = (pdf: Pdf, x: number, y: number, text: string, width?: number) =>
  pdf.text(text, x, y, width === undefined ? { lineBreak: false } : { width })

/** A table with a line around every cell. */
const ruled = (
  pdf: Pdf,
  top: number,
  widths: ReadonlyArray<number>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): number => {
  let y = top
  for (const row of rows) {
    const height =
      Math.max(...row.map((cell, column) => pdf.heightOfString(cell, { width: widths[column]! - 10 }))) + 10
    let x = 50
    for (const [column, cell] of row.entries()) {
      pdf.rect(x, y, widths[column]!, height).stroke("#000000")
      pdf.fillColor("#000000").text(cell, x + 5, y + 5, { width: widths[column]! - 10 })
      x += widths[column]!
    }
    y += height
  }
  return y
}
/** A table without any line. */
const unruled = (
  pdf: Pdf,
  top: number,
  xs: ReadonlyArray<number>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  pitch = 18,
): number => {
  for (const [index, row] of rows.entries())
    for (const [column, cell] of row.entries()) if (cell !== "") at(pdf, xs[column]!, top + index * pitch, cell)
  return top + rows.length * pitch
}

describe("reading a PDF's text", () => {
  it("keeps Russian and Kazakh letters and the tenge sign", async () => {
    const document = await read((pdf) => {
      pdf.text("Құны 15 000 ₸: әр түрлі өңдеу, іс жүзінде ұзақ. Ёлка, ёмкость и щётка.")
    })
    assert.deepStrictEqual(texts(document), ["Құны 15 000 ₸: әр түрлі өңдеу, іс жүзінде ұзақ. Ёлка, ёмкость и щётка."])
  })

  it("tells headings, paragraphs and lists apart", async () => {
    const document = await read((pdf) => {
      pdf.font(boldFont).fontSize(22).text("Мойка окон")
      pdf.fontSize(14).text("Что входит")
      pdf.moveDown()
      pdf.font(plainFont).fontSize(10)
      pdf.text(
        "Моем окна в квартирах и офисах. Приезжаем со своим инвентарём, работаем по договору, после работы убираем за собой.",
        { width: 300 },
      )
      pdf.moveDown()
      pdf.text("• стекло с двух сторон")
      pdf.text("• рама, подоконник и откосы, если они не выше трёх метров и к ним есть подход", { width: 300 })
      pdf.text("1. Оставьте заявку")
      pdf.text("2. Получите расчёт")
      pdf.moveDown()
      pdf.font(boldFont).text("Гарантия")
      pdf.font(plainFont).text("Если остались разводы, перемоем в течение суток.")
    })
    assert.deepStrictEqual(
      document.blocks.map((block) => [block.kind, block.level ?? 0, block.text]),
      [
        ["heading", 1, "Мойка окон"],
        ["heading", 2, "Что входит"],
        [
          "paragraph",
          0,
          "Моем окна в квартирах и офисах. Приезжаем со своим инвентарём, работаем по договору, после работы убираем за собой.",
        ],
        ["list_item", 0, "стекло с двух сторон"],
        ["list_item", 0, "рама, подоконник и откосы, если они не выше трёх метров и к ним есть подход"],
        ["list_item", 0, "1. Оставьте заявку"],
        ["list_item", 0, "2. Получите расчёт"],
        ["heading", 3, "Гарантия"],
        ["paragraph", 0, "Если остались разводы, перемоем в течение суток."],
      ],
    )
  })

  it("closes up letter-spaced words and keeps the words apart", async () => {
    const document = await read((pdf) => {
      pdf.fontSize(12).text("НАШИ УСЛУГИ", { characterSpacing: 4 })
      pdf.fontSize(10).text("Обычный текст стоит рядом.", 50, 120)
    })
    assert.strictEqual(texts(document)[0], "НАШИ УСЛУГИ")
  })

  it("mends words broken at the end of a line, and keeps the hyphen of a compound", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 100, "Доставляем оборудо-")
      at(pdf, 50, 112, "вание по городу, есть онлайн-")
      at(pdf, 50, 124, "оплата и рассрочка")
    })
    assert.deepStrictEqual(texts(document), ["Доставляем оборудование по городу, есть онлайн-оплата и рассрочка"])
  })

  it("drops emoji and watermarks", async () => {
    const document = await read((pdf) => {
      pdf.text("✅ Выезд бесплатно", 50, 100)
      pdf.rotate(45, { origin: [300, 400] })
      pdf.fontSize(60).text("ОБРАЗЕЦ", 150, 380)
    })
    assert.deepStrictEqual(texts(document), ["Выезд бесплатно"])
  })

  it("drops page numbers, and keeps a running head once", async () => {
    const document = await read(
      (pdf) => {
        for (let page = 1; page <= 4; page++) {
          if (page > 1) pdf.addPage()
          at(pdf, 50, 30, "ИП Ромашка, тел. +7 700 000-00-01")
          at(pdf, 50, 200, `Раздел номер ${page * 11} описывает услугу.`)
          at(pdf, 50, 800, "Коммерческое предложение")
          at(pdf, 290, 800, `Страница ${page} из 4`)
        }
      },
      { margin: 20 },
    )
    assert.deepStrictEqual(texts(document), [
      "ИП Ромашка, тел. +7 700 000-00-01",
      "Раздел номер 11 описывает услугу.",
      "Раздел номер 22 описывает услугу.",
      "Раздел номер 33 описывает услугу.",
      "Раздел номер 44 описывает услугу.",
    ])
  })

  it("joins a paragraph that the end of a page cut in two", async () => {
    const document = await read((pdf) => {
      at(pdf, 50, 700, "Срок изготовления зависит от")
      pdf.addPage()
      at(pdf, 50, 100, "объёма заказа и материала.")
    })
    assert.deepStrictEqual(texts(document), ["Срок изготовления зависит от объёма заказа и материала."])
    assert.strictEqual(document.blocks[0]?.page, 1)
  })
})

describe("reading order", () => {
  const leftText =
    "Левая колонка рассказывает о компании: мы шьём шторы на заказ с две тысячи десятого года, замер делаем бесплатно, ткани возим сами."
  const rightText =
    "Правая колонка говорит об оплате: половина вперёд, половина после навески, переводом или картой, чек даём всегда и сразу."

  it("reads two columns one after the other, under a title that spans both", async () => {
    const document = await read((pdf) => {
      pdf.font(boldFont).fontSize(18).text("Шторы на заказ: коротко о нас и об оплате", 50, 60)
      pdf.font(plainFont).fontSize(10)
      at(pdf, 50, 120, leftText, 220)
      at(pdf, 320, 120, rightText, 220)
    })
    assert.deepStrictEqual(texts(document), ["Шторы на заказ: коротко о нас и об оплате", leftText, rightText])
  })

  it("reads cards one by one, row by row", async () => {
    const cards = [
      ["Замер", "Мастер приезжает в день заявки и привозит образцы тканей."],
      ["Пошив", "Шьём за пять рабочих дней в своём цехе."],
      ["Навеска", "Вешаем, отпариваем и убираем за собой."],
      ["Уход", "Чистим шторы раз в год со скидкой для своих."],
    ]
    for (const isBoxed of [true, false]) {
      const document = await read((pdf) => {
        for (const [index, [title, text]] of cards.entries()) {
          const x = 50 + (index % 2) * 260
          const y = 100 + Math.floor(index / 2) * 130
          if (isBoxed) pdf.roundedRect(x, y, 230, 100, 6).fill("#eeeeee")
          pdf
            .fillColor("#000000")
            .font(boldFont)
            .fontSize(13)
            .text(title!, x + 12, y + 12, { width: 200 })
          pdf
            .font(plainFont)
            .fontSize(10)
            .text(text!, x + 12, y + 40, { width: 200 })
        }
      })
      assert.deepStrictEqual(texts(document), cards.flat(), isBoxed ? "with boxes" : "without boxes")
    }
  })

  it("reads a large figure together with its label", async () => {
    const document = await read((pdf) => {
      for (const [index, [figure, label]] of [
        ["12", "лет на рынке"],
        ["340+", "объектов сдано"],
        ["5", "бригад"],
      ].entries()) {
        pdf.fontSize(30).text(figure!, 60 + index * 170, 100, { lineBreak: false })
        pdf.fontSize(10).text(label!, 60 + index * 170, 140, { lineBreak: false })
      }
    })
    assert.deepStrictEqual(texts(document), ["12 лет на рынке", "340+ объектов сдано", "5 бригад"])
  })
})

describe("tables", () => {
  const prices = [
    ["Услуга", "Цена", "Срок"],
    ["Замена экрана на телефоне любой марки с проверкой всех датчиков", "18 000 ₸", "1 день"],
    ["Чистка", "5 000 ₸", "2 часа"],
    ["Замена батареи", "от 9 500 ₸", "1 час"],
  ]

  it("reads ruled cells whole, however they wrap", async () => {
    const document = await read((pdf) => {
      ruled(pdf, 100, [140, 90, 80], prices)
    })
    assert.deepStrictEqual(tables(document), [prices])
  })

  it("reads columns without lines, with cells that wrap", async () => {
    const document = await read((pdf) => {
      let y = 100
      for (const row of prices) {
        for (const [column, cell] of row.entries()) at(pdf, [50, 250, 350][column]!, y, cell, 150)
        y += row[0]!.length > 30 ? 48 : 24
      }
    })
    assert.deepStrictEqual(tables(document), [prices])
  })

  it("reads right-aligned prices and dot leaders", async () => {
    const rows = [
      ["Стрижка мужская", "4 500 ₸"],
      ["Стрижка женская", "7 000 ₸"],
      ["Окрашивание", "от 15 000 ₸"],
    ]
    const document = await read((pdf) => {
      for (const [index, [name, price]] of rows.entries()) {
        const y = 100 + index * 16
        const room = 400 - pdf.widthOfString(`${name} ${price}`)
        const dots = ".".repeat(Math.floor(room / pdf.widthOfString(".")))
        at(pdf, 50, y, `${name} ${dots} ${price}`)
      }
    })
    assert.deepStrictEqual(tables(document), [rows])
  })

  it("makes a title between the rows a heading, and repeats the header below it", async () => {
    const header = ["Артикул", "Наименование", "Розница"]
    const document = await read((pdf) => {
      unruled(
        pdf,
        100,
        [50, 130, 400],
        [
          header,
          ["01.01. Кисти", "", ""],
          ["1001", "Кисть плоская 50 мм", "900 ₸"],
          ["1002", "Кисть круглая 30 мм", "700 ₸"],
          ["01.02. Валики", "", ""],
          ["1003", "Валик меховой", "1 800 ₸"],
        ],
      )
    })
    assert.deepStrictEqual(texts(document, "heading"), ["01.01. Кисти", "01.02. Валики"])
    assert.deepStrictEqual(tables(document), [
      [header, ["1001", "Кисть плоская 50 мм", "900 ₸"], ["1002", "Кисть круглая 30 мм", "700 ₸"]],
      [header, ["1003", "Валик меховой", "1 800 ₸"]],
    ])
  })

  it("gives the header to a table that goes on over the page", async () => {
    for (const draw of [
      (pdf: Pdf, y: number, rows: ReadonlyArray<ReadonlyArray<string>>) => ruled(pdf, y, [200, 90, 80], rows),
      (pdf: Pdf, y: number, rows: ReadonlyArray<ReadonlyArray<string>>) => unruled(pdf, y, [50, 280, 400], rows),
    ]) {
      const document = await read((pdf) => {
        draw(pdf, 640, [
          ["Товар", "Цена", "Остаток"],
          ["Гвозди 50 мм", "800 ₸", "12 кг"],
          ["Гвозди 70 мм", "850 ₸", "30 кг"],
        ])
        pdf.addPage()
        draw(pdf, 60, [
          ["Гвозди 90 мм", "900 ₸", "7 кг"],
          ["Саморезы", "1 200 ₸", "4 кг"],
        ])
      })
      const [, second] = tables(document)
      assert.deepStrictEqual(second, [
        ["Товар", "Цена", "Остаток"],
        ["Гвозди 90 мм", "900 ₸", "7 кг"],
        ["Саморезы", "1 200 ₸", "4 кг"],
      ])
    }
  })

  it("says a cell merged over rows in each of them", async () => {
    const document = await read((pdf) => {
      pdf.rect(50, 100, 100, 60).stroke("#000000")
      at(pdf, 55, 125, "Аренда")
      for (const [index, [term, price]] of [
        ["День", "5 000 ₸"],
        ["Неделя", "25 000 ₸"],
      ].entries()) {
        pdf.rect(150, 100 + index * 30, 100, 30).stroke("#000000")
        pdf.rect(250, 100 + index * 30, 100, 30).stroke("#000000")
        at(pdf, 155, 110 + index * 30, term!)
        at(pdf, 255, 110 + index * 30, price!)
      }
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Аренда", "День", "5 000 ₸"],
        ["Аренда", "Неделя", "25 000 ₸"],
      ],
    ])
  })

  it("parts the rows of a table by horizontal lines alone", async () => {
    const document = await read((pdf) => {
      const rows = [
        ["Модуль", "Что умеет", "Цена"],
        ["Склад", "Приход, расход, ревизия и перемещения между точками", "3 000 ₸"],
        ["Касса", "Чеки и смены", "2 000 ₸"],
      ]
      let y = 100
      for (const row of rows) {
        for (const [column, cell] of row.entries()) at(pdf, [50, 150, 330][column]!, y, cell, 160)
        y += row[1]!.length > 30 ? 32 : 20
        pdf
          .moveTo(50, y - 4)
          .lineTo(420, y - 4)
          .stroke("#999999")
      }
    })
    assert.deepStrictEqual(
      tables(document)[0]?.map((row) => row[1]),
      ["Что умеет", "Приход, расход, ревизия и перемещения между точками", "Чеки и смены"],
    )
  })
})

describe("tables drawn with few lines", () => {
  const rows = [
    ["Товар", "Цена", "Остаток"],
    ["Доска обрезная", "3 200 ₸", "40 шт"],
    ["Брус строганый", "5 100 ₸", "18 шт"],
    ["Рейка", "900 ₸", "120 шт"],
  ]
  const draw = (pdf: Pdf) => unruled(pdf, 106, [55, 255, 355], rows, 20)

  it("parts rows where only the columns are ruled", async () => {
    const document = await read((pdf) => {
      draw(pdf)
      for (const x of [50, 250, 350, 450]) pdf.moveTo(x, 100).lineTo(x, 180).stroke("#000000")
      for (const y of [100, 120, 180]) pdf.moveTo(50, y).lineTo(450, y).stroke("#000000")
    })
    assert.deepStrictEqual(tables(document), [rows])
  })

  it("parts columns where only the header is ruled", async () => {
    const document = await read((pdf) => {
      draw(pdf)
      pdf.rect(50, 100, 400, 80).stroke("#000000")
      pdf.moveTo(50, 120).lineTo(450, 120).stroke("#000000")
      for (const x of [250, 350]) pdf.moveTo(x, 100).lineTo(x, 120).stroke("#000000")
    })
    assert.deepStrictEqual(tables(document), [rows])
  })

  it("parts columns of a header whose cells are not ruled", async () => {
    const document = await read((pdf) => {
      draw(pdf)
      pdf.rect(50, 100, 400, 80).stroke("#000000")
      for (const y of [120, 140, 160]) pdf.moveTo(50, y).lineTo(450, y).stroke("#000000")
      for (const x of [250, 350]) pdf.moveTo(x, 120).lineTo(x, 180).stroke("#000000")
    })
    assert.deepStrictEqual(tables(document), [rows])
  })
})

describe("a PDF that cannot be read", () => {
  const reasonOf = async (bytes: Uint8Array) => {
    const result = await readPdf(bytes, "bad.pdf")
    assert.isFalse(isReadable(result))
    return isReadable(result) ? undefined : result.reason
  }
  const hello = (pdf: Pdf) => {
    pdf.text("Здравствуйте, это прайс-лист.")
  }

  it("is named encrypted when it asks for a password", async () => {
    assert.strictEqual(await reasonOf(await drawnPdf(hello, { userPassword: "secret" })), "encrypted")
  })

  it("is none of them when only its editing is forbidden", async () => {
    const document = await read(hello, { ownerPassword: "owner" })
    assert.deepStrictEqual(texts(document), ["Здравствуйте, это прайс-лист."])
  })

  it("is named corrupt when it is cut off or no PDF at all", async () => {
    const whole = await drawnPdf(hello)
    assert.strictEqual(await reasonOf(whole.slice(0, 400)), "corrupt")
    assert.strictEqual(await reasonOf(new TextEncoder().encode("<html>404</html>")), "corrupt")
  })

  it("is named empty when it has no bytes", async () => {
    assert.strictEqual(await reasonOf(new Uint8Array()), "empty")
  })

  it("is named scanned when its pages hold only pictures", async () => {
    const pixel = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    )
    const scan = await drawnPdf((pdf) => {
      pdf.image(pixel, 0, 0, { width: 595 })
    })
    assert.strictEqual(await reasonOf(scan), "scanned")
  })

  it("is named too large when it has more pages than anybody reads", async () => {
    const long = await drawnPdf((pdf) => {
      for (let page = 0; page < 400; page++) pdf.addPage()
    })
    assert.strictEqual(await reasonOf(long), "too_large")
  })

  it("leaves the caller's bytes alone", async () => {
    const bytes = await drawnPdf(hello)
    const copy = bytes.slice()
    await readPdf(bytes, "a.pdf")
    assert.deepStrictEqual(bytes, copy)
  })
})

describe("pages that mislead", () => {
  it("reads a price list set in two columns as two lists", async () => {
    const document = await read((pdf) => {
      unruled(
        pdf,
        100,
        [50, 220, 320, 490],
        [
          ["Латте", "1 200 ₸", "Чай чёрный", "500 ₸"],
          ["Капучино", "1 100 ₸", "Чай с молоком", "600 ₸"],
          ["Эспрессо", "700 ₸", "", ""],
        ],
      )
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Латте", "1 200 ₸"],
        ["Капучино", "1 100 ₸"],
        ["Эспрессо", "700 ₸"],
      ],
      [
        ["Чай чёрный", "500 ₸"],
        ["Чай с молоком", "600 ₸"],
      ],
    ])
  })

  it("reads justified columns whose words stand far apart", async () => {
    const sentence = "Наша мастерская работает с деревом и камнем, делаем столешницы, лестницы и подоконники на заказ."
    const document = await read((pdf) => {
      pdf.fontSize(9)
      pdf.text(`${sentence} ${sentence} Левая.`, 50, 80, { width: 240, align: "justify" })
      pdf.text(`${sentence} ${sentence} Правая.`, 305, 80, { width: 240, align: "justify" })
    })
    assert.deepStrictEqual(texts(document), [`${sentence} ${sentence} Левая.`, `${sentence} ${sentence} Правая.`])
  })

  it("keeps the details of two parties apart", async () => {
    const left = [
      "Исполнитель:",
      "ТОО «Бриз»",
      "БИН 000000000001",
      "г. Алматы, ул. Первая, 1",
      "Тел.: +7 700 000-00-01",
    ]
    const right = ["Заказчик:", "ИП «Волна»", "ИИН 000000000002", "г. Астана, ул. Вторая, 2", "Тел.: +7 700 000-00-02"]
    const document = await read((pdf) => {
      for (const [index, line] of left.entries()) {
        at(pdf, 50, 100 + index * 14, line)
        at(pdf, 320, 100 + index * 14, right[index]!)
      }
    })
    assert.deepStrictEqual(texts(document), [...left, ...right])
  })

  it("joins the two rows of a grouped header", async () => {
    const document = await read((pdf) => {
      const cell = (x: number, y: number, width: number, height: number, text: string) => {
        pdf.rect(x, y, width, height).stroke("#000000")
        at(pdf, x + 4, y + 5, text)
      }
      cell(50, 100, 150, 40, "Товар")
      cell(200, 100, 200, 20, "Цена, ₸")
      cell(200, 120, 100, 20, "Розница")
      cell(300, 120, 100, 20, "Опт")
      for (const [index, row] of [
        ["Мука", "400", "350"],
        ["Сахар", "500", "450"],
      ].entries())
        for (const [column, text] of row.entries())
          cell([50, 200, 300][column]!, 140 + index * 20, [150, 100, 100][column]!, 20, text)
    })
    assert.deepStrictEqual(tables(document), [
      [
        ["Товар", "Цена, ₸ Розница", "Цена, ₸ Опт"],
        ["Мука", "400", "350"],
        ["Сахар", "500", "450"],
      ],
    ])
  })

  it("keeps the offers of tariff cards together", async () => {
    const document = await read((pdf) => {
      for (const [index, [name, price, users]] of [
        ["Старт", "9 900 ₸", "1 пользователь"],
        ["Бизнес", "19 900 ₸", "5 пользователей"],
      ].entries()) {
        const x = 50 + index * 200
        pdf.font(boldFont).fontSize(14).text(name!, x, 100, { lineBreak: false })
        pdf.fontSize(18).text(price!, x, 125, { lineBreak: false })
        pdf.font(plainFont).fontSize(10).text("в месяц", x, 150, { lineBreak: false })
        pdf.text(`• ${users}`, x, 180, { lineBreak: false })
        pdf.text("• чат поддержки каждый день", x, 196, { lineBreak: false })
      }
    })
    assert.deepStrictEqual(texts(document), [
      "Старт",
      "9 900 ₸ в месяц",
      "1 пользователь",
      "чат поддержки каждый день",
      "Бизнес",
      "19 900 ₸ в месяц",
      "5 пользователей",
      "чат поддержки каждый день",
    ])
  })
})

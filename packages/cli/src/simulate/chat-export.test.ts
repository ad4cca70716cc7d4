import { assert, describe, it } from "@effect/vitest"
import { wallTime } from "@wa/core/time/wall-clock"
import * as Schema from "effect/Schema"
import { looksLikeChatExport, readChatExport } from "./chat-export.ts"

const zone = "Asia/Almaty"
const read = (text: string, me: string | null = "Школа Полюс") => readChatExport(text, { me, zone })
const only = (text: string) => {
  const { messages } = read(text)
  assert.strictEqual(messages.length, 1)
  return messages[0]!
}
const clock = (at: number) => {
  const { year, month, day, hour, minute, second } = wallTime(at, zone)
  return [year, month, day, hour, minute, second]
}
const ios = (content: string) => only(`[12.03.2024, 14:05:33] Айгерим: ${content}`)
const android = (content: string) => only(`12.03.2024, 14:05 - Айгерим: ${content}`)

describe("the stamp of an exported message", () => {
  const march12 = [2024, 3, 12, 14, 5]
  for (const [name, line, second] of [
    ["Android, Russian", "12.03.2024, 14:05 - Айгерим: ок", 0],
    ["Android, Russian, two-digit year", "13.03.24, 14:05 - Айгерим: ок", 0],
    ["Android, English (US)", "3/13/24, 2:05 PM - Айгерим: ок", 0],
    ["Android, English (US), narrow no-break space", "3/13/24, 2:05\u202fPM - Айгерим: ок", 0],
    ["Android, Canada", "2024-03-13, 2:05 p.m. - Айгерим: ок", 0],
    ["Android, p. m. apart", "13/03/24, 2:05 p. m. - Айгерим: ок", 0],
    ["Android, lower-case pm", "13/03/2024, 2:05 pm - Айгерим: ок", 0],
    ["Android, Britain", "13/03/2024, 14:05 - Айгерим: ок", 0],
    ["Android, ISO", "2024-03-13, 14:05 - Айгерим: ок", 0],
    ["Android, no comma", "13.03.2024 14:05 - Айгерим: ок", 0],
    ["Android, the word for at", "13.03.2024 в 14:05 - Айгерим: ок", 0],
    ["Android, a Russian phone of 12 hours", "13.03.2024, 2:05 ПП - Айгерим: ок", 0],
    ["iOS, Russian", "[13.03.2024, 14:05:33] Айгерим: ок", 33],
    ["iOS, English (US)", "[3/13/24, 2:05:33\u202fPM] Айгерим: ок", 33],
    ["iOS, Britain, unsaved contact", "[13/03/2024, 14:05:33] ~\u202fАйгерим: ок", 33],
    ["iOS, marks everywhere", "\u200e[13.03.2024,\u00a014:05:33] \u202aАйгерим\u202c: \u200eок", 33],
  ] as const) {
    it(`is read from ${name}`, () => {
      const message = only(line)
      const day = line.startsWith("12") ? 12 : 13
      assert.deepStrictEqual(clock(message.at), [...march12.with(2, day), second])
      assert.strictEqual(message.sender, "Айгерим")
      assert.strictEqual(message.text, "ок")
    })
  }

  it("reads midnight and noon of a twelve-hour clock", () => {
    const { messages } = read("3/13/24, 12:05 AM - Ян: ночь\n3/13/24, 12:05 PM - Ян: день")
    assert.deepStrictEqual(
      messages.map((message) => clock(message.at)[3]),
      [0, 12],
    )
  })

  it("follows the zone's own changes of the clock", () => {
    // Almaty went from +06:00 to +05:00 when the 1st of March 2024 began.
    const { messages } = read("29.02.2024, 12:00 - Ян: а\n01.03.2024, 12:00 - Ян: б\n02.03.2024, 12:00 - Ян: в")
    assert.deepStrictEqual(
      messages.map((message) => new Date(message.at).toISOString()),
      ["2024-02-29T06:00:00.000Z", "2024-03-01T07:00:00.000Z", "2024-03-02T07:00:00.000Z"],
    )
  })

  it("is no stamp when the day does not exist, and the line stays in the message", () => {
    const { messages } = read(
      "12.03.2024, 14:05 - Ян: срок\n31.02.2024, 14:05 - Ян: ошибка\n12.03.2024, 25:05 - Ян: час",
    )
    assert.deepStrictEqual(
      messages.map((message) => message.text),
      ["срок\n31.02.2024, 14:05 - Ян: ошибка\n12.03.2024, 25:05 - Ян: час"],
    )
  })
})

describe("the order of day and month", () => {
  const order = (...dates: ReadonlyArray<string>) => {
    const result = read(dates.map((date) => `${date} - Ян: ок`).join("\n"))
    return { dayFirst: result.dayFirst, months: result.messages.map((message) => clock(message.at)[1]) }
  }
  it("is told by a number above twelve anywhere in the file", () => {
    assert.deepStrictEqual(order("3/4/24, 14:05", "3/25/24, 14:05"), { dayFirst: false, months: [3, 3] })
    assert.deepStrictEqual(order("3/4/24, 2:05 PM", "25/4/24, 2:05 PM"), { dayFirst: true, months: [4, 4] })
  })
  it("is told by time that must not run backwards, against the habit of the format", () => {
    assert.deepStrictEqual(order("01/12/2024, 14:05", "02/01/2024, 14:05").dayFirst, false)
    assert.deepStrictEqual(order("5/2/24, 2:05 PM", "6/2/24, 2:05 PM", "1/3/24, 2:05 PM").months, [2, 2, 3])
  })
  it("is guessed by habit where nothing tells", () => {
    assert.strictEqual(order("03.04.2024, 14:05").dayFirst, true)
    assert.strictEqual(order("3/4/24, 2:05 PM").dayFirst, false)
    assert.strictEqual(order("03/04/2024, 14:05").dayFirst, true)
    assert.strictEqual(order("03/04/2024, 2:05 pm").dayFirst, true)
    assert.strictEqual(order("12/11/2024, 2:05 pm").dayFirst, true)
    assert.strictEqual(order("12/11/24, 2:05 PM").dayFirst, false)
  })
  it("does not lose a line that contradicts the rest", () => {
    const result = read("13.03.2024, 14:05 - Ян: а\n14.03.2024, 14:05 - Ян: б\n03.15.2024, 14:05 - Ян: в", null)
    assert.deepStrictEqual(
      result.messages.map((message) => clock(message.at).slice(1, 3)),
      [
        [3, 13],
        [3, 14],
        [3, 15],
      ],
    )
    assert.deepStrictEqual(
      result.problems.map((problem) => problem.line),
      [3],
    )
  })
})

describe("a message", () => {
  it("keeps its further lines, blank ones too, whatever the line ends are", () => {
    const chat = "\ufeff12.03.2024, 14:05 - Ян: список:\r\n\r\n- раз: два\r\n12.03.2024, 14:06 - Ян: всё\r\n"
    const { messages, problems } = read(chat, null)
    assert.deepStrictEqual(
      messages.map(({ text, line }) => [text, line]),
      [
        ["список:\n\n- раз: два", 1],
        ["всё", 4],
      ],
    )
    assert.deepStrictEqual(problems, [])
  })
  it("ends its sender at the first colon and space", () => {
    const message = only("12.03.2024, 14:05 - Отдел:продаж: цена: 5000 ₸")
    assert.deepStrictEqual([message.sender, message.text], ["Отдел:продаж", "цена: 5000 ₸"])
  })
  it("may be empty", () => {
    assert.strictEqual(only("12.03.2024, 14:05 - Ян:").kind, "other")
    assert.strictEqual(only("12.03.2024, 14:05 - Ян: ").text, "[сообщение недоступно]")
  })
  it("keeps emoji joiners and the writer's own spaces, and loses the direction marks", () => {
    assert.strictEqual(android("\u2068👩‍🏫\u2069 15\u202f000 ₸").text, "👩‍🏫 15\u202f000 ₸")
  })
  it("stays one when it holds a pasted piece of the other phone's export", () => {
    const { messages, problems } = read(
      "12.03.2024, 14:05 - Ян: вот\n[11.03.2024, 10:00:00] Анна: было так\n12.03.2024, 14:06 - Ян: да",
      null,
    )
    assert.deepStrictEqual(
      messages.map(({ text }) => text),
      ["вот\n[11.03.2024, 10:00:00] Анна: было так", "да"],
    )
    assert.deepStrictEqual(
      problems.map(({ line }) => line),
      [2],
    )
  })
  it("never goes back in time, and keeps the order of the file", () => {
    const { messages, problems } = read(
      "12.03.2024, 14:05 - Ян: а\n12.03.2024, 14:05 - Ян: б\n12.03.2024, 13:00 - Ян: в\n12.03.2024, 14:06 - Ян: г",
      null,
    )
    assert.deepStrictEqual(
      messages.map(({ at, text }) => [clock(at)[4], text]),
      [
        [5, "а"],
        [5, "б"],
        [5, "в"],
        [6, "г"],
      ],
    )
    assert.deepStrictEqual(
      problems.map(({ line }) => line),
      [3],
    )
  })
})

describe("the senders", () => {
  const chat = [
    "12.03.2024, 14:05 - \u202a+7\u00a0701\u00a0234-56-78\u202c: здравствуйте",
    "12.03.2024, 14:06 - ~ Школа Полюс: добрый день",
    "12.03.2024, 14:07 - +7 701 234-56-78: сколько стоит?",
  ].join("\n")
  it("are counted, one person once", () => {
    assert.deepStrictEqual(read(chat).senders, [
      { name: "+7 701 234-56-78", count: 2 },
      { name: "Школа Полюс", count: 1 },
    ])
  })
  for (const me of ["Школа Полюс", " школа полюс ", "~ ШКОЛА ПОЛЮС", "\u200eШкола\u00a0Полюс"]) {
    it(`hold the company under the name ${JSON.stringify(me)}`, () => {
      const { messages, problems } = read(chat, me)
      assert.deepStrictEqual(
        messages.map(({ isMe }) => isMe),
        [false, true, false],
      )
      assert.deepStrictEqual(problems, [])
    })
  }
  for (const me of ["+77012345678", "8 (701) 234-56-78", "7012345678"]) {
    it(`hold the company under the phone ${me}`, () => {
      assert.deepStrictEqual(
        read(chat, me).messages.map(({ isMe }) => isMe),
        [true, false, true],
      )
    })
  }
  it("hold no company when nobody is named, and a wrong name is told with the right ones", () => {
    assert.isTrue(read(chat, null).messages.every(({ isMe }) => !isMe))
    const { problems } = read(chat, "Полюс")
    assert.strictEqual(problems[0]?.line, 0)
    assert.include(problems[0]?.why, "«Школа Полюс»")
  })
})

describe("a notice of the app", () => {
  for (const line of [
    "12.03.2024, 14:05 - Сообщения и звонки защищены сквозным шифрованием. Третьи лица не могут их прочитать.",
    "12.03.2024, 14:05 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
    "12.03.2024, 14:05 - Анна изменила название группы с «Заявки» на «Заявки: Алматы»",
    '12.03.2024, 14:05 - Anna created group "Orders: Almaty"',
    "12.03.2024, 14:05 - +7 701 234-56-78 добавлен(-а)",
    "12.03.2024, 14:05 - Анна сменила номер на новый",
    "12.03.2024, 14:05 - Пропущенный аудиозвонок",
    "[12.03.2024, 14:05:33] Полюс: \u200eСообщения и звонки защищены сквозным шифрованием.",
    "[12.03.2024, 14:05:33] Полюс: Messages and calls are end-to-end encrypted.",
    "[12.03.2024, 14:05:33] Заявки: \u200eАнна создал(а) группу «Заявки»",
    "[12.03.2024, 14:05:33] Заявки: Анна добавил(-а) вас",
    "[12.03.2024, 14:05:33] Orders: \u200eAnna added you",
    "[12.03.2024, 14:05:33] Orders: \u200eAnna left",
    "[12.03.2024, 14:05:33] Анна: \u200eПропущенный аудиозвонок",
    "[12.03.2024, 14:05:33] Anna: \u200eMissed voice call. \u200eTap to call back",
    "[12.03.2024, 14:05:33] Anna: \u200eVoice call. \u200e3 min",
    "[12.03.2024, 14:05:33] Anna: \u200eYou turned on disappearing messages. New messages disappear in 7 days.",
    "[12.03.2024, 14:05:33] Анна: \u200eВы заблокировали этот контакт.",
    "[12.03.2024, 14:05:33] Anna: \u200eThis business uses a secure service from Meta to manage this chat.",
    "[12.03.2024, 14:05:33] Anna: \u200eYour security code with Anna changed.",
    "[12.03.2024, 14:05:33] \u200eВы создали группу",
  ]) {
    it(`is ${JSON.stringify(line)}`, () => {
      const result = read(`${line}\nвторая строка`)
      assert.strictEqual(result.systemLines, 1)
      assert.deepStrictEqual([result.messages, result.senders], [[], []])
    })
  }
  for (const line of [
    "12.03.2024, 14:05 - Анна: Пропущенный звонок от вас, перезвоните",
    "12.03.2024, 14:05 - Анна: Муж добавил(а) вас в контакты?",
    "[12.03.2024, 14:05:33] Анна: Дочь вышла из школы",
    "[12.03.2024, 14:05:33] Анна: видеозвонок",
    "[12.03.2024, 14:05:33] Anna: My son left",
    "[12.03.2024, 14:05:33] Анна: Эта компания работает по субботам",
  ]) {
    it(`is not ${JSON.stringify(line)}`, () => {
      assert.strictEqual(only(line).kind, "text")
    })
  }
})

describe("what a text file cannot hold", () => {
  const cases: ReadonlyArray<readonly [content: string, kind: string, text: string]> = [
    ["<Media omitted>", "other", "[медиафайл]"],
    ["<Без медиафайлов>", "other", "[медиафайл]"],
    ["<Медиафайл пропущен>", "other", "[медиафайл]"],
    ["<View once voice message omitted>", "voice", "[голосовое сообщение]"],
    ["\u200eimage omitted", "image", "[изображение]"],
    ["\u200eизображение опущено", "image", "[изображение]"],
    ["изображение отсутствует", "image", "[изображение]"],
    ["Вот фасад \u200eimage omitted", "image", "[изображение] Вот фасад"],
    ["\u200eaudio omitted", "voice", "[голосовое сообщение]"],
    ["аудиофайл отсутствует", "voice", "[голосовое сообщение]"],
    ["\u200eголосовое сообщение опущено", "voice", "[голосовое сообщение]"],
    ["\u200evideo omitted", "video", "[видео]"],
    ["\u200eвидеозаметка опущена", "video", "[видео]"],
    ["\u200eGIF omitted", "video", "[GIF]"],
    ["\u200esticker omitted", "sticker", "[стикер]"],
    ["\u200eстикер отсутствует", "sticker", "[стикер]"],
    ["\u200edocument omitted", "document", "[документ]"],
    ["\u200eДоговор №5.pdf • \u200e3 страницы \u200eдокумент отсутствует", "document", "[документ: Договор №5.pdf]"],
    ["\u200eprice list.xlsx \u200edocument omitted", "document", "[документ: price list.xlsx]"],
    ["\u200eContact card omitted", "contact", "[контакт]"],
    ["IMG-20240312-WA0001.jpg (file attached)", "image", "[изображение]"],
    ["\u200eIMG-20240312-WA0001.jpg (файл добавлен)\nвот чек\nза март", "image", "[изображение] вот чек\nза март"],
    ["PTT-20240312-WA0002.opus (файл добавлен)", "voice", "[голосовое сообщение]"],
    ["VID-20240312-WA0003.mp4 (file attached)", "video", "[видео]"],
    ["STK-20240312-WA0004.webp (файл добавлен)", "sticker", "[стикер]"],
    ["Договор №5 (2).pdf (файл добавлен)", "document", "[документ: Договор №5 (2).pdf]"],
    [
      "\u200eКак мы изменили цены.pdf • \u200e1 страница \u200edocument omitted",
      "document",
      "[документ: Как мы изменили цены.pdf]",
    ],
    ["чек.pdf (файл добавлен)\nчек.pdf", "document", "[документ: чек.pdf]"],
    ["Иван Слесарь.vcf (file attached)", "contact", "[контакт]"],
    ["\u200e<attached: 00000012-PHOTO-2024-03-12-14-05-33.jpg>", "image", "[изображение]"],
    ["чек за март \u200e<прикреплено: 00000012-PHOTO-2024-03-12-14-05-33.jpg>", "image", "[изображение] чек за март"],
    ["\u200e<прикреплено: 00000013-AUDIO-2024-03-12-14-05-33.opus>", "voice", "[голосовое сообщение]"],
    ["\u200e<attached: 00000014-STICKER-2024-03-12-14-05-33.webp>", "sticker", "[стикер]"],
    [
      "\u200eДоговор.pdf • \u200e3 страницы \u200e<прикреплено: 00000015-Договор.pdf>",
      "document",
      "[документ: Договор.pdf]",
    ],
    [
      "location: https://maps.google.com/?q=43.2,76.9",
      "location",
      "[местоположение] https://maps.google.com/?q=43.2,76.9",
    ],
    [
      "\u200eМестоположение: https://maps.google.com/?q=43.2,76.9",
      "location",
      "[местоположение] https://maps.google.com/?q=43.2,76.9",
    ],
    ["live location shared", "location", "[местоположение]"],
    [
      "POLL:\nКогда удобно?\nOPTION: Утром (2 votes)\nOPTION: Вечером (1 vote)",
      "poll",
      "[опрос] Когда удобно?\n• Утром\n• Вечером",
    ],
    ["ОПРОС:\nКогда удобно?\nВАРИАНТ: Утром (0 голосов)", "poll", "[опрос] Когда удобно?\n• Утром"],
    ["null", "other", "[сообщение недоступно]"],
    ["Ожидание сообщения. Это может занять некоторое время.", "other", "[сообщение недоступно]"],
  ]
  for (const [content, kind, text] of cases) {
    it(`is named ${JSON.stringify(text)} for ${JSON.stringify(content)}`, () => {
      for (const message of [ios(content), android(content)]) {
        assert.deepStrictEqual(
          [message.kind, message.text, message.edited, message.deleted],
          [kind, text, false, false],
        )
      }
    })
  }
  for (const content of [
    "а где изображение, оно отсутствует?",
    "Документ отсутствует, вышлите ещё раз",
    "смотрите IMG-20240312-WA0001.jpg",
    "файл добавлен",
    "<3",
    "Location: Алматы",
    "a < b и c > d",
  ]) {
    it(`is not seen in ${JSON.stringify(content)}`, () => {
      assert.deepStrictEqual([ios(content).kind, ios(content).text], ["text", content])
    })
  }
})

describe("a message changed afterwards", () => {
  for (const [content, text] of [
    ["до пяти \u200e<This message was edited>", "до пяти"],
    ["до пяти\nили шести <Сообщение изменено>", "до пяти\nили шести"],
  ] as const) {
    it(`loses the mark of ${JSON.stringify(content)}`, () => {
      const { kind, text: found, edited, deleted } = ios(content)
      assert.deepStrictEqual([kind, found, edited, deleted], ["text", text, true, false])
    })
  }
  for (const content of [
    "This message was deleted",
    "\u200eYou deleted this message.",
    "Данное сообщение удалено",
    "\u200eДанное сообщение удалено.",
    "\u200eВы удалили данное сообщение.",
    "Вы удалили данное сообщение",
  ]) {
    it(`is gone with ${JSON.stringify(content)}`, () => {
      for (const message of [ios(content), android(content)]) {
        assert.deepStrictEqual([message.text, message.deleted], ["[сообщение удалено]", true])
      }
    })
  }
  it("is not gone when a person speaks of deleting", () => {
    assert.isFalse(ios("Данное сообщение удалено мной по ошибке").deleted)
  })
})

describe("a text that is no export", () => {
  it("gives problems and no messages", () => {
    const result = read("Уважаемые коллеги!\n\nцены: 5000\n")
    assert.deepStrictEqual(result.messages, [])
    assert.deepStrictEqual(
      result.problems.map(({ line }) => line),
      [0, 1, 3],
    )
    assert.deepStrictEqual(
      read("").problems.map(({ line }) => line),
      [0],
    )
  })
  it("does not drown the reader in problems", () => {
    const { problems } = read("мусор\n".repeat(5000))
    assert.strictEqual(problems.length, 1002)
    assert.include(problems.at(-1)?.why, "4000")
  })
  it("is told from an export", () => {
    assert.isTrue(looksLikeChatExport("\ufeff\u200e[12.03.2024, 14:05:33] Ян: ок"))
    assert.isTrue(looksLikeChatExport("\n3/12/24, 2:05\u202fPM - Ян: ок\nещё"))
    assert.isTrue(
      looksLikeChatExport("Чат с Яном\n12.03.24, 14:05 - Ян: а\n12.03.24, 14:05 - Ян: б\n12.03.24, 14:06 - Ян: в"),
    )
    assert.isFalse(looksLikeChatExport(""))
    assert.isFalse(looksLikeChatExport("Прайс на 12.03.2024, 14:05 - все курсы: 5000"))
    assert.isFalse(looksLikeChatExport("дата;сумма\n12.03.2024;5000\n13.03.2024;6000"))
  })
  it("is read by UTC when the zone is unknown, and says so", () => {
    const result = readChatExport("12.03.2024, 14:05 - Ян: ок", { me: null, zone: "Mars/Base" })
    assert.strictEqual(result.messages[0]?.at, Date.UTC(2024, 2, 12, 14, 5))
    assert.include(result.problems[0]?.why, "Mars/Base")
  })
  const Piece = Schema.Literals([
    "12.03.2024, 14:05 - ",
    "[12.03.2024, 14:05:33] ",
    "3/13/24, 2:05 PM - ",
    "Ян: ",
    ": ",
    "\u200e",
    "\u202f",
    "\n",
    "\r",
    "<",
    ">",
    "<attached: ",
    "a.jpg>",
    " (file attached)",
    "document omitted",
    "POLL:",
    "OPTION: ",
    "null",
    "~ ",
    "99",
    "\ud800",
    "\0",
    "ок",
  ])
  it.prop(
    "never throws and never runs back in time, whatever the pieces",
    [Schema.Array(Piece), Schema.String],
    ([pieces, noise]) => {
      const { messages, senders } = read(pieces.join("") + noise, "8701")
      for (const [index, message] of messages.entries()) {
        assert.isTrue(Number.isSafeInteger(message.at) && message.at >= (messages[index - 1]?.at ?? 0))
        assert.notStrictEqual(message.text, "")
      }
      assert.strictEqual(
        senders.reduce((sum, { count }) => sum + count, 0),
        messages.length,
      )
    },
  )
})

describe("an export printed and read back", () => {
  const two = (n: number) => String(n).padStart(2, "0")
  const half = (hour: number) => (hour % 12 === 0 ? 12 : hour % 12)
  type Wall = ReturnType<typeof wallTime>
  const formats: Record<string, (wall: Wall) => string> = {
    androidRussian: (w) => `${two(w.day)}.${two(w.month)}.${w.year}, ${two(w.hour)}:${two(w.minute)} - `,
    androidShort: (w) => `${two(w.day)}.${two(w.month)}.${w.year % 100}, ${two(w.hour)}:${two(w.minute)} - `,
    androidUs: (w) =>
      `${w.month}/${w.day}/${w.year % 100}, ${half(w.hour)}:${two(w.minute)}\u202f${w.hour < 12 ? "AM" : "PM"} - `,
    androidBritain: (w) => `${two(w.day)}/${two(w.month)}/${w.year}, ${two(w.hour)}:${two(w.minute)} - `,
    androidIndia: (w) =>
      `${two(w.day)}/${two(w.month)}/${w.year}, ${half(w.hour)}:${two(w.minute)} ${w.hour < 12 ? "am" : "pm"} - `,
    androidCanada: (w) =>
      `${w.year}-${two(w.month)}-${two(w.day)}, ${half(w.hour)}:${two(w.minute)} ${w.hour < 12 ? "a.m." : "p.m."} - `,
    iosRussian: (w) => `[${two(w.day)}.${two(w.month)}.${w.year}, ${two(w.hour)}:${two(w.minute)}:${two(w.second)}] `,
    iosUs: (w) =>
      `[${w.month}/${w.day}/${w.year % 100}, ${half(w.hour)}:${two(w.minute)}:${two(w.second)}\u202f${w.hour < 12 ? "AM" : "PM"}] `,
    iosBritain: (w) =>
      `[${two(w.day)}/${two(w.month)}/${w.year}, ${two(w.hour)}:${two(w.minute)}:${two(w.second)}] ~\u202f`,
  }
  const Line = Schema.Literals([
    "здравствуйте",
    "цена: 5000 ₸",
    "14:05 - ок",
    "[12.03] Ян: да",
    "12.03.2024 в силе",
    "а) да",
    "https://a.kz/?q=1",
    "👩‍🏫",
    "Ән: жақсы",
    "10 < 20 > 5",
  ])
  const Message = Schema.Struct({
    // Up to nine days apart, so that files within a month and files of years both come.
    pauseSeconds: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 * 86_400 })),
    sender: Schema.Literals(["Ян", "Школа Полюс", "+7 701 234-56-78", "Ер-Али (папа)", "🌸"]),
    lines: Schema.Array(Line).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
  })
  const Start = Schema.Int.check(Schema.isBetween({ minimum: 1_400_000_000, maximum: 1_800_000_000 }))
  for (const [name, print] of Object.entries(formats)) {
    it.prop(`gives the same messages in the format ${name}`, [Start, Schema.Array(Message)], ([start, wanted]) => {
      const grain = name.startsWith("ios") ? 1 : 60
      let at = start
      const expected = wanted.map((message) => {
        at += message.pauseSeconds
        return { at: at - (at % grain), sender: message.sender, text: message.lines.join("\n") }
      })
      const chat = expected
        .map((m) => `${print(wallTime(m.at * 1000, "Asia/Tashkent"))}${m.sender}: ${m.text}\n`)
        .join("")
      const { messages } = readChatExport(chat, { me: null, zone: "Asia/Tashkent" })
      assert.deepStrictEqual(
        messages.map((m) => ({ at: m.at / 1000, sender: m.sender, text: m.text })),
        expected,
      )
      assert.isTrue(messages.every((m) => m.kind === "text" && !m.edited && !m.deleted))
    })
  }
})

describe("a long export", () => {
  // Generous for a slow machine; work that grew with the square of the length would take minutes.
  const secondsMax = 15
  const timed = <A>(work: () => A): A => {
    const begun = performance.now()
    const result = work()
    assert.isBelow((performance.now() - begun) / 1000, secondsMax)
    return result
  }
  it("of 100 000 lines is read in seconds", { timeout: 60_000 }, () => {
    const day = (index: number) => wallTime(1_500_000_000_000 + index * 1_700_000, zone)
    const chat = Array.from({ length: 50_000 }, (_, index) => {
      const w = day(index)
      return `${w.day}.${w.month}.${w.year}, ${w.hour}:${String(w.minute).padStart(2, "0")} - Ян: раз\nдва`
    }).join("\n")
    assert.strictEqual(timed(() => read(chat)).messages.length, 50_000)
  })
  it("with one message of 100 000 lines or a million odd characters is, too", { timeout: 60_000 }, () => {
    for (const body of [
      "строка\n".repeat(100_000),
      " ".repeat(1e6),
      "<".repeat(1e6),
      "\u200e".repeat(1e6),
      "a: ".repeat(3e5),
      "<файл: ".repeat(1e5),
      ":".repeat(1e6),
    ]) {
      const result = timed(() => read(`12.03.2024, 14:05 - Ян: ${body}конец\n12.03.2024, 14:06 - Ян: ок`))
      assert.strictEqual(result.messages.length, 2)
      assert.isTrue(result.messages[0]?.text.endsWith("конец"))
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import { examples, notOptOuts, optOuts } from "./intent.examples.ts"
import { type Intent, readIntent } from "./intent.ts"
import { faultOf } from "./intent-pattern.ts"
import { byRole } from "./intent-roles.examples.ts"
import { groups } from "./intent-words.ts"

const all = Object.entries(examples).flatMap(([intent, texts]) =>
  texts.map((text) => ({ text, intent: intent as Intent })),
)
const worded = [...all.map(({ text }) => text), ...optOuts, ...notOptOuts].filter((text) => /\p{L}/u.test(text))

describe("the reply intent", () => {
  for (const [intent, texts] of Object.entries(examples)) {
    it(`reads ${texts.length} replies that mean ${intent}`, () => {
      const wrong = texts.map((text) => ({ text, ...readIntent(text) })).filter((reading) => reading.intent !== intent)
      assert.deepStrictEqual(wrong, [])
    })
  }

  for (const [intent, texts] of Object.entries(byRole)) {
    it(`reads ${texts.length} more that mean ${intent}, in the voices of many trades`, () => {
      const wrong = texts.map((text) => ({ text, ...readIntent(text) })).filter((reading) => reading.intent !== intent)
      assert.deepStrictEqual(wrong, [])
    })
  }

  it("keeps the words of the plan as its floor", () => {
    const floor: Record<string, ReadonlyArray<string>> = {
      yes: ["да", "согласен", "готов", "давайте", "хорошо", "ок"],
      no: ["нет", "не надо", "не интересно", "не сейчас", "откажусь"],
      uncertain: ["посмотрю", "подумаю", "может быть", "возможно"],
    }
    for (const [intent, texts] of Object.entries(floor)) {
      for (const text of texts) assert.strictEqual(readIntent(text).intent, intent, text)
    }
  })

  it("hears no answer in words that only contain one", () => {
    const traps =
      `когда сроки интернет уроки около кабинет нетология дата удача неудача продажа города вода данные среда команда адаптер
       задача скидка подарок заказ срок окно рынок звонок ролик порок ботинок браслет монета планета карета нетто магнетизм
       кабинета анкета ракета табурет туалет билет окунь докладная кокос океан локон блокнот сдача аренда погода`.split(
        /\s+/,
      )
    assert.isAbove(traps.length, 30)
    const heard = traps.map((text) => ({ text, ...readIntent(text) })).filter(({ intent }) => intent !== "none")
    assert.deepStrictEqual(heard, [])
  })

  it("names the rule and the words it fired on", () => {
    assert.strictEqual(readIntent("Спасибо, не надо!").rule, 'no:not-needed "не надо"')
    assert.strictEqual(readIntent("хорошо, я подумаю").rule, 'uncertain:will-think "подумаю"')
    assert.strictEqual(readIntent("где вы?").rule, "none:no-answer")
  })
})

describe("the tables", () => {
  it("hold no phrase whose alternatives span words by accident", () => {
    const faults = groups.flatMap((group) =>
      group.phrases.map((phrase) => ({ phrase, fault: faultOf(phrase) })).filter(({ fault }) => fault !== null),
    )
    assert.deepStrictEqual(faults, [])
  })

  it("would be refused with such phrases", () => {
    const accidents = [
      "отказ|пас|не надо",
      "нет времени|денег",
      "(не надо|пас)",
      "(надо) решить",
      "не (надо|)",
      "уже? еще?",
    ]
    for (const phrase of [...accidents, "не (все|всё)", "над*о", "(да"]) assert.isNotNull(faultOf(phrase), phrase)
    for (const phrase of ["да|нет", "(надо|нужно) решить", "(я|мы)? не буду", "сам* напишу", "*имся"])
      assert.isNull(faultOf(phrase), phrase)
  })
})

describe("the grammar", () => {
  it("reads verbs and times that no table names", () => {
    const inferred: Record<string, ReadonlyArray<string>> = {
      yes: ["подпишем завтра", "посетил бы", "готовы переустановить", "упаковывайте", "тапсырамын", "не отменяйте"],
      no: ["не переустановлю", "перестраивать не будем", "сатпаймын", "уже перестроили", "шеф запретил", "не пускают"],
      uncertain: [
        "надо оценить",
        "до середины февраля",
        "решает юрист",
        "если совет одобрит",
        "после переоценки",
        "я на свадьбе",
      ],
    }
    for (const [intent, texts] of Object.entries(inferred)) {
      for (const text of texts) assert.strictEqual(readIntent(text).intent, intent, text)
    }
  })

  it("is silent where the same forms ask, tell of trouble or tell a story", () => {
    const silent = `не вижу накладную | не слышу оператора | не нахожу вкладку | сайтқа кіре алмаймын | не получается загрузить
      нет подписки | мы ездили летом | когда привезем? | подписку | какую систему поставим | не записали меня
      оператор сказал что завтра придет мастер и привезет новый сканер со склада`
    for (const text of silent.split(/[|\n]/)) assert.strictEqual(readIntent(text).intent, "none", text)
  })
})

describe("the wish to be left alone", () => {
  it("is heard, and is a no", () => {
    const missed = optOuts.map((text) => ({ text, ...readIntent(text) })).filter((r) => !r.optOut || r.intent !== "no")
    assert.deepStrictEqual(missed, [])
  })

  it("is not heard in smaller requests", () => {
    const misheard = notOptOuts.map((text) => ({ text, ...readIntent(text) })).filter((reading) => reading.optOut)
    assert.deepStrictEqual(misheard, [])
  })

  it("leaves a request limited in time uncertain", () => {
    for (const text of ["не пишите до понедельника", "пока не пишите, я на совещании"]) {
      assert.strictEqual(readIntent(text).intent, "uncertain", text)
    }
  })
})

describe("any reading", () => {
  const meaning = (text: string) => {
    const { intent, optOut } = readIntent(text)
    return { intent, optOut }
  }

  it("is the same in capitals, between spaces, with emoji behind", () => {
    for (const text of worded) {
      for (const other of [text.toUpperCase(), `  \n${text}\t `, `${text} 🙂`, `${text} 👍`, `${text}🙏🙏`]) {
        assert.deepStrictEqual(meaning(other), meaning(text), other)
      }
    }
  })

  it("is the same with full stops, exclamation marks and brackets behind", () => {
    for (const text of worded.filter((text) => !text.includes("?"))) {
      for (const end of ["!", "...", "))", " !!!"])
        assert.deepStrictEqual(meaning(text + end), meaning(text), text + end)
    }
  })

  it("is the same twice, without ё, and with Latin letters that look alike", () => {
    for (const text of worded) {
      assert.deepStrictEqual(readIntent(text), readIntent(text))
      assert.deepStrictEqual(meaning(text.replaceAll("ё", "е")), meaning(text), text)
    }
    assert.strictEqual(readIntent("дa").intent, "yes")
  })

  it("exists for any string", () => {
    const alphabet = [
      "да",
      "нет",
      "не",
      "но",
      " ",
      ",",
      "?",
      "👍",
      "\u0000",
      "\ud800",
      "ё",
      "a",
      "1",
      "\n",
      "пишите",
      "-",
    ]
    let seed = 7
    for (let round = 0; round < 2000; round++) {
      let text = ""
      for (let length = round % 12; length > 0; length--) {
        seed = (seed * 1103515245 + 12345) % 2147483648
        text += alphabet[seed % alphabet.length]
      }
      const { intent, rule, optOut } = readIntent(text)
      assert.include(["yes", "no", "uncertain", "none"], intent)
      assert.isTrue(rule.startsWith(`${intent}:`), rule)
      if (optOut) assert.strictEqual(intent, "no")
    }
  })

  it("takes time linear in the length", () => {
    // The best of three: what else the machine does at the time is no fault of the reader.
    const spent = (text: string) =>
      Math.min(
        ...[1, 2, 3].map(() => {
          const from = performance.now()
          readIntent(text)
          return performance.now() - from
        }),
      )
    for (const piece of [
      "да ",
      "не ",
      "а",
      "не пишите ",
      "нет, но ",
      "интереснно ",
      "-",
      "?",
      "5 ",
      "интересно, как ",
    ]) {
      const short = Math.max(spent(piece.repeat(Math.ceil(25_000 / piece.length))), 20)
      const long = spent(piece.repeat(Math.ceil(100_000 / piece.length)))
      // Four times the text: squared time would be sixteen times as long.
      assert.isBelow(long, short * 11, piece)
    }
  }, 30_000)
})

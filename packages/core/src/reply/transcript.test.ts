import { assert, describe, it } from "@effect/vitest"
import { isTrustworthy } from "./transcript.ts"

const heard = (text: string, language = "ru", confidence = 0.9) => isTrustworthy({ text, language, confidence })

describe("a transcript", () => {
  it("in our languages is trusted", () => {
    assert.isTrue(heard("Здравствуйте, сколько стоит курс?"))
    assert.isTrue(heard("Сәлеметсіз бе, курс қанша тұрады?", "kk"))
    assert.isTrue(heard("Hello, how much is the course?", "en"))
    assert.isTrue(heard("Сколько стоит?", "ru-RU"))
    assert.isTrue(heard("Сколько стоит?", ""))
  })

  it("in another language is not, nor in letters that do not fit the language", () => {
    assert.isFalse(heard("Саламатсызбы, канча турат?", "ky"))
    assert.isFalse(heard("Merhaba, ne kadar?", "tr"))
    assert.isFalse(heard("Zdravstvuyte, skolko stoit", "ru"))
  })

  it("of nothing, of signs only, or of little confidence is not", () => {
    assert.isFalse(heard(""))
    assert.isFalse(heard("... 👍 123"))
    assert.isFalse(heard("Сколько стоит?", "ru", 0.49))
    assert.isTrue(heard("Сколько стоит?", "ru", 0.5))
  })

  it("that goes round in circles is noise", () => {
    assert.isFalse(heard("спасибо за просмотр ".repeat(6)))
    assert.isTrue(heard("да да да"))
  })
})

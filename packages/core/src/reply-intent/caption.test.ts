import { assert, describe, it } from "@effect/vitest"
import { asksForSilence } from "./caption.ts"

describe("the request not to be written to", () => {
  it("is heard in a text and in a caption, and in no placeholder", () => {
    assert.isTrue(asksForSilence("Не пишите мне больше"))
    assert.isTrue(asksForSilence("[изображение] Не пишите мне больше"))
    for (const text of ["", "[изображение]", "Нет, спасибо", "[голосовое сообщение]"])
      assert.isFalse(asksForSilence(text))
  })
})

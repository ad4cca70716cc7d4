import { assert, describe, it } from "@effect/vitest"
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import { describeContent } from "./message-content.ts"

const content = (type: string, text = "", fileName = "") =>
  describeContent({ type, text, fileName } as unknown as WappiMessage)

describe("what a message says", () => {
  it("is its text", () => {
    assert.deepStrictEqual(content("text", " Здравствуйте \n"), { kind: "text", text: "Здравствуйте" })
    assert.deepStrictEqual(content("buttons_response", "Да"), { kind: "text", text: "Да" })
  })
  it("is said in Russian where there is no text, with the caption and the file's name", () => {
    const told: ReadonlyArray<readonly [string, string, string, string]> = [
      ["image", "", "", "[изображение]"],
      ["image", "вот такой?", "", "[изображение] вот такой?"],
      ["document", "", "смета.pdf", "[документ: смета.pdf]"],
      ["document", "посмотрите", "смета.pdf", "[документ: смета.pdf] посмотрите"],
      ["video", "", "", "[видео]"],
      ["sticker", "", "", "[стикер]"],
      ["location", "", "", "[местоположение]"],
      ["vcard", "", "", "[контакт]"],
      ["poll", "", "", "[опрос]"],
      ["text", " ", "", "[пустое сообщение]"],
      ["hologram", "", "", "[сообщение вида «hologram»]"],
    ]
    for (const [type, text, fileName, words] of told)
      assert.deepStrictEqual(content(type, text, fileName), { kind: "media", text: words }, type)
  })
  it("is announced when it is spoken", () => {
    for (const type of ["ptt", "audio"]) assert.strictEqual(content(type).kind, "voice")
  })
  it("wants no answer when it is a reaction or a system line", () => {
    assert.deepStrictEqual(content("reaction", "👍"), { kind: "reaction", text: "👍" })
    assert.deepStrictEqual(content("reaction"), { kind: "reaction", text: "[реакция снята]" })
    for (const type of ["system", "e2e_notification", "call_log", "protocol"])
      assert.strictEqual(content(type).kind, "system")
  })
})

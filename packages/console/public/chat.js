// @ts-check
/** Messages as they look on a client's phone. */
import { h, icon } from "./dom.js"
import * as Words from "./words.js"

/** @typedef {import("./thoughts.js").Detail} Detail */
/** @typedef {import("./thoughts.js").Message} Message */

/** Who of the company wrote a message: the agent remembers. @param {Detail | null} detail */
export const authorsOf = (detail) => {
  const ours = (detail?.messages ?? []).filter(({ from }) => from !== "client")
  return (/** @type {{id: string, text: string}} */ { id, text }) =>
    ours.find(({ messageId }) => messageId === id) ?? ours.find((one) => one.text === text) ?? null
}

/**
 * @param {{id: string, fromMe: boolean, text: string, at: number, tick?: string, type?: string}} message
 * @param {string} zone
 * @param {Message | null} author
 */
export const bubble = ({ id, fromMe, text, at, tick, type }, zone, author) => {
  const label =
    author === null
      ? null
      : author.from === "operator"
        ? "оператор"
        : author.kind === "touch"
          ? `касание ${author.touch}`
          : author.kind === "reminder"
            ? "напоминание о звонке"
            : "бот"
  return h(
    "div",
    {
      key: id,
      class: `bubble ${fromMe ? "is-left" : "is-right"} ${author?.from === "operator" ? "is-operator" : ""}`,
    },
    label === null ? null : h("span", { class: "who" }, label),
    h("p", {}, text || contentName(type ?? "")),
    h("span", { class: "stamp" }, h("time", {}, Words.clockTime(at, zone)), fromMe ? null : ticks(tick ?? "")),
  )
}
const ticks = (/** @type {string} */ tick) =>
  tick === "read"
    ? h("span", { class: "ticks is-read" }, icon("ticks", "прочитано"))
    : tick === "pending"
      ? h("span", { class: "ticks" }, icon("clock", "отправляется"))
      : h(
          "span",
          { class: "ticks" },
          icon(tick === "delivered" ? "ticks" : "tick", tick === "delivered" ? "доставлено" : "отправлено"),
        )
const contentName = (/** @type {string} */ type) =>
  ({ ptt: "Голосовое сообщение", audio: "Аудио", image: "Фото", video: "Видео", document: "Файл", sticker: "Стикер" })[
    type
  ] ?? "Сообщение"

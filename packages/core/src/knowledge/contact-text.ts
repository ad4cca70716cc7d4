/** Phones, links and mail addresses in a text, each with the key it is compared by. */
import { normalisePhone } from "../contact/phone.ts"
import { moneyUnits } from "./currency.ts"

import type { Quantity } from "./quantity.ts"

const linkPattern =
  /(?<![\p{L}\d_@.\-/])(?:https?:\/\/|www\.)[^\s<>"'«»()]{2,2000}|(?<![\p{L}\d_@.\-/])[\p{L}\d][\p{L}\d-]{0,62}(?:\.[\p{L}\d-]{1,63}){0,5}\.(?:kz|ru|com|net|org|io|me|app|store|shop|info|biz|online|site|pro|link|рф|қаз|ai|dev|su|by|uz|kg|cc|ly|gg|co|tv|xyz|eu|de|us|uk|cn|tr|top|club|live|team|page|space|website|tech|cloud|click)(?:\/[^\s<>"'«»()]{0,2000})?(?![\p{L}\d@])|(?<![\p{L}\d_.@/])@[a-z\d_][a-z\d_.]{2,40}/giu

const emailPattern = /(?<![\p{L}\d_.+-])[\p{L}\d_.+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}/giu

const phonePattern =
  /(?<![\d\p{L}.,+])(?:[78][\s\u00a0-]?\(?\d{4}\)?[\s\u00a0-]?\d{2}[\s\u00a0-]\d{2}[\s\u00a0-]\d{2}|[78][\s\u00a0-]?\(?\d{5}\)?[\s\u00a0-]?\d[\s\u00a0-]\d{2}[\s\u00a0-]\d{2}|\+\s?\d[\d\s()\u00a0.\-–‑]{7,22}\d|[78][\s\u00a0\-–(]{0,3}\d{3}[\s\u00a0)\-–]{0,3}\d{3}[\s\u00a0\-–]{0,2}\d{2}[\s\u00a0\-–]{0,2}\d{2}|\(\d{3,4}\)[\s\u00a0]?\d{2,3}[\s\u00a0-]?\d{2}[\s\u00a0-]?\d{2}|7\d{2}[\s\u00a0-]\d{3}[\s\u00a0-]\d{2}[\s\u00a0-]\d{2}|\d{2,3}-\d{2}-\d{2})(?!\d)/gu

const linkKey = (link: string) =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/[/.,!?;:)]+$/, "")

export const contactsOf = (text: string): Array<Quantity> => {
  const found: Array<Quantity> = []
  const taken: Array<readonly [number, number]> = []
  let last = -1
  const add = (kind: "phone" | "link" | "email", written: string, index: number, key: string) => {
    taken.push([index, index + written.length])
    found.push({
      kind,
      value: Number.NaN,
      to: null,
      unit: null,
      per: null,
      qualifier: null,
      workingDays: false,
      key,
      index,
      text: written,
    })
  }
  for (const match of text.matchAll(emailPattern)) {
    const written = match[0].replace(/[.,!?;:]+$/, "")
    add("email", written, match.index, written.toLowerCase())
  }
  const emails = taken.slice()
  let at = 0
  for (const match of text.matchAll(linkPattern)) {
    while (at < emails.length && emails[at]![1] <= match.index) at++
    if (at < emails.length && emails[at]![0] < match.index + match[0].length) continue
    const written = match[0].replace(/[.,!?;:]+$/, "")
    add("link", written, match.index, linkKey(written))
  }
  taken.sort((a, b) => a[0] - b[0])
  at = 0
  const beforePhones = taken.slice()
  for (const match of text.matchAll(phonePattern)) {
    while (at < beforePhones.length && beforePhones[at]![1] <= match.index) at++
    if (at < beforePhones.length && beforePhones[at]![0] < match.index + match[0].length) continue
    if (match.index < last) continue
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 12)
    const digits = match[0].replace(/\D/g, "")
    // `8 500 000 00 00 тенге` is nobody's telephone.
    if (moneyUnits.some(([, unit]) => unit.test(behind.trimStart())) || /^\s*(?:млн|тыс)/iu.test(behind)) continue
    if (digits.length > 7 && digits.length < 10) continue
    last = match.index + match[0].length
    add("phone", match[0], match.index, (digits.length >= 10 ? normalisePhone(match[0]) : null) ?? digits)
  }
  return found.sort((a, b) => a.index - b.index)
}

/** Days of the week that a text speaks of, as a set of bits, Monday first. */
const names: ReadonlyArray<RegExp> = [
  /^(?:пн|понедельник\p{L}*|дүйсенбі\p{L}*)$/u,
  /^(?:вт|вторник\p{L}*|сейсенбі\p{L}*)$/u,
  /^(?:ср|сред[аыуе]|сәрсенбі\p{L}*)$/u,
  /^(?:чт|четверг\p{L}*|бейсенбі\p{L}*)$/u,
  /^(?:пт|пятниц\p{L}*|жұма)$/u,
  /^(?:сб|суббот\p{L}*|сенбі\p{L}*)$/u,
  /^(?:вс|воскресень\p{L}*|жексенбі\p{L}*)$/u,
]
export const weekdays = 0b0011111
export const weekend = 0b1100000
export const everyDay = 0b1111111

const dayOf = (word: string) => names.findIndex((name) => name.test(word))
const dayPattern =
  /(?<!\p{L})(будн\p{L}*|рабочи[ейх]\s+дн(?:и|я|ей|ям)|выходн\p{L}*|ежедневно|кажд\p{L}+ день|без выходных|күн сайын|пн|вт|ср|чт|пт|сб|вс|понедельник\p{L}*|вторник\p{L}*|сред[аыуе]|четверг\p{L}*|пятниц\p{L}*|суббот\p{L}*|воскресень\p{L}*|дүйсенбі\p{L}*|сейсенбі\p{L}*|сәрсенбі\p{L}*|бейсенбі\p{L}*|жұма|сенбі\p{L}*|жексенбі\p{L}*)(?!\p{L})/giu

export const daysIn = (text: string): number => {
  let mask = 0
  let last: { readonly day: number; readonly end: number } | null = null
  for (const match of text.slice(0, 2000).matchAll(dayPattern)) {
    const word = match[1]!.toLowerCase()
    if (/\d\s*$/u.test(text.slice(Math.max(0, match.index - 3), match.index)) && /^рабоч/u.test(word)) continue
    // `скидка в день оплаты`, `вт` as watts are rare enough.
    if (/^будн|^рабоч/u.test(word)) mask |= weekdays
    else if (/^выходн/u.test(word)) {
      if (
        !/(?:воскресень\p{L}*|вс|суббот\p{L}*|сб)\.?\s*[-—–:]?\s*$/iu.test(
          text.slice(Math.max(0, match.index - 18), match.index),
        )
      )
        mask |= weekend
    } else if (/^ежедн|^кажд|^без|^күн/u.test(word)) mask |= everyDay
    else {
      const day = dayOf(word)
      if (last !== null && /^\.?\s*(?:[-–—]|по|до)\s*$/u.test(text.slice(last.end, match.index)) && day > last.day)
        for (let at = last.day; at <= day; at++) mask |= 1 << at
      mask |= 1 << day
      last = { day, end: match.index + match[0].length }
    }
  }
  return mask
}

/** How many days of the week a mask has. */
export const countDays = (mask: number): number => mask.toString(2).replaceAll("0", "").length

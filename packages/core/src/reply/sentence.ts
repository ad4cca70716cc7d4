/**
 * The sentences of a chat message as a person would count them. A dot in `тыс.`, `1.5`, `alma.kz` or `т. д.` ends nothing;
 * neither does an emoji; a bulleted list belongs to the sentence that opens it.
 */
export interface Sentence {
  readonly text: string
  readonly index: number
  readonly end: number
}

const abbreviation =
  /(?:^|[\s(«])(?:тыс|млн|млрд|руб|тг|тнг|коп|г|гг|ул|пр|пр-т|д|кв|м|см|мм|км|кг|стр|корп|оф|каб|эт|им|т|т\.\s?е|т\.\s?д|т\.\s?п|т\.\s?к|др|пр|мин|сек|ч|чел|шт|мес|нед|дн|руб|тел|напр|см|ок|св|гр|рис|п|пп|ст|г-н|и\.\s?о|ул|мкр|обл|р-н|б|р|[А-ЯЁA-Z])$/u
const bullet = /^\s*(?:[-–—•·*▪◦●■✅✔✓☑➤→👉🔹🔸]|\d{1,2}[.)]|[1-9]️?⃣)\s*/u

export const sentencesOf = (text: string): ReadonlyArray<Sentence> => {
  const sentences: Array<Sentence> = []
  let start = 0
  let openedList = false
  const push = (end: number) => {
    const piece = text.slice(start, end)
    const startsAt = start
    start = end
    if (!/[\p{L}\d]/u.test(piece)) {
      const last = sentences.at(-1)
      if (last !== undefined) sentences[sentences.length - 1] = { ...last, text: text.slice(last.index, end), end }
      return
    }
    sentences.push({ text: piece, index: startsAt, end })
  }
  const isEnd = (at: number): boolean => {
    const mark = text[at]!
    if (mark !== "." && mark !== "!" && mark !== "?" && mark !== "…") return false
    const next = text.slice(at + 1, at + 12)
    if (/^[.!?…)»"]/.test(next)) return false
    if (mark === ".") {
      if (/^[\p{L}\d_/]/u.test(next)) return false
      const before = text.slice(Math.max(0, at - 10), at)
      const behind = /^\s*(.)/u.exec(next)?.[1] ?? ""
      if (
        abbreviation.test(before) &&
        !(behind === "" || /^\s*\n/.test(next)) &&
        (/[\p{Ll}\d(«₸$%—–-]/u.test(behind) ||
          (/(?:^|[\s(«])(?:ул|пр|пр-т|им|г-н|мкр|тел|г|[А-ЯЁA-Z])$/u.test(before) &&
            /\s*\p{Lu}/u.test(next) &&
            !/\d\s?г$/u.test(before)))
      )
        return false
      // A list mark: `1. Выберите`.
      if (/(?:^|\n)\s*\d{1,2}$/.test(before)) return false
    }
    // `...` and `?)` go on when what follows is small.
    if ((mark === "…" || text[at - 1] === ".") && /^\s*\p{Ll}/u.test(next)) return false
    return /^(?:\s|$|[)»"]|\p{Extended_Pictographic})/u.test(next) || mark !== "."
  }
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\n") {
      const line = text.slice(start, at)
      const next = /^[^\n]*/.exec(text.slice(at + 1, at + 400))![0]
      if (bullet.test(next) && next.trim() !== "") {
        // The list, and what opens it, are one sentence.
        if (!/[.!?…]\s*$/.test(line) || openedList) {
          openedList = true
          continue
        }
        openedList = true
        push(at + 1)
        continue
      }
      openedList = false
      if (line.trim() !== "" && next.trim() !== "" && /^\s*[\p{Ll},—–-]/u.test(next) && !/[.!?…]\s*$/.test(line))
        continue
      push(at + 1)
      continue
    }
    if (isEnd(at)) {
      let end = at + 1
      while (end < text.length && /[)»"\s]/.test(text[end]!) && text[end] !== "\n") end++
      if (openedList && text[end] === "\n" && bullet.test(text.slice(end + 1, end + 12))) continue
      push(end)
    }
  }
  push(text.length)
  return sentences
}

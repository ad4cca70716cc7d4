/** Drafts that show our instructions, or carry out those of a client or a document. */
import { givesOrders, withoutOrders } from "../knowledge/injection.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import { sentencesOf } from "../reply/sentence.ts"
import type { GuardInput } from "./guard.ts"

const leaks: ReadonlyArray<RegExp> = [
  // Tags of the prompts, in any bracket, and the marks of facts.
  /[‹<＜﹤〈]\s?\/?\s?[a-zа-яё_]{2,30}(?:\s+[a-zа-яё_]{1,20}\s?=[^›>]{0,80})?\s?\/?\s?[›>]/iu,
  /\[\s?[fф]\d{1,6}(?:\s?,\s?[fф]\d{1,6})*\s?\]|\[[^[\]\n]{1,60}\.(?:pdf|docx?|txt|md)[^[\]\n]{0,20}\]/iu,
  /(?<![\p{L}])(?:my (?:instructions?|prompt|guidelines|rules|system)|according to (?:my|the) (?:instructions?|rules|guidelines|knowledge base)|i (?:was|am|have been|'m) (?:told|instructed|programmed|designed|trained|not (?:allowed|permitted))|i (?:cannot|can't|can not) (?:reveal|disclose|share)|as an? (?:ai|bot|assistant|language model|sales agent)|knowledge base|developer instructions?)(?![\p{L}])/iu,
  /(?<!\p{L})(?:нұсқаулық\p{L}*|нұсқау(?:ым|ларым|лар)\p{L}*|жүйелік\s+\p{L}+|жасанды интеллект\p{L}*|тілдік модель\p{L}*|маған (?:берілген|айтылған|тыйым)|мен ботпын)(?!\p{L})/iu,
  /систем\p{L}*\s+(?:промпт\p{L}*|инструкци\p{L}*|сообщени\p{L}*|подсказк\p{L}*)|(?<!\p{L})промпт\p{L}*|system prompt|my instructions|my prompt/iu,
  /как\s+(?:большая\s+)?(?:языковая модель|ии-?(?:ассистент|модель)|искусственный интеллект|нейросеть|ai)|(?<!\p{L})(?:я\s*[-—–,]?\s*)?(?:большая\s+)?языковая модель|as an ai|language model/iu,
  /(?<!\p{L})(?:мен[яе]\s+(?:про)?инструктировал\p{L}*|JSON(?!\p{L}))|(?<!\p{L})мне\s+(?:было\s+)?(?:поручено|велено|приказано|предписано|запрещено|сказано|указано|дали указани\p{L}*|нельзя раскрывать)(?!\p{L})/iu,
  /(?<!\p{L})(?:мо(?:я|и|ей|ю|их|им|ими)|свои(?:х|м|ми)?|внутренн\p{L}*|согласно)\s+(?:\p{L}+\s+)?(?:инструкци\p{L}*|указани\p{L}*|правил\p{L}* (?:общения|ответ\p{L}*)|настройк\p{L}* модел\p{L}*)/iu,
  /(?<!\p{L})(?:инструкции,? (?:которые|что) мне|в (?:моих|моей) (?:инструкци\p{L}*|настройк\p{L}*)|по инструкции я|я запрограммирован\p{L}*|моя роль|моя задача\s*[—–:-]|я должен\p{L}* (?:отвечать|писать|следовать)|ты\s*[—–-]\s*(?:(?:ии|ai|виртуальн\p{L}+|опытн\p{L}+)[\s-]*)?(?:продав|менеджер|ассистент|консультант|помощник)\p{L}*)|(?<!\p{L})(?:отвечай|не раскрывай|не называй|веди клиента|не выдумывай|не сообщай)(?!\p{L})/iu,
  /\{\{?\s*[a-zа-я_][\p{L}\d_ .]*\s*\}?\}|<\/?[a-z_][a-z\d_]{1,30}>|\[\[|\]\]|\$\{|%\(\p{L}+\)s|\[(?:имя|название|вставьте|дата|время|сумма|цена|company|name|client)[^\]]{0,40}\]/iu,
  /```|"\s*(?:text|facts|call|hand_over|reply|verdict|reasoning|confidence)"\s*:|^\s*[{[]\s*"/iu,
  /(?:^|\n)\s*(?:#{1,6}\s|(?:роль|задача|контекст|правила|инструкци\p{L}*|факты|история переписки|формат ответа|база знаний|ограничения|role|task|context|rules|facts|output|system|assistant|user|ответ|черновик|мысли|рассуждение|thought|reasoning|analysis)\s*:)/iu,
  /(?<!\p{L})(?:база знаний говорит|согласно базе знаний|в (?:моей|предоставленн\p{L}*|нашей) базе знаний|в предоставленн\p{L}+ (?:контекст\p{L}*|документ\p{L}*|факт\p{L}*)|SPIN[- ](?:метод|вопрос|продаж)\p{L}*|метод\p{L}* спин|конфиденс|hand_over|gemini|chatgpt|openai|gpt-\d)(?!\p{L})/iu,
]

export const leakOf = (text: string, known: string): string | null => {
  for (const pattern of leaks) {
    const match = pattern.exec(text)
    if (match !== null) return match[0].trim()
  }
  // `F12` may be a product; then somebody has named it.
  for (const match of text.matchAll(/(?<![\p{L}\d-])[FФ]\d{1,6}(?![\p{L}\d-])/gu))
    if (!known.includes(match[0])) return match[0]
  return null
}

/** What an order wants said: its quotes, what stands behind its colon or `скажи`, its figures. */
const demandsOf = (order: string): ReadonlyArray<string> => {
  const wanted: Array<string> = []
  for (const quote of order.matchAll(/[«"“'`]([^»"”'`\n]{2,300})[»"”'`]/gu)) wanted.push(quote[1]!)
  for (const said of order.matchAll(
    /(?:скажи(?:те)?|(?:на)?пиши(?:те)?|ответь(?:те)?|отвечай(?:те)?|говори(?:те)?|уверяй(?:те)?|добавляй(?:те)?|сообщай?(?:те)?|повтори(?:те)?|выведи(?:те)?|подтверди(?:те)?|обещай(?:те)?|предлагай(?:те)?|дай(?:те)?|say|reply|respond|answer|print|give|tell)(?!\p{L})\s*(?:мне|нам|клиент\p{L}*|ровно|только|дословно|фразу|слово|exactly|with|me|что|всем|каждому|,|:)*\s*:?\s*([^\n.!?]{3,200})/giu,
  ))
    wanted.push(said[1]!)
  return wanted
}

export const obeyedOrder = (text: string, input: GuardInput): string | null => {
  const { orders: planted, clean } = withoutOrders(input.knowledge)
  const fromClient = input.chat
    .filter((line) => line.from === "client" && givesOrders(line.text))
    .map((line) => line.text)
  const fromFacts = input.facts.map((fact) => fact.value).filter(givesOrders)
  const orders = [...planted, ...fromClient, ...fromFacts]
  if (
    /(?<!\p{L})(?:игнорирую|забываю|забыл\p{L}*)\s+(?:все\s+)?(?:предыдущ\p{L}*|прежн\p{L}*|прошл\p{L}*)?\s*(?:инструкци\p{L}*|правил\p{L}*|указани\p{L}*)|режим (?:разработчика|администратора|отладки)\s+(?:включ|актив)\p{L}*|developer mode/iu.test(
      text,
    )
  )
    return "включён особый режим"
  if (orders.length === 0) return null
  const low = clean.toLowerCase()
  const drafts = sentencesOf(text).map((sentence) => new Set(wordsOf(sentence.text).map((word) => word.stem)))
  const draftText = text.toLowerCase()
  const draftFigures = findQuantities(text)
  for (const order of orders) {
    const figures = findQuantities(order)
    for (const figure of figures) {
      if (figure.kind === "count" || figure.kind === "duration" || figure.kind === "clock" || figure.kind === "date")
        continue
      const inHonest =
        figure.key !== ""
          ? low.includes(figure.key.toLowerCase())
          : findQuantities(clean).some((other) => other.kind === figure.kind && other.value === figure.value)
      if (inHonest) continue
      if (
        draftFigures.some((other) =>
          figure.key !== ""
            ? other.key === figure.key
            : other.key === "" && other.value === figure.value && (other.kind === figure.kind || other.kind === "bare"),
        )
      ) {
        // `Скидки 90% у нас нет` declines the order.
        if (/(?<!\p{L})(?:не|нет|к сожалению)(?!\p{L})/iu.test(text)) continue
        return order
      }
    }
    for (const demand of demandsOf(order)) {
      const exact = demand
        .trim()
        .toLowerCase()
        .replace(/[.!?»"]+$/u, "")
      if (exact.length >= 4 && draftText.includes(exact) && !low.includes(exact)) return order
      const wanted = [...new Set(wordsOf(demand).map((word) => word.stem))].filter(
        (stem) => !/^(?:klient|skidk|kompani|instrukc|pravil|cen)$/u.test(stem),
      )
      if (wanted.length < 2) continue
      const met = Math.max(0, ...drafts.map((draft) => wanted.filter((stem) => draft.has(stem)).length))
      if (
        met / wanted.length >= 0.6 &&
        !/(?<!\p{L})(?:не могу|не можем|к сожалению|не предусмотр\p{L}*|не скажу|нет)(?!\p{L})/iu.test(text) &&
        !covers(clean, wanted)
      )
        return order
    }
  }
  return null
}

/** Whether one honest line of the documents says these words, too. */
const covers = (clean: string, stems: ReadonlyArray<string>) =>
  clean.split("\n").some((line) => {
    const words = new Set(wordsOf(line).map((word) => word.stem))
    return stems.filter((stem) => words.has(stem)).length / stems.length >= 0.6
  })

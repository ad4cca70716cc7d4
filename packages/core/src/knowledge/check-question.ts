/**
 * Questions that clients ask and the documents do not answer. A usual question is answered by any words on its matter;
 * any other by a passage that shares at least half of the question's weight, where rare words weigh most.
 * It promises no understanding: a passage on the matter may still leave the client asking.
 */
import type { Finding } from "./check-finding.ts"
import type { KnowledgeDocument, Passage } from "./document.ts"
import { makeSearch, searchTerms } from "./search.ts"

interface UsualQuestion {
  readonly question: string
  readonly answer: RegExp
}

const money = /\d\s*(?:₸|тг|тенге|теңге|kzt|руб|₽|\$)/iu
/** What clients of shops and services in Kazakhstan ask first. */
export const usualQuestions: ReadonlyArray<UsualQuestion> = [
  {
    question: "Сколько это стоит?",
    answer: new RegExp(`${money.source}|стоимость|(?<!\\p{L})цен[аыу]|бағасы`, "iu"),
  },
  {
    question: "Есть ли доставка и сколько она стоит?",
    answer:
      /доставк|доставля|доставим|привез|курьер|самовывоз|отправ(?:ка|ляем|им)|жеткіз|выезд|на месте|онлайн|удал[её]нн/iu,
  },
  {
    question: "Можно ли в рассрочку или в кредит?",
    answer: /рассрочк|кредит|0-0-\d|частями|частям|бөліп/iu,
  },
  { question: "Какая гарантия?", answer: /гарант|кепілдік/iu },
  {
    question: "Где вы находитесь?",
    answer:
      /адрес|(?<!\p{L})(?:ул|пр|мкр|г)\.\s?\p{Lu}|улиц|проспект|микрорайон|находимся|офис|шоурум|мекенжай|көшесі|даңғылы/iu,
  },
  {
    question: "Как вы работаете, есть ли выходные?",
    answer:
      /\d{1,2}[:.]\d\d\s*(?:[-–—]|до)|с\s\d{1,2}(?:[:.]\d\d)? до \d|режим|график|ежедневно|круглосуточно|без выходных|24\/7/iu,
  },
  {
    question: "Как можно оплатить?",
    answer: /оплат|наличн|kaspi|каспи|картой|по сч[её]ту|перевод|төлем|qr/iu,
  },
  {
    question: "Можно ли вернуть или обменять?",
    answer: /возврат|верн[её]м|вернуть|возвращ|обмен|расторж|отказ|қайтар/iu,
  },
  {
    question: "Есть ли скидки?",
    answer: /скидк|акци|опт(?:ом|ов)|бонус|дешевле|жеңілдік|бесплатно при/iu,
  },
  {
    question: "За какой срок вы это сделаете или привезёте?",
    answer:
      /(?<!\p{L})срок|\d\s*(?:рабоч\p{L}* )?(?:дн(?:я|ей)|час(?:а|ов)?|недел\p{L}|минут|мин\.?|месяц\p{L}*)(?!\p{L})|день в день|за (?:день|час|неделю)|в течение|мерзімі/iu,
  },
  {
    question: "Как с вами связаться?",
    answer: /\+7|8\s?\(?7\d\d|@|whatsapp|телефон|почта|instagram|телеграм|байланыс/iu,
  },
  {
    question: "Есть ли в наличии?",
    answer: /наличи[ие]|на складе|под заказ|остат|запис(?:ь|аться|ывай)|свободн\p{L}* (?:мест|окн|врем)|бар(?!\p{L})/iu,
  },
]

const passagesMax = 8
/** Half of what a question says must be found in one place. */
const coverageMin = 0.5

export const unansweredOf = (
  documents: ReadonlyArray<KnowledgeDocument>,
  questions: ReadonlyArray<string>,
): ReadonlyArray<Finding> => {
  if (documents.length === 0) return []
  const search = questions.length > 0 ? makeSearch(documents) : () => []
  const wholly = (passage: Passage) => `${passage.headings.join("\n")}\n${passage.text}`
  const usual = usualQuestions
    .filter(({ answer }) => !documents.some(({ blocks }) => blocks.some((block) => answer.test(block.text))))
    .map(({ question }) => question)
  const rarity = questions.length > 0 ? rarityIn(documents) : () => 0
  const own = questions.filter((question) => {
    const terms = searchTerms(question)
    const whole = terms.reduce((sum, term) => sum + rarity(term), 0)
    if (whole === 0) return false
    return !search(question, passagesMax).some((passage) => {
      const held = new Set(searchTerms(wholly(passage)).flat())
      const found = terms.filter((term) => term.some((sign) => held.has(sign)))
      return found.reduce((sum, term) => sum + rarity(term), 0) >= coverageMin * whole
    })
  })
  return [...usual, ...own].map((question) => ({
    kind: "unanswered_question",
    weight: "notice",
    message: `Нет ответа на вопрос: «${question}»`,
    places: [],
  }))
}

/** 1 for a word in every block, more for a rarer one, most for one that the documents do not know. */
const rarityIn = (documents: ReadonlyArray<KnowledgeDocument>) => {
  const blocks = documents.flatMap((document) => document.blocks)
  const counts = new Map<string, number>()
  for (const block of blocks)
    for (const sign of new Set(searchTerms(block.text).flat())) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  return (term: ReadonlyArray<string>): number => {
    const count = Math.max(0, ...term.map((sign) => counts.get(sign) ?? 0))
    return 1 + Math.log((blocks.length + 1) / (count + 1))
  }
}

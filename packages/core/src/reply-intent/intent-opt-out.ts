/**
 * Does the client ask never to be written to again? Leans to yes, since writing on would be the worse mistake; but a limit
 * ("до понедельника", "сейчас"), a wish for another way ("лучше позвоните") or an object ("счета", "заказ") makes it a
 * smaller request. A request limited in time is told apart as `for-now`.
 */

import { type Clause, fold, opensQuestion, type Word } from "./intent-text.ts"

export interface OptOut {
  readonly kind: "for-good" | "for-now"
  readonly words: string
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean).map(fold))
const stems = (text: string) => {
  const folded = text.split(/\s+/).filter(Boolean).map(fold)
  return (word: string): boolean => folded.some((stem) => word.startsWith(stem))
}

const polite = set(
  `пожалуйста плиз пжл please я мне нам меня нас вы вас уже все всё это ну спасибо и а же да нет сразу вообще немедленно срочно здравствуйте добрый день хватит хочу хотим прошу просьба надо нужно как-нибудь бот`,
)
/** These alone, politeness aside, are the whole request. */
const wholeMessage = set(
  `стоп stop unsubscribe отписка отписаться отпишите отпиши отписать отписываюсь тоқтат тоқта тоқтатыңыз тоқтаңыз тоқтатыңдар тоқтатшы`,
)

const negation = set(
  `не ни хватит прекратите прекращайте прекрати прекратить перестаньте перестань перестаете кончайте кончай завязывайте харэ харе достаточно довольно никогда бросьте остановите`,
)
const endings = set(`прекратите прекращайте прекрати прекратить остановите отмените отключите хватит уберите`)
const write = set(
  `пишите пиши пишети писать пешите пеши пиште напишите напиши написывать написывайте пишитее беспокойте беспокой беспокоить тревожьте тревожить тревожь`,
)
const writeWrongly = set(`пишете`)
const nag = set(
  `спамить спамьте спамь спамите спам приставать приставайте приставай доставать доставайте доставай надоедать надоедайте мешать донимать донимайте названивать названивайте`,
)
const call = set(`звоните звони звонить позвоните`)
const send = set(
  `присылайте присылай присылать пришлите отправляйте отправляй отправлять отправить шлите шли слать высылайте высылать рассылайте рассылать кидайте кидать`,
)
const mailing = set(`рассылку рассылки рассылка рассылкой спам сообщения смс уведомления рекламу реклама переписку`)
const unwanted = set(
  `рекламу реклама рекламные рекламы сообщения сообщений сообщение спам рассылку рассылки рассылка ничего смс sms это эту этот эти такое такую ерунду предложения предложение предложений уведомления письма свои своё свою ваши вашу ваш ваше всякую всякий всякое бред мусор больше мне нам сюда никогда пожалуйста фигню хрень вообще вы ничего никаких коммерческие`,
)
const ever = set(`больше никогда впредь вообще совсем навсегда ни когда`)
const here = set(`мне нам сюда меня нас`)
const limits = stems(
  `понедельник вторник сред четверг пятниц суббот воскресень выходн завтра сегодня сейчас щас ночь вечер утр обед выход праздник неделе будн`,
)
const limitWords = set(
  `пока до раньше часто после утром днем ночам вечерам капсом каждый временно час чаще столько казир ертен азирше`,
)
const insteadWords = set(`лучше позвоните звоните перезвоните наберите а`)

const remove = set(
  `удалите удали удалить удаляйте сотрите сотри стереть уберите убери убрать исключите исключи исключить вычеркните вычеркни вычеркнуть отпишите отпиши отписаться отписать забудьте забудь потеряйте выключите`,
)
const ofMe = set(`меня нас номер номерок телефон контакт контакты номера данные`)
const lists = set(`базы базу рассылки рассылок рассылку контактов списка списков бота чата подписки`)
const notMe = stems(`заказ запис товар очеред корзин заявк брон встреч`)
const peace = set(`покое покои`)
const away = set(`отстаньте отстань отвали отвалите отвянь отвяньте отвяжитесь отвяжись отцепитесь отцепись`)
const block = set(`заблокирую заблокировал заблокировала заблокировали блокирую блок бан баню забаню чс`)
const kazakh = stems(`жазбаңыз жазбаңдар жазбашы жазба мазаламаңыз мазалама хабарласпаңыз жібермеңіз жіберме`)
const kazakhErase = stems(`өшір жой алып таста`)
const kazakhMe = stems(`нөмір номер мені`)

/** How many words may lie between the parts of one request. */
const nearWordsMax = 4

const quote = (words: ReadonlyArray<Word>): string => words.map((word) => word.typed).join(" ")

export const readOptOut = (clauses: ReadonlyArray<Clause>): OptOut | null => {
  const all = clauses.flatMap((clause) => clause.words)
  if (all.length <= wordsOfBareRequestMax && clauses.every((clause) => !clause.asks)) {
    const rest = all.filter((word) => !polite.has(word.folded))
    if (rest.length > 0 && rest.every((word) => wholeMessage.has(word.folded)))
      return { kind: "for-good", words: quote(all) }
  }
  let limited: OptOut | null = null
  for (const [at, clause] of clauses.entries()) {
    const request = readClause(clause, clauses[at + 1])
    if (request?.kind === "for-good") return request
    limited ??= request
  }
  return limited
}
const wordsOfBareRequestMax = 8

const readClause = (clause: Clause, next: Clause | undefined): OptOut | null => {
  const { words } = clause
  const asked = clause.asks || words.slice(0, 2).some((word) => opensQuestion(word.folded))
  if (asked) return null
  const has = (wanted: ReadonlySet<string>) => words.some((word) => wanted.has(word.folded))
  const forGood: OptOut = { kind: "for-good", words: quote(words) }

  if (
    has(away) ||
    (has(block) && words.length <= 6) ||
    (words.some((word) => peace.has(word.folded)) && has(set("оставьте оставь")))
  )
    return forGood
  if (words.some((word) => kazakh(word.folded)))
    return has(limitWords) || words.some((word) => limits(word.folded)) ? { ...forGood, kind: "for-now" } : forGood
  if (words.some((word) => kazakhErase(word.folded)) && words.some((word) => kazakhMe(word.folded))) return forGood

  for (const [at, word] of words.entries()) {
    const around = words.slice(at + 1, at + 1 + nearWordsMax)
    if (remove.has(word.folded) && !words.some((other) => notMe(other.folded))) {
      const target = around.findIndex((other) => ofMe.has(other.folded))
      const before = words.slice(Math.max(0, at - 2), at).some((other) => ofMe.has(other.folded))
      const listed = around.some((other) => lists.has(other.folded))
      const negated = at > 0 && words[at - 1]!.folded === "не"
      if (!negated && (listed || ((target >= 0 || before) && words.length <= at + 5))) return forGood
    }
    if (endings.has(word.folded) && around.some((other) => mailing.has(other.folded))) return forGood
    if (!negation.has(word.folded)) continue
    const verb = around.findIndex(
      (other) =>
        write.has(other.folded) ||
        nag.has(other.folded) ||
        call.has(other.folded) ||
        send.has(other.folded) ||
        writeWrongly.has(other.folded),
    )
    if (verb < 0) continue
    const verdict = judge(words, at, at + 1 + verb, next)
    if (verdict !== null) return { kind: verdict, words: quote(words) }
  }
  return null
}

/** `words[verb]` is the verb that `words[no]` forbids: for good, for now, or something else than writing? */
const judge = (
  words: ReadonlyArray<Word>,
  no: number,
  verb: number,
  next: Clause | undefined,
): OptOut["kind"] | null => {
  const folded = words.map((word) => word.folded)
  const kind = folded[verb]!
  const after = folded.slice(verb + 1)
  const always = folded.some((word) => ever.has(word))
  const prior = folded.slice(Math.max(0, no - 2), no)
  if (!always && (folded.some((word) => limitWords.has(word)) || folded.some(limits))) return "for-now"
  const instead = [...after, ...(next?.words.slice(0, 2).map((word) => word.folded) ?? [])]
  if (!always && instead.some((word) => insteadWords.has(word) || word === "пишите")) {
    // "не звоните и не пишите" forbids both; "не звоните, лучше напишите" asks for the other.
    if (!after.includes("не") && !(next?.words.some((word) => word.folded === "не") ?? false)) return null
  }
  if (call.has(kind))
    return always || (after.includes("не") && after.some((word) => write.has(word))) ? "for-good" : null
  if (writeWrongly.has(kind)) return always && !prior.includes("вы") && !folded.includes("почему") ? "for-good" : null
  if (send.has(kind)) {
    const objects = after.filter((word) => !polite.has(word))
    return objects.every((word) => unwanted.has(word)) || objects.some((word) => mailing.has(word)) ? "for-good" : null
  }
  if (nag.has(kind)) return "for-good"
  // "можете не писать комментарий", "не пишите чеки на ИП": an object and nobody named.
  const named = folded.some((word) => here.has(word)) || always
  const objects = after.filter((word) => !polite.has(word) && !unwanted.has(word) && word !== "на" && word !== "номер")
  return named || objects.length === 0 ? "for-good" : null
}

/**
 * The offline sales agent's reply to one turn: greeting, answers out of the documents, then one consultative question. What
 * the documents do not say is handed to a person. Orders in a client's message are not read.
 */
import { withoutOrders } from "@wa/core/knowledge/injection"
import type { Draft, ReplyRequest } from "@wa/core/ports/llm-port"
import { isKazakh, safeReply, unheardVoiceTexts } from "@wa/core/reply/safe-text"
import { readIntent } from "@wa/core/reply-intent/intent"
import type { Found } from "./answer.ts"
import { answer } from "./answer.ts"
import { callReply, isAboutCall, joined, spread, wishOf } from "./calls.ts"
import type { Candidate } from "./compose.ts"
import { countOf, cut, draftOf, isFit, sentencesMax } from "./compose.ts"
import { kk, ru, stagesKk, stagesRu } from "./phrases.ts"

const wantsPerson =
  /(?<!\p{L})(?:позов\p{L}*|соедини\p{L}*|переключи\p{L}*|живо(?:й|го|му|м) (?:человек\p{L}*|оператор\p{L}*|менеджер\p{L}*)|(?:с|на|дайте|позвать|нужен|хочу) (?:оператор\p{L}*|менеджер\p{L}*|директор\p{L}*|руководител\p{L}*|человек\p{L}*|специалист\p{L}*)|оператор\p{L}*|вы бот|это бот|с ботом|адаммен|адам керек|маман\p{L}* керек)(?!\p{L})/iu
const complains =
  /(?<!\p{L})(?:жалоб\p{L}*|жаловать\p{L}*|пожалу(?:юсь|емся|ешься|етесь)|претензи\p{L}*|ужасн\p{L}*|безобрази\p{L}*|обман\p{L}*|кошмар|отвратительн\p{L}*|недовол\p{L}*|возмутительн\p{L}*|хамств\p{L}*|верните (?:мне )?(?:мои )?деньги|в суд|не работает|сломал\p{L}*|третий (?:день|раз)|сколько можно|шағым\p{L}*)(?!\p{L})/iu
const thanks =
  /^(?:(?:ок\p{L}*|хорошо|ясно|понятно|понял\p{L}*|все|всё|большое|огромное|вам|за \p{L}+|ответ|информацию|помощь)[\s,.!]*)*(?:спасибо\p{L}*|благодар\p{L}*|рахмет|рақмет|до свидания|всего доброго|хорошего дня|пока|сау болыңыз)/iu
const greeting =
  /^(?:здравствуй\p{L}*|здраст\p{L}*|здрасьте|привет\p{L}*|добр\p{L}+ (?:день|утро|вечер|дня|времени суток)|доброго времени суток|салам\p{L}*|с[әа]лем\p{L}*|ассал\p{L}* ?\p{L}*|қайырлы \p{L}+|хай|hello|hi)[\s,.!)]*/iu

/** A Kazakh letter, or Kazakh words typed on a Russian keyboard. */
export const speaksKazakh = (text: string): boolean =>
  isKazakh(text) ||
  /(?<!\p{L})(?:канша|калай|салем|сауда|керек|барма|рахмет айтам|багасы|турады|жаксы|болады)(?!\p{L})/iu.test(text)

/** "Рахмет" and "ок" are of both tongues: what was spoken before decides. */
export const talksKazakh = (text: string, chat: ReplyRequest["chat"]): boolean =>
  speaksKazakh(text) ||
  ((text.match(/\p{L}+/gu)?.length ?? 0) <= 2 && chat.some((line) => line.from === "client" && speaksKazakh(line.text)))

export const draftReply = (request: ReplyRequest): Draft => {
  const { chat, newMessage, refusals } = request
  const clean = withoutOrders(newMessage).clean.trim()
  const inKazakh = talksKazakh(newMessage, chat)
  const say = inKazakh ? kk : ru
  const bots = chat.filter((line) => line.from !== "client").map((line) => line.text)
  const hello = bots.length === 0 ? say.hello : ""
  const rest = clean.replace(greeting, "").trim()
  const questions = nextQuestions(bots, inKazakh)
  const plainCandidates = (
    texts: ReadonlyArray<string>,
    handOver: string | null = null,
    after = false,
  ): ReadonlyArray<Candidate> =>
    texts.flatMap((text) =>
      (after ? [...questions.slice(0, 3), ""] : [""]).flatMap((question) => [
        { text: cut([hello, text, question]), facts: [], call: null, handOver },
        ...(hello === "" ? [] : [{ text: cut([text, question]), facts: [], call: null, handOver }]),
      ]),
    )
  const safe: Candidate = {
    text: safeReply(newMessage, [...bots, ...refusals.map((refusal) => refusal.draft)]),
    facts: [],
    call: null,
    handOver: "Черновики не прошли проверку, нужен ответ человека.",
  }
  const choose = (candidates: ReadonlyArray<Candidate>): Draft =>
    draftOf(candidates.find((one) => isFit(one, "reply", request)) ?? safe)

  if (newMessage.trim() !== "" && clean === "") return choose(plainCandidates(say.neutral))
  if (/^\[(?:ТРАНСКРИБАЦИЯ|голосовое)[^\]]*\]\s*$/iu.test(clean))
    return choose([...plainCandidates(unheardVoiceTexts), ...plainCandidates(say.whatFor)])
  const wished = wishOf(rest)
  if (complains.test(wished))
    return choose(plainCandidates(say.complaint, `Клиент недоволен: «${rest.slice(0, 160)}».`))
  if (wantsPerson.test(wished))
    return choose(plainCandidates(say.person, `Клиент просит человека: «${rest.slice(0, 160)}».`))

  // A story is answered in what it asks; only a story that asks nothing is searched whole.
  const asked = answer({ ...request, newMessage: wishOf(newMessage) })
  const { found, open } = asked.found.length > 0 ? asked : answer(request)
  const call = callReply({ ...request, newMessage: clean }, inKazakh)
  if (call !== null) {
    const beside = found.filter((one) => !isAboutCall(one.question))
    const extras = beside.map((one) => one.text)
    const ids = beside.slice(0, 1).flatMap((one) => one.facts)
    const about = (text: string): ReadonlyArray<Candidate> => [
      ...(extras.length === 0
        ? []
        : [{ text: cut([hello, extras[0]!, text]), facts: ids, call: call.call, handOver: call.handOver }]
      ).filter((one) => one.text.endsWith(text)),
      { text: cut([hello, text]), facts: [], call: call.call, handOver: call.handOver },
      { text, facts: [], call: call.call, handOver: call.handOver },
    ]
    const fit = call.texts.flatMap(about).find((one) => isFit(one, "reply", request))
    if (fit !== undefined) return draftOf(fit)
  }

  if (found.length > 0) {
    const candidates: Array<Candidate> = []
    const put = (chosen: ReadonlyArray<Found & { readonly question: string }>, isOpen: boolean) => {
      const said = chosen.map((one) =>
        inKazakh ? one.text.replace(/^Тарифы:/u, "Тарифтер:").replace(/^Цены:/u, "Бағалар:") : one.text,
      )
      const more = isOpen ? say.open : [""]
      const unsaid = [
        ...open,
        ...found.filter((one) => !chosen.some((said) => said.question === one.question)).map((one) => one.question),
      ]
      const handOver = unsaid.length === 0 ? null : askFor(unsaid)
      for (const question of [...questions.slice(0, 4), ""])
        for (const note of more)
          for (const first of hello === "" ? [""] : [hello, ""]) {
            const parts = [first, ...said, note, question]
            const whole =
              countOf(parts) <= sentencesMax
                ? parts
                : countOf(parts.slice(1)) <= sentencesMax
                  ? parts.slice(1)
                  : [first, ...said, note]
            if (countOf(whole) > sentencesMax && chosen.length > 1) continue
            candidates.push({ text: cut(whole), facts: chosen.flatMap((one) => one.facts), call: null, handOver })
          }
    }
    // The guard may read a figure of one answer as said of another: other wordings, then fewer answers, the rest left open.
    const brief = found.map((one) => ({ ...one, ...(one.others[0] ?? {}) }))
    put(found, open.length > 0)
    for (const [at, one] of found.entries())
      for (const other of one.others)
        put(
          found.map((same, place) => (place === at ? { ...same, ...other } : same)),
          open.length > 0,
        )
    for (const list of [found, brief])
      if (list.length > 2)
        for (const [at] of list.entries())
          put(
            list.filter((_, place) => place !== at),
            true,
          )
    if (found.length > 1) for (const one of [...found, ...brief]) put([one], true)
    const firstSentences = found.map((one) => ({ ...one, text: one.text.split(/(?<=[.!?])\s+(?=\p{Lu})/u)[0]! }))
    if (firstSentences.some((one, at) => one.text !== found[at]!.text)) put(firstSentences, open.length > 0)
    // And where the price for a year is held back, that for a month may still be told.
    const firstPrices = found.map((one) => ({ ...one, text: one.text.replace(/ или [^.]*(?=\.$)/u, "") }))
    if (firstPrices.some((one, at) => one.text !== found[at]!.text)) put(firstPrices, open.length > 0)
    const fit = candidates.find((one) => isFit(one, "reply", request))
    if (fit !== undefined) return draftOf(fit)
    return choose(plainCandidates(say.unknown, askFor([rest === "" ? newMessage : rest])))
  }
  if (open.length > 0) return choose(plainCandidates(say.unknown, askFor(open), true))

  if (/^\[[^\]]+\]$/u.test(rest)) return choose(plainCandidates(say.whatFor))
  if (rest === "" || !/[\p{L}\d]/u.test(rest))
    return choose([...plainCandidates(say.whatFor), ...plainCandidates(questions)])
  if (thanks.test(rest)) return choose(plainCandidates(say.thanks))
  const { intent } = readIntent(rest)
  if (intent === "no") return choose(plainCandidates(say.no))
  if (intent === "uncertain") return choose(plainCandidates(say.doubt, null, true))
  if (intent === "yes" && bots.length === 0) return choose(plainCandidates(say.whatFor))
  if (intent === "yes") {
    const slots = spread(request.freeSlots, 2)
    if (slots.length > 0 && request.bookedCall === null) {
      const list = joined(slots, request, inKazakh)
      const offers = inKazakh
        ? [`Жақсы! Қысқа қоңырау үшін қай уақыт ыңғайлы: ${list}?`]
        : [
            `Отлично! Тогда предлагаю коротко созвониться: удобно ${list}?`,
            `Хорошо, давайте созвонимся. Когда вам удобно: ${list}?`,
          ]
      const fit = plainCandidates(offers).find((one) => isFit(one, "reply", request))
      if (fit !== undefined) return draftOf(fit)
    }
  }
  return choose([
    ...plainCandidates(say.heard, null, true),
    ...plainCandidates(say.whatFor),
    ...plainCandidates(say.neutral),
  ])
}

const askFor = (open: ReadonlyArray<string>) =>
  `Без ответа остался вопрос клиента (в документах его нет или он не прошёл проверку): «${open.join(" ").slice(0, 160)}».`

/** Questions not asked yet, of the present stage first. */
export const nextQuestions = (bots: ReadonlyArray<string>, inKazakh: boolean): ReadonlyArray<string> => {
  const stages = inKazakh ? stagesKk : stagesRu
  const isAsked = (question: string) => bots.some((text) => text.includes(question))
  const done = stages.filter((stage) => stage.some(isAsked)).length
  const order = [
    ...stages.slice(Math.min(done, stages.length - 1)),
    ...stages.slice(0, Math.min(done, stages.length - 1)),
  ]
  return order.flat().filter((question) => !isAsked(question))
}

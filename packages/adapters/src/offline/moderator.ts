/**
 * The offline moderator: client, not a client, or not known, by the signs in what the correspondent wrote.
 * Promises that `not_client` needs a strong sign and no sign of wanting to buy: silence towards a client costs more than a
 * reply to a stranger. Names its evidence in Russian. Does not understand a message whose words it has no sign for: that
 * is `unknown`. The confidence is a rule of thumb, ordered rightly rather than measured.
 */
import type { ClassifyRequest, Verdict } from "@wa/core/ports/llm-port"
import { isOneSlipAway } from "@wa/core/reply/intent-pattern"
import type { Sign } from "./moderator-signs.ts"
import { signs } from "./moderator-signs.ts"

/** Signs that a supplier or a job seeker does not show by accident. */
const hardNames = new Set(["спрашивает цену", "хочет купить, заказать или подключить"])
const weightMin = 3

/** Words worth mending when a letter is off: most of the evidence hangs on them. */
const keywords = (
  "сколько стоит стоимость доставка рассрочка записаться интересует заказать подключить подскажите предлагаем " +
  "сотрудничество вакансия посылка магазина программа гарантия скидка рассчитать консультация купить можно скажите тариф"
).split(" ")
const known = new Set(keywords)
const slipLettersMin = 5

const fold = (text: string) => text.toLowerCase().replaceAll("ё", "е").normalize("NFC")
const mend = (word: string): string => {
  if (word.length < slipLettersMin || known.has(word)) return word
  return (
    keywords.find(
      (keyword) => keyword.length >= slipLettersMin && keyword[0] === word[0] && isOneSlipAway(keyword, word),
    ) ?? word
  )
}
/** Without punctuation, and with slips mended. */
const plain = (folded: string) =>
  folded
    .replace(/[^\p{L}\d₸\s-]+/gu, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(mend)
    .join(" ")

const lettersMax = 4000

export const classify = (request: Pick<ClassifyRequest, "chat" | "contact">): Verdict => {
  const said = request.chat
    .filter((line) => line.from === "client")
    .map((line) => line.text)
    .join("\n")
    .slice(0, lettersMax)
  const folded = fold(said)
  const bare = plain(folded)
  const found: Array<{ readonly sign: Sign; readonly words: string }> = []
  for (const sign of signs) {
    const match = sign.pattern.exec(bare) ?? sign.pattern.exec(folded)
    if (match !== null) found.push({ sign, words: match[0].trim().slice(0, 60) })
  }
  const clients = found.filter(({ sign }) => sign.side === "client")
  // "Мне вас порекомендовала подруга": who says вы to us is no friend of ours.
  const isFormal = /(?<!\p{L})(?:вы|вас|вам|вами|ваш\p{L}*|здравствуйте|сіз\p{L}*)(?!\p{L})/u.test(bare)
  const others = found.filter(
    ({ sign }) => sign.side === "not_client" && !(isFormal && sign.name === "пишет как родня или друг"),
  )
  const sum = (list: typeof found) => list.reduce((total, { sign }) => total + sign.weight, 0)
  const forIt = sum(clients)
  const against = sum(others)
  const isHard = clients.some(({ sign }) => hardNames.has(sign.name))
  const business = request.contact.business_name?.trim() ?? ""
  const told = (list: typeof found) => list.map(({ sign, words }) => `${sign.name} («${words}»)`).join("; ")
  const card = business === "" ? "" : ` В карточке указан бизнес «${business.slice(0, 60)}».`

  if (against >= weightMin && !isHard) {
    const confidence = Math.min(0.97, 0.82 + 0.04 * (others.length - 1) - 0.05 * Math.min(3, clients.length))
    const but = clients.length === 0 ? "" : ` Слабые признаки клиента: ${told(clients)}.`
    return {
      verdict: "not_client",
      confidence: round(confidence),
      reasoning: `Не похож на клиента: ${told(others)}.${but}`,
    }
  }
  if (against === 2 && forIt === 0 && bare.split(" ").length >= 3)
    return {
      verdict: "not_client",
      confidence: 0.7,
      reasoning: `Скорее не клиент: ${told(others)}, о товаре и услугах ни слова.`,
    }
  if (against >= weightMin && forIt <= against)
    return {
      verdict: "unknown",
      confidence: 0.5,
      reasoning: `Признаки спорят: ${told(clients)}, но ${told(others)}.`,
    }
  if (forIt >= 2) {
    const isAsked = /\?/.test(said)
    const confidence =
      0.74 +
      0.06 * Math.min(3, forIt - 2) +
      (forIt >= 3 ? 0.08 : 0) +
      (isAsked ? 0.03 : 0) +
      (business === "" ? 0 : 0.02)
    const less = against > 0 ? 0.15 : 0
    return {
      verdict: "client",
      confidence: round(Math.min(0.97, confidence - less)),
      reasoning: `Похож на клиента: ${told(clients)}.${card}`,
    }
  }
  const count = bare === "" ? 0 : bare.split(" ").length
  if (against === 0 && asksSomething(said, bare, count))
    return {
      verdict: "client",
      confidence: 0.66,
      reasoning: `Скорее клиент: задаёт компании вопрос по существу, других признаков нет.${card}`,
    }
  const reasoning =
    count === 0
      ? "Слов нет: судить не по чему."
      : clients.length > 0
        ? `Слишком мало, чтобы судить: ${told(clients)}.${card}`
        : `В сообщениях нет ни признаков клиента, ни признаков постороннего.${card}`
  return { verdict: "unknown", confidence: clients.length > 0 || business !== "" ? 0.45 : 0.3, reasoning }
}

const greetings =
  /(?<!\p{L})(?:здравствуйте|здрасте|привет\p{L}*|салам\p{L}*|салем|сәлем\p{L}*|добр\p{L}+|день|дня|утро|вечер|ночи|алло|ало|ау|а|и|же|вы|это|можно|вопрос|подскажите|скажите|пожалуйста|тут|здесь|кто|есть|кто-нибудь|на связи|меня|слышите|видите|как|дела|хорошо|ок|да|нет|что|спасибо)(?!\p{L})/gu
const asking =
  /^(?:[\p{L}]+ ){0,2}(?:как|какой|какая|какие|каком|где|когда|сколько|можно|есть|почему|зачем|чем|что|кто|куда|ли|қандай|қалай|қайда|қашан|неше)(?!\p{L})|(?<!\p{L})(?:ма|ме|ба|бе|па|пе|ли)$/u
const personal = /(?<!\p{L})(?:ты|тебя|тебе|тобой|твой|твоя|твои|сен|сені|саған|помнишь|будешь|пойдешь)(?!\p{L})/u

/** A question of substance, put to a company rather than to a friend. */
const asksSomething = (said: string, bare: string, count: number): boolean => {
  const rest = bare
    .replace(greetings, " ")
    .trim()
    .split(/\s+/)
    .filter((word) => word.length > 2)
  return count >= 3 && rest.length >= 2 && !personal.test(bare) && (/\?/.test(said) || asking.test(bare))
}

const round = (value: number) => Math.round(value * 100) / 100

/**
 * The offline moderator: client, not a client, or not known, by the signs in what the correspondent wrote; where they are
 * silent or at odds, by what its words weigh in labelled openings.
 * Promises that `not_client` needs a strong sign and no plain wish to buy, or the words of many strangers: silence towards a
 * client costs more than a reply to a stranger. Names its evidence in Russian. It does not understand; a text whose words
 * it never met is `unknown`. The confidence is a rule of thumb: docs/EVALUATION.md holds it against how often it is right.
 */
import type { ClassifyRequest, Verdict } from "@wa/core/ports/llm-port"
import { isOneSlipAway } from "@wa/core/reply-intent/intent-pattern"
import { clientSigns } from "./moderator-client-signs.ts"
import { counts } from "./moderator-counts.ts"
import type { Found } from "./moderator-sign.ts"
import { finder } from "./moderator-sign.ts"
import { strangerSigns } from "./moderator-stranger-signs.ts"
import { weigh } from "./moderator-words.ts"

const findSigns = finder([...clientSigns, ...strangerSigns])

/** Signs that a supplier or a job seeker does not show by accident. */
const hardNames = new Set(["спрашивает цену", "хочет купить, заказать или подключить", "просит для себя"])
/** Signs of strangers that a client hardly shows, whatever else is said. */
const plainNames = new Set(["ищет работу", "ошибся номером", "код или служебное уведомление"])
const kinName = "пишет как родня или друг"
const weightMin = 3
/** Shares of belief, by words alone, that suffice where signs do not. A lost client costs more than an answered stranger. */
const sureInConflict = 0.75
const sureOfStranger = 0.8
const sureThoughWanting = 0.95
const sureOfClient = 0.5
const contentWordsMin = 2

/** Words worth mending when a letter is off: most of the evidence hangs on them. */
const keywords = (
  "сколько стоит стоимость доставка рассрочка записаться интересует заказать подключить подскажите предлагаем " +
  "сотрудничество вакансия посылка магазина программа гарантия скидка рассчитать консультация купить можно скажите тариф"
).split(" ")
const known = new Set(keywords)
const slipLettersMin = 5

export const fold = (text: string) => text.toLowerCase().replaceAll("ё", "е").normalize("NFC")
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
    .replace(notWords, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(mend)
    .join(" ")

/** What is neither a letter, Kazakh ones included, nor a digit, nor a hyphen within a word. */
const notWords = /[^а-яәғқңөұүһіa-z\d₸\s-]+|(?<!\S)-+|-+(?!\S)/g

const lettersMax = 4000

export const classify = (request: Pick<ClassifyRequest, "chat" | "contact">): Verdict => {
  const said = request.chat
    .filter((line) => line.from === "client")
    .map((line) => line.text)
    .join("\n")
    .slice(0, lettersMax)
  const folded = fold(said)
  const bare = plain(folded)
  const found = findSigns(bare, folded)
  const clients = found.filter(({ sign }) => sign.side === "client")
  // "Мне вас порекомендовала подруга": who says вы to us is no friend of ours.
  const isFormal = /(?<!\S)(?:вы|вас|вам|вами|ваш\S*|здравствуйте|сіз\S*)(?!\S)/.test(bare)
  const others = found.filter(({ sign }) => sign.side === "not_client" && !(isFormal && sign.name === kinName))
  const sum = (list: ReadonlyArray<Found>) => list.reduce((total, { sign }) => total + sign.weight, 0)
  const forIt = sum(clients)
  const against = sum(others)
  const isHard = clients.some(({ sign }) => hardNames.has(sign.name))
  const business = request.contact.business_name?.trim() ?? ""
  const told = (list: ReadonlyArray<Found>) => list.map(({ sign, words }) => `${sign.name} («${words}»)`).join("; ")
  const card = business === "" ? "" : ` В карточке указан бизнес «${business.slice(0, 60)}».`

  const belief = weigh(folded, counts)
  const isPlain = others.some(({ sign }) => plainNames.has(sign.name))
  const isFamiliar = others.some(({ sign }) => sign.name === kinName)
  const isAsking = /\?/.test(said)
  const mayWant = isAsking || wanting.test(bare)
  // One kind of stranger against a sign, or a buyer's words in a question: words decide, and in doubt nobody does.
  const isEven =
    !isPlain &&
    belief.not_client < sureInConflict &&
    (forIt >= 2
      ? against <= forIt + 2
      : isAsking && others.length === 1 && !isFamiliar && belief.client >= sureOfClient)
  const asked = contentOf(bare.replace(toAnybody, " ")).length
  if (toAnybody.test(bare) && asked === 0 && against === 0)
    return { verdict: "unknown", confidence: 0.85, reasoning: "Такое спрашивает кто угодно." }
  if (against >= weightMin && !isHard && !isEven) {
    const confidence = Math.min(0.97, 0.82 + 0.04 * (others.length - 1) - 0.05 * Math.min(3, clients.length))
    const but = clients.length === 0 ? "" : ` Слабые признаки клиента: ${told(clients)}.`
    return {
      verdict: "not_client",
      confidence: round(confidence),
      reasoning: `Не похож на клиента: ${told(others)}.${but}`,
    }
  }
  if (against === 2 && forIt === 0 && bare.split(" ").length >= 3 && (!mayWant || belief.not_client >= sureInConflict))
    return {
      verdict: "not_client",
      confidence: 0.7,
      reasoning: `Скорее не клиент: ${told(others)}, о товаре и услугах ни слова.`,
    }
  if (against >= weightMin && forIt <= against + 2) {
    const verdict = belief.not_client >= sureInConflict ? "not_client" : "unknown"
    const end = verdict === "unknown" ? "" : " По словам ближе к постороннему."
    return {
      verdict,
      confidence: verdict === "unknown" ? 0.5 : 0.65,
      reasoning:
        clients.length === 0
          ? `Похоже на постороннего (${told(others)}), но спрашивает как покупатель.${end}`
          : `Признаки спорят: ${told(clients)}, но ${told(others)}.${end}`,
    }
  }
  // Talk of prices and terms alone is heard from suppliers, too.
  if (forIt === 2 && clients.length === 1 && belief.not_client >= sureThoughWanting)
    return {
      verdict: "unknown",
      confidence: 0.5,
      reasoning: `Похоже на постороннего, хотя ${told(clients)}.`,
    }
  if (forIt >= 2) {
    const confidence =
      0.74 +
      0.06 * Math.min(3, forIt - 2) +
      (forIt >= 3 ? 0.08 : 0) +
      (isAsking ? 0.03 : 0) +
      (business === "" ? 0 : 0.02) +
      // Where sign and words agree, a first question is clear enough to be answered.
      (isAsking && forIt < 3 && belief.client >= 0.7 ? 0.09 : 0)
    const less = against > 0 ? 0.15 : 0
    return {
      verdict: "client",
      confidence: round(Math.min(0.97, confidence - less)),
      reasoning: `Похож на клиента: ${told(clients)}.${card}`,
    }
  }
  const count = bare === "" ? 0 : bare.split(" ").length
  const rest = contentOf(bare)
  const isEnough = rest.length >= contentWordsMin && !toAnybody.test(bare)
  if (rest.length > contentWordsMin && isEnough && belief.not_client >= (mayWant ? sureThoughWanting : sureOfStranger))
    return {
      verdict: "not_client",
      confidence: round(0.45 + 0.3 * belief.not_client),
      reasoning: "Скорее не клиент: покупатели так не пишут, явных признаков нет.",
    }
  if (isEnough && against === 0 && (belief.client >= sureOfClient || asksSomething(said, bare, belief.client)))
    return {
      verdict: "client",
      confidence: round(0.5 + 0.25 * belief.client),
      reasoning: `Скорее клиент: пишет как покупатели, явных признаков нет.${card}`,
    }
  const reasoning =
    count === 0
      ? "Слов нет: судить не по чему."
      : clients.length > 0
        ? `Слишком мало, чтобы судить: ${told(clients)}.${card}`
        : `В сообщениях нет ни признаков клиента, ни признаков постороннего.${card}`
  return { verdict: "unknown", confidence: clients.length > 0 || business !== "" ? 0.5 : 0.85, reasoning }
}

const greetings =
  /(?<!\S)(?:здравствуйте|здрасте|привет\S*|салам\S*|салем|сәлем\S*|добр\S+|день|дня|утро|вечер|ночи|алло|ало|ау|а|и|же|вы|это|можно|вопрос|подскажите|скажите|пожалуйста|тут|здесь|кто|есть|кто-нибудь|на связи|меня|слышите|видите|как|дела|хорошо|ок|да|нет|что|спасибо)(?!\S)/g
/** What a buyer can hardly do without: a wish, a request, a word of goods and money. */
const wanting =
  /(?<!\S)(?:хо[чт]|нуж|над[оа]|можн|можете|мог|скаж|подскаж|интерес|цен|стои|скольк|купи|заказ|запис|оплат|мне|нам|вы|как|где|когда|какой|какие|какая|жду|ждем|готов|или|пожалуйста|план|помо|посовет|ищ[еу]|керек|бар|болса|алай)\S*|\d+ (?:шт|штук|литр|кг|кв|метр|м2|см|мм|человек|персон|класс|на \d)/

/** Questions that anybody asks of an unknown number. */
const toAnybody =
  /(?<!\S)(?:как вас зовут|вы кто|кто вы|кто это|кто пишет|с кем (?:я )?(?:говорю|общаюсь|переписываюсь|разговариваю)|вы (?:мне )?(?:звонили|писали|набирали)|звонили мне|от вас (?:был звонок|звонили)|официальн\S* номер|ваш номер|чей (?:это )?номер|откуда (?:у вас )?(?:мой )?номер|куда я попал\S*|с вами можно|можно (?:с вами )?поговорить|можно (?:вас )?(?:отвлечь|побеспокоить)|(?:это|вы|ты) (?:чат-?)?бот|(?:вы|это) (?:живой )?человек|живой человек|есть (?:тут |здесь )?кто\S*|кто (?:тут|здесь|нибудь)|что (?:вы )?хотели|чем (?:я )?(?:могу|обязан\S*)|что за (?:номер|компания|фирма)|это какая (?:компания|фирма)|вы на связи|(?:вам )?удобно (?:сейчас )?(?:говорить|разговаривать)|вас как зовут|(?:туда|правильно) попал\S*|(?:мне )?сказали (?:вам )?(?:написать|позвонить)|вы онлайн|кому я пишу|можно на ты|не вижу \S* ?сообщения|дозвон\S*|как к вам обращаться|(?:скоро|позже|потом|завтра|вечером) (?:вам )?(?:напишу|позвоню|отвечу)|(?:извините|простите) за поздн\S*|вы (?:еще|ещё) (?:тут|здесь)|это менеджер|прочитайте|ну (?:как|что)|кто звонил|(?:вы )?(?:сейчас )?можете (?:говорить|разговаривать|ответить)|к вам дело|есть разговор|на связи|(?:вас )?на (?:минут\S*|секунд\S*)|с этого номера|это (?:каспи|kaspi|банк|халык)|жақсысыз\S*(?: ба)?|қалайсыз\S*|калайсыз\S*|вы здесь|вы тут|сіз кім\S*|бұл кім\S*|кімсіз)(?!\S)/

const asking =
  /^(?:\S+ ){0,2}(?:как|какой|какая|какие|каком|где|когда|сколько|можно|есть|почему|зачем|чем|что|кто|куда|ли|қандай|қалай|қайда|қашан|неше)(?!\S)|(?<!\S)(?:ма|ме|ба|бе|па|пе|ли)$/
const personal = /(?<!\S)(?:ты|тебя|тебе|тобой|твой|твоя|твои|сен|сені|саған|помнишь|будешь|пойдешь)(?!\S)/

/** What is left without greetings and small words. */
const contentOf = (bare: string): ReadonlyArray<string> =>
  bare
    .replace(greetings, " ")
    .trim()
    .split(/\s+/)
    .filter((word) => word.length > 2)

/** A question of substance, put to a company rather than to a friend. */
const asksSomething = (said: string, bare: string, believed: number): boolean =>
  believed >= 0.3 && !personal.test(bare) && (/\?/.test(said) || asking.test(bare))

const round = (value: number) => Math.round(value * 100) / 100

/**
 * What a call is about, for the person who will make it: the last matters that the client spoke of, in his own words, without
 * the greetings and the arranging of the time. Promises to be short and to quote only the client; finds by words, so a
 * matter told in the words of an appointment is not found. Rule C11 of docs/RULES.md.
 */
import { withoutOrders } from "../knowledge/injection.ts"
import { wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import { sentencesOf } from "../reply/sentence.ts"

const mattersMax = 2
const matterCharsMax = 120
const sentencesMax = 20

/** Empty if the client said nothing of it. */
export const callSubject = (chat: ReadonlyArray<Pick<ChatLine, "from" | "text">>): string => {
  const matters: Array<string> = []
  for (const line of chat.toReversed()) {
    if (line.from !== "client") continue
    const text = withoutOrders(line.text.replace(/^\[ТРАНСКРИБАЦИЯ\]\s*/u, "")).clean
    const sentences = sentencesOf(text)
      .slice(0, sentencesMax)
      .map((sentence) => sentence.text.trim())
    for (const sentence of sentences.toReversed()) {
      if (/^\[/.test(sentence) || !namesMatter(sentence) || matters.includes(sentence)) continue
      matters.unshift(sentence)
      if (matters.length === mattersMax) return told(matters)
    }
  }
  return told(matters)
}

const told = (matters: ReadonlyArray<string>): string =>
  matters
    .map((matter) => matter.replace(/\s+/gu, " "))
    .map((matter) => (matter.length > matterCharsMax ? `${matter.slice(0, matterCharsMax - 1).trimEnd()}…` : matter))
    .join(" ")

const namesMatter = (sentence: string): boolean => wordsOf(sentence).some(({ text }) => !arranging.test(text))

/** Words of a greeting, of agreement, of a time and of the call itself. */
const arranging = new RegExp(
  `^(?:${[
    "здравст\\p{L}*|здрас\\p{L}*|привет\\p{L}*|добр\\p{L}+|салам\\p{L}*|с[әа]лем\\p{L}*|қайырлы|ассал\\p{L}*|hello|hi",
    "ок|окей|ага|угу|ладно|договор(?:ились|имся|ено)|согласн\\p{L}*|соглас(?:ен|на)|жақсы|жаксы|болады|иә|келіст\\p{L}*|интересно|супер|класс",
    "спасибо\\p{L}*|благодар\\p{L}*|рахмет|рақмет|пожалуйста|можно|будьте|добры|любезны",
    "созв\\p{L}*|позвон\\p{L}*|перезвон\\p{L}*|звон\\p{L}*|набер\\p{L}*|набрать|запи(?:ш|с)\\p{L}*|встреч\\p{L}*|поговор\\p{L}*|обсуд\\p{L}*|қоңырау\\p{L}*|шал\\p{L}*|хабарлас\\p{L}*|звякн\\p{L}*|перенес\\p{L}*|перенос\\p{L}*|отмен\\p{L}*",
    "понедельник\\p{L}*|вторник\\p{L}*|сред[ауы]|четверг\\p{L}*|пятниц\\p{L}*|суббот\\p{L}*|воскресень\\p{L}*|пн|вт|ср|чт|пт|сб|вс",
    "дүйсенбі\\p{L}*|сейсенбі\\p{L}*|сәрсенбі\\p{L}*|бейсенбі\\p{L}*|жұма\\p{L}*|сенбі\\p{L}*|жексенбі\\p{L}*|ертең|бүгін|сағат\\p{L}*|де|да|те|та",
    "утр\\p{L}*|дн[её]м|дня|день|вечер\\p{L}*|обед\\p{L}*|полдень|час|часа|часов|часик\\p{L}*|минут\\p{L}*|послезавтра|позже|попозже|раньше|недел\\p{L}*|числ\\p{L}*|врем\\p{L}*|половин\\p{L}*",
    "январ\\p{L}*|феврал\\p{L}*|март\\p{L}*|апрел\\p{L}*|ма[йяе]|июн\\p{L}*|июл\\p{L}*|август\\p{L}*|сентябр\\p{L}*|октябр\\p{L}*|ноябр\\p{L}*|декабр\\p{L}*",
    "удоб\\p{L}*|подойд\\p{L}*|подход\\p{L}*|устро\\p{L}*|устраива\\p{L}*|свобод\\p{L}*|давай\\p{L}*|жд\\p{L}+|буд\\p{L}*|смог\\p{L}*|получ\\p{L}*|лучше|тогда|после|или|друг\\p{L}*|нов\\p{L}*|назнач\\p{L}*",
  ].join("|")})$`,
  "iu",
)

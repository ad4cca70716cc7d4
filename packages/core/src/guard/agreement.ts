/**
 * What a draft says yes to. `Да, верно` states whatever the client has just stated, so his own words are judged as ours: a
 * price, a share, a phone or a promise that the documents do not bear is not confirmed.
 */
import type { ChatLine } from "../ports/llm-port.ts"
import type { DraftView } from "./claim-context.ts"

const yes =
  "да|верно|точно|именно|правильно|конечно|разумеется|подтверждаю|подтверждаем|хорошо|договорились|вс[её]\\s+так|так\\s+и\\s+есть|без\\s+проблем"

const confirmed = new RegExp(
  `^\\s*(?:${yes})(?:[,\\s—–-]+(?:${yes}|обещали|говорили|ваш\\p{L}*|эт\\p{L}+|по|за|цен\\p{L}+|скидк\\p{L}+|номер|услови\\p{L}+|действу\\p{L}+|в\\s+силе))*\\s*(?:[.!,]|$)`,
  "iu",
)

/** He tells what he was told, or asks whether it is so. */
const claiming =
  /(?<!\p{L})(?:сказал\p{L}*|обещал\p{L}*|говор(?:ят|ил\p{L}*)|назвал\p{L}*|писал\p{L}*|подтверд\p{L}+|верно|правда|правильно|так\?|же|значит|ваш\s+(?:номер|телефон)|давайте|идёт|идет|возьму|отдад\p{L}+|уступ\p{L}+)(?!\p{L})/iu

const ofBudget = /(?<!\p{L})(?:бюджет\p{L}*|рассчитыва\p{L}*|располага\p{L}*|в\s+пределах|не\s+дороже)(?!\p{L})/iu

/** The statement that a yes at the head of the draft makes true; null where there is none, or nothing is claimed. */
export const confirmedByYes = (view: DraftView, chat: ReadonlyArray<ChatLine>): string | null => {
  const first = view.sentences[0]
  const last = chat.findLast((line) => line.from === "client")
  if (first === undefined || last === undefined || chat.at(-1) !== last) return null
  if (!confirmed.test(first.text) || !claiming.test(last.text) || ofBudget.test(last.text)) return null
  return last.text.replace(/\?+/g, ".")
}

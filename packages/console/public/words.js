// @ts-check
/**
 * Everything the page says in Russian about what the program tells in codes. Pure: no document, no clock. A code that is not
 * known here is shown as it is, so that a newer program never shows a blank.
 */

/** @typedef {number} Instant epoch milliseconds */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map()
/** @param {string} zone @param {Intl.DateTimeFormatOptions} options */
const format = (zone, options) => {
  const key = zone + JSON.stringify(options)
  let made = formats.get(key)
  if (made === undefined) {
    made = new Intl.DateTimeFormat("ru-RU", { timeZone: zone, ...options })
    formats.set(key, made)
  }
  return made
}

/** @param {Instant} at @param {string} zone */
const dayOf = (at, zone) => format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at)
/** `15:04` @param {Instant} at @param {string} zone */
export const clockTime = (at, zone) => format(zone, { hour: "2-digit", minute: "2-digit" }).format(at)
/** `15:04:08` @param {Instant} at @param {string} zone */
export const clockSeconds = (at, zone) =>
  format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at)

const dayMs = 24 * 3_600_000
/** `сегодня`, `завтра, вт`, `пн, 30 ноября` @param {Instant} at @param {Instant} now @param {string} zone */
export const day = (at, now, zone) => {
  const of = dayOf(at, zone)
  const weekday = format(zone, { weekday: "short" }).format(at)
  if (of === dayOf(now, zone)) return "сегодня"
  if (of === dayOf(now + dayMs, zone)) return `завтра, ${weekday}`
  if (of === dayOf(now - dayMs, zone)) return `вчера, ${weekday}`
  const isThisYear = of.slice(-4) === dayOf(now, zone).slice(-4)
  const date = format(zone, { day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) }).format(at)
  return `${weekday}, ${date}`
}
/** `завтра, вт, в 10:34` @param {Instant} at @param {Instant} now @param {string} zone */
export const when = (at, now, zone) => {
  const date = day(at, now, zone)
  return `${date}${date === "сегодня" ? "" : ","} в ${clockTime(at, zone)}`
}
/** `понедельник, 23 ноября` @param {Instant} at @param {string} zone */
export const longDay = (at, zone) => format(zone, { weekday: "long", day: "numeric", month: "long" }).format(at)

/** `пн, 23 ноября` @param {Instant} at @param {string} zone */
export const shortDay = (at, zone) => format(zone, { weekday: "short", day: "numeric", month: "long" }).format(at)

const plural = new Intl.PluralRules("ru")
/** @param {number} count */
const days = (count) =>
  `${count} ${{ one: "день", few: "дня" }[/** @type {string} */ (plural.select(count))] ?? "дней"}`

/** `8 с`, `12 мин`, `23 ч 10 мин`, `2 дня 3 ч` @param {number} ms */
export const lasting = (ms) => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} с`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} мин`
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours < 24) return rest === 0 ? `${hours} ч` : `${hours} ч ${rest} мин`
  const whole = days(Math.floor(hours / 24))
  return hours % 24 === 0 ? whole : `${whole} ${hours % 24} ч`
}
/** @param {Instant} at @param {Instant} now */
export const until = (at, now) => (at - now <= 500 ? "сейчас" : `через ${lasting(at - now)}`)

/** `+7 701 000 00 01` @param {string} phone */
export const phone = (phone) => {
  const seven = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(phone)
  return seven === null ? phone.replace(/@lid$/, " (номер скрыт)") : `+7 ${seven.slice(1).join(" ")}`
}

/** @param {Record<string, string>} words */
const dictionary =
  (words) =>
  /** @param {string} code */
  (code) =>
    Object.hasOwn(words, code) ? /** @type {string} */ (words[code]) : code

export const className = dictionary({ client: "Клиент", not_client: "Не клиент", unknown: "Пока неизвестно" })
export const intent = dictionary({
  yes: "согласие",
  no: "отказ",
  uncertain: "сомнение",
  none: "ни согласия, ни отказа",
})
export const stopReason = dictionary({
  client_said_yes: "клиент согласился",
  client_said_no: "клиент отказался",
  client_responded: "клиент ответил",
  completed_5_touches: "все касания сделаны",
  operator_took_over: "в чат вошёл человек",
  call_scheduled: "назначен звонок",
  opted_out: "клиент просил не писать",
  undeliverable: "сообщения не доходят",
  not_a_client: "это не клиент",
  nothing_to_say: "нечего сказать, не повторяясь",
})
export const handedOver = dictionary({
  operator_wrote: "ответил человек",
  operator_in_chat: "в чате человек",
  unclassified: "непонятно, клиент ли это",
  too_late: "отвечать уже поздно",
  model_unavailable: "модель недоступна",
  guard: "черновики не прошли проверку",
  asked_for_person: "нужен человек",
  too_many_turns: "слишком много ответов за час",
  undeliverable: "сообщение не доставлено",
  delivery_unknown: "неизвестно, доставлено ли сообщение",
  sending_stopped: "отправка остановлена",
  reply_not_sent: "ответ не отправлен",
})
export const ignored = dictionary({
  not_client: "это не клиент",
  opted_out: "просил не писать",
  reaction: "реакция",
  system: "служебное сообщение",
  deleted: "сообщение удалено",
  whitelisted: "номер из списка исключений",
})
export const delivery = dictionary({
  pending: "ждёт отправки",
  published: "отправляется",
  sent: "отправлено",
  dropped: "не отправлено: в чате уже написали",
  refused: "не принято WhatsApp",
  undeliverable: "не доставлено",
  delivered: "доставлено",
  unknown: "неизвестно, ушло ли",
  withdrawn: "отозвано",
  expired: "устарело и не отправлено",
})
const modelFailure = dictionary({
  overload: "модель перегружена",
  quota: "исчерпана квота модели",
  network: "нет связи с моделью",
  bad_answer: "модель ответила не по форме",
  blocked: "модель отказалась отвечать",
  budget: "исчерпан дневной бюджет",
})
const task = dictionary({
  classify_early: "решает, клиент ли это",
  classify_full: "решает, клиент ли это",
  reply: "пишет ответ",
  touch: "пишет касание",
})

/** `answered`, `ignored:<why>`, `handed_over:<why>` @param {string | null} outcome */
export const outcome = (outcome) => {
  if (outcome === null) return "ещё без ответа"
  const [kind = "", why = ""] = outcome.split(":")
  if (kind === "answered") return "отвечено"
  if (kind === "ignored") return `без ответа: ${ignored(why)}`
  return kind === "handed_over" ? `передано человеку: ${handedOver(why)}` : outcome
}

/**
 * What happens at the wake-up, and unless what.
 * @param {{why: string, touch: number | null} | null} next
 * @param {{class: string}} contact
 * @param {{task: string} | null} thinking
 */
export const nextStep = (next, contact, thinking) => {
  switch (next?.why) {
    case undefined:
      return { title: "Ничего не запланировано", detail: "Система ждёт сообщения." }
    case "turn_over":
      return contact.class === "client"
        ? { title: "Ответит клиенту", detail: "Ждёт немного: вдруг клиент допишет." }
        : { title: "Решит, клиент ли это", detail: "Ждёт немного: вдруг придёт ещё сообщение." }
    case "model_answer":
      return {
        title: `Модель ${task(thinking?.task ?? "reply")}`,
        detail: "Если не ответит к этому времени, её спросят снова.",
      }
    case "model_retry":
      return { title: "Снова спросит модель", detail: "Сейчас она недоступна; сообщение клиента не потеряно." }
    case "evidence":
      return { title: "Позовёт человека", detail: "Если до тех пор не станет понятно, клиент ли это." }
    case "touch":
      return { title: `Касание ${next?.touch ?? ""}`, detail: "Напомнит о себе, если клиент не напишет раньше." }
    case "call_reminder":
      return { title: "Напомнит о созвоне", detail: "Если его не отменят и не перенесут раньше." }
    case "takeover_ends":
      return { title: "Бот вернётся в чат", detail: "До тех пор в чате отвечает человек." }
    default:
      return { title: String(next?.why), detail: "" }
  }
}

/** One line of the timeline. @param {any} event */
export const event = (event) => {
  switch (event._tag) {
    case "ClientWrote":
      return clientWrote(event)
    case "ClientEdited":
      return { tone: "client", title: "Клиент исправил сообщение", detail: quote(event.text) }
    case "ClientDeleted":
      return { tone: "client", title: "Клиент удалил сообщение", detail: "" }
    case "OperatorWrote":
      return { tone: "person", title: "В чат написал человек", detail: "" }
    case "PersonTookOver":
      return { tone: "person", title: "Человек взял чат себе", detail: "" }
    case "Released":
      return { tone: "person", title: "Чат возвращён боту", detail: "" }
    case "PersonClassified":
      return { tone: "person", title: `Человек решил: ${event.isClient ? "клиент" : "не клиент"}`, detail: "" }
    case "CallCancelled":
      return { tone: "person", title: "Человек отменил звонок", detail: "" }
    case "Classified":
      return {
        tone: "mind",
        title: `Модератор: ${className(event.verdict).toLowerCase()}, уверенность ${percent(event.confidence)}`,
        detail: event.reasoning,
      }
    case "ReplyDrafted":
    case "TouchDrafted": {
      const what = event._tag === "ReplyDrafted" ? "Ответ" : "Касание"
      const reasons = event.reviewed?.reasons ?? []
      return reasons.length === 0
        ? // What was sent stands in the line of what was decided.
          { tone: "mind", title: `${what}: черновик прошёл проверку`, detail: "" }
        : { tone: "warning", title: `${what}: проверка вернула черновик`, detail: reasons.join("; ") }
    }
    case "ModelFailed":
      return { tone: "warning", title: capital(modelFailure(event.kind)), detail: event.detail ?? "" }
    case "WokeUp":
      return { tone: "clock", title: "Сработал таймер", detail: "" }
    case "DeliveryReported":
      return {
        tone: event.status === "sent" ? "sent" : "warning",
        title: capital(delivery(event.status)),
        detail: event.reason === null ? "" : handedOver(event.reason),
      }
    case "SendExpired":
      return { tone: "warning", title: "Сообщение устарело и не отправлено", detail: "" }
    default:
      return { tone: "mind", title: String(event._tag), detail: "" }
  }
}
/** @param {any} event */
const clientWrote = ({ content, text }) => {
  switch (content) {
    case "voice":
      return { tone: "client", title: "Клиент прислал голосовое", detail: "Ждём расшифровки." }
    case "transcript":
      return { tone: "client", title: "Голосовое расшифровано", detail: quote(text) }
    case "untranscribed":
      return { tone: "warning", title: "Голосовое не удалось расшифровать", detail: "" }
    case "reaction":
      return { tone: "client", title: `Клиент поставил реакцию ${text}`, detail: "" }
    case "system":
      return { tone: "client", title: "Служебное сообщение", detail: text }
    default:
      return { tone: "client", title: "Клиент написал", detail: quote(text) }
  }
}

/** What was decided; null for what needs no line of its own. @param {any} command @param {Instant} now @param {string} zone */
export const command = (command, now, zone) => {
  switch (command._tag) {
    case "Classify":
      return "Спросить модератора, клиент ли это"
    case "DraftReply":
      return (command.refused?.length ?? 0) > 0
        ? `Переписать черновик (попытка ${command.refused.length + 1})`
        : "Написать ответ"
    case "DraftTouch":
      return (command.refused?.length ?? 0) > 0
        ? `Переписать касание ${command.touch}`
        : `Написать касание ${command.touch}`
    case "Send":
      return `Отправить ${command.kind === "touch" ? `касание ${command.touch}` : command.kind === "reminder" ? "напоминание о звонке" : "ответ"}${command.isSafe ? " (безопасная фраза)" : ""}: ${quote(command.text)}`
    case "WithdrawUnsent":
      return "Отозвать неотправленное"
    case "BookCall":
      return `Назначить звонок: ${when(command.callAt, now, zone)}`
    case "MoveCall":
      return `Перенести звонок: ${when(command.callAt, now, zone)}`
    case "CancelCall":
      return `Отменить звонок: ${when(command.callAt, now, zone)}`
    case "RecordOutcome":
      return command.outcome._tag === "answered"
        ? null
        : capital(outcome(`${command.outcome._tag}:${command.outcome.why}`))
    case "AskOperator":
      return `Позвать человека: ${command.detail || handedOver(command.why)}`
    case "StartChain":
      return `Касание 1: ${when(command.dueAt, now, zone)}`
    case "AdvanceChain":
      return `Касание ${command.touch}: ${when(command.dueAt, now, zone)}`
    case "StopChain":
      return `Касания остановлены: ${stopReason(command.reason)}`
    case "RecordClassification":
      return null
    default:
      return String(command._tag)
  }
}

/** @param {number | null} share 0..1 */
export const percent = (share) => (share === null ? "" : `${Math.round(share * 100)} %`)
/** @param {string} text */
export const quote = (text) => (text === "" ? "" : `«${text}»`)
/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

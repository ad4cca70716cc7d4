// @ts-check
/**
 * The right side of the page: one card for each thing a person asks of the system about one contact. Draws what it is given
 * and asks for nothing itself; what a button does is the page's to say.
 */
import { h, icon } from "./dom.js"
import * as Thoughts from "./thoughts.js"
import * as Words from "./words.js"

/**
 * @typedef {object} Shown
 * @property {boolean} isDemo the chat stands on the phone already
 * @property {(action: "classify" | "release" | "takeover", body?: object) => void} act
 * @property {(requestId: number) => void} close
 */

const shownTraces = 60
const shownMessages = 50

/** Null: nothing is known of this person. @param {Thoughts.Detail | null} detail @param {Shown} shown @returns {HTMLElement[]} */
export const mind = (detail, shown) => {
  if (detail === null)
    return [
      h(
        "div",
        { key: "empty", class: "card empty-mind" },
        h("h3", {}, "Система ещё ничего не знает об этом человеке"),
        h("p", {}, "Как только он напишет, здесь появится всё, что она о нём думает:"),
        h(
          "ul",
          {},
          h("li", {}, "клиент ли это, с какой уверенностью и почему;"),
          h("li", {}, "на какие факты из документов опирается ответ;"),
          h("li", {}, "какие черновики проверка вернула и за что;"),
          h("li", {}, "когда система напомнит о себе и когда остановится."),
        ),
      ),
    ]
  return [
    h("div", { key: "first", class: "column" }, classCard(detail, shown), nextCard(detail, shown), chainCard(detail)),
    h(
      "div",
      { key: "second", class: "column" },
      requestsCard(detail, shown),
      answerCard(detail),
      shown.isDemo ? null : chatCard(detail),
      timelineCard(detail),
    ),
  ]
}

/** @param {string} key @param {string} title @param {...any} content */
const card = (key, title, ...content) =>
  h("section", { key, class: `card card-${key}` }, h("h3", {}, title), ...content)
/** @param {string} text @param {() => void} onclick @param {Record<string, any>} [props] */
const button = (text, onclick, props = {}) =>
  h("button", { key: text, type: "button", class: "button", onclick, ...props }, text)
/** @param {Thoughts.Detail} detail @param {Shown} shown */
const classCard = (detail, shown) => {
  const { contact } = detail
  const isKnown = contact.class !== "unknown"
  return card(
    "class",
    "Кто это",
    h(
      "div",
      { class: "verdict" },
      h("span", { class: `pill is-large is-${contact.class}` }, Words.className(contact.class)),
      contact.confidence === null || !isKnown
        ? null
        : h(
            "span",
            { class: "meter" },
            h("span", {}, `уверенность ${Words.percent(contact.confidence)}`),
            h("meter", { min: "0", max: "1", value: contact.confidence, "aria-label": "Уверенность" }),
          ),
    ),
    h(
      "p",
      { class: "why" },
      contact.classifiedBy === "person"
        ? "Так решил человек."
        : contact.reasoning
          ? Words.capital(contact.reasoning)
          : "Система ещё собирает сообщения, чтобы судить.",
    ),
    contact.isOptedOut ? h("p", { class: "note is-warning" }, "Просил не писать: бот молчит навсегда.") : null,
    h(
      "div",
      { class: "row" },
      contact.class === "client" ? null : button("Это клиент", () => shown.act("classify", { is_client: true })),
      contact.class === "not_client"
        ? null
        : button("Это не клиент", () => shown.act("classify", { is_client: false })),
    ),
  )
}

/** @param {Thoughts.Detail} detail @param {Shown} shown */
const nextCard = (detail, shown) => {
  const { contact, conversation, now, zone } = detail
  const next = contact.next
  const words = Words.nextStep(next, contact, conversation.thinking)
  const call = Thoughts.callAhead(detail)
  return card(
    "next",
    "Что будет дальше",
    h(
      "div",
      { class: "next" },
      h("b", {}, words.title),
      next === null
        ? null
        : h("span", { class: "moment" }, Words.when(next.at, now, zone), h("i", {}, Words.until(next.at, now))),
      h("p", {}, words.detail),
    ),
    call === null
      ? null
      : h(
          "p",
          { class: "note is-call" },
          icon("phone"),
          h("span", {}, h("b", {}, "Звонок назначен: "), Words.when(call, now, zone)),
        ),
    contact.takenUntil === null
      ? null
      : h(
          "p",
          { class: "note is-person" },
          icon("person"),
          h(
            "span",
            {},
            h(
              "b",
              {},
              contact.takenBy === "loop" ? "Похоже на переписку с ботом, чат у человека. " : "В чате человек. ",
            ),
            `Бот молчит ещё ${Words.lasting(contact.takenUntil - now)}, до ${Words.when(contact.takenUntil, now, zone)}.`,
          ),
        ),
    h(
      "div",
      { class: "row" },
      contact.takenUntil === null
        ? button("Взять чат себе", () => shown.act("takeover"))
        : button("Вернуть чат боту", () => shown.act("release")),
    ),
  )
}

/** @param {Thoughts.Detail} detail */
const chainCard = (detail) => {
  const { now, zone, conversation } = detail
  const { touches, stopped, isRunning } = Thoughts.chain(detail)
  const summary =
    stopped !== null
      ? `Остановлена: ${Words.stopReason(stopped)}.`
      : isRunning
        ? "Идёт, пока клиент молчит."
        : conversation.followUp.hasAnswered
          ? "Не нужна: клиент уже ответил согласием."
          : "Начнётся, если клиент замолчит после нашего ответа."
  return card(
    "chain",
    "Цепочка касаний",
    h("p", { class: "why" }, summary),
    h(
      "ol",
      { class: "chain" },
      touches.map(({ touch, state, at }) =>
        h(
          "li",
          { key: String(touch), class: `is-${state}` },
          h("b", {}, String(touch)),
          h(
            "span",
            {},
            state === "sent" && at !== null
              ? `отправлено ${Words.when(at, now, zone)}`
              : state === "next" && at !== null
                ? `${Words.when(at, now, zone)} · ${Words.until(at, now)}`
                : stopped !== null
                  ? "не отправится"
                  : `через ${Words.lasting((detail.policy.silenceHours[touch - 1] ?? 0) * 3_600_000)} тишины`,
          ),
        ),
      ),
    ),
  )
}

/** @param {Thoughts.Detail} detail */
const answerCard = (detail) => {
  const reading = Thoughts.lastReading(detail.traces)
  const answer = Thoughts.lastAnswer(detail.traces)
  return card(
    "answer",
    answer?.kind === "touch" ? "Последнее сообщение" : "Последний ответ",
    reading === null
      ? null
      : h(
          "div",
          { class: "part" },
          h("h4", {}, "Как понят клиент"),
          h("blockquote", {}, reading.text),
          h(
            "p",
            {},
            h(
              "span",
              { class: `pill is-${reading.intent}` },
              reading.optOut ? "просит не писать" : Words.intent(reading.intent),
            ),
            " ",
            h("code", { title: "Сработавшее правило" }, reading.rule),
          ),
        ),
    answer === null
      ? h("p", { class: "part why" }, Thoughts.isWriting(detail) ? "Модель пишет ответ…" : "Система ещё не отвечала.")
      : h(
          "div",
          { class: "part" },
          h("h4", {}, answerTitle(answer, reading)),
          answer.text === undefined
            ? h("p", { class: "why" }, "Черновик переписывается…")
            : h("blockquote", { class: "is-ours" }, answer.text),
          verdictLine(answer),
          answer.handOver === null
            ? null
            : h("p", { class: "note is-person" }, icon("person"), h("span", {}, `Позвал человека: ${answer.handOver}`)),
          answer.refusals.length === 0
            ? null
            : h(
                "details",
                { key: "refusals", class: "refusals" },
                h("summary", {}, `Возвращено проверкой: ${answer.refusals.length}`),
                answer.refusals.map(({ text, reasons }, i) =>
                  h(
                    "div",
                    { key: String(i) },
                    h("blockquote", {}, text),
                    h(
                      "ul",
                      {},
                      reasons.map((/** @type {string} */ reason) => h("li", {}, reason)),
                    ),
                  ),
                ),
              ),
        ),
    answer === null
      ? null
      : h(
          "div",
          { class: "part" },
          h("h4", {}, "На чём основано"),
          answer.facts.length === 0
            ? h("p", { class: "why" }, "Без фактов из документов.")
            : h(
                "ul",
                { class: "facts" },
                answer.facts.map((fact) =>
                  h(
                    "li",
                    { key: fact.id },
                    h("span", { class: "fact" }, `${fact.subject} — ${fact.attribute}: `, h("b", {}, fact.value)),
                    h("span", { class: "source" }, `${fact.file}, стр. ${fact.page}`),
                  ),
                ),
              ),
          answer.passages.length === 0
            ? null
            : h(
                "details",
                { key: "passages" },
                h("summary", {}, "Прочитанные места документов"),
                answer.passages.map((passage, i) =>
                  h(
                    "p",
                    { key: String(i), class: "passage" },
                    `${passage.text}… `,
                    h("span", { class: "source" }, `${passage.file}, стр. ${passage.page}`),
                  ),
                ),
              ),
          answer.model === "" ? null : h("p", { class: "source" }, `Модель: ${answer.model}`),
        ),
  )
}
/**
 * @param {NonNullable<ReturnType<typeof Thoughts.lastAnswer>>} answer
 * @param {ReturnType<typeof Thoughts.lastReading>} reading
 */
const answerTitle = (answer, reading) => {
  if (answer.kind === "touch") return `Касание ${answer.touch ?? ""}`
  return reading !== null && reading.at > answer.at ? "Ответ на прежнее сообщение" : "Ответ"
}

/** @param {NonNullable<ReturnType<typeof Thoughts.lastAnswer>>} answer */
const verdictLine = ({ isSafe, text, refusals }) =>
  text === undefined
    ? null
    : isSafe
      ? h("p", { class: "guard is-refused" }, "Проверка не пропустила черновики: ушла безопасная фраза, позван человек")
      : h(
          "p",
          { class: "guard is-passed" },
          icon("tick"),
          refusals.length === 0
            ? "Проверка пройдена с первого раза"
            : `Проверка пройдена с попытки ${refusals.length + 1}`,
        )

/** @param {Thoughts.Detail} detail @param {Shown} shown */
const requestsCard = (detail, shown) =>
  detail.requests.length === 0
    ? null
    : card(
        "requests",
        "Нужен человек",
        h(
          "ul",
          { class: "list" },
          detail.requests.map((request) =>
            h(
              "li",
              { key: String(request.id), class: "request" },
              h("span", {}, Words.capital(request.detail || Words.handedOver(request.why))),
              button("Готово", () => shown.close(request.id)),
            ),
          ),
        ),
      )

/** @param {Thoughts.Detail} detail */
const chatCard = ({ messages, now, zone }) =>
  card(
    "chat",
    "Переписка",
    h(
      "div",
      { class: "transcript" },
      messages.slice(-shownMessages).map((message) =>
        h(
          "div",
          {
            key: message.messageId,
            class: `bubble ${message.from === "client" ? "is-left" : "is-right"} ${message.from === "operator" ? "is-operator" : ""}`,
          },
          h(
            "span",
            { class: "who" },
            message.from === "client"
              ? "клиент"
              : message.from === "operator"
                ? "оператор"
                : message.kind === "touch"
                  ? `касание ${message.touch}`
                  : message.kind === "reminder"
                    ? "напоминание о звонке"
                    : "бот",
          ),
          h("p", {}, message.text),
          h(
            "span",
            { class: "stamp" },
            `${Words.when(message.at, now, zone)} · ${message.from === "client" ? Words.outcome(message.outcome) : message.delivery === null ? "" : Words.delivery(message.delivery)}`,
          ),
        ),
      ),
    ),
  )

/** @param {Thoughts.Detail} detail */
const timelineCard = ({ traces, now, zone }) => {
  /** @type {HTMLElement[]} */
  const lines = []
  let lastDay = ""
  for (const [i, trace] of traces.slice(0, shownTraces).entries()) {
    const of = Words.longDay(trace.at, zone)
    if (of !== lastDay) lines.push(h("li", { key: `day ${of}`, class: "timeline-day" }, Words.capital(of)))
    lastDay = of
    const words = Words.event(trace.event)
    const commands = trace.commands.map((command) => Words.command(command, now, zone)).filter((line) => line !== null)
    // Nothing came of it: the timer rang early, or the answer was out of date.
    const isIdle = trace.commands.length === 0 && (words.tone === "clock" || words.tone === "sent")
    lines.push(
      h(
        "li",
        { key: `${traces.length - i} ${trace.at}`, class: `event is-${words.tone} ${isIdle ? "is-idle" : ""}` },
        h("time", {}, Words.clockSeconds(trace.at, zone)),
        h(
          "div",
          {},
          h("b", {}, words.title),
          words.detail === "" ? null : h("p", {}, words.detail),
          commands.length === 0
            ? null
            : h(
                "ul",
                {},
                commands.map((line) => h("li", {}, line)),
              ),
          asRecorded(trace),
        ),
      ),
    )
  }
  return card(
    "timeline",
    "Лента событий",
    lines.length === 0 ? h("p", { class: "why" }, "Событий ещё нет.") : h("ol", { class: "timeline" }, lines),
  )
}

/** Written out only when somebody opens it. @param {Thoughts.Trace} trace */
const asRecorded = ({ event, commands, thoughts }) =>
  h(
    "details",
    {
      ontoggle: (/** @type {Event} */ toggled) => {
        const details = /** @type {HTMLDetailsElement} */ (toggled.currentTarget)
        const pre = details.querySelector("pre")
        if (pre) pre.textContent = details.open ? JSON.stringify({ event, commands, thoughts }, null, 2) : ""
      },
    },
    h("summary", {}, "как записано"),
    h("pre", { "data-kept": true }),
  )

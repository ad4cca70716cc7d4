// @ts-check
/**
 * The page: a client's phone on the left, what the system thinks on the right. Asks the program every second or three while it is
 * looked at, and draws what it was told; keeps nothing but which customers were made up here. Where the program runs no
 * demo, a list of contacts stands in the phone's place.
 */
import { authorsOf, bubble } from "./chat.js"
import { h, icon, set, show } from "./dom.js"
import { mind } from "./mind.js"
import { ask, Closed, contactPath, listOf, Refused, tell } from "./program.js"
import * as Thoughts from "./thoughts.js"
import * as Words from "./words.js"

/** @template {HTMLElement} [E=HTMLElement] @param {string} id */
const the = (id) => /** @type {E} */ (document.getElementById(id))

/**
 * @typedef {{clock: string, zone: string, profileId: string, parts: Record<string, string>, suggestions: string[]}} Demo
 * @typedef {{phone: string, name: string}} Customer
 * @typedef {{id: string, fromMe: boolean, text: string, at: number | string, tick?: string, type?: string}} ChatMessage
 */

const pollMs = 1000
/** Of a real shop, whose list is long and moves slowly. */
const pollMsWithoutDemo = 3000

/** Names that a made-up customer may bear, and examples to begin with. */
const names = ["Айгуль", "Данияр", "Мария", "Тимур", "Алия", "Сергей", "Жанна", "Ержан"]
const exampleQuestions = [
  "Здравствуйте! Сколько стоит?",
  "Чем вы занимаетесь?",
  "Можно созвониться завтра в 15:00?",
  "Дорого, я подумаю",
]

const state = {
  /** undefined: not asked yet; null: the program runs no demo. @type {Demo | null | undefined} */
  demo: undefined,
  /** @type {Customer[]} */
  customers: [],
  /** @type {Customer | null} */
  customer: null,
  /** @type {ChatMessage[]} */
  chat: [],
  /** Written here, not yet in the chat. @type {{text: string, fromMe: boolean, phone: string}[]} */
  sending: [],
  /** @type {any[]} */
  contacts: [],
  /** @type {string | null} `profile phone` */
  contactKey: null,
  /** @type {Thoughts.Detail | null} */
  detail: null,
  isOperator: false,
}

// ---- asking the program ----------------------------------------------------------------------------------------------

const shownPath = () => {
  if (state.demo) return state.customer === null ? null : contactPath(state.demo.profileId, state.customer.phone)
  const contact = state.contacts.find((one) => keyOf(one) === state.contactKey)
  return contact === undefined ? null : contactPath(contact.profileId, contact.phone)
}
const keyOf = (/** @type {any} */ contact) => `${contact.profileId} ${contact.phone}`

/** Raised by whatever changes what is looked at: answers to an older question are dropped. */
let question = 0

const refresh = async () => {
  const mine = ++question
  const isStale = () => mine !== question
  if (state.demo !== null) {
    const demo = await ask("/demo")
    if (isStale()) return
    state.demo = demo
  }
  if (state.demo) {
    const phones = await ask("/demo/phones")
    if (isStale()) return
    meet(listOf(phones, "phones"))
    const { customer } = state
    if (customer !== null) {
      const isWriter = listOf(phones, "phones").some((/** @type {any} */ told) => told?.phone === customer.phone)
      const chat = isWriter ? await ask(`/demo/phones/${encodeURIComponent(customer.phone)}`) : []
      // The agent hears of a message a moment later, and a question about nobody would be an error in the log.
      const { contacts } = await ask("/api/contacts")
      const isMet = contacts.some((/** @type {any} */ { phone }) => phone === customer.phone)
      const detail = isMet ? await ask(contactPath(state.demo.profileId, customer.phone)) : null
      if (isStale()) return
      state.chat = listOf(chat, "messages")
      state.detail = detail
    }
  } else {
    const told = await ask("/api/contacts")
    if (isStale()) return
    state.contacts = told?.contacts ?? []
    if (!state.contacts.some((one) => keyOf(one) === state.contactKey))
      state.contactKey = state.contacts[0] === undefined ? null : keyOf(state.contacts[0])
    const path = shownPath()
    const detail = path === null ? null : await ask(path)
    if (isStale()) return
    state.detail = detail
  }
  draw()
}
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
/** Asks now, and then again and again while somebody looks. */
const goOn = async () => {
  clearTimeout(timer)
  try {
    await refresh()
    set(the("offline"), { hidden: true })
    set(the("door"), { hidden: true })
    set(the("main"), { hidden: false })
  } catch (error) {
    if (error instanceof Closed) return askForKey()
    the("offline").hidden = false
  }
  clearTimeout(timer)
  if (document.visibilityState === "visible") timer = setTimeout(goOn, state.demo === null ? pollMsWithoutDemo : pollMs)
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void goOn()
  else clearTimeout(timer)
})

/** What a person asked for; a failure is said, never swallowed. @param {() => Promise<unknown>} act */
const attempt = async (act) => {
  try {
    await act()
  } catch (error) {
    if (error instanceof Closed) return askForKey()
    toast(error instanceof Refused ? `Не получилось: ${error.message}` : "Не получилось: нет связи с программой")
  }
  await goOn()
}

const askForKey = () => {
  the("main").hidden = true
  the("panes").hidden = true
  the("door").hidden = false
  the("token").focus()
}
the("door").onsubmit = async (event) => {
  event.preventDefault()
  const input = /** @type {HTMLInputElement} */ (the("token"))
  the("door-error").textContent = ""
  try {
    await tell("/session", { token: input.value })
    input.value = ""
    await goOn()
  } catch (error) {
    the("door-error").textContent = error instanceof Closed ? "Этот ключ не подходит." : "Нет связи с программой."
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer
const toast = (/** @type {string} */ text) => {
  the("toast").textContent = text
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => (the("toast").textContent = ""), 6000)
}

// ---- customers of the demo -------------------------------------------------------------------------------------------

const customersKey = "customers"
const remember = () => {
  try {
    localStorage.setItem(customersKey, JSON.stringify({ customers: state.customers, chosen: state.customer?.phone }))
  } catch {
    // Private windows keep nothing, which is all right.
  }
}
const recall = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(customersKey) ?? "null")
    if (!Array.isArray(kept?.customers)) return
    state.customers = kept.customers.filter(
      (/** @type {any} */ one) => typeof one?.phone === "string" && typeof one?.name === "string",
    )
    state.customer = state.customers.find(({ phone }) => phone === kept.chosen) ?? null
  } catch {
    // What was kept is unreadable: begin anew.
  }
}
/** Those who have written already are known to the demo; there is always one to begin with. @param {any[]} phones */
const meet = (phones) => {
  for (const told of phones) {
    if (typeof told?.phone !== "string") continue
    const known = state.customers.find((one) => one.phone === told.phone)
    if (known === undefined) state.customers.push({ phone: told.phone, name: told.name ?? "" })
    else if (known.name === "") known.name = told.name ?? ""
  }
  if (state.customers.length === 0) state.customers.push(newCustomer())
  state.customer ??= state.customers[0] ?? null
}
const newCustomer = () => {
  const count = state.customers.length
  let last = count + 1
  const numbered = () => `+7701000${String(last).padStart(4, "0")}`
  while (state.customers.some(({ phone }) => phone === numbered())) last++
  return { phone: numbered(), name: names[count % names.length] ?? "" }
}
/** @param {Customer} customer */
const choose = (customer) => {
  state.customer = customer
  state.chat = []
  state.detail = null
  question++
  remember()
  draw()
  void goOn()
  if (matchMedia("(min-width: 900px)").matches) the("text").focus()
}

const dialog = /** @type {HTMLDialogElement} */ (the("customer-dialog"))
const nameInput = /** @type {HTMLInputElement} */ (the("customer-name"))
const phoneInput = /** @type {HTMLInputElement} */ (the("customer-phone"))
/** @type {Customer | null} */
let edited = null
const openCustomer = (/** @type {Customer | null} */ customer) => {
  edited = customer
  const shown = customer ?? newCustomer()
  the("customer-title").textContent = customer === null ? "Новый клиент" : "Клиент"
  nameInput.value = shown.name
  phoneInput.value = Words.phone(shown.phone)
  // Somebody who has written is who he is: a chat keeps its number.
  phoneInput.disabled = customer !== null && state.chat.length > 0
  the("customer-error").textContent = ""
  dialog.showModal()
  nameInput.select()
}
the("customer-form").onsubmit = (event) => {
  event.preventDefault()
  const phone = readPhone(phoneInput.value)
  if (phone === null) {
    the("customer-error").textContent = "Нужен номер из 11 цифр, например +7 701 000 00 01."
    return
  }
  const name = nameInput.value.trim()
  const same = state.customers.find((one) => one.phone === phone)
  if (edited !== null && (same === undefined || same === edited)) Object.assign(edited, { phone, name })
  else if (same === undefined) {
    edited = { phone, name }
    state.customers.push(edited)
  } else {
    if (name !== "") same.name = name
    edited = same
  }
  dialog.close()
  choose(edited)
}
the("customer-cancel").onclick = () => dialog.close()
the("add").onclick = () => openCustomer(null)
the("rename").onclick = () => openCustomer(state.customer)
const readPhone = (/** @type {string} */ text) => {
  const digits = text.replace(/\D/g, "")
  if (digits.length === 11) return `+${digits.replace(/^8/, "7")}`
  return digits.length === 10 ? `+7${digits}` : digits.length > 11 && digits.length <= 15 ? `+${digits}` : null
}

// ---- writing ---------------------------------------------------------------------------------------------------------

const input = /** @type {HTMLTextAreaElement} */ (the("text"))
const composer = /** @type {HTMLFormElement} */ (the("composer"))
const grow = () => {
  set(input, { rows: Math.min(5, input.value.split("\n").length) })
}
input.oninput = grow
input.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  composer.requestSubmit()
}
composer.onsubmit = (event) => {
  event.preventDefault()
  const text = input.value.trim()
  if (text === "") return
  input.value = ""
  grow()
  void write(text)
}
const write = (/** @type {string} */ text) =>
  attempt(async () => {
    const { customer, isOperator } = state
    if (customer === null) return
    const path = `/demo/phones/${encodeURIComponent(customer.phone)}`
    const sending = { text, fromMe: isOperator, phone: customer.phone }
    state.sending.push(sending)
    drawChat(true)
    try {
      if (isOperator) await tell(`${path}/operator`, { text })
      else await tell(path, { text, name: customer.name })
      const chat = listOf(await ask(path), "messages")
      if (state.customer === customer) state.chat = chat
    } catch (error) {
      if (input.value === "") input.value = text
      throw error
    } finally {
      state.sending = state.sending.filter((one) => one !== sending)
    }
    drawChat(true)
  })

the("operator").onclick = () => {
  state.isOperator = !state.isOperator
  draw()
  input.focus()
}
the("forward").onclick = () =>
  attempt(async () => {
    const button = /** @type {HTMLButtonElement} */ (the("forward"))
    const before = state.demo?.clock
    button.disabled = true
    try {
      const told = await tell("/demo/clock", { to: "next" })
      if (told === null || told.clock === before) return toast("Впереди ничего не запланировано: напишите что-нибудь")
      const zone = state.demo?.zone ?? "UTC"
      const at = Date.parse(told.clock)
      toast(`Часы переведены: ${Words.longDay(at, zone)}, ${Words.clockTime(at, zone)}`)
    } finally {
      button.disabled = false
    }
  })

/** On a narrow screen only one of the two is seen. @param {string} pane */
const lookAt = (pane) => {
  the("main").dataset["pane"] = pane
  for (const one of the("panes").querySelectorAll("button"))
    one.setAttribute("aria-pressed", String(one.dataset["pane"] === pane))
  if (pane === "phone") scrollDown()
}
for (const button of the("panes").querySelectorAll("button"))
  button.onclick = () => lookAt(button.dataset["pane"] ?? "")

// ---- drawing: the phone ----------------------------------------------------------------------------------------------

const draw = () => {
  if (state.demo === undefined) return
  const isDemo = state.demo !== null
  set(the("phone"), { hidden: !isDemo })
  set(the("contacts"), { hidden: isDemo })
  set(the("clock"), { hidden: !isDemo })
  set(the("panes"), { hidden: false })
  const [first] = the("panes").querySelectorAll("button")
  if (first) set(first, { textContent: isDemo ? "Телефон клиента" : "Контакты" })
  if (state.demo) drawDemo(state.demo)
  else drawContacts()
  const { detail } = state
  const path = shownPath()
  show(
    the("mind"),
    mind(detail, {
      isDemo,
      act: (action, body) => attempt(() => tell(`${path}/${action}`, body)),
      close: (id) => attempt(() => tell(`/api/requests/${id}/done`)),
    }),
  )
}

const partNames = /** @type {Record<string, string>} */ ({
  wappi: "WhatsApp",
  broker: "Очередь",
  database: "База",
  model: "Модель",
})

/** @param {Demo} demo */
const drawDemo = (demo) => {
  const at = Date.parse(demo.clock)
  const time = /** @type {HTMLTimeElement} */ (the("clock-time"))
  set(time, {
    dateTime: demo.clock,
    textContent: `${Words.shortDay(at, demo.zone)}, ${Words.clockSeconds(at, demo.zone)}`,
  })
  show(
    the("parts"),
    Object.entries(demo.parts ?? {}).map(([part, what]) =>
      h(
        "li",
        { key: part, title: `${partNames[part] ?? part}: ${what}` },
        h("span", {}, `${partNames[part] ?? part}: `),
        what,
      ),
    ),
  )
  show(
    the("customers"),
    state.customers.map((customer) =>
      h(
        "button",
        {
          key: customer.phone,
          type: "button",
          class: "chip",
          "aria-pressed": String(customer === state.customer),
          onclick: () => choose(customer),
        },
        h("b", {}, customer.name || "Без имени"),
        h("small", {}, Words.phone(customer.phone)),
      ),
    ),
  )
  drawChat()
  const suggestions =
    Array.isArray(demo.suggestions) && demo.suggestions.length > 0 ? demo.suggestions : exampleQuestions
  show(
    the("suggestions"),
    state.isOperator
      ? []
      : suggestions
          .slice(0, 8)
          .map((text) =>
            h("button", { key: text, type: "button", class: "suggestion", onclick: () => write(text) }, text),
          ),
  )
  the("suggestions").classList.toggle("is-open", state.chat.length === 0)
  const operator = the("operator")
  set(operator, { ariaPressed: String(state.isOperator) })
  composer.classList.toggle("is-operator", state.isOperator)
  set(the("text-label"), { textContent: state.isOperator ? "Сообщение оператора" : "Сообщение клиента" })
  set(input, {
    placeholder: state.isOperator ? "Пишет сотрудник компании…" : `Пишет ${state.customer?.name || "клиент"}…`,
  })
}

const log = the("messages")
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80
const scrollDown = () => {
  log.scrollTop = log.scrollHeight
}
/** @type {string | undefined} */
let shownPhone

const drawChat = (isOwn = false) => {
  const { customer, demo, detail } = state
  if (!demo || customer === null) return
  const mustFollow = isOwn || isAtEnd() || shownPhone !== customer.phone
  shownPhone = customer.phone
  const isWriting = detail !== null && Thoughts.isWriting(detail)
  const isTaken = detail !== null && detail.contact.takenUntil !== null
  show(
    the("chat-head"),
    h("span", { class: "avatar" }, "К"),
    h(
      "div",
      {},
      h("b", {}, "Компания"),
      h(
        "small",
        { class: isWriting ? "is-writing" : "" },
        isWriting ? "печатает…" : isTaken ? "в чате сотрудник" : "на связи",
      ),
    ),
  )
  const authors = authorsOf(detail)
  /** @type {HTMLElement[]} */
  const lines = []
  let lastDay = ""
  const sorted = state.chat.map((message) => ({ ...message, at: Number(new Date(message.at)) }))
  for (const message of sorted) {
    const of = Words.longDay(message.at, demo.zone)
    if (of !== lastDay) lines.push(h("p", { key: `day ${of} ${message.id}`, class: "day" }, of))
    lastDay = of
    lines.push(bubble(message, demo.zone, message.fromMe ? authors(message) : null))
  }
  for (const [i, { text, fromMe, phone }] of state.sending.entries())
    if (phone === customer.phone)
      lines.push(
        h(
          "div",
          { key: `sending ${i}`, class: `bubble ${fromMe ? "is-left is-operator" : "is-right"} is-sending` },
          h("p", {}, text),
        ),
      )
  if (isWriting)
    lines.push(
      h("div", { key: "writing", class: "bubble is-left writing", "aria-label": "печатает" }, h("i"), h("i"), h("i")),
    )
  if (lines.length === 0)
    lines.push(
      h(
        "div",
        { key: "empty", class: "empty" },
        h("b", {}, "Переписки ещё нет"),
        h("p", {}, "Напишите компании от имени клиента, как в WhatsApp. Можно начать с одного из примеров."),
      ),
    )
  show(log, lines)
  if (mustFollow) scrollDown()
}

// ---- drawing: contacts, where there is no demo -----------------------------------------------------------------------

const drawContacts = () => {
  const now = state.detail?.now ?? Date.now()
  const zone = state.detail?.zone ?? "Asia/Almaty"
  show(
    the("contact-list"),
    state.contacts.length === 0
      ? h("p", { class: "hint" }, "Пока никто не писал. Как только клиент напишет в WhatsApp, он появится здесь.")
      : h(
          "ul",
          { class: "list" },
          state.contacts.map((contact) =>
            h(
              "li",
              { key: keyOf(contact) },
              h(
                "button",
                {
                  type: "button",
                  class: "contact",
                  "aria-pressed": String(keyOf(contact) === state.contactKey),
                  onclick: () => {
                    state.contactKey = keyOf(contact)
                    state.detail = null
                    question++
                    draw()
                    lookAt("mind")
                    void goOn()
                  },
                },
                h("b", {}, contact.name || Words.phone(contact.phone)),
                h("span", { class: `pill is-${contact.class}` }, Words.className(contact.class)),
                h(
                  "small",
                  {},
                  contact.name ? `${Words.phone(contact.phone)}, ` : "",
                  contact.lastMessageAt === null ? "" : Words.when(contact.lastMessageAt, now, zone),
                ),
              ),
            ),
          ),
        ),
  )
}

// ---- beginning -------------------------------------------------------------------------------------------------------

the("send").append(icon("send"))
the("add").append(icon("plus"))
the("rename").append(icon("pencil"))
the("forward").prepend(icon("forward"))
recall()
void goOn()

/**
 * The mistakes of other systems of this kind, each as a test that it is not made here. Those of transport and storage have
 * their tests where they could be made: in the gateway, the queues and the repositories.
 */
import { assert, describe, it } from "@effect/vitest"
import { nextOpening } from "../calendar/working-hours.ts"
import { readChatId } from "../contact/phone.ts"
import { readIntent } from "../reply-intent/intent.ts"
import { dayMs, hourMs, secondMs } from "../time/instant.ts"
import { isoWithOffset } from "../time/wall-clock.ts"
import { Chat, hours, local, zone } from "./chat.fixture.ts"

const tuesday = "2026-11-24 12:00"

/** Wakes the conversation every so many hours whether it is due or not, for so many days; nobody ever answers. */
const staysSilent = (chat: Chat, days: number, every: number): ReadonlyArray<number> => {
  const end = chat.now + days * dayMs
  for (; chat.now < end; chat.after({ hours: every })) {
    chat.wakes()
    if (chat.only("DraftTouch") === undefined) continue
    chat.draftsTouch("Остались ли вопросы?")
    if (chat.only("Send") !== undefined) chat.arrives()
  }
  return chat.sent.filter((send) => send.kind === "touch").map((send) => send.at)
}

describe("the traps that others fell into", () => {
  it("'да', 'ок' and 'нет' inside other words are no answers", () => {
    for (const text of [
      "когда начало?",
      "какие сроки?",
      "сколько длится урок",
      "около метро?",
      "интернет есть?",
      "какой кабинет?",
      "куда подъехать",
      "есть ли продажа",
      "дайте адрес",
      "а где вы находитесь",
    ])
      assert.strictEqual(readIntent(text).intent, "none", text)
  })

  it("a silent contact hears of us five times in a year, not again and again", { timeout: 30_000 }, () => {
    const chat = new Chat(tuesday).meets()
    const answeredAt = chat.now
    const touches = staysSilent(chat, 366, 1)
    assert.strictEqual(touches.length, 5)
    let previous = answeredAt
    for (const [index, wait] of [24, 72, 168, 336, 720].entries()) {
      const gone = (touches[index]! - previous) / hourMs
      assert.isAtLeast(gone, wait)
      // At most a long weekend later, and the hour that this replay steps by.
      assert.isAtMost(gone, wait + 4 * 24, `touch ${index + 1}`)
      previous = touches[index]!
    }
  })

  it("nobody is reminded at 03:00, on a Sunday or on a holiday, wherever the silence began", {
    timeout: 30_000,
  }, () => {
    for (let begin = local("2026-11-23 00:00"); begin < local("2026-11-30 00:00"); begin += 7 * hourMs) {
      const chat = new Chat(begin).meets()
      // Every five hours: many wake-ups come in the night, long after the touch was due.
      for (const at of staysSilent(chat, 70, 5)) {
        const wall = isoWithOffset(at, zone)
        const hour = Number(wall.slice(11, 13))
        assert.isTrue(hour >= 10 && hour < 18, wall)
        assert.notInclude([0, 6], new Date(at + 5 * hourMs).getUTCDay(), wall)
        assert.notInclude(["2026-12-16", "2026-12-17"], wall.slice(0, 10))
      }
    }
  })

  it("a month of silence is no overflowing timer: the fifth touch waits its 720 hours", () => {
    const chat = new Chat(tuesday).meets()
    for (let touch = 1; touch <= 4; touch++) {
      chat.wakesWhenDue()
      chat.draftsTouch(`Напоминание ${touch}`)
      chat.arrives()
    }
    assert.isAtLeast(chat.due! - chat.now, 720 * hourMs)
    assert.isAbove(chat.due! - chat.now, 2 ** 31 - 1)
    assert.deepStrictEqual(chat.after({ hours: 1 }).wakes(), [])
  })

  it("Saturday 12:00 opens on Monday at 10:00, not at 12:00", () => {
    const opening = nextOpening(local("2026-11-28 12:00"), hours)
    assert.strictEqual(isoWithOffset(opening, zone), "2026-11-30T10:00:00+05:00")
  })

  it("a group is nobody's phone number", () => {
    for (const id of ["120363041234567890@g.us", "77012345678-1600000000@g.us"])
      assert.deepStrictEqual(readChatId(id), { kind: "group" })
  })

  it("a model that fails is not an answer of 'unknown': nothing is said, nothing is counted, the message waits", () => {
    const chat = new Chat(tuesday)
    chat.writes("Сколько стоит курс?", { messageId: "q" })
    chat.wakesWhenDue()
    const before = chat.state.classification
    for (let i = 0; i < 5; i++) {
      chat.modelFails("overload")
      assert.deepStrictEqual(chat.state.classification, before)
      chat.wakesWhenDue()
    }
    assert.strictEqual(chat.sent.length, 0)
    assert.isUndefined(chat.outcomeOf("q"))
    chat.classified("client", 0.95)
    chat.wakesWhenDue()
    chat.answers()
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("a quota that is used up costs the client a wait, never the answer", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?", { messageId: "q" })
    chat.wakesWhenDue()
    for (let i = 0; i < 10; i++) {
      chat.modelFails("quota")
      chat.wakesWhenDue()
    }
    chat.answers("Два месяца.")
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("a crash between the question and the model's answer costs two minutes, never the message", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?", { messageId: "q" })
    chat.wakesWhenDue()
    const askedAt = chat.now
    chat.wakesWhenDue()
    assert.strictEqual(chat.now - askedAt, 120 * secondMs)
    chat.answers("Два месяца.")
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("'созвонимся' in our own text books nothing: an offer is not a booking", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Расскажите подробнее")
    chat.wakesWhenDue()
    chat.drafts("Давайте созвонимся завтра в 11:00 или в 15:00, что удобнее?")
    assert.isUndefined(chat.only("BookCall"))
    assert.isNull(chat.state.callAt)
  })

  it("the time that was agreed is the time that is booked, not the next opening", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Давайте в четверг в 15:30")
    chat.wakesWhenDue()
    const thursday = local("2026-11-26 15:30")
    chat.draftsCall("book", thursday)
    assert.deepStrictEqual(chat.only("BookCall"), { _tag: "BookCall", callAt: thursday, about: "" })
  })

  it("a human in the chat is seen, and the bot does not talk over it", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?")
    chat.wakesWhenDue()
    const { ticket } = chat
    chat.operator()
    assert.deepStrictEqual(chat.drafts("Два месяца.", { ticket }), [])
    chat.after({ minutes: 1 }).writes("Спасибо")
    chat.after({ minutes: 1 }).wakes()
    assert.strictEqual(chat.sent.length, 1)
  })

  it("a stranger is met with no canned greeting on each message", () => {
    const chat = new Chat(tuesday)
    for (let i = 0; i < 6; i++) {
      chat.after({ minutes: 3 }).writes(`Алло ${i}`)
      chat.wakesWhenDue()
      if (chat.only("Classify") !== undefined) chat.classified("unknown")
    }
    assert.strictEqual(chat.sent.length, 0)
  })
})

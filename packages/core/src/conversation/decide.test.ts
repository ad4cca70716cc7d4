import { assert, describe, it } from "@effect/vitest"
import { dayMs, hourMs, minuteMs, secondMs } from "../time/instant.ts"
import { isoWithOffset } from "../time/wall-clock.ts"
import { Chat, draft, local, policy, stored, zone } from "./chat.fixture.ts"
import { newConversation, type Policy } from "./conversation.ts"
import { wakeUpAt } from "./decide.ts"

const night = "2026-11-24 02:30"
const tuesday = "2026-11-24 12:00"

describe("a burst", () => {
  it("is answered once, eight quiet seconds after its last message", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    const from = chat.now
    chat.writes("Здравствуйте")
    assert.strictEqual(chat.due, from + 8 * secondMs)
    chat.after({ seconds: 5 }).writes("Сколько стоит?")
    assert.strictEqual(chat.due, from + 13 * secondMs)
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds.length, 2)
    chat.answers()
    assert.strictEqual(chat.sent.at(-1)?.messageIds.length, 2)
  })

  it("is answered 45 seconds after its first message, however the client goes on", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    const from = chat.now
    for (let i = 0; i < 7; i++) {
      chat.writes(`и ещё ${i}`)
      chat.after({ seconds: 7 })
    }
    assert.strictEqual(chat.due, from + 45 * secondMs)
  })

  it("is left alone by a wake-up that comes early", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Вопрос")
    assert.deepStrictEqual(chat.after({ seconds: 7 }).wakes(), [])
    chat.after({ seconds: 1 }).wakes()
    assert.isDefined(chat.only("DraftReply"))
  })

  it("of a stranger at night is answered at once", () => {
    const chat = new Chat(night)
    chat.writes("Здравствуйте, сколько стоит курс?")
    chat.wakesWhenDue()
    assert.isTrue(chat.only("Classify")?.isEarly)
    chat.classified("client", 0.9)
    chat.wakesWhenDue()
    chat.answers()
    assert.isBelow(chat.now - local(night), minuteMs)
    assert.strictEqual(chat.outcomeOf("m1"), "answered")
  })

  it("dies with its draft when the client writes on", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?")
    chat.wakesWhenDue()
    const stale = chat.ticket
    chat.after({ seconds: 2 }).writes("Для двоих")
    assert.deepStrictEqual(chat.drafts("Курс стоит 90 000 тенге.", { ticket: stale }), [])
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("DraftReply")?.messageIds.length, 2)
  })

  it("takes a message once, however often it comes", () => {
    const chat = new Chat(tuesday)
    chat.writes("Здравствуйте", { messageId: "same" })
    const before = chat.state
    assert.deepStrictEqual(chat.writes("Здравствуйте", { messageId: "same", isRepeat: true }), [])
    assert.deepStrictEqual(chat.state, before)
  })

  it("holds no reactions and no system lines", () => {
    const chat = new Chat(tuesday)
    chat.writes("👍", { messageId: "r", content: "reaction" })
    chat.writes("[звонок]", { messageId: "s", content: "system" })
    assert.isNull(chat.due)
    assert.strictEqual(chat.outcomeOf("r"), "ignored:reaction")
    assert.strictEqual(chat.outcomeOf("s"), "ignored:system")
  })
})

describe("a voice note", () => {
  it("holds the turn until its transcript comes", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    const from = chat.now
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    assert.strictEqual(chat.due, from + 180 * secondMs)
    chat.after({ seconds: 40 }).writes("сколько стоит", { messageId: "v", content: "transcript", isRepeat: true })
    assert.isAtMost(chat.due!, chat.now + 8 * secondMs)
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["v"])
  })

  it("that nobody could hear is answered with a request to write", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.after({ seconds: 20 }).writes("[не распознано]", { messageId: "v", content: "untranscribed", isRepeat: true })
    chat.wakesWhenDue()
    assert.isUndefined(chat.only("DraftReply"))
    assert.include(chat.only("Send")?.text, "Напишите, пожалуйста, текстом")
    assert.strictEqual(chat.outcomeOf("v"), "answered")
  })

  it("that nobody could hear, after others of the kind, is answered in other words", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    for (const messageId of ["v1", "v2", "v3"]) {
      chat.writes("[голосовое сообщение]", { messageId, content: "voice" })
      chat.after({ seconds: 20 }).writes("[не распознано]", { messageId, content: "untranscribed", isRepeat: true })
      chat.wakesWhenDue()
      chat.after({ minutes: 2 })
    }
    const texts = chat.sent.slice(-3).map((one) => one.text)
    assert.strictEqual(new Set(texts).size, 3, texts.join("\n"))
  })

  it("whose transcript never comes holds the turn three minutes", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.wakesWhenDue()
    assert.isDefined(chat.only("Send"))
  })

  it("of a stranger does not make the answer wait twice", () => {
    const chat = new Chat(tuesday)
    chat.writes("Добрый день, сколько стоит курс?")
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.wakesWhenDue()
    chat.after({ seconds: 2 }).classified("client", 0.95)
    assert.isAtMost(chat.due!, chat.now)
  })

  it("waits on when its id comes again with anything but its transcript (life 20295525)", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    const before = chat.state
    for (const content of ["voice", "text", "media"] as const)
      assert.deepStrictEqual(chat.writes("Здравствуйте", { messageId: "v", content, isRepeat: true }), [])
    assert.deepStrictEqual(chat.state, before)
  })

  it("says nothing of yes or no before its transcript", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    assert.strictEqual(chat.state.lastAnswer, "none")
    chat.after({ seconds: 9 }).writes("нет, не надо", { messageId: "v", content: "transcript", isRepeat: true })
    assert.strictEqual(chat.state.lastAnswer, "no")
  })
})

describe("a stranger", () => {
  it("who is surely a client is answered after the first turn", () => {
    const chat = new Chat(tuesday)
    chat.writes("Сколько стоит курс?")
    chat.wakesWhenDue()
    chat.classified("client", 0.85)
    assert.deepInclude(chat.only("RecordClassification"), { isClient: true, confidence: 0.85 })
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
  })

  it("is never taken for no client early", () => {
    const chat = new Chat(tuesday)
    chat.writes("Мама, я задержусь")
    chat.wakesWhenDue()
    assert.isTrue(chat.only("Classify")?.isEarly)
    chat.classified("not_client", 1)
    assert.isUndefined(chat.only("RecordClassification"))
    assert.strictEqual(chat.state.turn._tag, "Parked")
  })

  it("is asked about early once a turn, then in full at the third message", () => {
    const chat = new Chat(tuesday)
    for (const text of ["Алло", "Вы тут?"]) {
      chat.after({ minutes: 1 }).writes(text)
      chat.wakesWhenDue()
      assert.isTrue(chat.only("Classify")?.isEarly)
      chat.classified("client", 0.5)
      assert.isUndefined(chat.only("Classify"))
      assert.strictEqual(chat.state.turn._tag, "Parked")
    }
    chat.after({ minutes: 1 }).writes("Ау")
    chat.wakesWhenDue()
    assert.isFalse(chat.only("Classify")?.isEarly)
    assert.lengthOf(chat.every("Classify"), 3)
  })

  it("who greets first and asks in a second turn is answered at once, and both get one answer", () => {
    const chat = new Chat(tuesday)
    chat.writes("Здравствуйте", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("unknown", 0.4)
    chat.after({ seconds: 14 }).writes("Сколько стоит тариф «Магазин»?", { messageId: "b" })
    chat.wakesWhenDue()
    chat.classified("client", 0.95)
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["a", "b"])
    assert.isBelow(chat.now - local(tuesday), minuteMs)
  })

  it("whose only message is edited into a question is asked about again", () => {
    const chat = new Chat(tuesday)
    chat.writes("Здравствуйте", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("unknown", 0.4)
    chat
      .after({ seconds: 20 })
      .tell({ _tag: "ClientEdited", at: chat.now, messageId: "a", text: "Сколько стоит тариф?" })
    chat.wakesWhenDue()
    assert.isTrue(chat.only("Classify")?.isEarly)
  })

  it("who stays unknown is asked about again after 1, 2, 3 and 5 further messages", () => {
    const chat = new Chat(tuesday)
    const askedAt: Array<number> = []
    for (let n = 1; n <= 20; n++) {
      chat.after({ minutes: 5 }).writes(`сообщение ${n}`)
      chat.wakesWhenDue()
      const asked = chat.only("Classify")
      if (asked === undefined) continue
      if (!asked.isEarly) askedAt.push(n)
      chat.classified("unknown", 0.3)
    }
    assert.deepStrictEqual(askedAt, [3, 4, 6, 9, 14])
  })

  it("who turns out to be a client gets one answer to all that waited", () => {
    const chat = new Chat(tuesday)
    for (const text of ["Алло", "Есть кто?"]) {
      chat.after({ minutes: 5 }).writes(text)
      chat.wakesWhenDue()
      if (chat.only("Classify") !== undefined) chat.classified("unknown")
    }
    chat.after({ minutes: 5 }).writes("Хочу записаться на курс")
    chat.wakesWhenDue()
    chat.classified("client", 0.6)
    chat.wakesWhenDue()
    chat.answers()
    assert.strictEqual(chat.sent.length, 1)
    assert.deepStrictEqual(
      chat.sent[0]?.messageIds,
      ["m1", "m3", "m5"].filter((id) => chat.sent[0]?.messageIds.includes(id)),
    )
    assert.strictEqual(chat.sent[0]?.messageIds.length, 3)
  })

  it("who is no client hears nothing, now and later", () => {
    const chat = new Chat(tuesday, { classifyAfterMessages: 1 })
    chat.writes("Мама, я задержусь", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("not_client", 0.9)
    chat.after({ hours: 1 }).writes("Купи хлеба", { messageId: "b" })
    assert.isNull(chat.due)
    assert.strictEqual(chat.sent.length, 0)
    assert.strictEqual(chat.outcomeOf("a"), "ignored:not_client")
    assert.strictEqual(chat.outcomeOf("b"), "ignored:not_client")
  })

  it("about whom nobody knows goes to a person after twelve hours", () => {
    const chat = new Chat(tuesday)
    chat.writes("Алло", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("unknown")
    chat.wakesWhenDue()
    assert.isAbove(chat.now, local(tuesday) + 12 * hourMs)
    assert.strictEqual(chat.outcomeOf("a"), "handed_over:unclassified")
    assert.strictEqual(chat.only("AskOperator")?.why, "unclassified")
  })

  it("whose first word is a voice note that nobody could hear goes to a person at once, and once", () => {
    const chat = new Chat(tuesday)
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.after({ seconds: 20 }).writes("[не распознано]", { messageId: "v", content: "untranscribed", isRepeat: true })
    chat.wakesWhenDue()
    assert.isBelow(chat.now - local(tuesday), minuteMs)
    assert.strictEqual(chat.outcomeOf("v"), "handed_over:unclassified")
    assert.strictEqual(chat.only("AskOperator")?.why, "unclassified")
    assert.deepStrictEqual(chat.sent, [])
    assert.isNull(chat.due)
    chat.after({ minutes: 5 }).writes("Сколько стоит курс?", { messageId: "q" })
    chat.wakesWhenDue()
    chat.classified("client", 0.95)
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["q"])
    assert.lengthOf(chat.every("AskOperator"), 1)
  })

  it("whose voice note was not heard, but who also wrote, waits for evidence as ever", () => {
    const chat = new Chat(tuesday)
    chat.writes("[не распознано]", { messageId: "v", content: "untranscribed" })
    chat.writes("Алло", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("unknown")
    assert.strictEqual(chat.state.turn._tag, "Parked")
    assert.deepStrictEqual(chat.every("AskOperator"), [])
  })

  it("whose voice note is heard very late is still classified by what it says", () => {
    const chat = new Chat(tuesday)
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.wakesWhenDue()
    assert.strictEqual(chat.state.turn._tag, "Parked")
    chat.after({ minutes: 10 }).writes("сколько стоит курс", { messageId: "v", content: "transcript", isRepeat: true })
    chat.wakesWhenDue()
    assert.isTrue(chat.only("Classify")?.isEarly)
  })

  it("whom a person calls a client is answered at the next wake-up", () => {
    const chat = new Chat(tuesday)
    chat.writes("Алло", { messageId: "a" })
    chat.wakesWhenDue()
    chat.classified("unknown")
    chat.after({ hours: 1 }).tell({ _tag: "PersonClassified", at: chat.now, isClient: true })
    assert.isAtMost(chat.due!, chat.now)
    chat.wakesWhenDue()
    chat.answers()
    assert.strictEqual(chat.outcomeOf("a"), "answered")
  })

  it("stays what a person said, whatever the moderator answers later", () => {
    const chat = new Chat(tuesday, { classifyAfterMessages: 1 })
    chat.writes("Алло", { messageId: "a" })
    chat.wakesWhenDue()
    const ticket = chat.ticket
    chat.tell({ _tag: "PersonClassified", at: chat.now, isClient: false })
    assert.deepStrictEqual(chat.classified("client", 1, ticket), [])
    assert.strictEqual(chat.outcomeOf("a"), "ignored:not_client")
  })
})

describe("the model", () => {
  const asked = () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?", { messageId: "q" })
    chat.wakesWhenDue()
    return chat
  }

  it("that is overloaded is asked again after growing pauses, and the message waits", () => {
    const chat = asked()
    const pauses: Array<number> = []
    for (let i = 0; i < 9; i++) {
      chat.modelFails()
      pauses.push((chat.due! - chat.now) / secondMs)
      chat.wakesWhenDue()
      assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["q"])
    }
    assert.deepStrictEqual(pauses, [15, 30, 60, 120, 240, 480, 960, 1800, 1800])
    chat.answers()
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("is left alone as long as it asks for, and five minutes at least when a quota is used up", () => {
    const chat = asked()
    chat.modelFails("overload", 90 * secondMs)
    assert.strictEqual(chat.due, chat.now + 90 * secondMs)
    chat.wakesWhenDue()
    chat.modelFails("quota")
    assert.strictEqual(chat.due, chat.now + 5 * minuteMs)
  })

  it("is not asked again before tomorrow when the day's budget is spent", () => {
    const chat = asked().at("2026-11-24 20:00")
    chat.state = { ...chat.state, turn: { ...(chat.state.turn as never as object), firstSentAt: chat.now } as never }
    chat.modelFails("budget")
    assert.strictEqual(isoWithOffset(chat.due!, zone), "2026-11-25T00:00:00+05:00")
  })

  it("that stays away for twelve hours makes us ask a person", () => {
    const chat = asked()
    const from = chat.now
    for (let i = 0; i < 100 && chat.outcomeOf("q") === undefined; i++) {
      chat.modelFails()
      chat.wakesWhenDue()
    }
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:model_unavailable")
    assert.strictEqual(chat.only("AskOperator")?.why, "model_unavailable")
    assert.isBelow(chat.now - from, 12 * hourMs + minuteMs)
  })

  it("that fails at the classification leaves the question open", () => {
    const chat = new Chat(tuesday)
    chat.writes("Сколько стоит?")
    chat.wakesWhenDue()
    chat.modelFails()
    assert.strictEqual(chat.state.classification._tag, "Unknown")
    chat.wakesWhenDue()
    assert.isTrue(chat.only("Classify")?.isEarly)
  })

  it("whose answer is lost is asked under a new ticket, and the old answer is worth nothing", () => {
    const chat = asked()
    const lost = chat.ticket
    assert.strictEqual(chat.due, chat.now + 120 * secondMs)
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
    assert.deepStrictEqual(chat.drafts("Поздно", { ticket: lost }), [])
    chat.drafts("Вовремя")
    assert.strictEqual(chat.sent.length, 2)
  })

  it("gives no second answer when it answers twice", () => {
    const chat = asked()
    const { ticket } = chat
    chat.drafts("Раз", { ticket })
    assert.deepStrictEqual(chat.drafts("Два", { ticket }), [])
  })

  it("is not asked every few seconds for a touch", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftTouch"))
    chat.modelFails()
    assert.isAtLeast(chat.due! - chat.now, 30 * minuteMs)
  })
})

describe("a draft", () => {
  const asked = () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?", { messageId: "q" })
    chat.wakesWhenDue()
    return chat
  }

  it("that the guard sends back is drafted anew with the reasons", () => {
    const chat = asked()
    chat.drafts("Бесплатно!", { reasons: ["цены нет в документах"] })
    assert.deepStrictEqual(chat.only("DraftReply")?.refused, [
      { draft: "Бесплатно!", reasons: ["цены нет в документах"] },
    ])
    assert.isUndefined(chat.only("Send"))
    chat.answers()
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("that is sent back a third time gives way to a safe sentence, and a person is asked", () => {
    const chat = asked()
    for (let i = 0; i < 3; i++) chat.drafts(`Бесплатно ${i}!`, { reasons: ["цены нет в документах"] })
    assert.deepInclude(chat.only("Send"), { text: "Уточню и вернусь к вам.", isSafe: true })
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:guard")
    assert.strictEqual(chat.only("AskOperator")?.why, "guard")
  })

  it("that wants a person is sent, and the client is not reminded", () => {
    const chat = asked()
    chat.drafts("", { reviewed: { draft: draft("Передам коллеге.", { hand_over: "просит человека" }), reasons: [] } })
    assert.strictEqual(chat.only("Send")?.text, "Передам коллеге.")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:asked_for_person")
    assert.deepInclude(chat.only("AskOperator"), { why: "asked_for_person", detail: "просит человека" })
    assert.isNull(chat.due)
  })
})

describe("a call", () => {
  const wednesday15 = local("2026-11-25 15:00")
  const asked = () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Давайте завтра в 15:00", { messageId: "q" })
    chat.wakesWhenDue()
    return chat
  }
  const booked = () => {
    const chat = asked()
    chat.draftsCall("book", wednesday15)
    return chat.arrives().after({ minutes: 10 })
  }
  const again = (chat: Chat, text: string) => {
    chat.writes(text)
    chat.wakesWhenDue()
    return chat
  }

  it("is booked with what it is about, also when it is moved", () => {
    const chat = asked()
    chat.draftsCall("book", wednesday15, { callAbout: "Сколько стоит обжиг?" })
    assert.strictEqual(chat.only("BookCall")?.about, "Сколько стоит обжиг?")
    again(chat.arrives().after({ minutes: 10 }), "Давайте в 16:00")
    chat.draftsCall("move", wednesday15 + hourMs, { callAbout: "А роспись?" })
    assert.strictEqual(chat.only("MoveCall")?.about, "А роспись?")
  })

  it("is booked with the reply that confirms it", () => {
    const chat = asked()
    chat.draftsCall("book", wednesday15)
    assert.deepStrictEqual(chat.only("BookCall"), { _tag: "BookCall", callAt: wednesday15, about: "" })
    assert.isDefined(chat.only("Send"))
    assert.strictEqual(chat.state.callAt, wednesday15)
  })

  it("can be moved", () => {
    const chat = again(booked(), "Можно в 16:00?")
    chat.draftsCall("move", wednesday15 + hourMs)
    assert.deepStrictEqual(chat.only("MoveCall"), {
      _tag: "MoveCall",
      from: wednesday15,
      callAt: wednesday15 + hourMs,
      about: "",
    })
  })

  it("can be cancelled", () => {
    const chat = again(booked(), "Отмените звонок")
    chat.draftsCall("cancel", null)
    assert.deepStrictEqual(chat.only("CancelCall"), { _tag: "CancelCall", callAt: wednesday15 })
    assert.isNull(chat.state.callAt)
  })

  it("that the client cancelled no longer holds the reminders back", () => {
    const chat = again(booked(), "А можно пока без звонка?")
    chat.draftsCall("cancel", null)
    assert.isNotNull(chat.due)
    assert.isDefined(chat.only("StartChain"))
  })

  it("can be cancelled by a person, once", () => {
    const chat = booked()
    const cancel = (callAt: number) => chat.tell({ _tag: "CallCancelled", at: chat.now, callAt })
    assert.deepStrictEqual(cancel(wednesday15 + hourMs), [], "another call than the one on record")
    assert.deepStrictEqual(cancel(wednesday15), [{ _tag: "CancelCall", callAt: wednesday15 }])
    assert.deepStrictEqual(cancel(wednesday15), [])
  })

  it("that is over can no longer be cancelled by a person", () => {
    const chat = booked().at(wednesday15)
    assert.deepStrictEqual(chat.tell({ _tag: "CallCancelled", at: chat.now, callAt: wednesday15 }), [])
    assert.strictEqual(chat.state.callAt, wednesday15)
  })

  it("that a person cancels while an answer is being written has the answer written anew", () => {
    const chat = again(booked(), "А о чём будем говорить?")
    const { ticket } = chat
    chat.tell({ _tag: "CallCancelled", at: chat.now, callAt: wednesday15 })
    chat.drafts("Созвонимся в среду, как договорились.", { ticket })
    assert.isUndefined(chat.only("Send"))
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
  })

  describe("with a reminder an hour before", () => {
    const text =
      "Напоминаем: сегодня, в среду, 25 ноября, в 15:00 созвон; если планы изменились, напишите, и мы перенесём."
    const promised = (reply = "Записал вас на среду, 25 ноября, в 15:00.") => {
      const chat = new Chat("2026-11-24 10:00", { callReminderMinutes: 60 }).meets().after({ minutes: 10 })
      again(chat, "Давайте завтра в 15:00")
      chat.draftsCall("book", wednesday15, {
        reviewed: { draft: draft(reply, { call: { action: "book", at: "2026-11-25T15:00:00+05:00" } }), reasons: [] },
      })
      return chat.arrives().after({ minutes: 10 })
    }
    const reminders = (chat: Chat) => chat.sent.filter((one) => one.kind === "reminder")
    const runsOut = (chat: Chat) => {
      for (let n = 0; n < 50 && chat.due !== null; n++) chat.wakesWhenDue()
      return chat
    }

    it("reminds once, at its hour, and it is no touch", () => {
      const chat = promised()
      assert.strictEqual(chat.due, wednesday15 - hourMs)
      chat.wakesWhenDue()
      assert.deepInclude(chat.only("Send"), { kind: "reminder", text, touch: null, messageIds: [], isSafe: false })
      assert.deepStrictEqual(
        reminders(runsOut(chat.arrives())).map((one) => one.at),
        [wednesday15 - hourMs],
      )
      assert.deepStrictEqual(chat.every("AdvanceChain"), [])
    })
    it("reminds in the language in which the call was agreed on", () => {
      const chat = promised("Сізді сәрсенбі, 25 қараша, сағат 15:00-ге жазып қойдым.")
      chat.wakesWhenDue()
      assert.match(chat.only("Send")!.text, /^Еске саламыз: .* — бүгін, сәрсенбі, 25 қараша, сағат 15:00;/)
    })
    it("does not remind when the setting is 0, also when it was changed meanwhile", () => {
      assert.isNull(booked().due)
      const chat = promised()
      ;(chat as { policy: Policy }).policy = { ...chat.policy, callReminderMinutes: 0 }
      assert.deepStrictEqual(reminders(runsOut(chat)), [])
    })
    it("reminds of the time to which the call was moved, and not of the old one", () => {
      const chat = again(promised(), "Можно в 17:00?")
      chat.draftsCall("move", wednesday15 + 2 * hourMs)
      chat.arrives()
      assert.deepStrictEqual(
        reminders(runsOut(chat)).map((one) => one.at),
        [wednesday15 + hourMs],
      )
    })
    it("withdraws a reminder that has not left when the call is moved or cancelled", () => {
      for (const action of ["move", "cancel"] as const) {
        const chat = promised()
        chat.wakesWhenDue()
        chat.after({ minutes: 1 })
        again(chat, "Не получается")
        chat.draftsCall(action, action === "move" ? wednesday15 + dayMs : null)
        assert.deepStrictEqual(chat.only("WithdrawUnsent"), { _tag: "WithdrawUnsent", what: "reminders" })
      }
    })
    it("does not remind after a cancellation, a takeover, an opt-out, or the finding that it is no client", () => {
      const ways: ReadonlyArray<(chat: Chat) => unknown> = [
        (chat) => again(chat, "Отмените").draftsCall("cancel", null),
        (chat) => chat.tell({ _tag: "CallCancelled", at: chat.now, callAt: wednesday15 }),
        (chat) => chat.operator(),
        (chat) => chat.writes("не пишите мне больше"),
        (chat) => chat.tell({ _tag: "PersonClassified", at: chat.now, isClient: false }),
      ]
      for (const way of ways) {
        const chat = promised()
        way(chat)
        for (let n = 0; n < 5 && chat.due !== null && chat.due < wednesday15; n++) chat.wakesWhenDue()
        assert.deepStrictEqual(reminders(chat), [])
      }
    })
    it("waits while the client's message is unanswered, and leaves after the answer", () => {
      const chat = promised().at(wednesday15 - hourMs - 5 * secondMs)
      chat.writes("А сколько это займёт?")
      assert.isAbove(chat.due!, wednesday15 - hourMs)
      chat.at(wednesday15 - hourMs).wakes()
      assert.deepStrictEqual(reminders(chat), [])
      chat.wakesWhenDue()
      chat.drafts("Полчаса.")
      chat.wakesWhenDue()
      assert.lengthOf(reminders(chat), 1)
    })
    it("that was slept through is not sent once the call has begun", () => {
      const chat = promised().at(wednesday15)
      chat.wakes()
      assert.deepStrictEqual(reminders(runsOut(chat)), [])
      assert.isNull(chat.due)
    })
    it("does not send again what came back or whose fate is unknown", () => {
      for (const status of ["dropped", "undeliverable", "unknown"] as const) {
        const chat = promised()
        chat.wakesWhenDue()
        chat.delivered(chat.sent.at(-1)!.outboundId, status)
        assert.lengthOf(reminders(runsOut(chat)), 1)
      }
      const chat = promised()
      chat.wakesWhenDue()
      chat.after({ hours: 1 }).expires(chat.sent.at(-1)!.outboundId)
      assert.lengthOf(reminders(runsOut(chat)), 1)
    })
    it("reminds after all when it came back unsent and the call still stands", () => {
      const returned = (meanwhile: (chat: Chat) => unknown = () => {}) => {
        const chat = promised()
        chat.wakesWhenDue()
        const { outboundId } = chat.sent.at(-1)!
        chat.after({ minutes: 5 })
        meanwhile(chat)
        chat.expires(outboundId)
        return reminders(runsOut(chat)).map((one) => one.at)
      }
      const first = wednesday15 - hourMs
      assert.deepStrictEqual(returned(), [first, first + 5 * minuteMs])
      const ended: ReadonlyArray<(chat: Chat) => unknown> = [
        (chat) => chat.operator(),
        (chat) => chat.writes("не пишите мне больше"),
        (chat) => chat.tell({ _tag: "PersonClassified", at: chat.now, isClient: false }),
        (chat) => chat.tell({ _tag: "CallCancelled", at: chat.now, callAt: wednesday15 }),
      ]
      for (const way of ended) assert.deepStrictEqual(returned(way), [first])
    })
    it("reads a conversation that was stored before there were reminders", () => {
      const { reminder: _reminder, ...old } = newConversation({ profileId: "p", phone: "+77010000000" })
      assert.isNull(wakeUpAt(stored(old), policy))
    })
  })

  it("that was already confirmed is not booked again", () => {
    const chat = again(booked(), "Значит, завтра в 15:00?")
    chat.draftsCall("book", wednesday15)
    assert.isDefined(chat.only("Send"))
    assert.isUndefined(chat.only("BookCall"))
    assert.isUndefined(chat.only("MoveCall"))
  })

  it("is refused when it is taken, past, outside working hours, or names no time", () => {
    const refused = (callAt: number | null, isSlotFree = true) => {
      const chat = asked()
      chat.draftsCall("book", callAt, { isSlotFree })
      assert.isUndefined(chat.only("Send"))
      return chat.only("DraftReply")?.refused[0]?.reasons[0]
    }
    assert.include(refused(wednesday15, false), "занято")
    assert.include(refused(local("2026-11-24 10:00")), "прошедшее")
    assert.include(refused(local("2026-11-25 18:00")), "нерабочее")
    assert.include(refused(local("2026-11-28 12:00")), "нерабочее")
    assert.include(refused(local("2026-12-16 12:00")), "нерабочее")
    assert.include(refused(null), "не указано время")
  })

  it("cannot be cancelled when there is none, or when it is over", () => {
    const none = asked()
    none.draftsCall("cancel", null)
    assert.include(none.only("DraftReply")?.refused[0]?.reasons[0], "не назначен")
    const over = again(booked().at("2026-11-26 12:00"), "Отмените звонок")
    over.draftsCall("cancel", null)
    assert.include(over.only("DraftReply")?.refused[0]?.reasons[0], "не назначен")
  })

  it("that is over cannot be confirmed again", () => {
    const chat = again(booked().at("2026-11-26 12:00"), "Запишите меня снова")
    chat.draftsCall("book", wednesday15)
    assert.isUndefined(chat.only("Send"))
  })

  it("that is over and then booked anew is a new one", () => {
    const chat = again(booked().at("2026-11-26 12:00"), "Завтра в 11:00")
    const friday11 = local("2026-11-27 11:00")
    chat.draftsCall("book", friday11)
    assert.deepStrictEqual(chat.only("BookCall"), { _tag: "BookCall", callAt: friday11, about: "" })
  })

  it("is not booked by a draft that fell back to the safe sentence", () => {
    const chat = asked()
    for (let i = 0; i < 3; i++) chat.draftsCall("book", wednesday15, { isSlotFree: false })
    assert.isTrue(chat.only("Send")?.isSafe)
    assert.isNull(chat.state.callAt)
    assert.strictEqual(chat.every("BookCall").length, 0)
  })

  it("ends the reminders", () => {
    const chat = booked()
    assert.isNull(chat.due)
    again(chat, "А сколько это займёт?")
    chat.answers("Около получаса.")
    assert.isNull(chat.due)
  })

  it("keeps its slot when its confirmation has to be written anew", () => {
    const chat = asked()
    chat.draftsCall("book", wednesday15)
    const lost = chat.sent.at(-1)!.outboundId
    chat.after({ hours: 1 }).expires(lost)
    chat.wakesWhenDue()
    chat.draftsCall("book", wednesday15)
    assert.isDefined(chat.only("Send"))
    assert.strictEqual(chat.every("BookCall").length, 1)
  })
})

describe("a takeover", () => {
  it("silences the bot for twelve hours, and each further word begins them anew", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.operator()
    chat.after({ hours: 11 }).operator()
    chat.after({ hours: 11 }).writes("Спасибо", { messageId: "a" })
    assert.strictEqual(chat.outcomeOf("a"), "handed_over:operator_in_chat")
    chat.after({ hours: 1 }).wakes()
    chat.writes("А цена?", { messageId: "b" })
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
  })

  it("ends at its hour even before the timer says so", () => {
    const chat = new Chat(tuesday).meets()
    chat.operator()
    chat.after({ hours: 12 }).writes("А цена?", { messageId: "b" })
    assert.isUndefined(chat.outcomeOf("b"))
  })

  it("takes the open turn along and withdraws what has not left", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А цена?", { messageId: "a" })
    chat.wakesWhenDue()
    const { ticket } = chat
    chat.operator()
    assert.isDefined(chat.only("WithdrawUnsent"))
    assert.strictEqual(chat.outcomeOf("a"), "handed_over:operator_wrote")
    assert.deepStrictEqual(chat.drafts("90 000", { ticket }), [])
  })

  it("ends when a person gives the chat back", () => {
    const chat = new Chat(tuesday).meets()
    chat.tell({ _tag: "PersonTookOver", at: chat.now })
    chat.tell({ _tag: "Released", at: chat.now })
    chat.writes("А цена?")
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
  })

  it("ends the reminders, and they begin again only after the client wrote and we answered", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.operator()
    assert.strictEqual(chat.only("StopChain")?.reason, "operator_took_over")
    chat.after({ hours: 13 }).wakes()
    assert.isNull(chat.due)
    chat.writes("А цена?")
    chat.wakesWhenDue()
    chat.answers()
    assert.isDefined(chat.every("StartChain").at(-1))
  })

  it("is the end of a fifth touch that came back unsent because of it", () => {
    const chat = new Chat(tuesday).meets()
    for (let touch = 1; touch <= 5; touch++) {
      chat.wakesWhenDue()
      chat.draftsTouch(`Напоминание ${touch}`)
      if (touch < 5) chat.arrives()
    }
    chat.operator()
    chat.after({ minutes: 1 }).delivered(chat.sent.at(-1)!.outboundId, "dropped", "operator_wrote")
    chat.after({ hours: 13 }).wakes()
    assert.isNull(chat.due)
  })
})

describe("an opt-out", () => {
  it("is for good: nothing is said, now and later", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Не пишите мне больше", { messageId: "a" })
    assert.strictEqual(chat.only("StopChain")?.reason, "opted_out")
    assert.isDefined(chat.only("WithdrawUnsent"))
    assert.deepInclude(chat.state.followUp, { reason: "opted_out" })
    chat.after({ hours: 100 }).writes("Сколько стоит курс?", { messageId: "b" })
    assert.isNull(chat.due)
    assert.strictEqual(chat.outcomeOf("a"), "ignored:opted_out")
    assert.strictEqual(chat.outcomeOf("b"), "ignored:opted_out")
  })

  it("takes the whole open turn along", () => {
    const chat = new Chat(tuesday)
    chat.writes("Алло", { messageId: "a" })
    chat.writes("Удалите мой номер", { messageId: "b" })
    assert.deepStrictEqual(chat.only("RecordOutcome")?.messageIds, ["a", "b"])
    assert.isNull(chat.due)
  })

  it("counts in the caption of a picture", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[изображение] Не пишите мне больше", { content: "media" })
    assert.isTrue(chat.state.isOptedOut)
  })

  it("counts in a transcript that came too late for its turn", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.wakesWhenDue()
    assert.isDefined(chat.only("Send"))
    chat.after({ minutes: 1 }).writes("не пишите мне больше", { messageId: "v", content: "transcript", isRepeat: true })
    assert.isTrue(chat.state.isOptedOut)
    assert.strictEqual(chat.outcomeOf("v"), "answered")
  })

  it("counts in an edit, without judging an answered message anew", () => {
    const chat = new Chat(tuesday).meets("Сколько стоит?")
    chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "m1", text: "Не пишите мне больше" })
    assert.isTrue(chat.state.isOptedOut)
    assert.isUndefined(chat.only("RecordOutcome"))
    assert.strictEqual(chat.only("StopChain")?.reason, "opted_out")
  })
})

describe("a transcript that came too late for its turn", () => {
  const answeredUnheard = () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("[голосовое сообщение]", { messageId: "v", content: "voice" })
    chat.wakesWhenDue()
    return chat.after({ minutes: 1 })
  }
  const arrives = (chat: Chat, text: string) =>
    chat.writes(text, { messageId: "v", content: "transcript", isRepeat: true })

  it("still says no", () => {
    const chat = answeredUnheard()
    arrives(chat, "нет, не надо")
    assert.strictEqual(chat.only("StopChain")?.reason, "client_said_no")
    assert.isNull(chat.due)
  })

  it("is part of the turn again when our words about it never left", () => {
    const chat = answeredUnheard()
    chat.after({ hours: 1 }).expires(chat.sent.at(-1)!.outboundId)
    arrives(chat, "нет, не надо")
    chat.wakesWhenDue()
    chat.answers("Хорошо.")
    assert.isNull(chat.due)
  })

  it("says nothing else", () => {
    const chat = answeredUnheard()
    assert.deepStrictEqual(arrives(chat, "сколько стоит курс"), [])
  })
})

describe("what the client answers", () => {
  const said = (text: string) => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes(text)
    const reason = chat.only("StopChain")?.reason
    chat.wakesWhenDue()
    chat.answers("Хорошо.")
    return { reason, due: chat.due, chat }
  }

  it("stops the reminders by its own name, and they go on only after a question or a doubt", () => {
    assert.deepInclude(said("да, давайте"), { reason: "client_said_yes", due: null })
    assert.deepInclude(said("нет, спасибо"), { reason: "client_said_no", due: null })
    assert.strictEqual(said("я подумаю").reason, "client_responded")
    assert.isNotNull(said("я подумаю").due)
    assert.isNotNull(said("А сколько длится курс?").due)
  })

  it("with yes ends the reminders only until the next question", () => {
    const { chat } = said("да, давайте")
    chat.after({ hours: 1 }).writes("А сколько длится курс?")
    chat.wakesWhenDue()
    chat.answers("Два месяца.")
    assert.isNotNull(chat.due)
  })

  it("with no ends them for good, even when the client writes again", () => {
    const { chat } = said("нет, спасибо")
    chat.after({ hours: 1 }).writes("А сколько длится курс?")
    chat.wakesWhenDue()
    chat.answers("Два месяца.")
    assert.isNull(chat.due)
  })

  it("agrees to nothing before any word of ours", () => {
    const chat = new Chat(tuesday)
    for (const text of ["да", "я подумаю"]) {
      chat.writes(text)
      assert.strictEqual(chat.state.lastAnswer, "none")
    }
    assert.notStrictEqual(chat.state.followUp._tag, "Stopped")
  })

  it("refuses also before any word of ours: the answer that follows begins no reminders", () => {
    const begun = (say: (chat: Chat) => void) => {
      const chat = new Chat(tuesday)
      chat.writes("Какая цена тарифа?", { messageId: "q" })
      chat.after({ seconds: 3 })
      say(chat)
      chat.wakesWhenDue()
      chat.classified("client", 0.95)
      chat.wakesWhenDue()
      chat.answers("Хорошо.")
      assert.isNull(chat.due)
      assert.deepStrictEqual(chat.every("StartChain"), [])
    }
    begun((chat) => chat.writes("Нет, спасибо, не нужно"))
    begun((chat) => chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "q", text: "Уже не надо, спасибо" }))
  })

  it("tells a touch whether the client doubted or said nothing", () => {
    const doubted = said("я подумаю").chat
    doubted.wakesWhenDue()
    assert.strictEqual(doubted.only("DraftTouch")?.reason, "uncertain")
    const silent = new Chat(tuesday).meets()
    silent.wakesWhenDue()
    assert.strictEqual(silent.only("DraftTouch")?.reason, "ignored")
  })
})

describe("a client who goes quiet", () => {
  it("is reminded five times, 24, 72, 168, 336 and 720 hours after our previous word, within working hours", () => {
    const chat = new Chat(tuesday).meets()
    let previous = chat.sent.at(-1)!.at
    const waits = [24, 72, 168, 336, 720]
    for (const wait of waits) {
      chat.wakesWhenDue()
      chat.draftsTouch(`Напоминание ${wait}`)
      const { at } = chat.only("Send") === undefined ? assert.fail("no touch") : chat.sent.at(-1)!
      assert.isAtLeast(at - previous, wait * hourMs)
      assert.isBelow(at - previous, wait * hourMs + 5 * dayMs)
      const [weekday, hour] = [new Date(at + 5 * hourMs).getUTCDay(), new Date(at + 5 * hourMs).getUTCHours()]
      assert.isTrue(weekday >= 1 && weekday <= 5 && hour >= 10 && hour < 18, isoWithOffset(at, zone))
      previous = at
      chat.arrives()
    }
    assert.deepStrictEqual(
      chat.sent.map((send) => send.touch),
      [null, 1, 2, 3, 4, 5],
    )
    assert.strictEqual(chat.every("StopChain").at(-1)?.reason, "completed_5_touches")
    assert.isNull(chat.due)
  })

  it("is not reminded in the moment at which our last message, a day late, has just reached him", () => {
    const chat = new Chat(tuesday)
    chat.writes("Сколько стоит курс?")
    chat.wakesWhenDue()
    chat.classified("client", 0.95)
    chat.wakesWhenDue()
    chat.drafts("Курс стоит 90 000 тенге.")
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftTouch"), "the report is so late that nobody waits for it any more")
    chat.after({ seconds: 5 }).arrives()
    chat.draftsTouch("Остались ли вопросы?")
    assert.isUndefined(chat.only("Send"))
    const due = chat.now + 24 * hourMs
    assert.strictEqual(chat.due, due)
    chat.wakesWhenDue()
    chat.draftsTouch("Остались ли вопросы?")
    assert.isDefined(chat.only("Send"))
  })

  it("hears nothing more in this chain when there is nothing new to say", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    for (let n = 0; n < 3; n++) chat.draftsTouch("Здравствуйте!", { reasons: ["повтор"], safeText: null })
    assert.isUndefined(chat.only("Send"))
    assert.strictEqual(chat.only("StopChain")?.reason, "nothing_to_say")
    assert.deepInclude(chat.only("AskOperator"), {
      why: "guard",
      detail: "напоминание не прошло проверку, и ничего не отправлено: повтор",
    })
    assert.isNull(chat.due)
    chat.after({ hours: 1 }).writes("А доставка есть?")
    chat.wakesWhenDue()
    chat.answers("Да, есть.")
    assert.isNotNull(chat.due, "a word of the client begins another chain")
  })

  it("is told why a touch was moved", () => {
    const why = (tell: (chat: Chat) => unknown) => {
      const chat = new Chat(tuesday).meets()
      chat.at(chat.due!)
      tell(chat)
      return chat.only("AdvanceChain")?.why
    }
    assert.strictEqual(
      why((chat) => chat.wakes({ touchesLeft: 0 })),
      "daily_cap",
    )
    assert.strictEqual(
      why((chat) => chat.after({ hours: 12 }).wakes()),
      "outside_hours",
    )
    assert.strictEqual(
      why((chat) => {
        chat.wakes()
        chat.modelFails()
      }),
      "model_away",
    )
    assert.strictEqual(
      why((chat) => {
        chat.wakes()
        chat.modelFails("budget")
      }),
      "token_budget",
    )
    assert.strictEqual(
      why((chat) => {
        chat.wakes()
        chat.draftsTouch("Остались ли вопросы?")
        chat.expires(chat.sent.at(-1)!.outboundId)
      }),
      "came_back",
    )
  })

  it("is reminded in the first hours after the next opening when the moment is outside", () => {
    const due = new Chat("2026-11-27 20:00").meets().due!
    const opening = local("2026-11-30 10:00")
    assert.isAtLeast(due, opening)
    assert.isBelow(due, opening + 120 * minuteMs)
  })

  it("is spread over those hours also when the wake-up itself came after closing", () => {
    const dues = new Set<number>()
    for (let spreadSeed = 1; spreadSeed <= 20; spreadSeed++) {
      const chat = new Chat(tuesday)
      chat.state = { ...chat.state, spreadSeed: spreadSeed * 7919 }
      chat.meets().at("2026-11-25 21:00").wakes()
      assert.isUndefined(chat.only("DraftTouch"))
      dues.add(chat.due!)
      assert.isAtLeast(chat.due!, local("2026-11-26 10:00"))
      assert.isBelow(chat.due!, local("2026-11-26 12:00"))
    }
    assert.isAbove(dues.size, 10)
  })

  it("waits for the next working day when the day's share is used up, and is spread there, too", () => {
    const dues = new Set<number>()
    for (let spreadSeed = 1; spreadSeed <= 20; spreadSeed++) {
      const chat = new Chat("2026-11-26 12:00")
      chat.state = { ...chat.state, spreadSeed: spreadSeed * 7919 }
      chat.meets()
      chat.wakesWhenDue({ touchesLeft: 0 })
      assert.isUndefined(chat.only("DraftTouch"))
      assert.isAtLeast(chat.due!, local("2026-11-30 10:00"))
      assert.isBelow(chat.due!, local("2026-11-30 12:00"))
      dues.add(chat.due!)
    }
    assert.isAbove(dues.size, 10)
  })

  it("is not reminded when the share was used up while the touch was drafted", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    chat.draftsTouch("Напоминание", { touchesLeft: 0 })
    assert.isUndefined(chat.only("Send"))
    assert.isAtLeast(chat.due!, local("2026-11-26 10:00"))
  })

  it("is not reminded when the touch was drafted past closing time", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    chat.at("2026-11-25 18:00").draftsTouch("Напоминание")
    assert.isUndefined(chat.only("Send"))
    assert.isAtLeast(chat.due!, local("2026-11-26 10:00"))
  })

  it("is not reminded when it wrote while the touch was drafted", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    const { ticket } = chat
    chat.after({ seconds: 3 }).writes("Я тут")
    assert.deepStrictEqual(chat.draftsTouch("Напоминание", { ticket }), [])
  })

  it("is not reminded while it is unknown what became of our last message", () => {
    const chat = new Chat(tuesday, { silenceHours: [2, 4] }).meets()
    chat.after({ hours: 1 }).writes("А длится?")
    chat.wakesWhenDue()
    chat.drafts("Два месяца.")
    chat.wakesWhenDue()
    assert.isUndefined(chat.only("DraftTouch"))
    assert.isAtLeast(chat.due!, chat.now + hourMs)
  })

  it("hears a safe reminder when the drafts do not pass, and no call in any", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    chat.draftsTouch("Скидка 90%!", { reasons: ["скидки нет"] })
    assert.strictEqual(chat.only("DraftTouch")?.refused.length, 1)
    const call = { action: "book" as const, at: "2026-11-26T12:00:00+05:00" }
    chat.draftsTouch("", { reviewed: { draft: draft("Записал вас.", { call }), reasons: [] } })
    assert.strictEqual(chat.only("DraftTouch")?.refused.length, 2)
    chat.draftsTouch("Скидка 80%!", { reasons: ["скидки нет"] })
    assert.deepInclude(chat.only("Send"), { kind: "touch", touch: 1, isSafe: true })
    assert.deepInclude(chat.only("AskOperator"), {
      why: "guard",
      detail: "напоминание не прошло проверку, ушла заготовленная фраза: скидки нет",
    })
    assert.isNotNull(chat.due, "the chain goes on")
  })

  it("is reminded 24 hours after our reply arrived, should it have been held up", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?")
    chat.wakesWhenDue()
    chat.drafts("Два месяца.")
    chat.after({ minutes: 50 }).delivered(chat.sent.at(-1)!.outboundId)
    assert.strictEqual(chat.due, chat.now + 24 * hourMs)
  })
})

describe("what became of a message of ours", () => {
  const replied = () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?", { messageId: "q" })
    chat.wakesWhenDue()
    chat.drafts("Два месяца.", { outboundId: "r" })
    return chat.after({ minutes: 5 })
  }
  const touched = () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    chat.draftsTouch("Напоминание", { outboundId: "t" })
    return chat.after({ minutes: 5 })
  }

  it("a reply dropped because a human wrote leaves its messages to the human", () => {
    const chat = replied()
    chat.delivered("r", "dropped", "operator_wrote")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:operator_wrote")
  })

  it("a reply dropped because the client asked for silence is the last one, also before the words themselves are here", () => {
    const chat = replied()
    chat.writes("И ещё вопрос", { messageId: "q2" })
    chat.delivered("r", "dropped", "opted_out")
    assert.isTrue(chat.state.isOptedOut)
    assert.strictEqual(chat.outcomeOf("q"), "ignored:opted_out")
    assert.strictEqual(chat.outcomeOf("q2"), "ignored:opted_out")
    assert.isNull(chat.due)
    chat.writes("Не пишите мне больше", { messageId: "out" })
    assert.strictEqual(chat.outcomeOf("out"), "ignored:opted_out")
    assert.isNull(chat.due)
  })

  it("a touch dropped because the client asked for silence is the last one", () => {
    const chat = touched()
    chat.delivered("t", "dropped", "opted_out")
    assert.isNull(chat.due)
    assert.strictEqual(chat.only("StopChain")?.reason, "opted_out")
  })

  it("a reply dropped because the number is whitelisted is nobody's to answer", () => {
    const chat = replied()
    chat.delivered("r", "dropped", "whitelisted")
    assert.strictEqual(chat.outcomeOf("q"), "ignored:whitelisted")
    assert.isNull(chat.due)
  })

  it("a touch dropped because the number is whitelisted is the last one", () => {
    const chat = touched()
    chat.delivered("t", "dropped", "whitelisted")
    assert.isNull(chat.due)
  })

  it("a dropped touch is due again an hour later, with the same number", () => {
    const chat = touched()
    chat.delivered("t", "dropped", "client_wrote")
    assert.isAtLeast(chat.due!, chat.now + hourMs)
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("DraftTouch")?.touch, 1)
  })

  it("a dropped touch is over when the client did write", () => {
    const chat = touched()
    chat.writes("Я тут")
    chat.delivered("t", "dropped", "client_wrote")
    chat.wakesWhenDue()
    assert.isDefined(chat.only("DraftReply"))
  })

  it("an expired reply is thought of again, and answered once more", () => {
    const chat = replied().after({ hours: 1 })
    chat.expires("r")
    assert.isDefined(chat.only("StopChain"))
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["q"])
    chat.answers("Два месяца, дважды в неделю.")
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("a reply that came back because its question was edited is thought of again, soon", () => {
    const chat = replied()
    chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "q", text: "А стоит?" })
    chat.expires("r", "client_edited")
    assert.isAtMost(chat.due!, chat.now + 8 * secondMs)
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["q"])
    chat.answers("90 000 тенге.")
    assert.strictEqual(chat.outcomeOf("q"), "answered")
  })

  it("a reply that came back because its question was taken back is not written again, and nobody is reminded of it", () => {
    for (const order of ["deletion first", "report first"]) {
      const chat = replied()
      const deleted = () => chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "q" })
      if (order === "deletion first") deleted()
      chat.expires("r", "client_edited")
      if (order === "report first") deleted()
      assert.strictEqual(chat.outcomeOf("q"), "ignored:deleted")
      assert.isNull(chat.due)
    }
  })

  it("a reply to two messages of which one was taken back is written anew for the other", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("А длится?", { messageId: "q" })
    chat.writes("А стоит?", { messageId: "p" })
    chat.wakesWhenDue()
    chat.drafts("Два месяца, 90 000 тенге.", { outboundId: "r" })
    chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "q" })
    chat.expires("r", "client_edited")
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["p"])
  })

  it("an expired reply is left to the human who wrote meanwhile", () => {
    const chat = replied().after({ hours: 1 })
    chat.operator()
    chat.expires("r")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:operator_wrote")
  })

  it("an expired reply to somebody who opted out, or is no client, stays unsaid", () => {
    const out = replied()
    out.writes("Не пишите мне больше")
    out.expires("r")
    assert.strictEqual(out.outcomeOf("q"), "ignored:opted_out")
    const none = replied()
    none.tell({ _tag: "PersonClassified", at: none.now, isClient: false })
    none.expires("r")
    assert.strictEqual(none.outcomeOf("q"), "ignored:not_client")
  })

  it("a reply that could not leave because sending is stopped is a person's, once, and is not drafted anew", () => {
    const chat = replied().after({ hours: 1 })
    chat.expires("r", "sending_stopped")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:sending_stopped")
    assert.strictEqual(chat.only("AskOperator")?.why, "sending_stopped")
    assert.isDefined(chat.only("StopChain"))
    assert.isNull(chat.due)
    assert.deepStrictEqual(chat.expires("r", "sending_stopped"), [])
  })

  it("a touch that could not leave because sending is stopped waits for another day", () => {
    const chat = touched().after({ hours: 1 })
    chat.expires("t", "sending_stopped")
    assert.isUndefined(chat.only("AskOperator"))
    assert.isAtLeast(chat.due!, chat.now + 24 * hourMs)
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("DraftTouch")?.touch, 1)
  })

  it("a reply that expires again and again goes to a person once the client has waited twelve hours", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько длится курс?", { messageId: "q" })
    const wroteAt = chat.now
    for (let round = 0; chat.outcomeOf("q") === undefined || chat.outcomeOf("q") === "answered"; round++) {
      assert.isBelow(round, 20)
      chat.wakesWhenDue()
      if (chat.only("DraftReply") === undefined) break
      chat.drafts("Два месяца.", { outboundId: `r${round}` })
      chat.after({ hours: 1 }).expires(`r${round}`)
    }
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:too_late")
    assert.isAtMost(chat.now - wroteAt, 14 * hourMs)
  })

  it("an expired touch is due again", () => {
    const chat = touched().after({ hours: 1 })
    chat.expires("t")
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("DraftTouch")?.touch, 1)
  })

  it("a touch of an earlier chain that comes back very late sets no later chain back", () => {
    const chat = touched()
    chat.after({ hours: 21 }).writes("А рассрочка есть?")
    chat.wakesWhenDue()
    chat.answers("Есть.")
    chat.wakesWhenDue()
    chat.draftsTouch("Напоминание")
    chat.arrives()
    const { due } = chat
    chat.after({ hours: 1 }).delivered("t", "dropped", "operator_wrote")
    assert.strictEqual(chat.due, due)
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("DraftTouch")?.touch, 2)
  })

  it("an expired fifth touch is not due again once a person said that this is no client", () => {
    const chat = new Chat(tuesday).meets()
    for (let touch = 1; touch <= 5; touch++) {
      chat.wakesWhenDue()
      chat.draftsTouch(`Напоминание ${touch}`)
      if (touch < 5) chat.arrives()
    }
    chat.tell({ _tag: "PersonClassified", at: chat.now, isClient: false })
    chat.after({ hours: 1 }).expires(chat.sent.at(-1)!.outboundId)
    assert.isNull(chat.due)
  })

  it("a message that cannot be delivered ends the reminders and is told to a person", () => {
    for (const status of ["refused", "undeliverable"] as const) {
      const chat = replied()
      chat.delivered("r", status, "нет WhatsApp")
      assert.strictEqual(chat.only("StopChain")?.reason, "undeliverable")
      assert.strictEqual(chat.outcomeOf("q"), "handed_over:undeliverable")
      assert.deepInclude(chat.only("AskOperator"), { why: "undeliverable", detail: "нет WhatsApp" })
      assert.isNull(chat.due)
    }
  })

  it("a reply that failed after it was sent is told to a person once, and never sent again", () => {
    const chat = replied()
    chat.delivered("r")
    assert.strictEqual(chat.outcomeOf("q"), "answered")
    chat.after({ minutes: 10 }).delivered("r", "undeliverable", "WhatsApp не доставил сообщение (error)")
    assert.strictEqual(chat.only("StopChain")?.reason, "undeliverable")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:undeliverable")
    assert.deepInclude(chat.only("AskOperator"), { why: "undeliverable" })
    assert.isUndefined(chat.only("Send"))
    assert.isNull(chat.due)
    assert.deepStrictEqual(chat.delivered("r", "undeliverable"), [])
    assert.deepStrictEqual(chat.delivered("r", "sent"), [])
  })

  it("a touch that failed after it was sent ends the chain", () => {
    const chat = touched()
    chat.delivered("t")
    assert.isNotNull(chat.due)
    chat.after({ hours: 1 }).delivered("t", "undeliverable")
    assert.strictEqual(chat.only("StopChain")?.reason, "undeliverable")
    assert.isUndefined(chat.only("AskOperator"))
    assert.isNull(chat.due)
  })

  it("a failure that is known only after the client wrote again is told, and ends no newer chain", () => {
    const chat = replied()
    chat.delivered("r")
    chat.after({ minutes: 5 }).writes("А рассрочка есть?")
    chat.wakesWhenDue()
    chat.answers("Есть.")
    const { due } = chat
    chat.delivered("r", "undeliverable")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:undeliverable")
    assert.isDefined(chat.only("AskOperator"))
    assert.isUndefined(chat.only("StopChain"))
    assert.strictEqual(chat.due, due)
  })

  it("a failure of what was said to somebody who opted out, or is no client, concerns nobody", () => {
    const out = replied()
    out.delivered("r")
    out.writes("Не пишите мне больше")
    assert.deepStrictEqual(out.delivered("r", "undeliverable"), [])
    const none = replied()
    none.delivered("r")
    none.tell({ _tag: "PersonClassified", at: none.now, isClient: false })
    assert.deepStrictEqual(none.delivered("r", "undeliverable"), [])
  })

  it("a message that arrived after all changes nothing that was decided", () => {
    const chat = replied()
    chat.delivered("r")
    chat.delivered("r", "undeliverable")
    assert.deepStrictEqual(chat.delivered("r", "delivered"), [])
    const first = replied()
    first.delivered("r", "delivered")
    assert.isNotNull(first.due, "told without a word that it was sent: it was")
  })

  it("a message of unknown fate is told to a person", () => {
    const chat = replied()
    chat.delivered("r", "unknown")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:delivery_unknown")
    assert.strictEqual(chat.only("AskOperator")?.why, "delivery_unknown")
  })

  it("a report that comes twice, or of something we do not know, changes nothing", () => {
    const chat = replied()
    chat.delivered("r")
    assert.deepStrictEqual(chat.delivered("r", "unknown"), [])
    assert.deepStrictEqual(chat.expires("r"), [])
    assert.deepStrictEqual(chat.delivered("never"), [])
  })
})

describe("an edit or a deletion", () => {
  it("replaces the text of an unanswered message: it is drafted anew", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?", { messageId: "q" })
    chat.wakesWhenDue()
    const { ticket } = chat
    chat.after({ seconds: 3 }).tell({ _tag: "ClientEdited", at: chat.now, messageId: "q", text: "Сколько длится?" })
    assert.deepStrictEqual(chat.drafts("90 000", { ticket }), [])
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["q"])
  })

  it("of an answered message is only kept", () => {
    const chat = new Chat(tuesday).meets()
    const before = chat.state
    assert.deepStrictEqual(
      chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "m1", text: "Сколько длится?" }),
      [],
    )
    assert.deepStrictEqual(chat.state, before)
  })

  it("to a no is a no, answered or not", () => {
    const open = new Chat(tuesday).meets().after({ hours: 1 })
    open.writes("Дорого?", { messageId: "q" })
    open.tell({ _tag: "ClientEdited", at: open.now, messageId: "q", text: "Нет, спасибо" })
    open.wakesWhenDue()
    open.answers("Хорошо.")
    assert.isNull(open.due)
    const answered = new Chat(tuesday).meets()
    answered.tell({ _tag: "ClientEdited", at: answered.now, messageId: "m1", text: "Нет, спасибо" })
    assert.strictEqual(answered.only("StopChain")?.reason, "client_said_no")
    assert.isNull(answered.due)
  })

  it("to a no holds back the reminder that has not left yet", () => {
    const chat = new Chat(tuesday).meets()
    chat.wakesWhenDue()
    chat.draftsTouch("Напоминание")
    chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "m1", text: "Нет, спасибо" })
    assert.strictEqual(chat.only("WithdrawUnsent")?.what, "touches")
  })

  it("that takes the last message back leaves nothing to answer", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?", { messageId: "q" })
    chat.wakesWhenDue()
    const { ticket } = chat
    chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "q" })
    assert.strictEqual(chat.outcomeOf("q"), "ignored:deleted")
    assert.deepStrictEqual(chat.drafts("90 000", { ticket }), [])
  })

  it("that takes a no back, before it was answered, lets the reminders begin again", () => {
    for (const how of ["deleted", "edited"]) {
      const chat = new Chat(tuesday).meets().after({ hours: 1 })
      chat.writes("Ой, это не вам, не нужно", { messageId: "n" })
      assert.strictEqual(chat.only("StopChain")?.reason, "client_said_no")
      if (how === "deleted") chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "n" })
      else chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "n", text: "Сколько длится?" })
      chat.after({ minutes: 5 }).writes("Сколько стоит?")
      chat.wakesWhenDue()
      chat.answers()
      assert.isNotNull(chat.due, how)
    }
  })

  it("that takes one no back leaves every other one", () => {
    const other = (say: (chat: Chat) => void) => {
      const chat = new Chat(tuesday).meets().after({ hours: 1 })
      say(chat)
      chat.writes("не нужно", { messageId: "n" })
      chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "n" })
      chat.writes("Сколько стоит?")
      chat.wakesWhenDue()
      chat.answers()
      assert.isNull(chat.due)
    }
    other((chat) => chat.writes("нет, спасибо"))
    other((chat) => {
      chat.writes("нет, спасибо")
      chat.wakesWhenDue()
      chat.answers("Хорошо.")
    })
    other((chat) => {
      // As an earlier version stored it: nobody knows which message said no.
      chat.writes("нет, спасибо")
      const { refusedBy: _, ...state } = chat.state
      chat.state = state
    })
    other((chat) => chat.tell({ _tag: "ClientEdited", at: chat.now, messageId: "m1", text: "нет, спасибо" }))
  })

  it("that takes a yes back leaves no yes", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько длится?")
    chat.writes("да, давайте", { messageId: "y" })
    chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "y" })
    chat.wakesWhenDue()
    chat.answers()
    assert.isNotNull(chat.due)
  })

  it("that takes one of two back leaves the other to answer", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 1 })
    chat.writes("Сколько стоит?", { messageId: "q" })
    chat.writes("А длится?", { messageId: "r" })
    chat.wakesWhenDue()
    chat.tell({ _tag: "ClientDeleted", at: chat.now, messageId: "q" })
    chat.wakesWhenDue()
    assert.deepStrictEqual(chat.only("DraftReply")?.messageIds, ["r"])
  })
})

describe("a chat", () => {
  it("of more than twelve turns an hour goes to a person", () => {
    const chat = new Chat(tuesday).meets()
    for (let turn = 2; turn <= 12; turn++) {
      chat.after({ seconds: 20 }).writes(`Вопрос ${turn}`)
      chat.wakesWhenDue()
      chat.answers(`Ответ ${turn}`)
    }
    chat.after({ seconds: 20 }).writes("Вопрос 13", { messageId: "q" })
    chat.wakesWhenDue()
    assert.strictEqual(chat.only("AskOperator")?.why, "too_many_turns")
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:too_many_turns")
    assert.strictEqual(chat.sent.length, 12)
    chat.writes("Вопрос 14", { messageId: "r" })
    assert.strictEqual(chat.outcomeOf("r"), "handed_over:operator_in_chat")
  })

  it("that reached us twelve hours late is left to a person", () => {
    const chat = new Chat(tuesday).meets().after({ hours: 20 })
    chat.writes("Сколько стоит?", { messageId: "q", sentAt: chat.now - 13 * hourMs })
    chat.wakesWhenDue()
    assert.strictEqual(chat.outcomeOf("q"), "handed_over:too_late")
  })

  it("can be stored whatever fractions the settings hold", () => {
    const fractions = {
      staleReplyHours: 1.1,
      modelLeaseSeconds: 16.1,
      takeoverHours: 0.7,
      replyQuietSeconds: 16.1,
      voiceWaitSeconds: 33.3,
    }
    const chat = new Chat(tuesday, fractions)
    chat.writes("Алло")
    assert.isTrue(Number.isInteger(chat.due))
    chat.wakesWhenDue()
    assert.isTrue(Number.isInteger(chat.due))
    chat.classified("unknown")
    assert.strictEqual(chat.state.turn._tag, "Parked")
  })
})

import { holidayCheck } from "@wa/core/calendar/holidays"
import type { Event } from "@wa/core/conversation/conversation"
import { defaultPolicy, newConversation } from "@wa/core/conversation/conversation"
import { decide, wakeUpAt } from "@wa/core/conversation/decide"
import { isoWithOffset } from "@wa/core/time/wall-clock"

const zone = "Asia/Almaty"
const policy = defaultPolicy({
  zone,
  opensMinute: 10 * 60,
  closesMinute: 18 * 60,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: holidayCheck("KZ"),
})

let conversation = newConversation({ profileId: "shop", phone: "+77012345678" })

const tell = (event: Event): void => {
  const [next, commands] = decide(conversation, event, policy)
  conversation = next
  const due = wakeUpAt(conversation, policy)
  console.log(
    `${event._tag} → ${commands.map((command) => command._tag).join(", ") || "nothing"};`,
    due === null ? "no wake-up" : `wake up at ${isoWithOffset(due, zone)}`,
  )
}

// Friday, half past eleven at night: a stranger asks.
const at = Date.parse("2026-11-27T23:30:00+05:00")
const text = "Здравствуйте! Сколько стоит курс?"
tell({ _tag: "ClientWrote", at, sentAt: at, messageId: "m1", text, content: "text", isRepeat: false })

// The burst is over: who is this? Somebody asks a model, and its answer is one more event.
tell({ _tag: "WokeUp", at: at + 8_000, touchesLeft: 50, outboundId: "out-1" })
const sure = { verdict: "client", confidence: 0.93, reasoning: "спрашивает цену" } as const
tell({ _tag: "Classified", at: at + 10_000, ticket: conversation.lastTicket, ...sure })

// A client: what to answer? `reasons` is what the guard has against the draft.
tell({ _tag: "WokeUp", at: at + 10_000, touchesLeft: 50, outboundId: "out-2" })
tell({
  _tag: "ReplyDrafted",
  at: at + 14_000,
  ticket: conversation.lastTicket,
  reviewed: {
    draft: {
      text: "Курс стоит 90 000 тенге. Для кого вы его выбираете?",
      facts: ["price"],
      call: null,
      hand_over: null,
    },
    reasons: [],
  },
  outboundId: "out-3",
  callAt: null,
  callAbout: "",
  isSlotFree: false,
  safeText: "Спасибо за вопрос! Уточню у коллег и вернусь к вам.",
})

/**
 * Booked calls as calendars read them (RFC 5545). A call keeps its UID wherever it is moved to, and each move or
 * cancellation raises SEQUENCE, so that a calendar replaces what it has instead of adding to it. Times are in UTC: no
 * calendar's own idea of a zone can shift them, as stale data of Asia/Almaty would.
 * Promises one line of text for whatever a name or a note holds. Sends nothing: calendars come and fetch.
 */
import { slotMinutes } from "@wa/core/calendar/call-slots"
import { inWords } from "@wa/core/calendar/time-in-words"
import type { CallRow } from "@wa/core/ports/agent-repo"
import { minuteMs } from "@wa/core/time/instant"
import ical, { ICalAlarmType, type ICalCalendar, ICalCalendarMethod, ICalEventStatus } from "ical-generator"

const prodId = { company: "wa-agent", product: "calls", language: "RU" }
/** How often a subscribed calendar is asked to come again. Google comes when it likes, several hours apart. */
const refreshSeconds = 15 * 60
/** The owner is reminded this long before. */
const alarmSeconds = 10 * 60

/** All of them as one calendar to subscribe to. What was cancelled is told as cancelled; what was moved, where it is now. */
export const feedOf = (calls: ReadonlyArray<CallRow>): string => {
  const calendar = ical({
    name: "Созвоны из WhatsApp",
    prodId,
    method: ICalCalendarMethod.PUBLISH,
    ttl: refreshSeconds,
  })
  for (const call of [...calls].sort((a, b) => a.scheduledAt - b.scheduledAt))
    if (call.status !== "moved") add(calendar, call)
  return calendar.toString()
}

/** One call as a file to open; of a cancelled one, the file that takes it out of the calendar. */
export const invitationOf = (call: CallRow): string => {
  const isCancelled = call.status === "cancelled"
  const calendar = ical({ prodId, method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH })
  add(calendar, call)
  return calendar.toString()
}

const add = (calendar: ICalCalendar, call: CallRow): void => {
  const isCancelled = call.status === "cancelled"
  const { phone } = call.key
  const isNumber = phone.startsWith("+")
  const name = plain(call.name ?? "")
  const who = name === "" ? phone : `${name}, ${phone}`
  const chat = isNumber ? `https://wa.me/${phone.slice(1)}` : null
  const notes = plain(call.notes)
  calendar.createEvent({
    id: `${call.uid}@wa-agent`,
    sequence: call.sequence,
    // The same call gives the same file, whenever it is asked for.
    stamp: new Date(call.changedAt),
    start: new Date(call.scheduledAt),
    end: new Date(call.scheduledAt + slotMinutes * minuteMs),
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    summary: `${isCancelled ? "Отменён созвон" : "Созвон"}: ${who}`,
    description: [
      `Созвон ${inWords(call.scheduledAt, call.timezone)}.`,
      ...(name === "" ? [] : [`Клиент: ${name}`]),
      ...(isNumber ? [`Телефон: ${phone}`] : []),
      ...(chat === null ? [] : [`Чат: ${chat}`]),
      ...(notes === "" ? [] : [`О чём: ${notes}`]),
    ].join("\n"),
    ...(chat === null ? {} : { url: chat }),
    ...(isCancelled
      ? {}
      : { alarms: [{ type: ICalAlarmType.display, trigger: alarmSeconds, description: `Созвон: ${who}` }] }),
  })
}

/** A client may call himself anything; control characters are no part of a name. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim()

import { assert, describe, it } from "@effect/vitest"
import type { CallRow } from "@wa/core/ports/agent-repo"
import { hourMs } from "@wa/core/time/instant"
import { feedOf, invitationOf } from "./invitation.ts"

/** Tuesday, 15:00 in Almaty. */
const at = Date.parse("2026-11-24T15:00:00+05:00")
const booked: CallRow = {
  id: 7,
  uid: "3f1c",
  sequence: 0,
  key: { profileId: "p", phone: "+77010000001" },
  name: "Айгуль",
  scheduledAt: at,
  timezone: "Asia/Almaty",
  status: "scheduled",
  notes: "",
  createdAt: at - 30 * hourMs,
  changedAt: at - 30 * hourMs,
}

/** Content lines, unfolded as RFC 5545 (3.1) says, by name. */
const linesOf = (text: string): ReadonlyArray<readonly [name: string, value: string]> => {
  assert.isFalse(/[^\r]\n|\r[^\n]/.test(text), "every line ends with CR LF")
  for (const line of text.split("\r\n")) assert.isAtMost(Buffer.byteLength(line), 75, line)
  return text
    .replace(/\r\n[ \t]/g, "")
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, name = "", value = ""] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/s.exec(line) ?? []
      assert.notStrictEqual(name, "", `no content line: ${line}`)
      return [name, value] as const
    })
}
const fieldOf = (text: string, name: string) => linesOf(text).find(([one]) => one === name)?.[1]

describe("the invitation to a call", () => {
  it("is half an hour at the right moment in UTC, with who to call", () => {
    const text = invitationOf(booked)
    assert.deepStrictEqual(
      ["DTSTART", "DTEND", "UID", "SEQUENCE", "METHOD", "STATUS", "VERSION"].map((name) => fieldOf(text, name)),
      ["20261124T100000Z", "20261124T103000Z", "3f1c@wa-agent", "0", "PUBLISH", "CONFIRMED", "2.0"],
    )
    assert.strictEqual(fieldOf(text, "SUMMARY"), "Созвон: Айгуль\\, +77010000001")
    const description = fieldOf(text, "DESCRIPTION") ?? ""
    for (const part of ["во вторник\\, 24 ноября\\, в 15:00", "+77010000001", "https://wa.me/77010000001"])
      assert.include(description, part)
    assert.strictEqual(text, invitationOf(booked), "the same call, the same file")
  })

  it("keeps its UID when the call is moved or cancelled, and tells which word is the newer one", () => {
    const moved = invitationOf({ ...booked, id: 8, sequence: 1, scheduledAt: at + hourMs })
    assert.deepStrictEqual(
      ["UID", "SEQUENCE", "DTSTART", "METHOD"].map((name) => fieldOf(moved, name)),
      ["3f1c@wa-agent", "1", "20261124T110000Z", "PUBLISH"],
    )
    const cancelled = invitationOf({ ...booked, sequence: 2, status: "cancelled" })
    assert.deepStrictEqual(
      ["UID", "SEQUENCE", "STATUS", "METHOD"].map((name) => fieldOf(cancelled, name)),
      ["3f1c@wa-agent", "2", "CANCELLED", "CANCEL"],
    )
    assert.notInclude(cancelled, "VALARM")
  })

  it("is one event whatever a client calls himself", () => {
    const text = invitationOf({
      ...booked,
      name: "Анна\r\nATTENDEE:mailto:x@y\u2028END:VEVENT\u0000;,\\",
      notes: "перезвонить\nпосле обеда",
    })
    assert.notInclude(
      linesOf(text).map(([name]) => name),
      "ATTENDEE",
    )
    assert.strictEqual(
      fieldOf(text, "SUMMARY"),
      "Созвон: Анна ATTENDEE:mailto:x@y END:VEVENT \\;\\,\\\\\\, +77010000001",
    )
    assert.include(fieldOf(text, "DESCRIPTION"), "О чём: перезвонить после обеда")
  })

  it("names no phone where WhatsApp hides it", () => {
    const text = invitationOf({ ...booked, key: { profileId: "p", phone: "123@lid" }, name: null })
    assert.strictEqual(fieldOf(text, "SUMMARY"), "Созвон: 123@lid")
    assert.notInclude(text, "wa.me")
  })
})

describe("the feed of calls", () => {
  it("tells each call as it stands now, earliest first, and none where it no longer is", () => {
    const text = feedOf([
      { ...booked, id: 3, uid: "c", scheduledAt: at + 2 * hourMs, status: "cancelled", sequence: 1 },
      { ...booked, id: 2, uid: "b", scheduledAt: at + hourMs, sequence: 1 },
      { ...booked, id: 1, uid: "b", status: "moved" },
      { ...booked, id: 4, uid: "a" },
    ])
    const values = (name: string) => linesOf(text).flatMap(([one, value]) => (one === name ? [value] : []))
    assert.deepStrictEqual(values("UID"), ["a@wa-agent", "b@wa-agent", "c@wa-agent"])
    assert.deepStrictEqual(values("STATUS"), ["CONFIRMED", "CONFIRMED", "CANCELLED"])
    assert.deepStrictEqual(values("METHOD"), ["PUBLISH"])
  })

  it("is a calendar also without calls", () => {
    assert.deepStrictEqual(
      linesOf(feedOf([])).map(([name]) => name),
      ["BEGIN", "VERSION", "PRODID", "METHOD", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "END"],
    )
  })
})

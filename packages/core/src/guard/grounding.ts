/**
 * Is each claim of a draft true of the thing it is said of? A figure is held against every figure of the documents that
 * could be meant, and belongs to the one whose words (subject, attribute, headings) the draft uses most: first in the
 * clause, then the sentence, the sentences before, the client's question. If that one says another figure, the draft is
 * wrong, though its figure may stand elsewhere in the documents.
 * It promises that a figure which is nowhere is refused. It does not understand: a false sentence without any figure,
 * contact or word of promise passes here.
 */
import type { AddressPart } from "../knowledge/address.ts"
import { addressParts } from "../knowledge/address.ts"
import { givesOrders } from "../knowledge/injection.ts"
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { sentencesOf } from "../reply/sentence.ts"
import { isArithmetic, sumCue } from "./arithmetic.ts"
import { isCallLength, isOfCalendar, isOfferedTime } from "./calendar-claim.ts"
import type { Basis, GroundedClaim, UngroundedClaim } from "./claim.ts"
import type { DraftView } from "./claim-context.ts"
import { contextOf } from "./claim-context.ts"
import { sameNumber } from "./comparison.ts"
import type { Evidence, Index } from "./evidence.ts"
import { chatEvidence, indexOf } from "./evidence.ts"
import { endlessOf, inclusionsOf, promisesOf } from "./promise.ts"
import { strangeNames } from "./strange-name.ts"
import { asTalk, denial } from "./talk.ts"
import type { Court, GroundingInput } from "./weighing.ts"
import { weigh } from "./weighing.ts"

export interface Grounding {
  readonly claims: ReadonlyArray<GroundedClaim>
  readonly problems: ReadonlyArray<UngroundedClaim>
}

/** Every claim of the draft, judged. */
export const groundClaims = (input: GroundingInput): Grounding => {
  const index = indexOf(input.facts, input.knowledge)
  const chat = input.chat
    .slice(-chatLinesMax)
    .map((line) => (line.text.length > lineLettersMax ? { ...line, text: line.text.slice(0, lineLettersMax) } : line))
  return groundWithin({ ...input, chat }, index)
}

/** Of longer chats and lines only so much is weighed; a figure beyond it grounds nothing. */
const chatLinesMax = 60

const lineLettersMax = 4000

const roundsMax = 3

const groundWithin = (input: GroundingInput, index: Index): Grounding => {
  const lastOurs = input.chat.findLastIndex((line) => line.from !== "client")
  const turn = input.chat
    .slice(lastOurs + 1)
    .map((line) => line.text)
    .join("\n")
  const view: DraftView = {
    text: input.text,
    sentences: sentencesOf(input.text),
    quantities: findQuantities(input.text),
    turn,
    lastBot: lastOurs < 0 ? "" : input.chat[lastOurs]!.text,
  }
  const said = chatEvidence(input.chat)
  const clientQuantities = input.chat
    .filter((line) => line.from === "client")
    .flatMap((line) => findQuantities(line.text))
  const clientNumbers = input.chat.filter((line) => line.from === "client").flatMap((line) => numbersIn(line.text))
  const chatContacts = new Set(
    input.chat
      .filter((line) => !(line.from === "client" && givesOrders(line.text)))
      .flatMap((line) => findQuantities(line.text))
      .map((quantity) => quantity.key)
      .filter((key) => key !== ""),
  )
  const claims: Array<GroundedClaim> = []
  const problems: Array<UngroundedClaim> = []
  const addresses = addressParts(view.text)
  const chatAddresses = new Set(
    addresses.length === 0 ? [] : input.chat.flatMap((line) => addressParts(line.text)).map((part) => part.key),
  )
  const isKnownAddress = (part: AddressPart) => index.addresses.has(part.key) || chatAddresses.has(part.key)
  for (const part of addresses)
    if (part.isCertain && !isKnownAddress(part)) {
      const text = view.text.slice(part.index, part.end)
      problems.push({
        code: "ungrounded_contact",
        text,
        detail: `Адреса «${text}» нет ни в документах, ни в переписке.`,
      })
    }
  const settled = new Set<number>()
  const court: Court = {
    index,
    view,
    input,
    said,
    clientQuantities,
    clientNumbers,
    chatContacts,
    settled,
    turnQuantities: findQuantities(turn),
  }
  const waiting = view.quantities.filter((claim) => {
    const part = addresses.find((one) => one.index <= claim.index + claim.text.length && one.end > claim.index)
    const isPart =
      part !== undefined &&
      (claim.kind === "bare" || claim.kind === "count") &&
      claim.index + claim.text.length <= part.end &&
      (part.isCertain || isKnownAddress(part))
    if (isPart && isKnownAddress(part)) claims.push({ text: claim.text, kind: claim.kind, basis: "fact", factId: null })
    return !isPart
  })
  // A total may stand before its addends: what was not proved at first is looked at again.
  const verdicts = new Map<Quantity, GroundedClaim | UngroundedClaim>()
  for (let round = 0; round < roundsMax; round++) {
    const before = settled.size
    for (const claim of waiting) {
      if (settled.has(claim.index)) continue
      const verdict = judge(claim, court)
      verdicts.set(claim, verdict)
      if (!("code" in verdict)) settled.add(claim.index)
    }
    if (settled.size === before || settled.size === waiting.length) break
  }
  for (const verdict of verdicts.values()) {
    if ("code" in verdict) problems.push(verdict)
    else claims.push(verdict)
  }
  for (const verdict of promisesOf(view, index, input.chat)) {
    if ("code" in verdict) problems.push(verdict)
    else claims.push(verdict)
  }
  problems.push(...inclusionsOf(view, index), ...endlessOf(view, index))
  for (const name of strangeNames(view, index, input.chat)) problems.push(name)
  return { claims, problems }
}

const judge = (claim: Quantity, court: Court): GroundedClaim | UngroundedClaim => {
  const { index, view } = court
  const pass = (basis: Basis, evidence: Evidence | null = null): GroundedClaim => ({
    text: claim.text,
    kind: claim.kind,
    basis,
    factId: evidence?.factId ?? null,
  })
  if (claim.kind === "phone" || claim.kind === "link" || claim.kind === "email") {
    if (isKnownContact(claim, index.contacts)) return pass("fact")
    if (isKnownContact(claim, court.chatContacts)) return pass("chat")
    const what = claim.kind === "phone" ? "Телефона" : claim.kind === "link" ? "Ссылки" : "Адреса почты"
    return {
      code: "ungrounded_contact",
      text: claim.text,
      detail: `${what} «${claim.text}» нет ни в документах, ни в переписке.`,
    }
  }
  const context = contextOf(claim, view)
  if (isOfferedTime(claim, context, court)) return pass("calendar")
  if (isCallLength(claim, context, court)) return pass("talk")
  if (claim.to !== null) {
    const whole = weigh(claim, context, court)
    if (whole.kind === "grounded") return pass(whole.basis, whole.evidence)
    if (claim.kind === "money" || claim.kind === "bare" || claim.kind === "duration" || claim.kind === "percent") {
      // The ends may come from two facts: `от 9 900 до 49 900 ₸` over all tariffs.
      const low = weigh({ ...claim, to: null, qualifier: "from" }, context, court)
      const high = weigh({ ...claim, value: claim.to, to: null, qualifier: "to" }, context, court)
      if (low.kind === "grounded" && high.kind === "grounded" && low.evidence !== high.evidence)
        return pass(low.basis, low.evidence)
      // `кресло 89 000 ₸ — 268 000 ₸`: a dash may lead on to what comes out.
      if (
        /[₸₽$€%]\s[—–]\s/.test(claim.text) &&
        ["", "x"].every(
          (_, at) =>
            !(
              "code" in
              judge(
                {
                  ...claim,
                  value: at === 0 ? claim.value : claim.to!,
                  to: null,
                  text: claim.text.split(/\s[—–]\s/)[at] ?? claim.text,
                },
                court,
              )
            ),
        )
      )
        return pass("arithmetic")
      if (low.kind === "wrong") return low.problem
      if (high.kind === "wrong") return high.problem
    }
    if (whole.kind === "wrong") return whole.problem
  } else {
    const result = weigh(claim, context, court)
    if (result.kind === "grounded") return pass(result.basis, result.evidence)
    const talk = asTalk(claim, context, court)
    if (talk !== null) return pass(talk)
    if (result.kind === "wrong") {
      if (
        (claim.kind === "money" || claim.kind === "bare") &&
        (result.problem.code !== "wrong_terms" || sumCue.test(context.sentence.text)) &&
        (isArithmetic(claim, context, court, true) ||
          (result.problem.code === "wrong_subject" && isArithmetic(claim, context, court, false, true)))
      )
        return pass("arithmetic")
      return result.problem
    }
    if (isArithmetic(claim, context, court, false)) return pass("arithmetic")
    if (claim.kind === "clock" || claim.kind === "date") {
      if (isOfCalendar(claim, context, court)) return pass("calendar")
      if (denial.test(context.clauseText)) return pass("talk")
      if (court.clientQuantities.some((other) => other.kind === claim.kind && sameNumber(other.value, claim.value)))
        return pass("chat")
      return {
        code: "ungrounded_time",
        text: claim.text,
        detail: `Времени или даты «${claim.text}» нет ни в документах, ни в переписке, ни в календаре.`,
      }
    }
  }
  if (claim.to !== null) {
    const talk = asTalk(claim, context, court)
    if (talk !== null) return pass(talk)
  }
  return {
    code: "ungrounded",
    text: claim.text,
    detail: `«${claim.text}» нет в документах. Называйте только то, что в них написано, или предложите уточнить.`,
  }
}

const isKnownContact = (claim: Quantity, known: ReadonlySet<string>): boolean => {
  if (known.has(claim.key)) return true
  // A page of a site that the documents name is another page; the site named without its page is the same site.
  if (claim.kind === "link")
    for (const key of known)
      if (key.startsWith(`${claim.key}/`) || key === `@${claim.key.replace(/^(?:instagram\.com|t\.me)\//, "")}`)
        return true
  if (claim.kind === "phone" && claim.key.length === 12)
    for (const key of known) if (key.length === 11 && key.slice(1) === claim.key.slice(2)) return true
  return false
}

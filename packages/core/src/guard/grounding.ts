/**
 * Is each claim of a draft true of the thing it is said of? Every figure of the documents has a place with the words around
 * it; a claim must have its figure at a place that the words of the draft do not name another figure for, or follow from
 * such figures by plain arithmetic, or be the client's own, or the calendar's.
 * It promises that a figure which is nowhere and follows from nothing is refused. It does not understand: a false sentence
 * without any figure, contact or word of promise passes here.
 */
import type { AddressPart } from "../knowledge/address.ts"
import { addressParts } from "../knowledge/address.ts"
import { givesOrders } from "../knowledge/injection.ts"
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { confirmedByYes } from "./agreement.ts"
import { isCallLength, isOfCalendar, isOfferedTime } from "./calendar-claim.ts"
import type { Basis, GroundedClaim, UngroundedClaim } from "./claim.ts"
import type { Context } from "./claim-context.ts"
import { contextOf, viewOf } from "./claim-context.ts"
import { comparisonsOf } from "./comparison.ts"
import { contradictionsOf } from "./contradiction.ts"
import type { Court, GroundingInput } from "./court.ts"
import { derive, isCountOf, isProductOf, isRestOfPercent, isShareOfSaving } from "./derivation.ts"
import { perKey, sameNumber } from "./figure.ts"
import { inventionsOf } from "./invention.ts"
import { belowLeastOf } from "./least.ts"
import { compare, namedBy } from "./naming.ts"
import { offerTermsOf } from "./offer-terms.ts"
import type { Index, Place } from "./place.ts"
import { indexOf, isTimeUnit, placesOfTalk } from "./place.ts"
import { promisesOf } from "./promise.ts"
import { strangeNames } from "./strange-name.ts"
import { asTalk, denial } from "./talk.ts"
import { isBeyondLimit, isContrast, isKazakh, weigh } from "./weighing.ts"

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
const claimsMax = 60

const groundWithin = (input: GroundingInput, index: Index): Grounding => {
  const isRange = (one: Quantity) =>
    index.places.some(
      ({ quantity }) => quantity.value === one.value && (quantity.to === one.to || quantity.qualifier === "from"),
    ) && index.places.some(({ quantity }) => quantity.to === one.to || quantity.value === one.to)
  const view = viewOf(input.text, input.chat, input.now, input.zone, isRange)
  const clients = input.chat.filter((line) => line.from === "client")
  const clientQuantities = clients.flatMap((line) => findQuantities(line.text))
  const chatContacts = new Set(
    input.chat
      .filter((line) => line.from !== "client")
      .flatMap((line) => findQuantities(line.text))
      .map((quantity) => quantity.key)
      .filter((key) => key !== ""),
  )
  const clientContacts = new Set(
    clients
      .filter((line) => !givesOrders(line.text))
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
  const settled = new Map<number, Place | null>()
  const court: Court = {
    index,
    view,
    input,
    said: input.chat.filter((line) => line.from !== "client").flatMap((line) => placesOfTalk(line.text)),
    clientQuantities,
    clientNumbers: clients.filter((line) => !givesOrders(line.text)).flatMap((line) => numbersIn(line.text)),
    settled,
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
  const verdicts = new Map<Quantity, Judged | UngroundedClaim>()
  for (let round = 0; round < roundsMax; round++) {
    const before = settled.size
    for (const claim of waiting.slice(0, claimsMax)) {
      if (settled.has(claim.index)) continue
      const verdict = judge(claim, court, chatContacts, clientContacts)
      verdicts.set(claim, verdict)
      if (!("code" in verdict)) settled.set(claim.index, verdict.place)
    }
    if (settled.size === before || settled.size === waiting.length) break
  }
  for (const claim of waiting.slice(claimsMax))
    problems.push({ code: "ungrounded", text: claim.text, detail: `Слишком много цифр: «${claim.text}» не проверить.` })
  for (const [claim, verdict] of verdicts) {
    if ("code" in verdict) problems.push(verdict)
    else
      claims.push({ text: claim.text, kind: claim.kind, basis: verdict.basis, factId: verdict.place?.factId ?? null })
  }
  for (const verdict of promisesOf(court)) {
    if ("code" in verdict) problems.push(verdict)
    else claims.push(verdict)
  }
  problems.push(
    ...contradictionsOf(court),
    ...offerTermsOf(court),
    ...inventionsOf(court),
    ...belowLeastOf(court),
    ...comparisonsOf(court),
  )
  const agreed = confirmedByYes(view, input.chat)
  if (agreed !== null) {
    const stated = groundWithin({ ...input, text: agreed, chat: input.chat.slice(0, -1) }, index).problems
    for (const problem of stated)
      if (problem.code !== "ungrounded" || /\d{3}|%/.test(problem.text))
        problems.push({ ...problem, detail: `Согласие подтверждает слова клиента. ${problem.detail}` })
  }
  for (const name of strangeNames(view, index, input.chat)) problems.push(name)
  // A sentence of the documents, word for word, promises what they promise.
  const isQuoted = (problem: UngroundedClaim) => {
    const sentence = view.sentences.find((one) => one.text.includes(problem.text))
    const said =
      sentence?.text
        .toLowerCase()
        .replaceAll("ё", "е")
        .replace(/[.!\s]+$/u, "")
        .trim() ?? ""
    return said.length >= quotedMin && index.text.includes(said)
  }
  return {
    claims,
    problems: problems.filter((problem) => problem.code !== "ungrounded_promise" || !isQuoted(problem)),
  }
}

/** Shorter words are in any document. */
const quotedMin = 24

const isTotal = /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|получ\p{L}*|выйд\p{L}*|выход\p{L}*|обойд\p{L}*)(?!\p{L})/iu

/** `по 1 200 ₸, значит 6 000 ₸`: a multiple of what was told before it. */
const isMultiple = (claim: Quantity, court: Court) =>
  court.view.quantities.some(
    (one) =>
      one.kind === "money" &&
      one.index < claim.index &&
      court.settled.has(one.index) &&
      Number.isInteger(claim.value / one.value) &&
      claim.value > one.value,
  )

/** `обслуживание 10 % — ещё 250 000`: a share told in the same sentence. */
const hasShare = (context: Context, court: Court) =>
  court.view.quantities.some(
    (one) =>
      one.kind === "percent" &&
      one.index >= context.sentence.index &&
      one.index < context.sentence.end &&
      court.settled.has(one.index),
  )

interface Judged {
  readonly basis: Basis
  readonly place: Place | null
}

const ofClient =
  /(?<!\p{L})(?:ваш\p{L}*|вам|вас|перезвон\p{L}+|позвоним|позвоню|позвонит|набер\p{L}+|свяж\p{L}+|напиш(?:ем|у|ет)|запис\p{L}+|отправ(?:им|лю|ит)|пришл[её]м|сізге|қоңырау)(?!\p{L})/iu

const ours = /(?<!\p{L})(?:наш\p{L}*|звоните|пишите|обращайтесь|набирайте)(?!\p{L})/iu

const judge = (
  claim: Quantity,
  court: Court,
  chatContacts: ReadonlySet<string>,
  clientContacts: ReadonlySet<string>,
): Judged | UngroundedClaim => {
  const { index, view } = court
  const pass = (basis: Basis, place: Place | null = null): Judged => ({ basis, place })
  if (claim.kind === "phone" || claim.kind === "link" || claim.kind === "email") {
    if (isKnownContact(claim, index.contacts)) return pass("fact")
    if (isKnownContact(claim, chatContacts)) return pass("chat")
    // The client's own number is given back as his, never as ours.
    const { text } = contextOf(claim, view).sentence
    if (isKnownContact(claim, clientContacts) && ofClient.test(text) && !ours.test(text)) return pass("chat")
    const what = claim.kind === "phone" ? "Телефона" : claim.kind === "link" ? "Ссылки" : "Адреса почты"
    return {
      code: "ungrounded_contact",
      text: claim.text,
      detail: `${what} «${claim.text}» нет ни в документах, ни в переписке.`,
    }
  }
  if (claim.kind === "bare" && isOfName(claim, court)) return pass("fact")
  const context = contextOf(claim, view)
  if (isOfferedTime(claim, context, court)) return pass("calendar")
  if (isCallLength(claim, context, court)) return pass("talk")
  const isSum =
    claim.kind === "money" ||
    claim.kind === "bare" ||
    (claim.kind === "count" && (claim.value >= 1000 || /^(?:бонус|балл|тенг)/u.test(claim.unit ?? "")))
  const saving = isShareOfSaving(claim, context, court)
  if (saving === true) return pass("arithmetic")
  if (saving === false)
    return { code: "ungrounded", text: claim.text, detail: `«${claim.text}» не выходит из названных сумм.` }
  const result = weigh(claim, context, court)
  if (result.kind === "grounded") return pass(result.place.source === "chat" ? "chat" : "fact", result.place)
  if (claim.to !== null) {
    const ends = endsOf(claim, court, chatContacts, clientContacts)
    if (ends !== null) return ends
  }
  const talk = asTalk(claim, context, court, result.kind === "nowhere")
  if (talk !== null) {
    const limit = talk === "chat" ? isBeyondLimit(claim, context, court) : null
    if (limit === null) return pass(talk)
    return {
      code: "wrong_terms",
      text: claim.text,
      detail: `«${claim.text}» не подходит: в документах «${limit.label}».`,
    }
  }
  if (
    claim.kind === "duration" &&
    claim.unit === "месяц" &&
    index.text.includes(`0-0-${claim.value}`) &&
    /рассроч|част|платеж|платёж/iu.test(context.sentence.text)
  )
    return pass("fact")
  if (isRestOfPercent(claim, court) || isCountOf(claim, context, court)) return pass("arithmetic")
  if (isSum && claim.to === null && result.kind === "wrong") {
    // The row asks that for a year: no ten times its month.
    const per = claim.per === null ? "" : perKey(claim.per)
    const isOfOtherTerm =
      !/\d/.test(per) &&
      isTimeUnit(per) &&
      index.places.some(
        (place) =>
          (result.rival === null || place.line === result.rival.line) &&
          namedBy(place, context.levels, 0.9) >= 0.6 &&
          sameNumber(place.quantity.value, claim.value) &&
          place.pers.some(isTimeUnit) &&
          !place.pers.includes(per),
      )
    if (isOfOtherTerm) return result.problem
    // `20 м² — это 14 000` of 700 a metre, though something else costs 14 000.
    const amounts = context.levels
      .slice(0, 2)
      .flatMap((level) => level.quantities)
      .filter((one) => one.kind === "count" && one.to === null)
    const rate = index.places.find(
      (place) =>
        place.quantity.kind === "money" &&
        place.quantity.to === null &&
        amounts.some(
          (one) =>
            place.pers.includes(perKey(one.unit ?? "")) && sameNumber(place.quantity.value * one.value, claim.value),
        ) &&
        namedBy(place, context.levels, 0.5) >= 0.6 &&
        !index.places.some(
          (rival) =>
            rival.quantity.kind === "money" &&
            rival.pers.some((per) => place.pers.includes(per)) &&
            compare(place, rival, context) > 0,
        ),
    )
    if (rate !== undefined) return pass("arithmetic", rate)
  }
  if (result.kind === "wrong") {
    // `6 метров по 3 000 — 18 000`, though something else costs 18 000.
    if (result.rival !== null && isSum && isProductOf(claim, result.rival, context, court))
      return pass("arithmetic", result.rival)
    // `тюль — 12 000` for six metres at 2 000, though something else costs 12 000.
    if (isSum && claim.to === null && result.problem.code === "wrong_subject") {
      const own = context.levels.slice(0, 2)
      const named = index.places.find(
        (place) =>
          place.quantity.kind === "money" &&
          !place.isThreshold &&
          namedBy(place, own, 0.9) >= 0.9 &&
          isProductOf(claim, place, context, court) &&
          !index.places.some((rival) => rival.quantity.kind === "money" && compare(place, rival, context) > 0),
      )
      if (named !== undefined) return pass("arithmetic", named)
    }
    // The number of another thing may come out of this one, too: `из 23 000 и 2 000 — 25 000`.
    const isCompared =
      /(?<!\p{L})(?:дешевле|дороже|разниц\p{L}*|выгодн\p{L}*|эконом\p{L}*|остат\p{L}*|остан\p{L}*)(?!\p{L})/iu.test(
        context.gap,
      )
    // `Вместе стоят 8 000`, `17 000 + 2 000 = 19 000`: of what is named, though something else costs as much.
    const isSummed =
      /(?<!\p{L})(?:вместе(?!\s+со?\s)|итого|в сумме|плюс|сверх)(?!\p{L})|[=+]/iu.test(context.gap) ||
      /=\s*(?:от\s+)?$/u.test(context.before) ||
      // `с монтажом 205 000`, `3 500, то есть 3 000 плюс 500`
      /(?<!\p{L})с\s+\p{L}+(?:ом|ой|ей|ем|ами|ью)\s*(?:[—–-]|выйдет|это)?\s*$/iu.test(context.before) ||
      /^[^.!?]{0,12}(?:то есть|это|=)\s*\d[\d\s.]*[^.!?]{0,8}(?:плюс|\+)/iu.test(context.after)
    const mayDerive =
      isSum &&
      claim.to === null &&
      ((isTotal.test(context.gap) && result.problem.code !== "wrong_terms") ||
        isSummed ||
        isCompared ||
        isContrast(context) ||
        (result.problem.code === "wrong_subject" &&
          (isMultiple(claim, court) ||
            /(?<!\p{L})(?:по|за|то есть|это|выход\p{L}*|на (?:человека|каждого))(?!\p{L})/iu.test(context.gap))) ||
        hasShare(context, court))
    const derived = mayDerive
      ? derive(
          claim,
          context,
          court,
          !isContrast(context) && !isCompared && !isSummed,
          isContrast(context) || isCompared,
        )
      : null
    return derived === null ? result.problem : pass("arithmetic", derived.place)
  }
  if (isSum && claim.to === null) {
    const derived = derive(claim, context, court, false)
    if (derived !== null) return pass("arithmetic", derived.place)
  }
  if (claim.kind === "clock" || claim.kind === "date") {
    if (isOfCalendar(claim, context, court)) return pass("calendar")
    if (denial.test(context.near)) return pass("talk")
    if (court.clientQuantities.some((other) => other.kind === claim.kind && sameNumber(other.value, claim.value)))
      return pass("chat")
    return {
      code: "ungrounded_time",
      text: claim.text,
      detail: `Времени или даты «${claim.text}» нет ни в документах, ни в переписке, ни в календаре.`,
    }
  }
  // The units of Kazakh are not those of the documents.
  if (
    (claim.kind === "count" || claim.kind === "duration") &&
    isKazakh(context.sentence.text) &&
    index.places.some(
      ({ quantity }) =>
        quantity.kind !== "money" && (sameNumber(quantity.value, claim.value) || quantity.to === claim.value),
    )
  )
    return pass("fact")
  return {
    code: "ungrounded",
    text: claim.text,
    detail: `«${claim.text}» нет в документах. Называйте только то, что в них написано, или предложите уточнить.`,
  }
}

/** `Арыс 26` for `«Арыс 26»`. */
const isOfName = (claim: Quantity, { view, index }: Court): boolean => {
  const word = /(?<!\p{L})(\p{Lu}[\p{L}-]{2,})[\s-]$/u.exec(view.text.slice(0, claim.index))?.[1]
  return (
    word !== undefined &&
    /^\d{1,3}$/.test(claim.text) &&
    index.lines.some((line) => new RegExp(`[«"“]${word}[\\s-]${claim.text}[»"”]`, "iu").test(line.text))
  )
}

/** The ends may come from two places: `от 9 900 до 49 900 ₸` over all tariffs, `89 000 ₸ — 268 000 ₸` as a price and a total. */
const endsOf = (
  claim: Quantity,
  court: Court,
  chatContacts: ReadonlySet<string>,
  clientContacts: ReadonlySet<string>,
): Judged | null => {
  const low = judge({ ...claim, to: null, qualifier: "from" }, court, chatContacts, clientContacts)
  const high = judge({ ...claim, value: claim.to!, to: null, qualifier: "to" }, court, chatContacts, clientContacts)
  if (!("code" in low) && !("code" in high)) return low
  if (!/[₸₽$€%]\s[—–]\s/.test(claim.text)) return null
  const plain = [claim.value, claim.to!].map((value) =>
    judge({ ...claim, value, to: null, qualifier: null }, court, chatContacts, clientContacts),
  )
  return plain.every((one) => !("code" in one)) ? { basis: "arithmetic", place: null } : null
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

/** Figures that claim nothing of the company: the client's own given back, and questions about his affairs. */
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness } from "../knowledge/wording.ts"
import type { Basis } from "./claim.ts"
import type { Context } from "./claim-context.ts"
import { admits, fit, isComparable, measured, nounStems, sameNumber } from "./comparison.ts"
import type { Court } from "./weighing.ts"
import { score } from "./weighing.ts"

const clientMeans =
  /(?<!\p{L})(?:бюджет\p{L}*|вы (?:сказали|писали|назвали|указали|упомянули|говорили|планируете|платите|тратите|теряете|ищете|рассчитываете|хотите|просили|спрашивали|написали)|у вас|вашем случае|ваш(?:их|и|е|а|ему|ему)?(?!\p{L})|для ваших|под ваш\p{L}*|тратите|платите|теряете|оборот\p{L}*|уходит)/iu

export const denial = /(?<!\p{L})(?:не|нет|ни|вместо|к сожалению|никак)(?!\p{L})/iu

const aboutClient =
  /(?<!\p{L})(?:у вас|вы|вам|вас|ваш\p{L}*|планируете|нужно|нужны|потребуется|хотите|интересует|рассматриваете|сколько)(?!\p{L})/iu

const asksService =
  /(?<!\p{L})(?:стоит|цен\p{L}*|стоимость|оформ\p{L}*|за\s+\d|скидк\p{L}*|доставим|привез[её]м|сделаем|установим|гарант\p{L}*)/iu

/** The client's own figure given back, or a question about the client's affairs: no claim about us. */
export const asTalk = (claim: Quantity, context: Context, court: Court): Basis | null => {
  const sentence = context.sentence.text
  const isQuestion = /\?\s*[\p{Extended_Pictographic}\s)»"]*$/u.test(sentence)
  const byClient = court.clientQuantities.some(
    (other) =>
      (other.kind === claim.kind || other.kind === "bare" || claim.kind === "bare") &&
      (other.kind === "bare" || claim.kind === "bare"
        ? sameNumber(other.value, claim.value)
        : sameNumber(measured(other).value, measured(claim).value)) &&
      (claim.to === null ||
        other.to === claim.to ||
        court.clientQuantities.some((more) => sameNumber(more.value, claim.to!))),
  )
  const isNamed =
    byClient ||
    ((claim.kind === "count" || claim.kind === "bare") &&
      court.clientNumbers.some((number) => sameNumber(number, claim.value)))
  const rivalInClause = () => {
    const pool = court.index.evidence.filter(
      (evidence) =>
        isComparable(claim, evidence) &&
        fit(claim, evidence) === "no" &&
        !admits(evidence.quantity, claim) &&
        // `1 кг — 7 000 ₸` is a unit, no limit.
        !(evidence.quantity.value === 1 && evidence.quantity.qualifier === null),
    )
    if (pool.length === 0) return false
    const all = court.index.evidence.filter((evidence) => evidence.quantity.kind === claim.kind)
    return score(pool.length === 1 ? pool : all.filter((evidence) => pool.includes(evidence)), context).some(
      (one) =>
        one.inClause > (claim.kind === "count" && pool.length > 1 ? 0.45 : 0.3) &&
        one.evidence.name.some((stem) =>
          [...context.clause].some(
            (word) => likeness(word, stem) > 0 && !nounStems(claim.unit).some((noun) => likeness(noun, word) > 0),
          ),
        ),
    )
  }
  // `за 3 дня — 18 000 ₸`: the term is the sum's, and is judged with it.
  if (
    claim.kind === "duration" &&
    court.view.quantities.some(
      (other) =>
        other.kind === "money" &&
        other.per !== null &&
        (other.per === `${claim.value} ${claim.unit}` || (claim.value === 1 && other.per === claim.unit)) &&
        Math.abs(other.index - claim.index) < 60,
    )
  )
    return "arithmetic"
  if (isNamed) {
    if (
      claim.kind === "money" &&
      /(?<!\p{L})(?:бюджет\p{L}*|для|при (?:сумме|обороте)|(?:от|с|на) (?:суммы|сумме|сумму)|вы (?:сказали|писали|назвали|указали|упомянули|говорили|платите|тратите|теряете))\s+(?:\p{L}+\s+){0,3}$/iu.test(
        court.view.text.slice(context.sentence.index, claim.index),
      )
    )
      return "chat"
    if (
      claim.kind === "money" &&
      (claim.qualifier === "to" ||
        (claim.qualifier === "from" && court.view.quantities.some((other) => other.kind === "percent")) ||
        /(?<!\p{L})(?:в пределах|в рамках|уклад\p{L}+ в|бюджет\p{L}*|в сумму|вашу сумму)\s+$/iu.test(
          court.view.text.slice(Math.max(context.sentence.index, claim.index - 24), claim.index),
        )) &&
      !/(?<!\p{L})(?:стоит|стоят|цен\p{L}*|стоимость|скидк\p{L}*|обойд\p{L}*|экономи\p{L}*)\s+(?:\p{L}+\s+)?$/iu.test(
        court.view.text.slice(context.sentence.index, claim.index),
      )
    )
      return "chat"
    const refused =
      denial.test(context.clauseText) ||
      /(?<!\p{L})(?:а не|вместо|не получится|не сможем|не можем)(?!\p{L})/iu.test(sentence)
    if (refused) return "chat"
    if (claim.kind === "count" || claim.kind === "bare") {
      if (
        claim.kind === "count" &&
        claim.qualifier === null &&
        claim.to === null &&
        court.index.evidence.some(
          ({ quantity }) =>
            quantity.kind === "count" &&
            (quantity.qualifier !== null || quantity.to !== null) &&
            nounStems(quantity.unit).some((stem) => nounStems(claim.unit).some((noun) => likeness(noun, stem) > 0)) &&
            admits(quantity, claim),
        ) &&
        !rivalInClause()
      )
        return "chat"
      if (/(?:скидк|гарант|бесплатн)/iu.test(context.clauseText)) return null
      if (
        claim.kind === "count" &&
        claim.qualifier === null &&
        claim.to === null &&
        /(?<!\p{L})(?:на|для|вас|вам|ваш\p{L}*|словам|понял\p{L}*|раз|за)[\s,]+(?:\p{L}+\s+)?$/iu.test(
          court.view.text.slice(context.sentence.index, claim.index),
        )
      )
        return "chat"
      if (claim.kind === "bare" && asksService.test(context.clauseText)) return null
      return rivalInClause() ? null : "chat"
    }
    if (claim.kind === "clock" || claim.kind === "date") return "chat"
    // `Сыну 8 лет`: told, not promised.
    const lead = court.view.text.slice(Math.max(0, claim.index - 14), claim.index)
    if (
      claim.kind === "duration" &&
      claim.qualifier === null &&
      !/(?<!\p{L})(?:за|через|течение|в|срок\p{L}*|—|–|-)\s+$/iu.test(lead) &&
      !/(?:дела|достав|привез|готов|займ|заним|длит|срок|гарант|возвра|верн|успе|уложим|хватит|скидк)/iu.test(
        context.clauseText,
      ) &&
      !/(?<!\p{L})да(?!\p{L})/iu.test(context.clauseText)
    )
      return rivalInClause() ? null : "chat"
    if (
      (clientMeans.test(sentence) || (isQuestion && !asksService.test(sentence))) &&
      !/(?:скидк|гарант)/iu.test(context.clauseText)
    )
      return rivalInClause() ? null : "chat"
    return null
  }
  // `Сколько у вас касс: 1–2 или больше?`
  if (
    isQuestion &&
    (claim.kind === "count" || (claim.kind === "bare" && claim.value < 100)) &&
    aboutClient.test(sentence) &&
    !asksService.test(sentence) &&
    !rivalInClause()
  )
    return "talk"
  if (
    isQuestion &&
    claim.kind === "duration" &&
    /(?<!\p{L})(?:у вас|вы)(?!\p{L})/iu.test(sentence) &&
    !asksService.test(sentence)
  )
    return "talk"
  // `У нас три тарифа: «Старт», «Бизнес» и «Про»`
  if (claim.kind === "count" && claim.value >= 2 && claim.value <= 20 && claim.to === null) {
    const noun = nounStems(claim.unit).at(-1)
    if (noun !== undefined) {
      const named = court.index.subjects.filter((subject) =>
        [...subject].some((stem) => likeness(stem, noun) > 0),
      ).length
      if (named === claim.value) return "fact"
      const listed = /:\s*([^.!?]+)/u.exec(sentence.slice(claim.index - context.sentence.index))?.[1]
      if (
        listed !== undefined &&
        listed.split(/,|;|\s+и\s+|\n/u).filter((item) => /\p{L}/u.test(item)).length === claim.value
      )
        return "fact"
      if ((sentence.match(/«[^»]+»/g) ?? []).length === claim.value) return "fact"
    }
  }
  return null
}

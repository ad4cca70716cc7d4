/** What no document says at all, though it needs one: urgency, limits lifted, losses made good, services, a human being. */
import { likeness, wordsOf } from "../knowledge/wording.ts"
import { affirmationsOf, contradiction, general, surelyVerb } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { Court } from "./court.ts"

/** What nobody wrote down: an urgency, a limit lifted, a loss made good. */
const inventions: ReadonlyArray<readonly [said: RegExp, known: RegExp]> = [
  [
    /(?<!\p{L})(?:остал(?:ось|ся|ась|ись)\s+(?:последн\p{L}+|вс?его|только|лишь|пар\p{L}|\d+|одно|два|три|несколько|мало)|последн(?:ее|ие|их)\s+мест\p{L}*|мест\p{L}*\s+(?:почти\s+)?(?:заканчива|разбира)\p{L}*|(?:цен\p{L}|стоимость)\s+(?:скоро\s+)?(?:вырастет|повысится|поднимется)|только\s+сегодня)(?!\p{L})/iu,
    /осталось|последн\p{L}+\s+мест|заканчива|вырастет|повысит|только сегодня/iu,
  ],
  [
    /(?<!\p{L})(?:не\s+(?:лимитирован|ограничен)\p{L}*|ограничени\p{L}\s+(?:\p{L}+\s+)?нет|без\s+(?:каких-либо\s+|всяких\s+)?ограничени\p{L})(?!\p{L})/iu,
    /не\s+(?:лимитирован|ограничен)|без\s+ограничени|безлимит|ограничени\p{L} нет/iu,
  ],
  [
    /(?<!\p{L})(?:возмест(?:им|ит|ят)|возмещаем|компенсир(?:уем|ует|уют)|(?:полностью|целиком)\s+покро(?:ем|ет)|бер[её]м\s+(?:\p{L}+\s+)?на\s+себя|отвечаем\s+за\s+(?:груз|результат|вс[её]))(?!\p{L})/iu,
    /возмещ|возмест|компенс|на себя|отвечаем|оплачиваем (?:их )?сами|за наш сч[её]т/iu,
  ],
]

const human =
  /(?<!\p{L})(?:я\s+(?:[—–-]\s*)?(?:живой|реальный|настоящий|обычный)?\s*(?:человек|менеджер\s+\p{Lu}\p{Ll}+)|не\s+бот(?!\p{L})|живой\s+(?:человек|менеджер|сотрудник))/u

/** It is none. */
const humanOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const match = human.exec(court.view.text)
  return match === null || /(?<!\p{L})не\s+живой/iu.test(court.view.text)
    ? []
    : [{ code: "ungrounded_promise", text: match[0], detail: `«${match[0]}»: отвечает помощник, а не человек.` }]
}

const promisesOfNobody = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) =>
    inventions.flatMap(([said, known]) => {
      const match = said.exec(sentence.text)
      if (
        match === null ||
        /\?\s*$/.test(sentence.text) ||
        /(?<!\p{L})(?:не могу|не можем|не обеща\p{L}*|уточн\p{L}*)(?!\p{L})/iu.test(sentence.text)
      )
        return []
      const line = court.index.lines.find((one) => known.test(one.text))
      if (line === undefined)
        return [
          { code: "ungrounded_promise" as const, text: match[0], detail: `«${match[0]}»: такого в документах нет.` },
        ]
      const whole = /(?<!\p{L})(?:полностью|любые|любой|вс[её]|в любом случае|целиком)(?!\p{L})/iu
      return whole.test(sentence.text) &&
        /(?<!\p{L})(?:не более|не больше|только|кроме|до|без)(?!\p{L})/iu.test(line.text) &&
        !whole.test(line.text)
        ? [contradiction(sentence.text, line.text)]
        : []
    }),
  )

const doing =
  /(?<!\p{L})\p{L}{2,}(?:аем|яем|уем|[вдзлмнпрстш]им|[бвдзклмнпрст]ем|ём)(?!\p{L})|(?<!\p{L})(?:есть|вход[ия]т|доступ\p{L}+|можно)(?!\p{L})/iu

const ofPurpose =
  /(?<!\p{L})(?:для|на|к|ко|от|из|с|со|под|при|вашего?|вашей|вашу|ваш|ваши|у вас|о|об|по|в|во|за|до)\s+(?:\p{L}+\s+)?$/iu

/** The client asks for what no document knows, and the draft has it: `Да, снимаем и видео`. */
const unknownOffersOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const asked = wordsOf(view.turn).filter(
    (word) =>
      word.text.length >= 5 &&
      /^[а-яё]+$/u.test(word.text) &&
      !surelyVerb.test(word.text) &&
      !/(?:[ыи]й|[ао]я|[ое]е|[ыи]е|[ыи]х|ого|его|ому|ему|ую|юю|ым|им|но|ко|ли|ть|ла|шь|ете|ите|[еи]т|[ею]т)$/u.test(
        word.text,
      ) &&
      !general.test(word.stem) &&
      ![...index.vocabulary].some(
        (known) => likeness(known, word.stem) > 0 || known.slice(0, 5) === word.stem.slice(0, 5),
      ),
  )
  if (asked.length === 0) return []
  return affirmationsOf(view).flatMap((clause) => {
    if (!/^\s*(?:да|конечно|разумеется)(?!\p{L})/iu.test(view.text) || !doing.test(clause.text)) return []
    const word = asked.find((one) =>
      wordsOf(clause.text).some((said) => said.stem === one.stem && !ofPurpose.test(clause.text.slice(0, said.index))),
    )
    return word === undefined
      ? []
      : [
          {
            code: "ungrounded_promise" as const,
            text: clause.text.trim(),
            detail: `«${word.text}»: в документах об этом ничего нет.`,
          },
        ]
  })
}

/** What no answer in a chat can have done: a file sent, a bill drawn up, an order placed. */
const done =
  /(?<!\p{L})(?:(?:отправил|выслал|выставил|скинул|прислал|переслал)(?:а|и)?\s+(?:вам\s+)?(?:\p{L}+\s+){0,2}?(?:каталог|сч[её]т|прайс|договор|фото|ссылк|презентаци|смет|документ|реквизит)\p{L}*|(?:оформил|разместил)(?:а|и)?\s+(?:\p{L}+\s+)?(?:заказ|доставк|рассрочк|бронь)\p{L}*|ждите\s+курьера|сейчас\s+(?:пришлю|вышлю|скину|отправлю)\s+(?:\p{L}+\s+)?(?:каталог|сч[её]т|прайс|договор|фото|презентаци|смет)\p{L}*)(?!\p{L})/iu

const doneOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const match = done.exec(court.view.text)
  return match === null
    ? []
    : [{ code: "ungrounded_promise", text: match[0], detail: `«${match[0]}»: помощник этого не делает.` }]
}

const code = /(?<!\p{L})промокод\p{L}*\s+[«"“]?([\p{Lu}\d][\p{Lu}\d_-]{2,})/giu

/** A promo code that no document has. */
const codesOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  [...court.view.text.matchAll(code)].flatMap((match) =>
    court.index.lines.some(
      (line) => /код|купон/iu.test(line.text) && line.text.toLowerCase().includes(match[1]!.toLowerCase()),
    )
      ? []
      : [{ code: "ungrounded_promise" as const, text: match[0], detail: `«${match[0]}»: такого в документах нет.` }],
  )

/** Every invention of the draft. */
export const inventionsOf = (court: Court): ReadonlyArray<UngroundedClaim> => [
  ...promisesOfNobody(court),
  ...humanOf(court),
  ...unknownOffersOf(court),
  ...doneOf(court),
  ...codesOf(court),
]

/**
 * Reminders to a client who went quiet, each of the five with its own purpose: the open topic, a useful fact, a short call,
 * a smaller step, a goodbye. Says only what the documents, the chat and the calendar hold, and repeats no earlier message.
 */

import { likeness, stemsOf } from "@wa/core/knowledge/wording"
import type { Draft, TouchRequest } from "@wa/core/ports/llm-port"
import { safeTouch } from "@wa/core/reply/safe-text"
import { answer } from "./answer.ts"
import { joined, spread } from "./calls.ts"
import type { Candidate } from "./compose.ts"
import { draftOf, isFit } from "./compose.ts"
import { talksKazakh } from "./reply.ts"
import { statementsOf } from "./statements.ts"

export const draftTouch = (request: TouchRequest): Draft => {
  const inKazakh = talksKazakh(request.lastClientMessage, request.chat)
  const said = request.chat.filter((line) => line.from !== "client").map((line) => line.text)
  const touch = Math.min(5, Math.max(1, request.touch))
  const strategy = inKazakh ? kazakh : russian
  const candidates = [
    ...strategy(touch, request, said),
    ...plain([safeTouch(touch, request.lastClientMessage, said) ?? []].flat()),
    ...plain(farewells(inKazakh)),
  ]
  return draftOf(candidates.find((one) => isFit(one, "touch", request)) ?? candidates.at(-1)!)
}

const plain = (texts: ReadonlyArray<string>): ReadonlyArray<Candidate> =>
  texts.map((text) => ({ text, facts: [], call: null, handOver: null }))

const topicOf = (request: TouchRequest): string | null => {
  const { found } = answer({ ...request, newMessage: request.lastClientMessage, askedTime: null })
  return found.map((one) => one.topic).find((topic) => topic !== "") ?? null
}

/** A sentence of the documents near to what the chat was about, which nobody has said yet. */
const newsOf = (request: TouchRequest, said: ReadonlyArray<string>): ReadonlyArray<string> => {
  const talk = [...new Set(request.chat.filter((line) => line.from === "client").flatMap((line) => stemsOf(line.text)))]
  return statementsOf(request)
    .filter(
      (one) =>
        one.text.length <= 200 &&
        /\p{L}{3}.*\s.*\s/u.test(one.text) &&
        !/^(?:да|нет)[,.]|^(?:телефон|почта|сайт|адрес|компания|отдел|цены указаны|действует|всего|тариф оплач)/iu.test(
          one.text,
        ) &&
        !/пример/iu.test(one.heading) &&
        !said.some((text) => text.includes(one.text)),
    )
    .map((one) => ({
      text: one.text,
      score:
        talk.filter((stem) => [...one.stems, ...one.headingStems].some((other) => likeness(other, stem) > 0)).length +
        (one.leadStems.size > 0 ? 0.5 : 0),
    }))
    .sort((a, b) => b.score - a.score || a.text.length - b.text.length)
    .slice(0, 6)
    .map((one) => one.text)
}

const russian = (touch: number, request: TouchRequest, said: ReadonlyArray<string>): ReadonlyArray<Candidate> => {
  switch (touch) {
    case 1: {
      const topic = topicOf(request)
      const unsure = request.reason === "uncertain"
      return plain([
        ...(topic === null
          ? []
          : [`Здравствуйте! В прошлый раз мы говорили на тему «${topic}». Остались ли у вас вопросы?`]),
        ...(unsure
          ? ["Здравствуйте! Вы собирались подумать, и я не тороплю. Подскажите, что помогло бы вам определиться?"]
          : []),
        "Здравствуйте! Возвращаюсь к нашему разговору: всё ли было понятно из моего ответа? Если появились вопросы, отвечу.",
        "Добрый день! Мы остановились на полпути. Что вам ещё рассказать, чтобы было проще определиться?",
      ])
    }
    case 2:
      return plain(
        newsOf(request, said).flatMap((news) => [
          `Добрый день! Вот что может вам пригодиться. ${news} Пригодится ли это вам?`,
          `Добрый день! Хочу добавить одну подробность. ${news}`,
        ]),
      )
    case 3: {
      const slots = spread(request.freeSlots, 2)
      const list = slots.length === 2 ? joined(slots, request, false) : ""
      return plain([
        ...(list === "" || request.bookedCall !== null
          ? []
          : [
              `Здравствуйте! Иногда проще обсудить голосом. Удобно коротко созвониться ${list}?`,
              `Здравствуйте! Предлагаю короткий звонок: подойдёт ${list}?`,
            ]),
        "Здравствуйте! Подскажите, что сейчас останавливает: условия, сроки или что-то другое? Постараюсь помочь именно с этим.",
        "Здравствуйте! Если какое-то сомнение мешает решить, напишите о нём одним словом, и я отвечу по существу.",
      ])
    }
    case 4: {
      const trial = statementsOf(request).find(
        (one) =>
          /(?<!\p{L})(?:пробн|тестов|ознакомительн)/iu.test(one.text) &&
          one.text.length < 160 &&
          !said.some((text) => text.includes(one.text)),
      )
      return plain([
        ...(trial === undefined
          ? []
          : [`Добрый день! Необязательно решать всё сразу, можно начать с малого. ${trial.text} Хотите попробовать?`]),
        "Добрый день! Необязательно решать всё сразу. Напишите одну задачу, которая беспокоит больше остальных, с неё и начнём.",
        "Добрый день! Можно пойти маленькими шагами: назовите один вопрос, и я отвечу только на него.",
      ])
    }
    default:
      return plain(farewells(false))
  }
}

const kazakh = (touch: number, request: TouchRequest, said: ReadonlyArray<string>): ReadonlyArray<Candidate> => {
  switch (touch) {
    case 1:
      return plain(["Сәлеметсіз бе! Өткен әңгімемізге оралып отырмын. Сұрақтарыңыз қалды ма?"])
    case 2:
      return plain(newsOf(request, said).flatMap((news) => [`Қайырлы күн! Құжаттарымыздан пайдалы бір дерек. ${news}`]))
    case 3: {
      const slots = spread(request.freeSlots, 2)
      return plain([
        ...(slots.length === 2 && request.bookedCall === null
          ? [`Сәлеметсіз бе! Қысқа қоңырау жасайық па: ${joined(slots, request, true)} ыңғайлы ма?`]
          : []),
        "Сәлеметсіз бе! Шешім қабылдауға не кедергі болып тұрғанын айтыңызшы?",
      ])
    }
    case 4:
      return plain([
        "Қайырлы күн! Бәрін бірден шешу міндетті емес. Ең маңызды бір сұрағыңызды жазыңыз, содан бастайық.",
      ])
    default:
      return plain(farewells(true))
  }
}

const farewells = (inKazakh: boolean): ReadonlyArray<string> =>
  inKazakh
    ? ["Сәлеметсіз бе! Енді мазаламаймын. Қажет болған кезде осы чатқа жаза салыңыз, қуана көмектесемін."]
    : [
        "Здравствуйте! Похоже, сейчас вопрос не на первом месте, поэтому больше не буду напоминать. Если он вернётся, просто напишите сюда, буду рад помочь.",
        "Добрый день! Не хочу быть навязчивым и на этом прощаюсь. Чат остаётся открытым: пишите, когда станет актуально.",
        "Здравствуйте! Это моё последнее напоминание. Спасибо за разговор, дверь для вас открыта.",
      ]

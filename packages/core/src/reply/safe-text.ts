/**
 * Sentences that claim nothing: sent when no draft passed the guard, or when there is nothing to draft from. Each list
 * holds several, so that a chat need not hear the same one twice.
 */

import { repeating } from "../guard/guard.ts"

export const unheardVoiceTexts = [
  "Извините, не получилось разобрать голосовое сообщение. Напишите, пожалуйста, текстом.",
  "К сожалению, запись не получилось разобрать. Пожалуйста, отправьте то же самое словами в чат.",
  "Простите, слова в записи не получилось разобрать. Лучше наберите их сообщением, и я отвечу.",
]
/** Another one for each answer of the last hour. */
export const unheardVoice = (recentAnswers: number): string =>
  unheardVoiceTexts[recentAnswers % unheardVoiceTexts.length]!

const repliesRu = [
  "Спасибо за вопрос! Уточню у коллег, чтобы ответить точно, и вернусь к вам.",
  "Хочу ответить вам без ошибки, поэтому передам вопрос специалисту. Он напишет здесь же.",
  "Этот вопрос лучше решит наш специалист, я уже передал ему. Он ответит вам в этом чате.",
  "Передал ваше сообщение коллеге, он подключится и поможет.",
]
const repliesKk = [
  "Сұрағыңызға рақмет! Нақты жауап беру үшін әріптестерімнен анықтап, осында жазамын.",
  "Сұрағыңызды маманға жібердім, ол осы чатта жауап береді.",
]

/** By touch: 1..5, several for each. All are distinct from each other and ask for nothing but an answer. */
const touchesRu = [
  [
    "Здравствуйте! Хотел узнать, остались ли у вас вопросы после нашего разговора. С радостью отвечу.",
    "Добрый день! Мы недавно переписывались, и беседа осталась незаконченной. Могу ли я ещё чем-то помочь?",
    "Здравствуйте! Если за это время появилось что спросить, пишите, я на связи.",
  ],
  [
    "Добрый день! Подскажите, удалось ли посмотреть информацию? Если что-то непонятно, напишите, разберёмся вместе.",
    "Здравствуйте! Возможно, моё прошлое сообщение затерялось среди других. Всё ли в нём было ясно?",
    "Добрый день! Хочется убедиться, что ничего не упущено. О чём рассказать подробнее?",
  ],
  [
    "Здравствуйте! Возвращаюсь к нашей переписке: актуальна ли для вас эта тема? Достаточно короткого ответа.",
    "Добрый день! Что сейчас мешает определиться? Пары слов хватит, чтобы я понял, как помочь.",
    "Здравствуйте! Если планы поменялись, скажите прямо, я пойму и подстроюсь.",
  ],
  [
    "Добрый день! Возможно, сейчас не самое удобное время. Дайте знать, когда лучше продолжить разговор.",
    "Здравствуйте! Торопить не хочу. Подскажите только, к какой поре вернуться к этому делу?",
    "Добрый день! Можно отложить решение и просто уточнить то, что для вас важнее всего.",
  ],
  [
    "Здравствуйте! Больше не буду отвлекать напоминаниями. Если вопрос снова станет важным, просто напишите сюда.",
    "Добрый день! На этом перестаю напоминать о себе. Чат открыт: обращайтесь, как только понадобится.",
    "Здравствуйте! Прощаюсь и не буду навязываться. Спасибо за переписку, рад буду услышать вас снова.",
  ],
]
const touchesKk = [
  [
    "Сәлеметсіз бе! Әңгімемізден кейін сұрақтарыңыз қалды ма? Қуана жауап беремін.",
    "Қайырлы күн! Жақында хат алмасқан едік, сөзіміз аяқталмай қалды. Тағы қандай көмек керек?",
  ],
  [
    "Қайырлы күн! Ақпаратты қарап үлгердіңіз бе? Түсініксіз жері болса, жазыңыз, бірге қарастырамыз.",
    "Сәлеметсіз бе! Алдыңғы хабарламам байқалмай қалған болар. Ондағының бәрі анық па?",
  ],
  [
    "Сәлеметсіз бе! Хат алмасуымызға оралып отырмын: бұл тақырып сізге әлі өзекті ме?",
    "Қайырлы күн! Шешім қабылдауға не кедергі болып тұр? Қысқа ғана жауап жеткілікті.",
  ],
  [
    "Қайырлы күн! Мүмкін, қазір ыңғайлы уақыт емес шығар. Қашан жалғастырған дұрыс екенін айтыңызшы.",
    "Сәлеметсіз бе! Асықтырмаймын. Бұл мәселеге кейінірек оралайық па?",
  ],
  [
    "Сәлеметсіз бе! Бұдан былай еске салып мазаламаймын. Қажет болса, осында жаза салыңыз.",
    "Қайырлы күн! Осымен хабарласуды тоқтатамын. Чат ашық, керек кезінде жазарсыз деп үміттенемін.",
  ],
]

/** Letters that Kazakh has and Russian has not. A name or two in a Russian message does not make it Kazakh. */
export const isKazakh = (text: string): boolean => {
  const words = text.match(/\p{L}{2,}/gu) ?? []
  const kazakh = words.filter((word) => /[әғқңөұүһі]/iu.test(word)).length
  return kazakh > 0 && kazakh * 4 >= words.length
}

/** The first safe reply that the chat has not heard yet; the last one when all were heard. */
export const safeReply = (clientText: string, said: ReadonlyArray<string>): string => {
  const list = isKazakh(clientText) ? repliesKk : repliesRu
  return list.find((text) => !said.includes(text)) ?? list.at(-1)!
}

/**
 * A sentence for this touch that repeats nothing of `said`; one of another touch when all of its own were heard, but no
 * farewell before the last. Null: the contact has heard them all.
 */
export const safeTouch = (touch: number, clientText: string, said: ReadonlyArray<string> = []): string | null => {
  const lists = isKazakh(clientText) ? touchesKk : touchesRu
  const own = Math.min(Math.max(touch, 1), lists.length) - 1
  const others = lists.flatMap((list, index) =>
    index === own || (index === lists.length - 1 && own < index) ? [] : list,
  )
  const repeatedBy = repeating(said, "touch")
  return [...lists[own]!, ...others].find((text) => repeatedBy(text) === null) ?? null
}

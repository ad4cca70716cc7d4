/**
 * Sentences that claim nothing: sent when no draft passed the guard, or when there is nothing to draft from. Each list
 * holds several, so that a chat need not hear the same one twice.
 */

export const unheardVoiceText = "Извините, не получилось разобрать голосовое сообщение. Напишите, пожалуйста, текстом."

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

/** By touch: 1..5. Each is distinct from the others and asks for nothing but an answer. */
const touchesRu = [
  "Здравствуйте! Хотел узнать, остались ли у вас вопросы после нашего разговора. С радостью отвечу.",
  "Добрый день! Подскажите, удалось ли посмотреть информацию? Если что-то непонятно, напишите, разберёмся вместе.",
  "Здравствуйте! Возвращаюсь к нашей переписке: актуальна ли для вас эта тема? Достаточно короткого ответа.",
  "Добрый день! Возможно, сейчас не самое удобное время. Дайте знать, когда лучше продолжить разговор.",
  "Здравствуйте! Больше не буду отвлекать напоминаниями. Если вопрос снова станет важным, просто напишите сюда.",
]
const touchesKk = [
  "Сәлеметсіз бе! Әңгімемізден кейін сұрақтарыңыз қалды ма? Қуана жауап беремін.",
  "Қайырлы күн! Ақпаратты қарап үлгердіңіз бе? Түсініксіз жері болса, жазыңыз, бірге қарастырамыз.",
  "Сәлеметсіз бе! Хат алмасуымызға оралып отырмын: бұл тақырып сізге әлі өзекті ме?",
  "Қайырлы күн! Мүмкін, қазір ыңғайлы уақыт емес шығар. Қашан жалғастырған дұрыс екенін айтыңызшы.",
  "Сәлеметсіз бе! Бұдан былай еске салып мазаламаймын. Қажет болса, осында жаза салыңыз.",
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

export const safeTouch = (touch: number, clientText: string): string => {
  const list = isKazakh(clientText) ? touchesKk : touchesRu
  return list[Math.min(Math.max(touch, 1), list.length) - 1]!
}

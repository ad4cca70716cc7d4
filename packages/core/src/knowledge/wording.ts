/**
 * When two words are the same word: Russian stems, a few synonyms of trade, and one alphabet for `Start` and `Старт`.
 * It promises to be quick and total; it does not promise morphology. Comparing words of a reply with words of a document
 * is all it is for.
 */
import stemmers from "snowball-stemmers"

export interface Word {
  /** As written, lower case, `ё` as `е`. */
  readonly text: string
  /** What it is compared by. */
  readonly stem: string
  readonly index: number
}

const russian = stemmers.newStemmer("russian")

/** One meaning, one stem. Only words that a price list and a seller use for each other. */
const synonyms: ReadonlyArray<readonly [stem: string, pattern: RegExp]> = [
  [
    "cen",
    /^(цен[аыеу]?|ценой|ценник\p{L}*|стоимост\p{L}*|стоит|стоят|стоил\p{L}*|стоить|прайс\p{L}*|обойд\p{L}*|обход\p{L}*|расцен\p{L}*|баға\p{L}*)$/u,
  ],
  ["srok", /^(срок\p{L}*|длительност\p{L}*|продолжительност\p{L}*|длит\p{L}*|занима\p{L}*|займ[её]т)$/u],
  ["chelovek", /^(человек\p{L}*|чел|люд\p{L}*|участник\p{L}*|персон(?:а|ы|у|е|ой|ам)?|гост\p{L}{0,3}|адам\p{L}*)$/u],
  ["sotrudnik", /^(сотрудник\p{L}*|работник\p{L}*|пользовател\p{L}*)$/u],
  ["arend", /^(аренд\p{L}*|прокат\p{L}*)$/u],
  ["tel", /^(тел|телефон\p{L}*)$/u],
  ["skidk", /^(скидк\p{L}*|скидок|дисконт\p{L}*|скидоч\p{L}*|жеңілдік\p{L}*)$/u],
  ["besplatn", /^(бесплатн\p{L}*|тегін)$/u],
  ["vozvrat", /^(возврат\p{L}*|вернут\p{L}*|верн[её]м|возвращ\p{L}*)$/u],
  ["dostavk", /^(доставк\p{L}*|доставок|достав(им|ит|ят|ляем|ляет|ить|лять)|привез\p{L}*|жеткіз\p{L}*)$/u],
  ["ustanovk", /^(установк\p{L}*|установ(им|ит|ить)|устанавлива\p{L}*|монтаж\p{L}*)$/u],
  [
    "detsk",
    /^(детск\p{L}*|дет(и|ей|ям|ьми|ях|ок|ки|кам|ишек)|реб[её]н\p{L}*|сын(?:а|у|ом|ок|ишк\p{L}*|очк\p{L}*)?|доч(?:ь|ка|ке|ку|ки|ери|ерью|кой)|малыш\p{L}{0,3}|бала(?:лар\p{L}*|ға|ңыз\p{L}*)?)$/u,
  ],
  ["astan", /^астан\p{L}{0,3}$/u],
  ["konaev", /^кон[аы]ев\p{L}*$/u],
  ["zanyati", /^(зан|занят\p{L}*|сабақ\p{L}*)$/u],
  ["zhensk", /^(женск\p{L}*|женщин\p{L}*)$/u],
  ["muzhsk", /^(мужск\p{L}*|мужчин\p{L}*)$/u],
  ["vzrosl", /^взросл\p{L}*$/u],
  ["mesyac", /^(месяц\p{L}*|мес|месячн\p{L}*|ежемесячн\p{L}*|айына|ай)$/u],
  ["god", /^(год\p{L}{0,3}|годов\p{L}*|ежегодн\p{L}*|жылына|лет)$/u],
  ["den", /^(день|дня|дней|дню|дн|сут|сут(ки|ок|кам|очн\p{L}*)|күн|күніне)$/u],
  ["chas", /^(час|часа|часов|часу|почасов\p{L}*|сағат\p{L}*)$/u],
  ["nedel", /^(недел\p{L}*|апта\p{L}*)$/u],
  ["onlain", /^(онлайн\p{L}*|online|дистанционн\p{L}*|удал[её]нн\p{L}*)$/u],
  ["vyhodn", /^(выходн\p{L}*|суббот\p{L}*|воскресень\p{L}*|сб|вс)$/u],
  ["budn", /^(будн\p{L}*|понедельник\p{L}*|вторник\p{L}*|сред[ау]|четверг\p{L}*|пятниц\p{L}*|пн|вт|ср|чт|пт)$/u],
  ["predoplat", /^(предоплат\p{L}*|аванс\p{L}*)$/u],
  ["utr", /^утр(?:ом|а|о|енн\p{L}*)$/u],
  ["vecher", /^вечер\p{L}*$/u],
  ["optov", /^опт(?:ом|ов\p{L}*|у)?$/u],
  ["rozn", /^рознич?\p{L}*$/u],
  ["obuch", /^(обуч\p{L}*|научим)$/u],
  ["koshk", /^(кот|кота|коту|котом|коты|котов|кошк\p{L}*|кошек|котик\p{L}*|кот[её]н\p{L}*)$/u],
  ["sobak", /^(собак\p{L}*|п[её]с|пса|псу|псом|щен\p{L}{1,5})$/u],
  ["poldn", /^(полдня|жарты)$/u],
  ["poln", /^(полн(?:ый|ая|ое|ого|ую)|толық)$/u],
  ["priem", /^прием\p{L}{0,3}$/u],
  ["lait", /^(lite|light|лайт)$/u],
  ["biznes", /^(business|бизнес\p{L}{0,2})$/u],
]

const latin: Readonly<Record<string, string>> = {
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "e",
  ж: "zh",
  з: "z",
  и: "i",
  й: "i",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "h",
  ц: "c",
  ч: "ch",
  ш: "sh",
  щ: "sh",
  ъ: "",
  ы: "y",
  ь: "",
  э: "e",
  ю: "u",
  я: "a",
  ә: "a",
  ғ: "g",
  қ: "k",
  ң: "n",
  ө: "o",
  ұ: "u",
  ү: "u",
  һ: "h",
  і: "i",
}
const inLatin = (text: string) => {
  let out = ""
  for (const letter of text) out += latin[letter] ?? letter
  return out
}

/** `Camry` and `Камри`, `Accent` and `Акцент`: Latin letters as they are heard. */
const heard: ReadonlyArray<readonly [RegExp, string]> = [
  [/cc(?=[eiy])/g, "kc"],
  [/ck|q/g, "k"],
  [/c(?![heiyc])|c(?=c)/g, "k"],
  [/ph/g, "f"],
  [/w/g, "v"],
  [/x/g, "ks"],
  [/(?<=\p{L})y(?=$|[bcdfghklmnprstvz])/gu, "i"],
  [/([a-z])\1/g, "$1"],
]
const asHeard = (word: string) =>
  /^[a-z]{4,}$/.test(word) ? heard.reduce((text, [from, to]) => text.replace(from, to), word) : word

const keptStemsMax = 50_000
const wordLettersMax = 40
const stems = new Map<string, string>()

export const stemOf = (word: string): string => {
  const text = word.toLowerCase().replaceAll("ё", "е").slice(0, wordLettersMax)
  let stem = stems.get(text)
  if (stem === undefined) {
    stem =
      synonyms.find(([, pattern]) => pattern.test(text))?.[0] ??
      inLatin(
        /^[a-z]/.test(text) ? asHeard(text) : russian.stem(text).replace(/([бвгдзклмнпрстфш])\1/gu, "$1"),
      ).replace(/(?<=\p{L}{3})[aeiouy]$/u, "")
    if (stems.size >= keptStemsMax) stems.clear()
    stems.set(text, stem)
  }
  return stem
}

const commonPrefix = (one: string, other: string) => {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

/** 0 is another word, 1 the same. `стартов` is `старт`, `standard` is `standart`; `старт` is not `стар`. */
export const likeness = (one: string, other: string): number => {
  if (one === other) return 1
  const shorter = Math.min(one.length, other.length)
  if (shorter < 4 || one.startsWith("#") || other.startsWith("#") || /^\d/.test(one) || /^\d/.test(other)) return 0
  const prefix = commonPrefix(one, other)
  const longer = Math.max(one.length, other.length)
  if (prefix === shorter && longer - shorter <= 4) return 0.85
  if (prefix >= 5 && longer - prefix <= 3) return 0.7
  return 0
}

/** Words that name no thing. Negations are among them: they are looked for on their own. */
const empty = new Set(
  (
    "и а но да нет не ни или либо же ли бы б в во на за из от до по с со к ко у о об обо при про для над под без через " +
    "это этот эта эти этом этого этой эту этим то тот та те того той тем том что чтобы чтоб как так такой такая такие там тут " +
    "здесь где когда если уже еще ещё только также тоже все всё весь вся всего всем всех вас вам вами вы ваш ваша ваше ваши вашего " +
    "вашей вашу вашем ваших нас нам нами мы наш наша наше наши нашего нашей нашу нашем наших я мне меня мной он она оно они его ее её " +
    "их им ему ей них него ней есть быть будет будут будем был была было были может можно можете можем могу могут нужно нужен " +
    "нужна нужны надо хотите хотели хочу составляет составит составляют составить выйдет выходит получается получится итого " +
    "сумма сумму около примерно более менее свыше минимум максимум лишь именно очень просто конечно хорошо отлично здравствуйте " +
    "добрый спасибо пожалуйста подскажите скажите расскажите давайте сейчас сегодня завтра тенге теңге тг руб рублей рубля kzt " +
    "который которая которое которые которого которой каждый каждая каждого каждую один одна одно одну одного одной " +
    "раз сам сама другой входит включает включено включая действует предлагаем предлагаю имеется идет идёт г др т д п " +
    "подойдет подойдёт подойдут удобно удобнее значит поэтому потому ведь ну вот чем зависит зависимости указан указана стоимостью " +
    "сколько какой какая какие каков какова какую каком то есть кстати верно правильно понимаю понял поняла"
  ).split(" "),
)

/** The same with the numbers that stand among them, as `#300`: `«Дом 300»` and `«Дом 100»` differ in nothing else. */
export const stemsOf = (text: string): ReadonlyArray<string> => [
  ...wordsOf(text).map((word) => word.stem),
  ...[...text.matchAll(/(?<![\p{L}\d])\d{1,6}(?![\p{L}\d])/gu)].map((match) => `#${match[0]}`),
]

const wordPattern = /[\p{L}\d]+(?:[-'’][\p{L}\d]+)*/gu

/** The words of a text that name something, in order. Numbers are not words; `1С`, `B2B` and `iPhone` are. */
export const wordsOf = (text: string): ReadonlyArray<Word> => {
  const words: Array<Word> = []
  let previous = ""
  for (const match of text.matchAll(wordPattern)) {
    const before = previous
    previous = match[0].toLowerCase()
    // The preposition is the whole difference between `по городу` and `за город`.
    if (/^(?:за|пред)?город(?:а|у|ом|е|ск\p{L}*|н\p{L}*)?$/u.test(previous)) {
      const outside = before === "за" || previous.startsWith("загород")
      words.push({ text: previous, stem: outside ? "zagorod" : "vgorod", index: match.index })
      continue
    }
    for (const part of match[0].includes("-") ? match[0].split("-") : [match[0]]) {
      const lower = part.toLowerCase().replaceAll("ё", "е")
      // `про` is a preposition, «Про» a tariff.
      if ((empty.has(lower) && part !== "Про" && part !== "ПРО") || /^\d+$/.test(lower)) continue
      if (lower.length < 2 && !/^[a-z]$/.test(lower)) continue
      words.push({ text: lower, stem: stemOf(lower), index: match.index })
    }
  }
  return words
}

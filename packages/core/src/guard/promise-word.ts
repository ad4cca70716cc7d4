/** Words that promise something without a figure, by what they promise. */
import type { QuantityKind } from "../knowledge/quantity.ts"

export interface Family {
  readonly name: string
  readonly pattern: RegExp
  /** Whether the documents must say it of the same thing, not only somewhere. */
  readonly ofThing: boolean
  /** Whether the thing must be named by what grants it. */
  readonly strict: boolean
  /** A figure of this kind in its sentence says it all and is judged on its own. */
  readonly figure: QuantityKind | null
  /** `Важна ли вам рассрочка?` promises nothing. */
  readonly mayBeAsked: boolean
}

const family = (name: string, pattern: RegExp, more: Partial<Family> = {}): Family => ({
  name,
  pattern,
  ofThing: false,
  strict: false,
  figure: null,
  mayBeAsked: true,
  ...more,
})

export const families: ReadonlyArray<Family> = [
  family(
    "free",
    /(?<!\p{L})(?:бесплатн\p{L}*|безвозмездн\p{L}*|даром|за наш сч[её]т|тегін|не взима\p{L}*|не оплачива\p{L}*|платить (?:за \p{L}+ )?не (?:нужно|надо|придется|придётся))(?!\p{L})|(?<![\d.,]|\d\s)0\s?(?:₸|тг|тенге|тнг)(?!\p{L})/giu,
    { ofThing: true, strict: true },
  ),
  family(
    "gift",
    /(?<!\p{L})(?:подарок|подарки|подарков|подарком|подарим|дарим|подарит\p{L}*|сыйлық\p{L}*)(?!\p{L})/giu,
    { ofThing: true, strict: true },
  ),
  family(
    "discount",
    /(?<!\p{L})(?:скидк\p{L}*|скидок|скидочн\p{L}*|дисконт\p{L}*|промокод\p{L}*|купон\p{L}*|снизим цену|уступим|жеңілдік\p{L}*)(?!\p{L})/giu,
    { ofThing: true, figure: "percent" },
  ),
  family(
    "offer",
    /(?<!\p{L})(?:акци(?:я|и|ю|ей|й|ях|онн\p{L}*)|спецпредложени\p{L}*|специальн\p{L}+ (?:цен\p{L}*|предложени\p{L}*)|распродаж\p{L}*)(?!\p{L})/giu,
  ),
  family("assurance", /(?<!\p{L})(?:гарантир\p{L}*|обеща(?:ем|ю))(?!\p{L})/giu, { ofThing: true, strict: true }),
  family("guarantee", /(?<!\p{L})(?:гаранти(?!р)\p{L}*)(?!\p{L})/giu, {
    ofThing: true,
    strict: true,
    figure: "duration",
  }),
  family("lifelong", /(?<!\p{L})(?:пожизненн\p{L}*|бессрочн\p{L}*)(?!\p{L})/giu),
  family(
    "status",
    /(?<!\p{L})(?:официальн\p{L}* (?:дил\p{L}*|партн\p{L}*|представител\p{L}*|дистрибь\p{L}*|сервис\p{L}*|поставщик\p{L}*)|авторизованн\p{L}*|сертифицир\p{L}*|сертификат(?:ы|а|ов|ом|ами)? (?:соответств|качеств)\p{L}*|аккредит\p{L}*)(?!\p{L})/giu,
  ),
  family("licence", /(?<!\p{L})(?:лицензи\p{L}*)(?!\p{L})/giu),
  family(
    "instalment",
    /(?<!\p{L})(?:рассрочк\p{L}*|рассрочек|без удорожания|в кредит|кредит(?:а|у|ом|ы|ов)?|бөліп төлеу)(?!\p{L})/giu,
  ),
  family("trade-in", /(?<!\p{L})(?:trade-?in|трейд-?ин)(?!\p{L})/giu),
  family("bonus", /(?<!\p{L})(?:бонус\p{L}*|к[еэ]шб[еэ]к\p{L}*|cashback)(?!\p{L})/giu),
  family(
    "refund",
    /(?<!\p{L})(?:верн[её]м (?:вам )?(?:деньги|оплату|средства|всю|полную|100|стоимость)|возврат\p{L}* (?:денег|средств|оплаты|стоимости)|вернуть деньги|возвращаем (?:деньги|оплату|средства|стоимость))(?!\p{L})/giu,
    { figure: "percent" },
  ),
  family(
    "day-and-night",
    /(?<![\p{L}\d])(?:круглосуточн\p{L}*|круглые сутки|24\s?[/\\]\s?7|24 на 7|сутками)(?![\p{L}\d])/giu,
    { ofThing: true },
  ),
  family(
    "everyday",
    /(?<!\p{L})(?:без выходных|без перерыв\p{L}*|ежедневно|каждый день|семь дней в неделю|7 дней в неделю|күн сайын)(?!\p{L})/giu,
  ),
  family(
    "trial",
    /(?<!\p{L})(?:пробн\p{L}+ (?:период\p{L}*|урок\p{L}*|заняти\p{L}*|верси\p{L}*|доступ\p{L}*|тариф\p{L}*|тренировк\p{L}*)|пробное|тестов\p{L}+ (?:период\p{L}*|доступ\p{L}*)|демо-?(?:доступ|верси|период)\p{L}*|тест-драйв\p{L}*)(?!\p{L})/giu,
  ),
  family(
    "stock",
    /(?<!\p{L})(?:в наличии|на складе|есть сейчас|есть у нас на месте|(?:забрать|забирать) (?:уже |хоть |прямо )?(?:сегодня|сейчас))(?!\p{L})/giu,
    {
      ofThing: true,
      strict: true,
    },
  ),
]
/** `входит`: what the documents say of what a price holds. */
const included = family(
  "included",
  /(?<!\p{L})(?<!не\s)(?:вход[ия]т|включ[её]н\p{L}*|включает|в комплекте|внутри|в стоимость|кіреді)(?!\p{L})/giu,
)

/** What is made to order is not in stock. */
const toOrder = family(
  "to-order",
  /(?<!\p{L})(?:под заказ|на заказ|в ремонте|нет в наличии|распродан\p{L}*)(?!\p{L})/giu,
)

/** `search` neither reads nor moves `lastIndex`, which a global pattern keeps. */
export const isFamily = (one: Family, text: string): boolean => text.search(one.pattern) >= 0

export interface FamilyAt {
  readonly families: ReadonlyArray<string>
  readonly index: number
  readonly text: string
}
/** A gift is free and the reverse; what is included costs nothing more. */
const alsoKnownAs: Readonly<Record<string, ReadonlyArray<string>>> = {
  free: ["free", "gift"],
  gift: ["gift", "free"],
  lifelong: ["lifelong", "guarantee"],
  "day-and-night": ["day-and-night", "everyday"],
  included: ["included", "free"],
}
export const familyAt = (text: string): ReadonlyArray<FamilyAt> =>
  [...families, included, toOrder].flatMap((one) =>
    [...text.matchAll(one.pattern)]
      .slice(0, 8)
      .map((match) => ({ families: alsoKnownAs[one.name] ?? [one.name], index: match.index, text: match[0] })),
  )

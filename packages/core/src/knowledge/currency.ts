/** How sums name their currency. */
export const moneyUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["KZT", /^(?:₸|тнг|тг|тенге|теңге\p{L}*|kzt|т₸)(?!\p{L})/iu],
  ["RUB", /^(?:₽|руб(?:л\p{L}{1,3})?|rub|р\.)(?!\p{L})/iu],
  ["USD", /^(?:\$|usd|долл\p{L}*|бакс\p{L}*|у\.\s?е\.?)(?!\p{L})/iu],
  ["EUR", /^(?:€|eur|евро)(?!\p{L})/iu],
  ["KGS", /^(?:сом|сома|сомов|kgs)(?!\p{L})/iu],
  ["UZS", /^(?:сум|сумов|uzs)(?!\p{L})/iu],
  ["CNY", /^(?:¥|юан\p{L}*|cny)(?!\p{L})/iu],
]

/**
 * Public holidays of a country, as the `isHoliday` of `WorkingHours`. Days given back because a holiday fell on a weekend
 * count, too.
 * It does not promise the days that a government moves by a decree for one year (Kazakhstan did so in 2024 and 2025), nor
 * those of a single region.
 * Loading `date-holidays` takes about 100 ms: who may not need it imports this module with `await import(...)`.
 */
import Holidays from "date-holidays"

const dayMs = 86_400_000

/** Says of `YYYY-MM-DD` whether it is a public holiday. `country` is ISO 3166 (`KZ`) or `none`; otherwise a RangeError. */
export const holidayCheck = (country: string): ((date: string) => boolean) => {
  if (country.trim().toLowerCase() === "none") return () => false
  const code = country.trim().toUpperCase()
  const calendar = calendarOf(code)
  if (calendar === null) {
    throw new RangeError(
      `no holidays are known for the country "${country}": use an ISO 3166 code such as KZ, or "none"`,
    )
  }
  const byYear = new Map<number, ReadonlySet<string>>()
  return (date) => {
    const year = Number(date.slice(0, 4))
    if (!Number.isInteger(year)) return false
    let days = byYear.get(year)
    if (days === undefined) {
      days = code === "KZ" ? kazakhstan(calendar, year) : publicDays(calendar, year)
      byYear.set(year, days)
    }
    return days.has(date)
  }
}

const calendars = new Map<string, Holidays | null>()
const calendarOf = (code: string): Holidays | null => {
  let calendar = calendars.get(code)
  if (calendar === undefined) {
    const made = /^[A-Z]{2}$/.test(code) ? new Holidays(code, { types: ["public"], languages: "en" }) : null
    // An unknown country is not refused by the library: it knows no rule of it.
    calendar = made !== null && publicDays(made, 2027).size > 0 ? made : null
    calendars.set(code, calendar)
  }
  return calendar
}

const publicDays = (calendar: Holidays, year: number): ReadonlySet<string> => {
  const days = new Set<string>()
  for (const holiday of calendar.getHolidays(year)) {
    if (holiday.type !== "public") continue
    const first = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`)
    const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / dayMs))
    for (let day = 0; day < length; day++) days.add(dateText(first + day * dayMs))
  }
  return days
}

const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/**
 * What date-holidays 3.37 says of Kazakhstan, with two corrections.
 * - A state holiday on a day off gives back the next working day after it (Labour Code, article 84; egov.kz "Holidays
 *   calendar"). The library counts Nauryz of Sunday to Tuesday as given back on that Tuesday, which is a holiday anyhow: so 25
 *   March 2026 and 24 March 2027 were missing. Therefore its substitute days are left aside and reckoned here. Christmas and
 *   Kurban Ait are days off, not state holidays, and give nothing back.
 * - Constitution Day left 30 August for 15 March by the constitution of 15 March 2026, and is kept on it from 2027 on (Ministry
 *   of Labour, 18 March 2026, taspanews.kz; law Z010000267 at adilet.zan.kz); 2026 had none. The library begins in 2026.
 */
const kazakhstan = (calendar: Holidays, year: number): ReadonlySet<string> => {
  const days = new Set<string>()
  const givesBack: Array<string> = []
  for (const holiday of calendar.getHolidays(year)) {
    const date = holiday.date.slice(0, 10)
    if (holiday.type !== "public" || holiday.substitute === true || date === "2026-03-15") continue
    days.add(date)
    if (!holiday.rule.startsWith("01-07") && !holiday.rule.includes("Dhu al-Hijjah")) givesBack.push(date)
  }
  for (const date of givesBack) {
    let ms = Date.parse(`${date}T00:00:00Z`)
    if (!isWeekend(ms)) continue
    while (isWeekend(ms) || days.has(dateText(ms))) ms += dayMs
    days.add(dateText(ms))
  }
  return days
}

const isWeekend = (ms: number): boolean => [0, 6].includes(new Date(ms).getUTCDay())

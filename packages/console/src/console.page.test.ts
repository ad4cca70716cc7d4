/** The page in a real browser, over a backend that tells a small story. Needs Chromium (CHROMIUM_PATH, or Debian's). */
import { existsSync } from "node:fs"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "vitest"
import { type FakeBackend, startFakeBackend } from "./fake-backend.ts"

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"
const hasChromium = existsSync(chromiumPath)
const answerMillisMax = 10_000

const describePage = (body: () => void) => {
  if (hasChromium) return describe("the page", { timeout: 30_000 }, body)
  if (process.env["CI"])
    return describe("the page", () => {
      it("has the browser that it needs", () =>
        assert.fail(`there is no Chromium at ${chromiumPath}, and CI may not skip`))
    })
  console.warn(`SKIPPED the page: there is no Chromium at ${chromiumPath} (set CHROMIUM_PATH)`)
  return describe.skip("the page (needs Chromium)", body)
}

const laptop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
const question = "Здравствуйте! Сколько стоит?"
/** Text that would be a mistake to read as HTML. */
const hostile = '<img src=x onerror="document.title=1"><b>жирно</b>'

describePage(() => {
  let browser: Browser
  const open = new Set<{ readonly backend: FakeBackend; readonly page: Page }>()

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    })
  }, 60_000)
  afterEach(async () => {
    for (const { backend, page } of open) {
      await page.context().close()
      await backend.close()
    }
    open.clear()
  })
  afterAll(async () => {
    await browser?.close()
  })

  const visit = async (
    options: { readonly isDemo?: boolean; readonly isLocked?: boolean } & BrowserContextOptions = {},
  ) => {
    const { isDemo = true, isLocked = false, ...contextOptions } = options
    const backend = await startFakeBackend({ isDemo })
    if (isLocked) backend.lock()
    const context = await browser.newContext({ viewport: laptop, locale: "ru-RU", ...contextOptions })
    const page = await context.newPage()
    page.setDefaultTimeout(answerMillisMax)
    open.add({ backend, page })
    const troubles: Array<string> = []
    page.on("pageerror", (error) => troubles.push(String(error)))
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(backend.url)
    return { backend, page, troubles }
  }
  const write = async (page: Page, text: string) => {
    await page.getByRole("textbox", { name: /Сообщение/ }).fill(text)
    await page.keyboard.press("Enter")
  }
  /** Until the page has drawn a later answer of the program. */
  const polled = (page: Page) =>
    page
      .waitForResponse((response) => response.url().endsWith("/api/contacts"))
      .then(() => page.waitForResponse((response) => response.url().endsWith("/demo")))

  it("shows what a client writes, the answer, and what the system thought of it", async () => {
    const { page, backend, troubles } = await visit()
    await page.getByText("Система ещё ничего не знает").waitFor()
    await write(page, question)
    const log = page.getByRole("log")
    await log.getByText(question).waitFor()
    await log.getByText("Тариф «Старт» стоит 15 000 ₸").waitFor()
    await log.getByLabel("прочитано").waitFor()
    const mind = page.locator(".mind")
    await mind.locator(".card-class").getByText("Клиент", { exact: true }).waitFor()
    await mind.getByText("уверенность 93 %", { exact: true }).waitFor()
    await mind.getByText("Спрашивает цену продукта компании", { exact: true }).waitFor()
    await mind.getByText("Тарифы.pdf, стр. 2").first().waitFor()
    await mind.getByText("Проверка пройдена с попытки 2").waitFor()
    await mind.getByText("Возвращено проверкой: 1").click()
    await mind.getByText("цены 12 000 ₸ нет в документах").first().waitFor()
    await mind.locator(".card-next").getByText("Касание 1").waitFor()
    await mind.locator(".card-timeline").getByText("Клиент написал").waitFor()
    assert.deepStrictEqual(troubles, [])
    assert.deepStrictEqual(backend.unknown, [])
  })

  it("moves the clock to the next event, and the touch comes", async () => {
    const { page, troubles } = await visit()
    await write(page, question)
    await page.getByRole("log").getByText("15 000 ₸").waitFor()
    const before = await page.locator("#clock-time").textContent()
    await page.getByRole("button", { name: "Перемотать к следующему событию" }).click()
    await page.getByRole("log").getByText("успели посмотреть").waitFor()
    await page.getByRole("log").getByText("касание 1").waitFor()
    await page.getByText(/Часы переведены: вторник, 24 ноября/).waitFor()
    assert.match(before ?? "", /^пн, 23 ноября/)
    assert.match((await page.locator("#clock-time").textContent()) ?? "", /^вт, 24 ноября/)
    await page.locator(".chain .is-sent").getByText("отправлено").waitFor()
    assert.deepStrictEqual(troubles, [])
  })

  it("says so when nothing lies ahead", async () => {
    const { page } = await visit()
    await page.getByRole("button", { name: "Перемотать к следующему событию" }).click()
    await page.getByText("Впереди ничего не запланировано").waitFor()
  })

  it("lets a person of the company write, and give the chat back to the bot", async () => {
    const { page, troubles } = await visit()
    await write(page, question)
    await page.getByRole("log").getByText("15 000 ₸").waitFor()
    const operator = page.getByRole("button", { name: "Оператор пишет" })
    await operator.click()
    assert.strictEqual(await operator.getAttribute("aria-pressed"), "true")
    await write(page, "Здравствуйте, это Марат. Отвечу сам.")
    await page.getByRole("log").getByText("оператор", { exact: true }).waitFor()
    await page.getByText("Бот молчит ещё 12 ч").waitFor()
    await page.getByText("Остановлена: в чат вошёл человек.").waitFor()
    await page.getByRole("button", { name: "Вернуть чат боту" }).click()
    await page.getByRole("button", { name: "Взять чат себе" }).waitFor()
    assert.deepStrictEqual(troubles, [])
  })

  it("takes a person's verdict", async () => {
    const { page } = await visit()
    await write(page, question)
    await page.getByRole("button", { name: "Это не клиент" }).click()
    await page.locator(".card-class").getByText("Не клиент", { exact: true }).waitFor()
    await page.getByText("Так решил человек.").waitFor()
  })

  it("begins with examples, one click each", async () => {
    const { page } = await visit()
    await page.getByRole("button", { name: "Есть ли пробный период?" }).click()
    await page.getByRole("log").getByText("Есть ли пробный период?").waitFor()
  })

  it("knows several customers, and keeps their chats apart", async () => {
    const { page, troubles } = await visit()
    await write(page, question)
    await page.getByRole("log").getByText("15 000 ₸").waitFor()
    await page.getByRole("button", { name: "Новый клиент" }).click()
    await page.getByLabel("Имя в WhatsApp").fill("Ольга")
    await page.getByRole("textbox", { name: "Номер" }).fill("12")
    await page.getByRole("button", { name: "Сохранить" }).click()
    await page.getByText("Нужен номер из 11 цифр").waitFor()
    await page.getByRole("textbox", { name: "Номер" }).fill("8 (701) 000-77-77")
    await page.getByRole("button", { name: "Сохранить" }).click()
    const olga = page.getByRole("button", { name: /Ольга \+7 701 000 77 77/ })
    await olga.waitFor()
    assert.strictEqual(await olga.getAttribute("aria-pressed"), "true")
    await page.getByText("Переписки ещё нет").waitFor()
    await page.getByText("Система ещё ничего не знает").waitFor()
    await page.getByRole("button", { name: "Изменить имя и номер клиента" }).click()
    await page.getByLabel("Имя в WhatsApp").fill("Ольга П.")
    await page.getByRole("button", { name: "Сохранить" }).click()
    await page.getByRole("button", { name: /Ольга П\./ }).waitFor()
    await page.getByRole("button", { name: /Айгуль/ }).click()
    await page.getByRole("log").getByText("15 000 ₸").waitFor()
    await page.reload()
    await page.getByRole("button", { name: /Ольга П\./ }).waitFor()
    assert.deepStrictEqual(troubles, [])
  })

  it("shows text as text", async () => {
    const { page, troubles } = await visit()
    await write(page, hostile)
    await page.getByRole("log").getByText(hostile).waitFor()
    await page.locator(".card-timeline").getByText(`«${hostile}»`).waitFor()
    assert.strictEqual(await page.locator(".mind img, .messages img, .messages b").count(), 0)
    assert.deepStrictEqual(troubles, [])
  })

  it("touches nothing that did not change while it asks again", async () => {
    const { page } = await visit()
    await write(page, question)
    const record = page.locator(".card-timeline details").last()
    await record.locator("summary").click()
    await record.getByText('"ClientWrote"').waitFor()
    const scrolled = await page.locator(".mind").evaluate((mind) => {
      const touched: Array<string> = []
      new MutationObserver((records) => {
        for (const { target } of records) touched.push(target.nodeName)
      }).observe(document.querySelector("main")!, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      })
      Object.assign(window, { touched })
      mind.scrollTop = 333
      return mind.scrollTop
    })
    await page.getByRole("textbox", { name: /Сообщение/ }).fill("недописанное")
    await polled(page)
    await polled(page)
    assert.strictEqual(await page.locator(".mind").evaluate((mind) => mind.scrollTop), scrolled)
    assert.isTrue(await record.evaluate((details) => (details as HTMLDetailsElement).open))
    assert.include(await record.locator("pre").textContent(), '"ClientWrote"')
    assert.strictEqual(await page.getByRole("textbox", { name: /Сообщение/ }).inputValue(), "недописанное")
    assert.deepStrictEqual(await page.evaluate(() => (window as unknown as { touched: Array<string> }).touched), [])
  })

  it("says when the program is away, keeps the text, and goes on by itself", async () => {
    const { page } = await visit()
    await page.getByText("Переписки ещё нет").waitFor()
    await page.route("**/demo**", (route) => route.abort())
    await page.getByText("Нет связи с программой. Пробую ещё раз").waitFor()
    await write(page, question)
    await page.getByText("Не получилось: нет связи").waitFor()
    assert.strictEqual(await page.getByRole("textbox", { name: /Сообщение/ }).inputValue(), question)
    await page.unroute("**/demo**")
    await page.getByText("Нет связи с программой. Пробую ещё раз").waitFor({ state: "hidden" })
  })

  it("asks for the key, and says when it is wrong", async () => {
    const { page } = await visit({ isLocked: true })
    await page.getByLabel("Ключ").fill("wrong")
    await page.getByRole("button", { name: "Войти" }).click()
    await page.getByText("Этот ключ не подходит.").waitFor()
    await page.getByLabel("Ключ").fill("right")
    await page.getByRole("button", { name: "Войти" }).click()
    await page.getByText("Переписки ещё нет").waitFor()
    assert.isTrue(await page.locator("#door").isHidden())
  })

  it("shows the list of contacts where there is no demo", async () => {
    const { page } = await visit({ isDemo: false })
    await page.getByRole("heading", { name: "Контакты" }).waitFor()
    assert.isTrue(await page.locator("#phone").isHidden())
    assert.isTrue(await page.locator("#clock").isHidden())
    await page.getByRole("button", { name: /Данияр/ }).click()
    await page.locator(".card-chat").getByText("Есть ли пробный период?").waitFor()
    await page.locator(".card-chat").getByText("отвечено").waitFor()
  })

  it("fits a phone in the hand, without scrolling sideways", async () => {
    for (const isDemo of [true, false]) {
      const { page } = await visit({ viewport: phone, isDemo })
      if (isDemo) await write(page, question)
      await page.getByRole("button", { name: "Что думает система" }).click()
      await page.locator(".card-class").waitFor()
      for (const pane of [/Что думает система/, /Телефон клиента|Контакты/]) {
        await page.getByRole("button", { name: pane }).first().click()
        assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), phone.width)
      }
    }
  })

  it("gives every control a name, and can be worked by keyboard", async () => {
    const { page } = await visit()
    await write(page, question)
    await page.locator(".card-class").waitFor()
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, input, textarea")]
        .filter((control) => control.offsetParent !== null)
        .filter(
          (control) =>
            (control.textContent ?? "").trim() === "" &&
            !control.hasAttribute("aria-label") &&
            (control as HTMLInputElement).labels?.length !== 1,
        )
        .map((control) => control.id),
    )
    assert.deepStrictEqual(nameless, [])
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    assert.strictEqual(await page.getByRole("button", { name: "Оператор пишет" }).getAttribute("aria-pressed"), "true")
  })
})

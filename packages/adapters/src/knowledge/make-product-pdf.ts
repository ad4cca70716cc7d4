/**
 * The product sheet of an invented company, as a PDF: what a newcomer's bot sells until the real documents are put into
 * knowledge_base/. The same bytes on every machine (fixed date, no compression), so that a test can hold the committed
 * file to this text. Nobody and nothing in it exists. To write the file:
 *   node scripts/make-product-pdf.ts
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import PDFDocument from "pdfkit"

export const productPdfPath = join(import.meta.dirname, "../../../../knowledge_base/product_info.pdf")

const require = createRequire(import.meta.url)
const fonts = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf")
const text = join(fonts, "DejaVuSansCondensed.ttf")
const bold = join(fonts, "DejaVuSansCondensed-Bold.ttf")

const ink = "#1f2937"
const soft = "#6b7280"
const accent = "#0f766e"
const pale = "#ecfdf5"
const line = "#cbd5e1"
const left = 50
const width = 495
const bottom = 775

export const makeProductPdf = (): Promise<Uint8Array> => {
  const pdf = new PDFDocument({
    size: "A4",
    margins: { top: 50, left, right: 50, bottom: 30 },
    compress: false,
    bufferPages: true,
    info: { Title: "Тиынсай: касса и склад для магазина", CreationDate: new Date(Date.UTC(2026, 0, 12)) },
  })
  const chunks: Array<Uint8Array> = []
  const done = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    pdf.on("end", () => resolve(new Uint8Array(Buffer.concat(chunks))))
    pdf.on("error", reject)
  })

  const keep = (height: number) => {
    if (pdf.y + height > bottom) pdf.addPage()
  }
  const heading = (title: string, below = 90) => {
    keep(below)
    pdf.moveDown(0.9)
    pdf.font(bold).fontSize(15).fillColor(accent).text(title, left, pdf.y, { width })
    pdf.moveDown(0.35)
  }
  const paragraph = (content: string) => {
    pdf.font(text).fontSize(10.5)
    keep(pdf.heightOfString(content, { width, lineGap: 2.5 }))
    pdf.fillColor(ink).text(content, left, pdf.y, { width, lineGap: 2.5 })
    pdf.moveDown(0.5)
  }
  const items = (contents: ReadonlyArray<string>) => {
    for (const content of contents) {
      pdf.font(text).fontSize(10.5)
      keep(pdf.heightOfString(content, { width: width - 16, lineGap: 2 }))
      const y = pdf.y
      pdf.fillColor(accent).text("•", left + 2, y, { lineBreak: false })
      pdf.fillColor(ink).text(content, left + 16, y, { width: width - 16, lineGap: 2 })
      pdf.moveDown(0.3)
    }
    pdf.moveDown(0.2)
  }
  const steps = (contents: ReadonlyArray<string>) => {
    for (const [at, content] of contents.entries()) paragraph(`${at + 1}. ${content}`)
  }
  const table = (rows: ReadonlyArray<ReadonlyArray<string>>, widths: ReadonlyArray<number>, hasHeader = true) => {
    const pad = 6
    for (const [at, row] of rows.entries()) {
      const isHeader = hasHeader && at === 0
      const fontOf = (column: number) => (isHeader || column === 0 ? bold : text)
      pdf.fontSize(9.5)
      const heights = row.map((cell, column) =>
        pdf.font(fontOf(column)).heightOfString(cell, { width: widths[column]! - 2 * pad, lineGap: 1.5 }),
      )
      const height = Math.max(...heights) + 2 * pad - 2
      keep(height)
      const y = pdf.y
      let x = left
      for (const [column, cell] of row.entries()) {
        const wide = widths[column]!
        pdf.rect(x, y, wide, height).lineWidth(0.7)
        if (isHeader) pdf.fillAndStroke(pale, line)
        else pdf.stroke(line)
        const align = column === 0 || !/^[\d\s]+₸?$/.test(cell) ? "left" : "right"
        pdf
          .font(fontOf(column))
          .fillColor(ink)
          .text(cell, x + pad, y + pad - 1, { width: wide - 2 * pad, lineGap: 1.5, align })
        x += wide
      }
      pdf.x = left
      pdf.y = y + height
    }
    pdf.moveDown(0.8)
  }
  const faq = (question: string, answer: string) => {
    pdf.font(text).fontSize(10.5)
    keep(pdf.heightOfString(answer, { width, lineGap: 2.5 }) + 30)
    pdf.font(bold).fontSize(10.5).fillColor(ink).text(question, left, pdf.y, { width })
    pdf.moveDown(0.2)
    paragraph(answer)
  }

  // The cover's band.
  pdf.rect(0, 0, 595.28, 132).fill(accent)
  pdf.font(bold).fontSize(30).fillColor("#ffffff").text("Тиынсай", left, 36)
  pdf.font(text).fontSize(14).text("Облачная касса и складской учёт для магазинов Казахстана", left, 78, { width })
  pdf
    .font(text)
    .fontSize(10)
    .text("Действует с 12 января 2026 года. Цены указаны в тенге, с НДС.", left, 104, { width })
  pdf.x = left
  pdf.y = 138

  heading("О продукте")
  paragraph(
    "Тиынсай заменяет кассовый аппарат, тетрадь с остатками и таблицы в Excel. Продавец пробивает чек на планшете, телефоне или " +
      "компьютере, товар сам списывается со склада, а владелец видит выручку и остатки в телефоне. Фискальный чек уходит оператору " +
      "фискальных данных в ту же секунду.",
  )
  paragraph(
    "Подходит продуктовым магазинам, магазинам одежды, стройматериалов, автозапчастей, аптекам и точкам на рынке: от одной кассы до сети из двадцати магазинов.",
  )
  heading("Что это даёт магазину")
  items([
    "Меньше недостач: каждая продажа списывает остаток, ревизия идёт со сканером и занимает около двух часов вместо выходного дня.",
    "Чек за 5 секунд: сканер штрихкодов, быстрые кнопки, оплата картой и по QR.",
    "Касса работает без интернета до 72 часов, чеки отправляются, когда связь вернётся.",
    "Заказ поставщику по подсказке: программа считает, на сколько дней хватит товара.",
    "Отчёты для владельца в телефоне: выручка, средний чек, прибыль по товарам, кто из продавцов сколько продал.",
    "Интерфейс на русском и казахском языках: әр сатушы өзіне ыңғайлы тілді таңдайды.",
  ])
  heading("Тарифы", 230)
  table(
    [
      ["Тариф", "Цена в месяц", "Цена в год", "Число касс", "Пользователи", "Для кого"],
      ["Лавка", "7 900 ₸", "79 000 ₸", "1", "2", "Одна точка, до 1 000 товаров"],
      ["Магазин", "14 900 ₸", "149 000 ₸", "3", "8", "Магазин со складом, до 20 000 товаров"],
      ["Сеть", "34 900 ₸", "349 000 ₸", "10", "40", "Несколько магазинов, общий склад, без предела по товарам"],
    ],
    [65, 78, 78, 66, 84, 124],
  )
  paragraph(
    "При оплате за год два месяца выходят бесплатно. Каждая касса сверх тарифа стоит 3 500 ₸ в месяц. Перейти на другой тариф можно в любой день, разница пересчитывается по дням.",
  )
  paragraph("Пробный период: 14 дней на тарифе «Магазин», бесплатно и без привязки карты.")
  heading("Дополнительные услуги", 200)
  table(
    [
      ["Услуга", "Цена", "Срок", "Что входит"],
      [
        "Внедрение под ключ",
        "45 000 ₸",
        "3 рабочих дня",
        "Загрузка товаров из Excel или 1С, настройка касс, обучение продавцов",
      ],
      ["Обучение продавцов", "15 000 ₸", "1 день", "Занятие до 3 часов, до 10 человек, на месте или по видеосвязи"],
      [
        "Перенос данных из другой программы",
        "25 000 ₸",
        "2 рабочих дня",
        "Товары, остатки, цены и карточки покупателей",
      ],
      ["Интернет-витрина", "9 900 ₸ в месяц", "5 рабочих дней", "Каталог на сайте с остатками и заказом в WhatsApp"],
      ["Выезд инженера", "12 000 ₸", "1 рабочий день", "Алматы и Астана; другие города по согласованию"],
    ],
    [120, 85, 90, 200],
  )
  heading("Оборудование", 150)
  table(
    [
      ["Наименование", "Цена", "Гарантия", "Наличие"],
      ["Сканер штрихкодов ТС-20, проводной", "18 500 ₸", "12 месяцев", "На складе"],
      ["Сканер штрихкодов ТС-40, беспроводной", "34 000 ₸", "12 месяцев", "На складе"],
      ["Принтер чеков ТП-58", "29 900 ₸", "12 месяцев", "На складе"],
      ["Кассовый планшет ТК-10 с подставкой", "119 000 ₸", "24 месяца", "Под заказ, 7 дней"],
      ["Весы торговые с печатью этикеток ТВ-15", "189 000 ₸", "24 месяца", "Под заказ, 14 дней"],
    ],
    [210, 85, 85, 115],
  )
  paragraph(
    "Доставка по Алматы и Астане бесплатна при заказе от 50 000 ₸, иначе 2 500 ₸. В другие города отправляем транспортной компанией за 3–6 дней по её тарифу.",
  )
  heading("Условия")
  items([
    "Договор: подписываем электронной подписью или на бумаге, с ТОО и ИП. Срок договора 12 месяцев, расторжение с уведомлением за 10 дней.",
    "Оплата: по счёту, картой или по QR. Тариф оплачивается вперёд за месяц или за год.",
    "Рассрочка: на оборудование и внедрение от 60 000 ₸, на 3 или 6 месяцев, без процентов и переплаты.",
    "Возврат: 14 дней с первой оплаты тарифа возвращаем деньги полностью. Оборудование без следов использования принимаем в течение 14 дней.",
    "Скидка: 10 % на тариф при подключении трёх и более магазинов одного владельца.",
    "Данные магазина принадлежат магазину: выгрузка в Excel доступна всегда, после расторжения храним данные 90 дней.",
  ])
  heading("Запуск и поддержка")
  paragraph(
    "Самостоятельный запуск занимает около одного дня: регистрация, загрузка товаров, первая продажа. Внедрение под ключ занимает 3 рабочих дня. " +
      "Поддержка отвечает с 9:00 до 21:00 ежедневно по времени Алматы; на тарифе «Сеть» круглосуточно. Среднее время ответа в чате 7 минут.",
  )
  heading("Частые вопросы")
  faq(
    "Нужен ли отдельный кассовый аппарат?",
    "Нет. Тиынсай сам формирует фискальный чек; нужен планшет, телефон на Android 10 и новее или компьютер с Windows, и принтер чеков, если покупатели берут бумажный чек.",
  )
  faq(
    "Что будет, если пропадёт интернет?",
    "Касса продолжит работать до 72 часов. Чеки сохраняются на устройстве и уходят, как только связь появится.",
  )
  faq(
    "Можно ли работать со своим сканером и принтером?",
    "Да. Подходят USB- и Bluetooth-сканеры и принтеры чеков шириной 58 и 80 мм. Модель можно прислать нам, проверим за один день.",
  )
  faq(
    "Есть ли связь с 1С?",
    "Да, на тарифах «Магазин» и «Сеть»: выгрузка продаж и остатков в 1С раз в сутки. На тарифе «Лавка» доступна выгрузка в Excel.",
  )
  faq(
    "Как перенести товары?",
    "Загрузите файл Excel по нашему образцу сами, бесплатно, или закажите перенос за 25 000 ₸: он занимает 2 рабочих дня.",
  )
  faq(
    "Можно ли продавать маркированный товар?",
    "Да, сканер считывает код маркировки, и программа проверяет его при продаже. Работает на всех тарифах.",
  )
  faq(
    "Сколько магазинов можно подключить?",
    "На тарифе «Сеть» до 20 магазинов в одном кабинете. Если больше, рассчитаем условия отдельно.",
  )
  faq(
    "Есть ли бонусная программа для покупателей?",
    "Да, на тарифах «Магазин» и «Сеть»: бонусы или скидка по номеру телефона покупателя.",
  )
  faq(
    "Как начать?",
    "Договоритесь с нами о звонке на 20 минут: покажем программу на ваших товарах и откроем пробный период на 14 дней.",
  )
  faq(
    "Можно ли приостановить тариф?",
    "Да, до 60 дней в году, если магазин закрыт на ремонт или на сезон. Данные сохраняются.",
  )
  heading("Как проходит подключение", 150)
  steps([
    "Звонок на 20 минут: спрашиваем, как магазин работает сейчас, и показываем программу.",
    "Пробный период на 14 дней: открываем кабинет в день обращения.",
    "Договор и счёт: готовим за один рабочий день.",
    "Внедрение: загружаем товары, настраиваем кассы, обучаем продавцов, 3 рабочих дня.",
    "Первая неделя под присмотром: инженер на связи в отдельном чате и отвечает за 15 минут.",
  ])
  heading("Примеры расчёта", 150)
  paragraph(
    "Продуктовый магазин с двумя кассами и пятью продавцами: тариф «Магазин» за 14 900 ₸ в месяц, внедрение под ключ за 45 000 ₸ один раз. Всего в первый месяц 59 900 ₸, дальше 14 900 ₸ в месяц.",
  )
  paragraph(
    "Бутик с одной кассой и одним продавцом: тариф «Лавка» за 79 000 ₸ в год, беспроводной сканер ТС-40 за 34 000 ₸. Всего за первый год 113 000 ₸, доставка сканера 2 500 ₸.",
  )
  heading("Контакты", 150)
  table(
    [
      ["Компания", "ТОО «Тиынсай» (вымышленная компания для примера)"],
      ["Телефон и WhatsApp", "+7 700 000-00-00"],
      ["Почта", "salem@tiynsay.example"],
      ["Сайт", "https://tiynsay.example"],
      ["Адрес", "г. Алматы, ул. Примерная, 1, офис 12"],
      ["Отдел продаж", "понедельник – пятница, 10:00–18:00"],
    ],
    [150, 345],
    false,
  )

  const pages = pdf.bufferedPageRange().count
  for (let page = 0; page < pages; page++) {
    pdf.switchToPage(page)
    pdf.font(text).fontSize(8.5).fillColor(soft)
    pdf.text("Тиынсай · касса и склад для магазина", left, 800, { width: 300, lineBreak: false })
    pdf.text(`${page + 1} / ${pages}`, left + width - 60, 800, { width: 60, align: "right", lineBreak: false })
  }
  pdf.end()
  return done
}

/**
 * What WhatsApp's chat export writes in place of what a text file cannot hold: media, places, polls, calls, deleted
 * messages and the app's own notices, in its Russian and English wordings.
 *
 * Promises to name the kind, to put a short Russian placeholder in its place, and to keep the caption after it. Does not
 * promise to know every wording of every version: what is not recognised stays a person's text. The export escapes
 * nothing, so a person who types "image omitted" is read as having sent a picture.
 */

export type Kind =
  | "text"
  | "image"
  | "voice"
  | "video"
  | "document"
  | "sticker"
  | "location"
  | "contact"
  | "poll"
  | "other"

export interface ExportedText {
  readonly kind: Kind
  readonly text: string
  readonly edited: boolean
  readonly deleted: boolean
}

/** Invisible direction marks. iOS puts U+200E before whatever the app itself wrote; a person's text rarely has it. */
const marks = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
export const stripMarks = (text: string): string => text.replace(marks, "")

const placeholders: Record<Exclude<Kind, "text">, string> = {
  image: "[изображение]",
  voice: "[голосовое сообщение]",
  video: "[видео]",
  document: "[документ]",
  sticker: "[стикер]",
  location: "[местоположение]",
  contact: "[контакт]",
  poll: "[опрос]",
  other: "[медиафайл]",
}
const goneText = "[сообщение удалено]"
const unreadableText = "[сообщение недоступно]"

/** Longer than this and the first line is no placeholder, whatever it holds. */
const placeholderCharsMax = 300

export const readExportedText = (raw: string): ExportedText => {
  const [text, edited] = withoutEditedMark(stripMarks(raw).trim())
  if (isDeleted(text)) return { kind: "other", text: goneText, edited, deleted: true }
  return { ...readContent(text, raw), edited, deleted: false }
}

type Content = Pick<ExportedText, "kind" | "text">

const readContent = (text: string, raw: string): Content => {
  if (text === "" || text === "null" || /^<null>$/.test(text)) return { kind: "other", text: unreadableText }
  const lineEnd = text.indexOf("\n")
  const head = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trim()
  const caption = lineEnd < 0 ? "" : text.slice(lineEnd + 1).trim()
  if (head.length <= placeholderCharsMax) {
    const found = omitted(head, caption) ?? fileAfterName(head, caption) ?? place(head, caption) ?? unreadable(text)
    if (found !== undefined) return found
    if (/^(?:poll|опрос):$/i.test(head)) return { kind: "poll", text: captioned(placeholders.poll, readPoll(caption)) }
    const poll = /^(?:POLL|ОПРОС): (.+)$/.exec(head)
    if (poll !== null) {
      return { kind: "poll", text: captioned(placeholders.poll, readPoll(`${poll[1]}\n${caption}`)) }
    }
  }
  return fileInBrackets(text) ?? omittedAfterCaption(text, raw) ?? { kind: "text", text }
}

const captioned = (placeholder: string, caption: string): string =>
  caption === "" ? placeholder : `${placeholder} ${caption}`

const editedMark = /^<(?:this message was edited|(?:это |данное )?сообщение (?:было )?(?:изменено|отредактировано))>$/i

const withoutEditedMark = (text: string): readonly [string, boolean] => {
  if (!text.endsWith(">")) return [text, false]
  const start = text.lastIndexOf("<")
  return start >= 0 && editedMark.test(text.slice(start)) ? [text.slice(0, start).trim(), true] : [text, false]
}

const deletedText =
  /^(?:you deleted this message(?: as admin)?|this message was deleted(?: by (?:an? )?admin.{0,80})?|(?:данное |это )?сообщение (?:было )?удалено(?: администратором.{0,80})?|вы удалили (?:данное |это )?сообщение(?: как администратор)?)\.?$/i
const isDeleted = (text: string): boolean => text.length <= placeholderCharsMax && deletedText.test(text)

/** The order matters: "медиафайл" and "аудиофайл" hold "файл", "видеозаметка" is no note. */
const wordsOfKinds: ReadonlyArray<readonly [RegExp, Exclude<Kind, "text">]> = [
  [/media|медиа/i, "other"],
  [/audio|voice|аудио|голосов/i, "voice"],
  [/image|photo|picture|изображени|фото|сурет/i, "image"],
  [/video|gif|видео|бейне/i, "video"],
  [/sticker|стикер/i, "sticker"],
  [/contact|контакт/i, "contact"],
  [/location|местоположени|геолокац|геопозиц/i, "location"],
  [/poll|опрос/i, "poll"],
  [/document|file|документ|файл|құжат/i, "document"],
]
const kindOfWords = (words: string): Exclude<Kind, "text"> =>
  wordsOfKinds.find(([pattern]) => pattern.test(words))?.[1] ?? "other"

const labelOf = (kind: Exclude<Kind, "text">, words: string): string =>
  kind === "video" && /gif/i.test(words) ? "[GIF]" : placeholders[kind]

const absence = `(?:omitted|опущен[оаы]?|отсутству[ею]т|пропущен[оаы]?|не включ[её]н[оаы]?|не сохран[её]н[оаы]?|скрыт[оаы]?)`
const things = `(?:(?:view once )?(?:image|photo|picture|video|video note|voice message|audio|sticker|gif|contact card|contact|location|media|document)|изображение|фото|фотография|видео|видеозаметка|видеосообщение|аудио|аудиофайл|аудиозапись|голосовое сообщение|стикер|gif|анимация|карточка контакта|контакт|местоположение|медиафайл|медиа|документ)`
/** `image omitted`, `аудиофайл отсутствует`. */
const thingOmitted = new RegExp(`^(${things}) ${absence}\\.?$`, "i")
/** `Договор.pdf • 3 страницы документ отсутствует`. */
const documentOmitted = new RegExp(
  String.raw`^(?<name>\S.{0,200}?\.\p{L}[\p{L}\d]{1,4}|\S.{0,200}?(?=\s*•))(?:\s*•\s*[\d.,]+\s\p{L}+)*\s*•?\s*(?:document|документ) ${absence}\.?$`,
  "iu",
)
/** `<Media omitted>`, `<Без медиафайлов>`, and by its stem the same notice of a phone in another language. */
const bracketed = /^<([^<>:/@]{3,60})>$/
const bracketedWords = /omitted|medi[aá]|медиа|файл|пропущен|опущен|отсутств/i

const omitted = (head: string, caption: string): Content | undefined => {
  const inBrackets = bracketed.exec(head)?.[1]
  const words =
    thingOmitted.exec(head)?.[1] ??
    (inBrackets !== undefined && bracketedWords.test(inBrackets) ? inBrackets : undefined) ??
    /^(?:голосовое сообщение|voice message)(?: ?\(?\d{1,2}:\d\d\)?|…|\.\.\.)?$/i.exec(head)?.[0]
  if (words !== undefined) {
    const kind = kindOfWords(words)
    return { kind, text: captioned(labelOf(kind, words), caption) }
  }
  const name = documentOmitted.exec(head)?.groups?.["name"]
  return name === undefined ? undefined : { kind: "document", text: captioned(`[документ: ${name.trim()}]`, caption) }
}

/** `IMG-20240312-WA0001.jpg (file attached)`; any language that says "file" in the brackets. */
const fileAfterName = (head: string, caption: string): Content | undefined => {
  const name = /^(\S.{0,200}?\.[a-z\d]{2,5}) \((?:[^()]{0,30}(?:file|файл)[^()]{0,30})\)$/iu.exec(head)?.[1]
  return name === undefined ? undefined : fileNamed(name, caption)
}

/** `<attached: 00000012-PHOTO-2024-03-12-14-05-33.jpg>`, with the caption before or after it. */
const fileInBrackets = (text: string): Content | undefined => {
  const found = /<(?:attached|прикреплено|вложено|вложение|\p{L}{4,20}): ?([^<>\n]{1,250}\.[a-z\d]{2,5})>/iu.exec(text)
  if (found === null) return undefined
  const before = text.slice(0, found.index).trim()
  const after = text.slice(found.index + found[0].length).trim()
  // iOS writes a document as `Договор.pdf • 3 страницы <прикреплено: 00000015-Договор.pdf>`: the name is no caption.
  const file = found[1]!.replace(/^\d{8}-/, "")
  const caption = before === file || before.startsWith(`${file} •`) ? "" : before
  return fileNamed(file, [caption, after].filter((part) => part !== "").join("\n"))
}

const fileNamed = (name: string, caption: string): Content => {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase()
  const kind = kindOfFile(name, extension)
  const label =
    kind === "document" ? `[документ: ${name}]` : /^(?:\d+-)?GIF-/i.test(name) ? "[GIF]" : placeholders[kind]
  // Android repeats a document's name as its caption.
  return { kind, text: captioned(label, caption === name ? "" : caption) }
}

const kindOfFile = (name: string, extension: string): Exclude<Kind, "text"> => {
  if (extension === "vcf") return "contact"
  if (extension === "webp" || /^(?:STK-|STICKER)/.test(name)) return "sticker"
  if (/^(?:jpe?g|png|heic|heif|bmp)$/.test(extension)) return "image"
  if (/^(?:opus|ogg|oga|m4a|mp3|aac|amr|wav)$/.test(extension)) return "voice"
  if (/^(?:mp4|mov|3gp|avi|mkv|webm|gif)$/.test(extension)) return "video"
  return "document"
}

/** The link stays: it is all that is left of the place. */
const place = (head: string, caption: string): Content | undefined => {
  const live =
    /^(?:live location shared|трансляция (?:геоданных|местоположения|геопозиции)|(?:вы )?(?:делитесь|поделились) (?:геоданными|местоположением))\.?\s*/i.exec(
      head,
    )
  const fixed =
    /^(?:location|местоположение|геолокация|геопозиция|геоданные|расположение): (?=https?:\/\/|-?\d{1,3}\.\d)/i.exec(
      head,
    )
  const named = /^(?=[^\n]{0,250}: https?:\/\/(?:maps\.google\.|foursquare\.com\/)\S+$)/i.exec(head)
  if (live === null && fixed === null && named === null) return undefined
  const rest = head.slice((live ?? fixed ?? named)![0].length).trim()
  return {
    kind: "location",
    text: captioned(placeholders.location, [rest, caption].filter((part) => part !== "").join("\n")),
  }
}

const unreadable = (text: string): Content | undefined =>
  /^(?:waiting for this message\.? this may take a while\.?|ожидание сообщения\.? это может занять .{3,40}|(?:you received )?a? ?view once (?:photo|video|voice message|message)\.?.{0,120})$/i.test(
    text,
  )
    ? { kind: "other", text: unreadableText }
    : undefined

/** Question, then `• choice` a line; the votes are of another day than the message, and go. */
const readPoll = (body: string): string =>
  body
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/^(?:option|вариант(?: ответа)?): /i, "• ")
        .replace(/^(• .*?)\s?\(\d+ [^()]{1,20}\)$/u, "$1"),
    )
    .filter((line) => line !== "")
    .join("\n")

/** iOS puts the caption first: `Вот фасад ‎image omitted`. Only the mark tells it from a person's sentence. */
const markedAtEnd = new RegExp(`\\u200e(${things}) ${absence}$`, "i")
const omittedAfterCaption = (text: string, raw: string): Content | undefined => {
  const tail = raw.slice(-80).trimEnd()
  const found = markedAtEnd.exec(tail)
  if (found === null) return undefined
  const words = stripMarks(found[0])
  if (!text.endsWith(words)) return undefined
  const kind = kindOfWords(found[1]!)
  return { kind, text: captioned(labelOf(kind, words), text.slice(0, -words.length).trim()) }
}

/** Notices that hardly anybody types; found even where an editor lost the marks. */
const notices: ReadonlyArray<RegExp> = [
  /^(?:messages|chats|calls)[^.\n]{0,80}end-to-end encrypt/i,
  /^(?:сообщения|чаты|звонки)[^.\n]{0,80}сквозн\S{1,6} шифрован/i,
  /^(?:missed|silenced) (?:group )?(?:voice |video )?call(?:[.,]? ?(?:tap|at \d|\d).{0,60})?\.?$/i,
  /^пропущенный (?:групповой )?(?:аудио|видео)?(?:звонок|вызов)(?:[.,]? ?(?:нажмите|в \d|\d).{0,60})?\.?$/i,
  /^your security code with .{1,80} changed/i,
  /^(?:ваш )?код безопасности .{0,80}изменился/i,
  /^you (?:un)?blocked this (?:contact|business|person)/i,
  /^вы (?:за|раз)блокировали (?:этот контакт|этого (?:человека|пользователя)|эту компанию|этот бизнес|данн\S{2,3} \S+)/i,
  /^this business (?:uses a secure|works with other|is now |may use )/i,
  /^this (?:chat|conversation) is with a business/i,
  /^(?:you|this (?:contact|person)) turned (?:on|off) disappearing messages/i,
  /^вы (?:включили|выключили|отключили) (?:таймер )?исчезающ/i,
  /^disappearing messages (?:were|are) turned/i,
  /^исчезающие сообщения (?:были )?(?:включены|выключены|отключены)/i,
]

const verbRu = `(?:создал|добавил|удалил|исключил|покинул|вступил|присоединил|изменил|сменил|включил|выключил|отключил|закрепил|открепил|заблокировал)`
/** `создал(а)`, `добавил(-а)`: the app does not know who is a woman, and a person does. */
const impersonal = new RegExp(String.raw`^.{1,80}? ${verbRu}(?:ся)?\(-?(?:а|ась|ся)\)`, "i")

/** Notices that a person could have typed as well: believed only behind the app's own mark. */
const markedNotices: ReadonlyArray<RegExp> = [
  new RegExp(String.raw`^.{1,80}? ${verbRu}(?:и|а|ась|ись|ся)?(?=$|[\s.,])`, "i"),
  /^.{1,80}? (?:вышел|вышла|теперь (?:администратор|админ)|использу\S{2} |есть в (?:ваших|списке) контакт)/i,
  /^вы (?:теперь|больше не) (?:администратор|админ|участник)/i,
  /^.{1,80}? (?:created|added|removed|left|joined|changed|pinned|turned (?:on|off)|blocked|unblocked|is a contact|was added)(?=$|[\s.,’'])/i,
  /^you['’]?(?:re| are) (?:now|no longer) an? (?:admin|participant)/i,
  /^(?:voice|video|group) call(?:[.,] ?.{0,60})?$|^(?:групповой )?(?:аудио|видео)звонок(?:[.,] ?.{0,60})?$/i,
  /^(?:эта компания|этот бизнес|это бизнес-аккаунт|этот чат|компания .{1,60} использует|this (?:account|group|chat))/i,
  /^.{1,80} (?:security code|код безопасности)/i,
]

/** `byApp`: the text stands behind iOS's mark. `impersonalToo`: on iOS the app's notices have a sender, the chat's name. */
export const isNotice = (raw: string, how: { readonly byApp: boolean; readonly impersonalToo: boolean }): boolean => {
  const text = stripMarks(raw.slice(0, 600)).trim()
  if (text.endsWith("?")) return false
  if (notices.some((pattern) => pattern.test(text))) return true
  if (how.impersonalToo && impersonal.test(text)) return true
  return how.byApp && markedNotices.some((pattern) => pattern.test(text))
}

/** Android's notices have no sender, yet may hold ": ", as in `Анна изменила название группы на «Заказы: Алматы»`. */
const noticeBeforeColon =
  /(?:created (?:this )?group|changed the (?:subject|group|description)|создал\S{0,6} группу|(?:измени|смени)л\S{0,6} (?:тему|название|описание|имя|картинку|фото|настройки)|добавил\S{0,6} .{0,60}групп|security code|код безопасности)/i
export const isNoticeBeforeColon = (beforeColon: string): boolean =>
  beforeColon.length > senderCharsMax || noticeBeforeColon.test(beforeColon)
const senderCharsMax = 120

/**
 * A PDF's bytes to blocks in reading order. Promises an answer for any bytes, in bounded time and memory, with the event loop
 * free between pages; what cannot be read is named in Russian for the owner. Does not read pictures of text (no OCR),
 * filled-in form fields, or what a document hides behind links.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { setImmediate as nextTurn } from "node:timers/promises"
import type { KnowledgeDocument, UnreadableDocument } from "@wa/core/knowledge/document"
import { getDocument, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs"
import { blocksOf, bodySizeOf, type LaidPage, withoutMargins } from "./pdf-blocks.ts"
import { layPage, type PageToLay } from "./pdf-layout.ts"
import { segmentsOf } from "./pdf-lines.ts"
import { type DrawnPage, drawnPage, type Glyph, type Rect } from "./pdf-page.ts"
import { uprightCells } from "./pdf-upright.ts"

export const fileBytesMax = 40 * 1024 * 1024
export const pagesMax = 400
/** A price list of 100 pages takes 5 s on a small machine. */
export const readingSecondsMax = 60
/** A document with fewer letters than this on all its pages has no text worth the name. */
const lettersMin = 3

const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"))

/** What is told of a mistake of ours, beside the answer that names the file. */
export type ToldMistake = (file: string, cause: unknown) => void

/** Never rejects. `file` is the name the blocks' facts and passages will cite. */
export const readPdf = async (
  bytes: Uint8Array,
  file: string,
  mistake: ToldMistake = () => {},
): Promise<KnowledgeDocument | UnreadableDocument> => {
  if (bytes.length === 0) return unreadable(file, "empty", "файл пустой (0 байт)")
  if (bytes.length > fileBytesMax)
    return unreadable(
      file,
      "too_large",
      `файл больше ${fileBytesMax / 1024 / 1024} МБ: разделите его или уменьшите картинки`,
    )
  const task = getDocument({
    // pdf.js takes the bytes over and refuses a Buffer.
    data: new Uint8Array(bytes),
    verbosity: 0,
    disableFontFace: true,
    fontExtraProperties: true,
    // Pictures carry no text for us; leaving them out saves seconds and hundreds of megabytes on scans.
    maxImageSize: 1,
    isEvalSupported: false,
    useSystemFonts: false,
    standardFontDataUrl: join(root, "standard_fonts/"),
    cMapUrl: join(root, "cmaps/"),
    cMapPacked: true,
  } as Parameters<typeof getDocument>[0])
  try {
    const opened = await task.promise.catch((cause: unknown) => notOpened(cause, file))
    // Whatever pdf.js may refuse later on is met where it is asked: what is thrown here is ours.
    return "why" in opened ? opened : await readOpened(opened, file)
  } catch (cause) {
    mistake(file, cause)
    return unreadable(
      file,
      "program_error",
      "программа не справилась с файлом, ошибка в ней: пришлите файл тем, кто её обслуживает, или сохраните его иначе",
    )
  } finally {
    await task.destroy().catch(() => undefined)
  }
}

const notOpened = (cause: unknown, file: string): UnreadableDocument =>
  cause instanceof Error && cause.name === "PasswordException"
    ? unreadable(file, "encrypted", "файл защищён паролем: сохраните копию без пароля")
    : unreadable(file, "corrupt", "файл повреждён или это не PDF: откройте его и сохраните заново")

const readOpened = async (opened: PDFDocumentProxy, file: string): Promise<KnowledgeDocument | UnreadableDocument> => {
  if (opened.numPages > pagesMax)
    return unreadable(
      file,
      "too_large",
      `в файле ${opened.numPages} страниц, читаем не больше ${pagesMax}: разделите его`,
    )
  const startedAt = performance.now()
  const isLate = () => performance.now() - startedAt > readingSecondsMax * 1000
  const late = unreadable(
    file,
    "too_large",
    `файл читается дольше ${readingSecondsMax} секунд: разделите или упростите его`,
  )
  const drawn: Array<PageToLay> = []
  const picturePages: Array<number> = []
  let broken = 0
  for (let number = 1; number <= opened.numPages; number++) {
    // One bad page is no reason to lose the others.
    const page = await opened.getPage(number).catch(() => undefined)
    const operators = await page?.getOperatorList().catch(() => undefined)
    const content = page && operators && drawnPage(page, operators)
    if (!content) broken++
    drawn.push(content ? toLay(content) : emptyPage)
    if (content?.hasPicture && content.glyphs.length < lettersMin) picturePages.push(number)
    page?.cleanup()
    if (isLate()) return late
    await nextTurn()
  }
  if (broken === opened.numPages)
    return unreadable(file, "corrupt", "ни одна страница не читается: откройте файл и сохраните заново")
  const letters = drawn.reduce(
    (sum, page) => sum + page.segments.reduce((all, segment) => all + segment.text.length, 0),
    0,
  )
  if (letters < lettersMin)
    return unreadable(
      file,
      "scanned",
      "в файле нет текста, только картинки (скан): распознайте текст (OCR) или пришлите исходник",
    )
  const laid: Array<LaidPage> = []
  for (const [at, page] of withoutMargins(drawn).entries()) {
    laid.push({ number: at + 1, flows: layPage(page) })
    if (isLate()) return late
    await nextTurn()
  }
  const blocks = blocksOf(laid, bodySizeOf(drawn))
  if (blocks.length === 0)
    return unreadable(file, "scanned", "в файле нет связного текста: распознайте текст (OCR) или пришлите исходник")
  return { file, pages: opened.numPages, blocks, ...(picturePages.length > 0 ? { picturePages } : {}) }
}

export const unreadable = (file: string, reason: UnreadableDocument["reason"], why: string): UnreadableDocument => ({
  file,
  reason,
  why,
})

export const isReadable = (read: KnowledgeDocument | UnreadableDocument): read is KnowledgeDocument => "blocks" in read

const emptyPage: PageToLay = { width: 1, height: 1, segments: [], horizontals: [], verticals: [], boxes: [] }

/** Turns a page that lies on its side. Text in another direction is read only in the cells of a table (see pdf-upright.ts). */
const toLay = (page: DrawnPage): PageToLay => {
  const counts = [0, 0, 0, 0]
  for (const glyph of page.glyphs) counts[glyph.turn] = (counts[glyph.turn] ?? 0) + 1
  const turn = counts.indexOf(Math.max(...counts)) as Glyph["turn"]
  const turned = turnedPage(page, turn)
  const segments = segmentsOf(turned)
  const upright = ([1, 3] as const).flatMap((more) => {
    const side = turnedPage(page, ((turn + more) % 4) as Glyph["turn"])
    return side.glyphs.length === 0 ? [] : uprightCells(segmentsOf(side), more, turned)
  })
  return { ...turned, segments: [...segments, ...upright] }
}

/** The page as it is seen by one who reads the text of this direction, and that text alone. */
const turnedPage = (page: DrawnPage, turn: Glyph["turn"]): DrawnPage => {
  const { width, height } = page
  const point = (x: number, y: number): readonly [number, number] =>
    turn === 0 ? [x, y] : turn === 1 ? [y, width - x] : turn === 2 ? [width - x, height - y] : [height - y, x]
  const rect = (each: Rect): Rect => {
    const [ax, ay] = point(each.x0, each.y0)
    const [bx, by] = point(each.x1, each.y1)
    return { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) }
  }
  const isSideways = turn % 2 === 1
  return {
    ...page,
    width: isSideways ? height : width,
    height: isSideways ? width : height,
    glyphs: page.glyphs.flatMap((glyph) => {
      if (glyph.turn !== turn) return []
      const [x, y] = point(glyph.x, glyph.y)
      return [{ ...glyph, x, y, turn: 0 as const }]
    }),
    horizontals: (isSideways ? page.verticals : page.horizontals).map(rect),
    verticals: (isSideways ? page.horizontals : page.verticals).map(rect),
    boxes: page.boxes.map(rect),
    dots: page.dots.map(rect),
  }
}

/** Small PDFs for tests, drawn with fonts that have Russian and Kazakh letters. */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import PDFDocument from "pdfkit"

const require = createRequire(import.meta.url)
const fonts = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf")
export const plainFont = join(fonts, "DejaVuSans.ttf")
export const boldFont = join(fonts, "DejaVuSans-Bold.ttf")

export const drawnPdf = (
  draw: (pdf: PDFDocument) => void,
  options: ConstructorParameters<typeof PDFDocument>[0] = {},
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const pdf = new PDFDocument({ size: "A4", margin: 50, info: { CreationDate: new Date(0) }, ...options })
    const chunks: Array<Uint8Array> = []
    pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    pdf.on("end", () => resolve(new Uint8Array(Buffer.concat(chunks))))
    pdf.on("error", reject)
    pdf.font(plainFont).fontSize(10)
    draw(pdf)
    pdf.end()
  })

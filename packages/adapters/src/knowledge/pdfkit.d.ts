/** The part of pdfkit that this folder draws with; the package ships no types of its own. */
declare module "pdfkit" {
  interface TextOptions {
    readonly width?: number
    readonly lineGap?: number
    readonly lineBreak?: boolean
    readonly align?: "left" | "center" | "right" | "justify"
    readonly characterSpacing?: number
    readonly columns?: number
  }
  interface Options {
    readonly size?: string | readonly [number, number]
    readonly layout?: "portrait" | "landscape"
    readonly margin?: number
    readonly margins?: { readonly top: number; readonly left: number; readonly right: number; readonly bottom: number }
    readonly compress?: boolean
    readonly bufferPages?: boolean
    readonly autoFirstPage?: boolean
    readonly userPassword?: string
    readonly ownerPassword?: string
    readonly info?: { readonly Title?: string; readonly CreationDate?: Date }
  }
  export default class PDFDocument {
    constructor(options?: Options)
    x: number
    y: number
    on(event: "data", listener: (chunk: Uint8Array) => void): this
    on(event: "end", listener: () => void): this
    on(event: "error", listener: (error: unknown) => void): this
    addPage(options?: Options): this
    switchToPage(page: number): this
    bufferedPageRange(): { readonly start: number; readonly count: number }
    font(source: string): this
    fontSize(size: number): this
    fillColor(color: string): this
    text(text: string, options?: TextOptions): this
    text(text: string, x?: number, y?: number, options?: TextOptions): this
    heightOfString(text: string, options?: TextOptions): number
    widthOfString(text: string, options?: TextOptions): number
    moveDown(lines?: number): this
    rect(x: number, y: number, width: number, height: number): this
    circle(x: number, y: number, radius: number): this
    roundedRect(x: number, y: number, width: number, height: number, radius: number): this
    moveTo(x: number, y: number): this
    lineTo(x: number, y: number): this
    lineWidth(width: number): this
    fill(color: string): this
    stroke(color?: string): this
    fillAndStroke(fill: string, stroke: string): this
    save(): this
    restore(): this
    rotate(angle: number, options?: { readonly origin: readonly [number, number] }): this
    image(source: string | Uint8Array, x: number, y: number, options?: { readonly width?: number }): this
    end(): void
  }
}

/** Writes knowledge_base/product_info.pdf, the invented company's product sheet, from its program. */
import { writeFileSync } from "node:fs"
import { makeProductPdf, productPdfPath } from "../packages/adapters/src/knowledge/make-product-pdf.ts"

writeFileSync(productPdfPath, await makeProductPdf())
console.log(productPdfPath)

/**
 * The page at `/docs` where people read and try a program's HTTP interface: Swagger UI over its OpenAPI document.
 * Promises to need nothing from outside: scripts, styles and pictures come with the package, nothing is asked to validate
 * the document, and the page's policy lets nothing foreign in. Shows nothing that the document does not say; whoever tries
 * a closed route must bring ADMIN_TOKEN himself, and the page forgets it when it is closed.
 */
import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import type { FastifyInstance } from "fastify"

export const docsPath = "/docs"

/**
 * As strict as that of the console; what the page draws itself comes as `data:`. The hash is that of the one style element
 * which this version of Swagger UI writes into the page; a test in a browser tells when another one comes.
 */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const apiDocs = (document: object) => async (server: FastifyInstance) => {
  await server.register(swagger, { mode: "static", specification: { document: document as never } })
  await server.register(swaggerUi, {
    routePrefix: docsPath,
    staticCSP: contentPolicy,
    uiConfig: { validatorUrl: null, docExpansion: "list", deepLinking: true, persistAuthorization: false },
  })
}

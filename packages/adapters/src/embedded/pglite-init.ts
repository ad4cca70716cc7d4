/**
 * A program of its own: makes a new, empty database in the folder of its first argument. Doing so takes three times the
 * memory that running the database does, and a process does not give it back; this one simply ends.
 */
import { PGlite } from "@electric-sql/pglite"

const db = await PGlite.create(process.argv[2]!)
await db.close()

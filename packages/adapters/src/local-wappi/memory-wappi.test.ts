import { Effect, Layer } from "effect"
import { OtherSide, wappiContract } from "../contracts/wappi.contract.ts"
import { makeFaults } from "./faults.ts"
import { makeLocalWhatsApp } from "./local-whatsapp.ts"
import * as MemoryWappi from "./memory-wappi.ts"

const subject = Layer.unwrap(
  Effect.sync(() => {
    const whatsapp = makeLocalWhatsApp({ now: Date.now, seed: "contract" })
    const faults = makeFaults()
    const port = MemoryWappi.layer({ whatsapp, faults, profileId: "a1b2c3d4-5e6f" })
    return Layer.merge(port, Layer.succeed(OtherSide, { whatsapp, faults }))
  }),
)
wappiContract("memory", subject)

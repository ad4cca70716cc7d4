import type { WappiPort } from "@wa/core/ports/wappi-port"
import { Effect, Layer, Redacted } from "effect"
import { OtherSide, wappiContract } from "../contracts/wappi.contract.ts"
import { startLocalWappi } from "../local-wappi/local-wappi.ts"
import * as WappiHttp from "./wappi-http.ts"

const profileId = "a1b2c3d4-5e6f"

const subject = Layer.unwrap(
  Effect.gen(function* () {
    const { faults, url, whatsapp } = yield* startLocalWappi({
      host: "127.0.0.1",
      token: "token-1",
      profileId,
      seed: "contract",
      now: Date.now,
    })
    const token = Redacted.make("token-1")
    const port = WappiHttp.layerFetch({ baseUrl: url, token, profileId, minGapMs: 0, retryPauseMs: 1 })
    return Layer.merge(port, Layer.succeed(OtherSide, { whatsapp, faults }))
  }),
)
wappiContract("HTTP", subject satisfies Layer.Layer<WappiPort | OtherSide, unknown>)

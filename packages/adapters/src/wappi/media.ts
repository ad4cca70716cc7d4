/** What a file is, by its first bytes: the gateway has been seen to hand out another file than the one it names. */

interface Signature {
  readonly mimeType: string
  /** Latin-1 text at an offset. */
  readonly at: ReadonlyArray<readonly [offset: number, bytes: string]>
}

const signatures: ReadonlyArray<Signature> = [
  { mimeType: "audio/ogg", at: [[0, "OggS"]] },
  { mimeType: "image/jpeg", at: [[0, "\xff\xd8\xff"]] },
  { mimeType: "image/png", at: [[0, "\x89PNG\r\n\x1a\n"]] },
  { mimeType: "image/gif", at: [[0, "GIF8"]] },
  {
    mimeType: "image/webp",
    at: [
      [0, "RIFF"],
      [8, "WEBP"],
    ],
  },
  {
    mimeType: "audio/wav",
    at: [
      [0, "RIFF"],
      [8, "WAVE"],
    ],
  },
  { mimeType: "audio/mpeg", at: [[0, "ID3"]] },
  { mimeType: "audio/flac", at: [[0, "fLaC"]] },
  { mimeType: "audio/amr", at: [[0, "#!AMR"]] },
  { mimeType: "application/pdf", at: [[0, "%PDF-"]] },
  { mimeType: "audio/mp4", at: [[4, "ftypM4A"]] },
  { mimeType: "video/3gpp", at: [[4, "ftyp3gp"]] },
  { mimeType: "video/mp4", at: [[4, "ftyp"]] },
  { mimeType: "video/webm", at: [[0, "\x1aE\xdf\xa3"]] },
]

const sniff = (bytes: Uint8Array): string | null => {
  const has = (offset: number, text: string) => [...text].every((char, i) => bytes[offset + i] === char.charCodeAt(0))
  const found = signatures.find((signature) => signature.at.every(([offset, text]) => has(offset, text)))
  if (found !== undefined) return found.mimeType
  // A frame of raw MPEG audio: eleven set bits; the layer tells AAC from MP3.
  if (bytes[0] !== 0xff || ((bytes[1] ?? 0) & 0xe0) !== 0xe0) return null
  return ((bytes[1] ?? 0) & 0x06) === 0 ? "audio/aac" : "audio/mpeg"
}

/**
 * The type the bytes show; else the type that was claimed, unless sound or picture was claimed and the bytes show none:
 * that is `application/octet-stream`. A claim that only says more (`audio/ogg; codecs=opus`, sound in an MP4) stands.
 */
export const mimeTypeOf = (bytes: Uint8Array, claimed: string): string => {
  const claim = claimed.trim().toLowerCase()
  const shown = sniff(bytes)
  if (shown === null) return claim === "" || /^(audio|image|video)\//.test(claim) ? "application/octet-stream" : claim
  const isSameBox = /^(audio|video)\/(mp4|3gpp|webm|m4a|x-m4a)/.test(claim) && /mp4|3gpp|webm/.test(shown)
  return claim.startsWith(shown) || isSameBox ? claim : shown
}

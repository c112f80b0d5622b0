/** Bytes of a piece before it is handed on: a line at a time would be slow. */
const pieceLength = 32 * 1024

/** Lines as bytes, each ended by `end`, in pieces. */
export async function* bytesOf(lines: AsyncIterable<string>, end: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = ''
  for await (const line of lines) {
    piece += line + end
    if (piece.length < pieceLength) continue
    yield encoder.encode(piece)
    piece = ''
  }
  yield encoder.encode(piece)
}

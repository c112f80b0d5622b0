/** Bytes of a piece before it is handed on: a line at a time would be slow. */
const pieceLength = 32 * 1024

/** The same lines with the first one read: what is refused is refused before an answer begins. */
export async function begun(lines: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const iterator = lines[Symbol.asyncIterator]()
  return allOf(await iterator.next(), iterator)
}

async function* allOf(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let line = first; line.done !== true; line = await rest.next()) yield line.value
}

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

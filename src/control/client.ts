import { request, type ClientRequest } from 'node:http'
import { userInfo } from 'node:os'
import { pipeline, Readable } from 'node:stream'
import { Refusal, refusals, type RefusalCode } from '../base/refusal.ts'
import { readLines, type ControlLine } from './frame.ts'

export interface Sink {
  emit(value: object): void
  progress(done: number, all?: number): void
}

/** `no-core`: nobody listens there. `silent`: somebody does and says nothing. */
export type Reached = 'done' | 'no-core' | 'silent'

/** Core says at once that it has heard; longer than this it is stopped or hung. */
const usualSilenceMs = 10_000

/** Runs an operation in the core that listens at `path`; throws its refusal, or a fault with its message. */
export async function callCore(
  path: string,
  operation: string,
  input: unknown,
  lines: AsyncIterable<string> | undefined,
  sink: Sink,
  silenceMs = usualSilenceMs,
): Promise<Reached> {
  const source = lines && new Source(lines)
  const response = await send(path, operation, input, source, silenceMs)
  if (response === 'no-core' || response === 'silent') return response
  try {
    return await readAnswer(response, sink)
  } catch (error) {
    // What could not be read to its end was not sent to its end, and has had no effect.
    throw source?.error ?? error
  }
}

async function readAnswer(response: Readable, sink: Sink): Promise<'done'> {
  for await (const text of readLines(response)) {
    const line = JSON.parse(text) as ControlLine
    if ('value' in line) sink.emit(line.value)
    else if ('progress' in line) sink.progress(line.progress[0], line.progress[1] ?? undefined)
    else if ('refusal' in line) throw new Refusal(knownCode(line.refusal.code), line.refusal.facts)
    else if ('fault' in line) throw new Error(line.fault)
    else return 'done'
  }
  throw new Error(
    'core ended before it had answered; whether the change was made is unknown: look before you try again',
  )
}

async function send(
  path: string,
  operation: string,
  input: unknown,
  source: Source | undefined,
  silenceMs: number,
): Promise<Readable | 'no-core' | 'silent'> {
  return await new Promise((resolve, reject) => {
    const asked = request({
      socketPath: path,
      path: `/${operation}`,
      method: 'POST',
      headers: {
        'x-postern-options': encodeURIComponent(JSON.stringify(input)),
        'x-postern-user': userInfo().username,
      },
    })
    const silent = setTimeout(() => {
      resolve('silent')
      asked.destroy()
    }, silenceMs)
    asked.once('close', () => clearTimeout(silent))
    asked.once('response', (response) => {
      clearTimeout(silent)
      if (response.statusCode === 200) resolve(response)
      else reject(new Error(`the running core does not know "${operation}": is it of another version?`))
    })
    asked.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve('no-core')
      else reject(error)
    })
    // A pipe may be slow to say its first line; core is to answer before.
    asked.flushHeaders()
    if (source === undefined) asked.end()
    // A refusal may come before the last line; then core listens no more, and the answer says why.
    else onceConnected(asked, () => pipeline(Readable.from(source.chunks()), asked, () => {}))
  })
}

/** Lines are read only once: not before somebody is there to take them. */
function onceConnected(asked: ClientRequest, begin: () => void): void {
  asked.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', begin)
    else begin()
  })
}

/** Lines on their way to core, in larger pieces; keeps what went wrong with reading them. */
class Source {
  readonly #lines: AsyncIterable<string>
  error: unknown

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines
  }

  async *chunks(): AsyncGenerator<string> {
    let batch = ''
    try {
      for await (const line of this.#lines) {
        batch += `${line}\n`
        if (batch.length < 65_536) continue
        yield batch
        batch = ''
      }
    } catch (error) {
      this.error = error
      throw error
    }
    if (batch !== '') yield batch
  }
}

function knownCode(code: string): RefusalCode {
  const known = (Object.keys(refusals) as RefusalCode[]).find((name) => name === code)
  if (known === undefined)
    throw new Error(`the running core refused with "${code}", which this version does not know`)
  return known
}

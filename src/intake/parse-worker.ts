import { z } from 'zod'
import { orThrow } from '../base/refusal.ts'
import { examineRequest, type ExamineRequest } from '../core/abuse/examination-schema.ts'
import { readInput } from '../core/analysis/read.ts'
import { withReturnedId } from '../core/analysis/returned-id.ts'
import { oursAsText, type OursAsText } from '../core/headers/reading-schema.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { parseRequest, type ParseRequest } from './parsed-message.ts'
import { readMessage } from './read-message.ts'
import { encodeFrame, FrameReader, type Frame } from './worker-frame.ts'

/**
 * The process that reads hostile messages. It has no network, no files but its own code, no children and no secrets; it is told a
 * message on its standard input and answers on its standard output. DNS questions go to the pool. Whatever happens to it here
 * happens to nobody else: the pool ends it when it takes too long or too much memory.
 */
const mostBytes = 32 * 1024 * 1024

const fromPool = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('read'), request: parseRequest }),
  z.strictObject({ say: z.literal('analyse') }),
  z.strictObject({ say: z.literal('header'), ours: oursAsText }),
  z.strictObject({ say: z.literal('view') }),
  z.strictObject({ say: z.literal('examine'), request: examineRequest }),
  z.strictObject({ say: z.literal('xarf') }),
  z.strictObject({
    say: z.literal('records'),
    id: z.number(),
    records: z.union([
      z.array(z.string()),
      z.array(z.array(z.string())),
      z.array(z.object({ exchange: z.string(), priority: z.number() })),
    ]),
  }),
  z.strictObject({ say: z.literal('no-records'), id: z.number(), code: z.string() }),
])

interface Question {
  resolve(records: string[] | string[][]): void
  reject(error: Error): void
}

const reader = new FrameReader(mostBytes)
const questions = new Map<number, Question>()
let asked = 0
let request:
  | ParseRequest
  | { readonly examine: ExamineRequest }
  | { readonly ours: OursAsText }
  | 'analyse'
  | 'view'
  | 'xarf'
  | undefined

function say(value: unknown): void {
  process.stdout.write(encodeFrame({ kind: 'json', value }))
}

/** Asks the pool; the pool keeps the budget. */
function lookup(name: string, type: string): Promise<string[] | string[][]> {
  return new Promise((resolve, reject) => {
    const id = ++asked
    questions.set(id, { resolve, reject })
    say({ say: 'lookup', id, name: String(name).slice(0, 300), type: String(type).slice(0, 10) })
  })
}

async function read(raw: Buffer, about: ParseRequest): Promise<void> {
  const result = await readMessage(raw, about, lookup)
  questions.clear()
  say(typeof result === 'string' ? { say: 'breach', breach: result } : { say: 'message', message: result })
}

async function look(raw: Buffer, about: ExamineRequest): Promise<void> {
  // Most processes never need it, and each begins sooner without.
  const { examine } = await import('./examine-message.ts')
  const result = await examine(raw, about, lookup)
  questions.clear()
  say(
    typeof result === 'string'
      ? { say: 'breach', breach: result }
      : { say: 'examination', examination: result },
  )
}

async function explain(text: Buffer, { names, networks }: OursAsText): Promise<void> {
  const { readHeader } = await import('../core/headers/reading.ts')
  const ours = { names, networks: networks.map((each) => orThrow(parsePrefix(each))) }
  say({ say: 'reading', reading: readHeader(text.toString('utf8'), ours) })
}

async function check(raw: Buffer): Promise<void> {
  const { checkXarf } = await import('./xarf-evidence.ts')
  say({ say: 'xarf-check', check: checkXarf(raw) })
}

async function show(raw: Buffer): Promise<void> {
  const { viewMessage } = await import('./view-message.ts')
  say({ say: 'view', view: viewMessage(raw) })
}

function hear(frame: Frame): void {
  if (frame.kind === 'bytes') {
    if (!request) throw new Error('a message without a request')
    const about = request
    request = undefined
    if (about === 'analyse')
      say({ say: 'finding', finding: withReturnedId(readInput(frame.bytes), frame.bytes) })
    else if (about === 'xarf') void check(frame.bytes)
    else if (about === 'view') void show(frame.bytes)
    else if ('ours' in about) void explain(frame.bytes, about.ours)
    else if ('examine' in about) void look(frame.bytes, about.examine)
    else void read(frame.bytes, about)
    return
  }
  const told = fromPool.parse(frame.value)
  switch (told.say) {
    case 'read':
      request = told.request
      return
    case 'analyse':
    case 'xarf':
    case 'view':
      request = told.say
      return
    case 'header':
      request = { ours: told.ours }
      return
    case 'examine':
      request = { examine: told.request }
      return
    case 'records':
      // MX records are objects; the type that mail authentication declares leaves them out.
      return answer(told.id)?.resolve(told.records as string[])
    case 'no-records':
      return answer(told.id)?.reject(Object.assign(new Error(told.code), { code: told.code }))
  }
}

function answer(id: number): Question | undefined {
  const question = questions.get(id)
  questions.delete(id)
  return question
}

process.stdin.on('data', (chunk: Buffer) => {
  for (const frame of reader.push(chunk)) hear(frame)
})
process.stdin.on('end', () => process.exit(0))
say({ say: 'ready' })

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openKeys } from '../app.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { failed } from '../core/analysis/actions.ts'
import { answerOf, flatAnswer, type Answer, type OwnSite } from '../core/analysis/answer.ts'
import { openParsePool, type ParsePool } from '../intake/parse-pool.ts'
import { messagesOf } from '../standards/mbox.ts'
import { analysisLines } from './analysis-words.ts'
import type { Invocation, Output } from './command.ts'
import { configOf } from './config-of.ts'

/** Processes that read, and inputs that are ahead of the one whose answer is written next. */
const processes = 2
const ahead = 64
/** No mbox that is read in one piece is longer. */
const mostFileBytes = 1024 ** 3

/** Reads every input of `postern analyse` and says what it finds; 1 when some of it could not be used. */
export async function analyseInputs(invocation: Invocation): Promise<number> {
  const { output, json } = invocation
  const config = configOf(invocation)
  const isKeyed = existsSync(join(config.data, 'keys', 'master'))
  const own = {
    site: config.provider.site,
    keyFor: isKeyed ? openKeys(config.data).caseLink : undefined,
  }
  const paths = invocation.words.length === 0 ? ['-'] : invocation.words
  const pool = openPool()
  try {
    return await answerAll(filesOf(paths), { pool, own, output, json })
  } finally {
    pool.close()
  }
}

/** Reading bounces asks nothing of DNS. */
function openPool(): ParsePool {
  return openParsePool({
    lookup: () => Promise.reject(new Error('no DNS here')),
    log: silentLog,
    clock: systemClock(),
    size: processes,
    waiting: ahead,
  })
}

interface Doing {
  readonly pool: ParsePool
  readonly own: OwnSite
  readonly output: Output
  readonly json: boolean
}

interface Answered {
  readonly file: string
  readonly index: number | undefined
  readonly answer: Promise<Answer>
}

/** Answers in the order of the input; 1 when some of it could not be used. */
async function answerAll(files: Iterable<string>, doing: Doing): Promise<number> {
  const waiting: Answered[] = []
  let status = 0
  let done = 0
  const finish = async (left: number): Promise<void> => {
    while (waiting.length > left) {
      const next = waiting.shift()
      if (!next) return
      const answer = await next.answer
      if (answer.kind === 'unknown') status = 1
      tell(next, answer, doing)
      doing.output.progress('read', ++done)
    }
  }
  for (const file of files) {
    for (const { bytes, index } of inputsOf(file)) {
      waiting.push({ file, index, answer: answerTo(bytes, doing) })
      await finish(ahead - 1)
    }
  }
  await finish(0)
  return status
}

async function answerTo(bytes: Buffer | undefined, { pool, own }: Doing): Promise<Answer> {
  if (bytes === undefined) return { kind: 'unknown', error: 'unreadable' }
  const result = await pool.analyse(bytes)
  return answerOf('failure' in result ? failed(result.failure) : result, own)
}

function tell({ file, index }: Answered, answer: Answer, { output, json }: Doing): void {
  if (json) output.json({ file, ...(index === undefined ? {} : { index }), ...flatAnswer(answer) })
  else
    output.say(analysisLines(index === undefined ? file : `${file}, message ${index + 1}`, answer).join('\n'))
}

/** Files as given; a directory stands for the files in it and below, sorted. */
function* filesOf(paths: readonly string[]): Generator<string> {
  for (const path of paths) {
    if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      yield path
      continue
    }
    const names = readdirSync(path).toSorted()
    yield* filesOf(names.map((name) => join(path, name)))
  }
}

/** The messages of a file, numbered in an mbox; undefined for a file that cannot be read. */
function inputsOf(file: string): readonly { readonly bytes: Buffer | undefined; readonly index?: number }[] {
  const bytes = read(file)
  if (bytes === undefined) return [{ bytes }]
  const messages = messagesOf(bytes)
  if (messages.length === 1) return [{ bytes }]
  return messages.map((message, index) => ({ bytes: message, index }))
}

function read(file: string): Buffer | undefined {
  try {
    if (file === '-') return readFileSync(0)
    const { size } = statSync(file)
    return size > mostFileBytes ? undefined : readFileSync(file)
  } catch {
    return undefined
  }
}

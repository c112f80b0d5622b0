import { sql, type Kysely } from 'kysely'
import { Refusal } from '../base/refusal.ts'
import { breathe } from '../base/steps.ts'
import type { Tables } from './schema.ts'

type Work<T> = (queries: Kysely<Tables>) => Promise<T>
type Transaction = <T>(work: Work<T>) => Promise<T>

/** What takes part in one transaction at most: others wait for its end. */
const mostTogether = 16

/**
 * Runs short work of which much comes at once: what has come while the one before was made durable shares the next transaction, and with it
 * one turn of the disk. A savepoint keeps each apart: what it throws undoes what it did and nothing else. Resolves when it is durable, as
 * `transaction` does. Where the transaction fails, or somebody was faster than one of them, those run again by themselves; a commit whose
 * answer was lost may then have been one, so it is for work that bears being done twice.
 */
export function together(transaction: Transaction): Transaction {
  const waiting: Part[] = []
  let isRunning = false
  const run = async (): Promise<void> => {
    isRunning = true
    // What comes in with the same turn of the event loop comes along.
    await breathe()
    while (waiting.length > 0) await runParts(transaction, waiting.splice(0, mostTogether))
    isRunning = false
  }
  return async <T>(work: Work<T>): Promise<T> =>
    await new Promise<T>((resolve, reject) => {
      waiting.push(partOf(work, resolve, reject))
      if (!isRunning) void run()
    })
}

/** One caller's work in the transactions of all: whatever comes of it goes to its own caller. */
interface Part {
  /** Within the transaction of others. */
  run(queries: Kysely<Tables>): Promise<void>
  /** Once that is durable; true when the part is to run by itself. */
  settle(): boolean
  alone(transaction: Transaction): Promise<void>
}

function partOf<T>(work: Work<T>, resolve: (value: T) => void, reject: (error: unknown) => void): Part {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined
  return {
    run: async (queries) => {
      outcome = undefined
      await sql`savepoint part`.execute(queries)
      try {
        outcome = { value: await work(queries) }
        await sql`release savepoint part`.execute(queries)
      } catch (error) {
        outcome = { error }
        await sql`rollback to savepoint part`.execute(queries)
        await sql`release savepoint part`.execute(queries)
      }
    },
    settle: () => {
      if (outcome === undefined) return true
      if ('value' in outcome) resolve(outcome.value)
      else if (outcome.error instanceof Refusal) reject(outcome.error)
      else return true
      return false
    },
    alone: async (transaction) => await transaction(work).then(resolve, reject),
  }
}

async function runParts(transaction: Transaction, parts: readonly Part[]): Promise<void> {
  const [only, ...more] = parts
  if (only && more.length === 0) return await only.alone(transaction)
  const isDurable = await transaction(async (queries) => {
    for (const part of parts) await part.run(queries)
  }).then(
    () => true,
    () => false,
  )
  for (const part of parts) if (!isDurable || part.settle()) await part.alone(transaction)
}

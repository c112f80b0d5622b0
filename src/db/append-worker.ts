import { closeSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { eventColumns, unpackRows } from './append.ts'
import { patientPen } from './pen.ts'
import type { AppendDone, AppendInput, AppendOrder } from './sqlite-append.ts'

/**
 * The thread of `sqlite-append.ts`: one transaction for all rows that wait, unless the main thread wants to write; then the answers. Rows of
 * one order may be in several transactions: what was not answered is asked again, and known rows are passed over.
 *
 * Others may write while the disk is waited for: a transaction ends when it is in the write-ahead log (synchronous NORMAL), the pen is given
 * on, and then this thread flushes the log itself (fsync(2)) before it answers. That is what FULL does with the pen in its hand.
 */

type Order = NonNullable<AppendOrder>

/** Rows in one transaction, while nobody else wants to write: ids come at random, and of each page of their index fewer copies are written. */
const mostRows = 2000

/** Rows between two looks whether somebody waits to write: a millisecond or two. */
const stepRows = 128

/**
 * Rows in the write-ahead log after which it goes into the file: two or three pages each. The later, the more often a page was changed by
 * then and is written once; it is done here, where nobody waits for it.
 */
const checkpointRows = 10_000

/** After this much time without rows, in milliseconds, what is left goes into the file as well. */
const tidyMs = 2000

/** How long SQLite waits for another process, in milliseconds. */
const busyTimeout = 5000

if (parentPort) serve(parentPort, workerData as AppendInput)

function serve(port: MessagePort, input: AppendInput): void {
  const pen = patientPen(input.pen, 'events')
  const database = new DatabaseSync(input.file, { timeout: busyTimeout })
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma cache_size = -32768',
  )
  const insert = database.prepare(
    `insert into mail_events (seq, ${eventColumns.join(', ')})
     values (?, ${eventColumns.map(() => '?').join(', ')}) on conflict (id, source) do nothing`,
  )
  const readHead = database.prepare(`select seq from heads where name = 'events'`)
  const writeHead = database.prepare(`update heads set seq = ? where name = 'events'`)
  // SQLite locks the other two files and not this one, so it may be opened beside it; it is there as long as a connection is.
  readHead.get()
  const log = openSync(`${input.file}-wal`, 'r+')
  let rowsInLog = 0
  const tidying = setTimeout(checkpoint, tidyMs)

  let seq = 0
  let done: AppendDone[] = []
  const unanswered = new Set<number>()

  port.on('message', (first: AppendOrder) => {
    const isOver = first === null || append(first)
    if (!isOver) return
    clearTimeout(tidying)
    checkpoint()
    closeSync(log)
    database.close()
    port.close()
  })

  /** What is ordered, also by what comes to hand in the meantime. True when the end was among it. */
  function append(first: Order): boolean {
    const steps = insertAll(first)
    let step = transaction(steps)
    while (step && !step.done) step = transaction(steps)
    tidying.refresh()
    return step?.value ?? false
  }

  /** As many steps as nobody has to wait for. Undefined when it failed, and with it all that is not answered. */
  function transaction(steps: Generator<void, boolean>): IteratorResult<void, boolean> | undefined {
    pen.take()
    try {
      database.exec('begin immediate')
      seq = Number(readHead.get()?.['seq'])
      let step = steps.next()
      let rows = stepRows
      for (; !step.done && !pen.isWanted && rows < mostRows; rows += stepRows) step = steps.next()
      writeHead.run(seq)
      database.exec('commit')
      pen.ink.wet()
      rowsInLog += rows
      return step
    } catch (error) {
      done = [...unanswered].map((nth) => ({ nth, error: faultOf(error) }))
      if (database.isTransaction) database.exec('rollback')
      return undefined
    } finally {
      pen.give()
      answer()
      if (rowsInLog >= checkpointRows) checkpoint()
    }
  }

  /** Says what is done, when the disk has it. Also when nothing is: else the next who waits for the disk would have to wait for this too. */
  function answer(): void {
    let answers = done
    done = []
    try {
      pen.ink.dry()
      fsyncSync(log)
    } catch (error) {
      answers = answers.map(({ nth }) => ({ nth, error: faultOf(error) }))
    }
    for (const each of answers) {
      unanswered.delete(each.nth)
      port.postMessage(each)
    }
  }

  /** Pauses where a transaction may end. */
  function* insertAll(first: Order): Generator<void, boolean> {
    let order: AppendOrder | undefined = first
    unanswered.add(first.nth)
    for (let rows = 0; order; order = nextOrder()) {
      unanswered.add(order.nth)
      let fresh = 0
      for (const row of unpackRows(order.packed)) {
        if (insert.run(seq + 1, ...row).changes === 1) {
          seq++
          fresh++
        }
        if (++rows % stepRows === 0) yield
      }
      done.push({ nth: order.nth, fresh })
    }
    return order === null
  }

  function nextOrder(): AppendOrder | undefined {
    return receiveMessageOnPort(port)?.message as AppendOrder | undefined
  }

  /** Nobody who writes is held up by this, and what does not succeed now does the next time. */
  function checkpoint(): void {
    if (rowsInLog === 0) return
    rowsInLog = 0
    try {
      database.exec('pragma wal_checkpoint(passive)')
    } catch {
      // A disk that is full says so to whoever writes.
    }
  }
}

function faultOf(error: unknown): { readonly message: string; readonly errcode: number } {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return { message: error instanceof Error ? error.message : String(error), errcode }
}

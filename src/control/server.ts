import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Refusal } from '../base/refusal.ts'
import { as, type Context } from '../core/context.ts'
import { formatControlLine, readLines, type ControlLine } from './frame.ts'
import type { Operation } from './operation.ts'

/**
 * `data/core.sock` (mode 0600): commands of this machine reach the running core. HTTP over a unix socket:
 * `POST /<operation>`, options in a header, lines in the body; the answer is one JSON object per line.
 */
export async function startControl(
  ctx: Context,
  path: string,
  operations: readonly Operation[],
): Promise<{ close(): Promise<void> }> {
  const server = createServer({ maxHeaderSize: 1 << 20, requestTimeout: 0 }, (request, response) => {
    serve(ctx, operations, request, response).catch((error: unknown) => {
      if (response.destroyed) return ctx.log.warn('control.client-gone', { operation: request.url })
      ctx.log.error('control.failed', { operation: request.url, error })
      response.end(formatControlLine({ fault: error instanceof Error ? error.message : 'unknown' }))
    })
  })
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  return {
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function serve(
  ctx: Context,
  operations: readonly Operation[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const operation = operations.find(({ name }) => `/${name}` === request.url)
  if (request.method !== 'POST' || !operation) {
    response.writeHead(404).end()
    return
  }
  const say = (line: ControlLine): void => void response.write(formatControlLine(line))
  const options = JSON.parse(decodeURIComponent(header(request, 'x-postern-options') ?? '{}')) as unknown
  const who = header(request, 'x-postern-user') ?? 'unknown'
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).flushHeaders()
  try {
    await operation.run(as(ctx, { kind: 'cli', name: who }), {
      input: options,
      lines: readLines(request),
      emit: (value) => say({ value }),
      flushed: async () => await drained(response),
      progress: (done, all) => say({ progress: [done, all ?? null] }),
    })
    response.end(formatControlLine({ done: true }))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    response.end(formatControlLine({ refusal: { code: error.code, facts: error.facts } }))
  }
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.writableNeedDrain && !response.destroyed) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done)
        resolve()
      }
      response.once('drain', done).once('close', done)
    })
  }
  if (response.destroyed) throw new Error('whoever asked has gone')
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

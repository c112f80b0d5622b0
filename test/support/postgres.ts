import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { KeeperAnswer } from './postgres-keeper.ts'

/**
 * A real PostgreSQL server for tests, on a unix socket in a temporary directory, shared by all test processes of this
 * checkout and user; it starts with the first that asks and ends after the last. Missing packages are an error, never a skip.
 */
export interface FreshPostgres {
  /** `postgres://…`, of a database that nobody else uses. */
  readonly url: string
  /** Throws out whoever is connected and removes the database. */
  drop(): Promise<void>
}

/** An empty database, or a copy of `template` (a database name to which nobody is connected). */
export async function freshPostgres(template?: string): Promise<FreshPostgres> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`create database ${name}${template ? ` template ${template}` : ''}`)
  return {
    url: await urlOf(name),
    drop: async () => await administer(`drop database if exists ${name} with (force)`),
  }
}

/** The name of a database made once in the life of the server: `fill` gets the URL of an empty one. */
export async function postgresTemplate(key: string, fill: (url: string) => Promise<void>): Promise<string> {
  const name = `template_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
  await withAdmin(async (admin) => {
    // Test processes run side by side: one fills, the others wait.
    await admin.query('select pg_advisory_lock(7767837)')
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    const filling = `filling_${randomBytes(8).toString('hex')}`
    await admin.query(`create database ${filling}`)
    await fill(await urlOf(filling))
    await admin.query(`alter database ${filling} rename to ${name}`)
  })
  return name
}

async function urlOf(name: string): Promise<string> {
  const { directory, user } = await server()
  return `postgres://${user}@/${name}?host=${encodeURIComponent(directory)}`
}

async function administer(statement: string): Promise<void> {
  await withAdmin(async (admin) => void (await admin.query(statement)))
}

async function withAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: await urlOf('postgres') })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

interface Server {
  readonly directory: string
  readonly user: string
}

let found: Promise<Server> | undefined

/** One connection to the keeper for the life of this process: while it stands, the server does. */
async function server(): Promise<Server> {
  found ??= findServer()
  return await found
}

async function findServer(): Promise<Server> {
  const checkout = join(import.meta.dirname, '..', '..')
  const name = `postern-test-postgres-${process.getuid?.() ?? 0}-${createHash('sha256').update(checkout).digest('hex').slice(0, 12)}`
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await askKeeper(name)
    if (answer?.error) throw new Error(`these tests need a PostgreSQL server: ${answer.error}`)
    if (answer?.directory && answer.user)
      return await untilItAnswers({ directory: answer.directory, user: answer.user })
    const program = join(import.meta.dirname, 'postgres-keeper.ts')
    spawn(process.execPath, [program, name], {
      detached: true,
      stdio: 'ignore',
      env: plainEnvironment(),
    }).unref()
    await sleep(100 + 400 * Math.random())
  }
  throw new Error('these tests need a PostgreSQL server, and its keeper did not start')
}

/** The keeper is no test process: what the test runner tells its children is not for it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...rest } = process.env
  return rest
}

async function askKeeper(name: string): Promise<KeeperAnswer | undefined> {
  const socket = await open(name)
  if (!socket) return undefined
  for await (const line of createInterface({ input: socket })) {
    // Stays open, but holds up nobody's exit.
    socket.unref()
    return JSON.parse(line) as KeeperAnswer
  }
  return undefined
}

async function open(name: string): Promise<Socket | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(`\0${name}`)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

async function untilItAnswers(server: Server): Promise<Server> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ host: server.directory, user: server.user, database: 'postgres' })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return server
    } catch (error) {
      if (attempt === 100)
        throw new Error('the PostgreSQL server of the tests does not answer', { cause: error })
      await sleep(100)
    }
  }
}

import { join } from 'node:path'
import { DatabaseSync, backup as copyDatabase } from 'node:sqlite'
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { adviseOn } from '../config/checks.ts'
import { setBypass } from '../edge/bypass.ts'
import { takeLock } from '../db/lock.ts'
import { UsageError, type Command, type Invocation } from './command.ts'
import { facts } from './output.ts'
import { configOf } from './config-of.ts'
import { withCore } from './with-core.ts'

export const databaseCommands: readonly Command[] = [
  {
    name: 'migrate',
    usage: '',
    summary: 'Bring the database to this version’s schema; core does it by itself on start.',
    run: async (invocation) => {
      const config = configOf(invocation)
      mkdirSync(config.data, { recursive: true, mode: 0o700 })
      const { openDatabase } = await import('../db/open.ts')
      const { migrate } = await import('../db/migrate.ts')
      const db = await openDatabase(config.database, { file: join(config.data, 'postern.sqlite') })
      try {
        const answer = await migrate(db, { now: systemClock().now() })
        if (invocation.json) invocation.output.json(answer)
        else invocation.output.say(facts(answer))
      } finally {
        await db.close()
      }
      return 0
    },
  },
  {
    name: 'verify',
    usage: '',
    summary: 'Check the audit chain and the invariants of the database; exit status 1 if anything is wrong.',
    run: async (invocation) => {
      let isSound = false
      const status = await withCore(invocation, 'verify', {}, (value, { say }) => say(facts(value)), {
        onValue: (value) =>
          (isSound =
            !('broken' in value) &&
            'breaches' in value &&
            Array.isArray(value.breaches) &&
            value.breaches.length === 0),
      })
      return status === 0 && !isSound ? 1 : status
    },
  },
  {
    name: 'backup',
    usage: 'FOLDER',
    summary:
      'A consistent copy of the embedded database, the key and the webhook secret, while everything runs.',
    words: [1, 1],
    run: async (invocation) => {
      const config = configOf(invocation)
      const [folder = ''] = invocation.words
      if (config.database !== 'sqlite')
        throw new UsageError('with PostgreSQL use pg_dump, and copy data/keys and data/webhook.secret')
      const source = join(config.data, 'postern.sqlite')
      if (!existsSync(source)) throw new UsageError(`there is no database at ${source}`)
      mkdirSync(join(folder, 'keys'), { recursive: true, mode: 0o700 })
      const database = new DatabaseSync(source, { readOnly: true })
      const copy = join(folder, 'postern.sqlite')
      await copyDatabase(database, copy, {
        progress: ({ totalPages, remainingPages }) =>
          invocation.output.progress('pages', totalPages - remainingPages, totalPages),
      })
      database.close()
      chmodSync(copy, 0o600)
      for (const file of [masterKey, ...extras(config.data)]) copySecret(file, config.data, folder)
      answer(invocation, { backup: folder }, `copied to ${folder}`)
      return 0
    },
  },
  {
    name: 'restore',
    usage: 'FOLDER',
    summary: 'Put a backup in place of what is there; core must not run. Edges take the restored table anew.',
    words: [1, 1],
    run: async (invocation) => {
      const config = configOf(invocation)
      const [folder = ''] = invocation.words
      if (config.database !== 'sqlite')
        throw new UsageError('with PostgreSQL use pg_restore, and put data/keys and data/webhook.secret back')
      const trouble = troubleWith(folder)
      if (trouble !== undefined) {
        invocation.output.note(`${folder} cannot be restored: ${trouble}. Nothing was changed.`)
        return 1
      }
      const lock = takeLock(config.data)
      if (!lock) {
        invocation.output.note('core is running: stop it first')
        return 1
      }
      const aside = `before-restore-${new Date(systemClock().now()).toISOString().replaceAll(':', '')}`
      putInPlace(folder, config.data, aside)
      lock.release()
      const { openCore } = await import('../app.ts')
      const { beginEpoch } = await import('../core/edges/actions.ts')
      const core = await openCore(config, { actor: 'cli', log: silentLog })
      if (core === 'locked') throw new Error('core was started while the backup was put in place')
      await beginEpoch(core.ctx, true)
      await core.close()
      answer(
        invocation,
        { restored: folder, aside },
        `restored; what was there before has names ending in .${aside}. Now run postern verify.`,
      )
      return 0
    },
  },
  {
    name: 'bypass',
    usage: 'on|off',
    summary: 'At this machine’s edge: answer DUNNO to everything. Works without core and survives a restart.',
    words: [1, 1],
    run: async (invocation) => {
      const [state] = invocation.words
      if (state !== 'on' && state !== 'off') throw new UsageError('say on or off')
      const config = configOf(invocation)
      setBypass(config.data, state === 'on')
      const words = state === 'on' ? 'bypass is on: nobody is refused at this edge' : 'bypass is off'
      answer(invocation, { bypass: state === 'on' }, words)
      return await Promise.resolve(0)
    },
  },
  {
    name: 'check-config',
    usage: '[--config FILE]',
    summary: 'Read the configuration and say everything wrong with it.',
    run: async (invocation) => {
      const config = configOf(invocation)
      const advice = adviseOn(config)
      const { guideMistakes } = await import('./guide-mistakes.ts')
      const mistakes = guideMistakes(config)
      if (invocation.json) invocation.output.json({ ok: mistakes.length === 0, advice, guide: mistakes })
      else {
        for (const { path, sentence } of advice) invocation.output.say(`${path} ${sentence}`)
        for (const { file, line, problem } of mistakes) invocation.output.say(`${file}:${line}: ${problem}`)
        invocation.output.say('the configuration can be used')
        if (mistakes.length > 0) invocation.output.say('what is wrong in the guide’s folder is left out')
      }
      return await Promise.resolve(mistakes.length === 0 ? 0 : 1)
    },
  },
]

const masterKey = join('keys', 'master')

/** What a data folder or a backup may have: the secret that receivers of webhooks hold too. */
function extras(folder: string): readonly string[] {
  return ['webhook.secret'].filter((file) => existsSync(join(folder, file)))
}

function copySecret(file: string, from: string, to: string): void {
  copyFileSync(join(from, file), join(to, file))
  chmodSync(join(to, file), 0o600)
}

/** The answer of a command that has only one. */
function answer({ json, output }: Invocation, value: object, words: string): void {
  if (json) output.json(value)
  else output.say(words)
}

/** Why a folder is not a whole backup, before anything is moved. */
function troubleWith(folder: string): string | undefined {
  const missing = ['postern.sqlite', masterKey].filter((file) => !existsSync(join(folder, file)))
  if (missing.length > 0) return `${missing.join(' and ')} is missing`
  try {
    const database = new DatabaseSync(join(folder, 'postern.sqlite'), { readOnly: true })
    const found = database.prepare('pragma quick_check(1)').get()
    database.close()
    return found?.['quick_check'] === 'ok' ? undefined : 'postern.sqlite is damaged'
  } catch {
    return 'postern.sqlite is not a database'
  }
}

/** Moves what is there aside, under names that no later restore takes, and copies the backup into its place. */
function putInPlace(folder: string, data: string, aside: string): void {
  mkdirSync(join(data, 'keys'), { recursive: true, mode: 0o700 })
  const copied = ['postern.sqlite', masterKey, ...extras(folder)]
  for (const file of [...copied, 'postern.sqlite-wal', 'postern.sqlite-shm']) {
    const path = join(data, file)
    if (existsSync(path)) renameSync(path, `${path}.${aside}`)
  }
  for (const file of copied) copySecret(file, folder, data)
}

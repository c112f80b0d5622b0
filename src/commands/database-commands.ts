import { join } from 'node:path'
import { DatabaseSync, backup as copyDatabase } from 'node:sqlite'
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { openCore } from '../app.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { adviseOn, unknownLimits } from '../config/checks.ts'
import { ConfigMistakes } from '../config/mistake.ts'
import { limitNames } from '../core/limits/limits.ts'
import { beginEpoch } from '../core/edges/actions.ts'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { setBypass } from '../edge/bypass.ts'
import { takeLock } from '../db/lock.ts'
import { UsageError, type Command } from './command.ts'
import { facts } from './output.ts'
import { configOf, withCore, WrongConfig } from './with-core.ts'

export const databaseCommands: readonly Command[] = [
  {
    name: 'migrate',
    usage: '',
    summary: 'Bring the database to this version’s schema; core does it by itself on start.',
    run: async (invocation) => {
      const config = configOf(invocation)
      mkdirSync(config.data, { recursive: true, mode: 0o700 })
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
    summary: 'A consistent copy of the embedded database and the keys, while everything runs.',
    words: [1, 1],
    run: async (invocation) => {
      const config = configOf(invocation)
      const [folder = ''] = invocation.words
      if (config.database !== 'sqlite')
        throw new UsageError('with PostgreSQL use pg_dump, and copy the folder data/keys')
      const source = join(config.data, 'postern.sqlite')
      if (!existsSync(source)) throw new UsageError(`there is no database at ${source}`)
      mkdirSync(join(folder, 'keys'), { recursive: true, mode: 0o700 })
      const database = new DatabaseSync(source, { readOnly: true })
      await copyDatabase(database, join(folder, 'postern.sqlite'), {
        progress: ({ totalPages, remainingPages }) =>
          invocation.output.progress('pages', totalPages - remainingPages, totalPages),
      })
      database.close()
      copyFileSync(join(config.data, 'keys', 'master'), join(folder, 'keys', 'master'))
      invocation.output.say(`copied to ${folder}`)
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
        throw new UsageError('with PostgreSQL use pg_restore, and copy the folder data/keys')
      if (!existsSync(join(folder, 'postern.sqlite'))) throw new UsageError(`there is no backup in ${folder}`)
      const lock = takeLock(config.data)
      if (!lock) {
        invocation.output.note('core is running: stop it first')
        return 1
      }
      for (const suffix of ['', '-wal', '-shm']) moveAside(join(config.data, `postern.sqlite${suffix}`))
      mkdirSync(join(config.data, 'keys'), { recursive: true, mode: 0o700 })
      copyFileSync(join(folder, 'postern.sqlite'), join(config.data, 'postern.sqlite'))
      copyFileSync(join(folder, 'keys', 'master'), join(config.data, 'keys', 'master'))
      lock.release()
      const core = await openCore(config, { actor: 'cli', log: silentLog })
      if (core === 'locked') throw new Error('core was started while the backup was put in place')
      await beginEpoch(core.ctx, true)
      await core.close()
      invocation.output.say(
        'restored; what was there before has names ending in .before-restore. Now run postern verify.',
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
      invocation.output.say(state === 'on' ? 'bypass is on: nobody is refused at this edge' : 'bypass is off')
      return await Promise.resolve(0)
    },
  },
  {
    name: 'check-config',
    usage: '[--config FILE]',
    summary: 'Read the configuration and say everything wrong with it.',
    run: async (invocation) => {
      const config = configOf(invocation)
      const strange = unknownLimits(config, limitNames)
      if (strange.length > 0)
        throw new WrongConfig(new ConfigMistakes(strange.map((each) => ({ ...each, where: 'limits' }))))
      const advice = adviseOn(config)
      if (invocation.json) invocation.output.json({ ok: true, advice })
      else {
        for (const { path, sentence } of advice) invocation.output.say(`${path} ${sentence}`)
        invocation.output.say('the configuration can be used')
      }
      return await Promise.resolve(0)
    },
  },
]

function moveAside(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.before-restore`)
}

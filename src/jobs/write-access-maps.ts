import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { minute } from '../base/clock.ts'
import { suspendedAccounts } from '../core/accounts/actions.ts'
import type { Job } from './scheduler.ts'

/** Names the suspended accounts to mail servers: each file is replaced as a whole, and only when something in it changes. */
export function writeAccessMaps(): Job {
  return {
    name: 'write-access-maps',
    everyMs: minute,
    wake: 'accounts',
    run: async (ctx) => {
      const { accessMaps } = ctx.settings.abuse
      if (accessMaps.length === 0) return
      const accounts = await suspendedAccounts(ctx)
      const odd = accounts.filter((account) => !isPlain(account))
      if (odd.length > 0) ctx.log.warn('abuse.account-not-in-map', { count: odd.length })
      for (const { file, format } of accessMaps) {
        const text = mapText(accounts.filter(isPlain), format)
        if (replaceFile(file, text)) ctx.log.info('abuse.access-map', { file, accounts: accounts.length })
      }
    },
  }
}

/** A name with a blank or a sign of comment in it would be another name in the file. */
function isPlain(account: string): boolean {
  return /^[^\s#:"\x00-\x1f\x7f]{1,320}$/.test(account)
}

const warning = '# Written by Postern; what is changed here is lost.\n'

/** `postfix`: access(5) by login; `dovecot`: a passwd-file of names, for a passdb with `deny`. */
export function mapText(accounts: readonly string[], format: 'postfix' | 'dovecot'): string {
  const lines = accounts.map((account) =>
    format === 'postfix'
      ? `${account} REJECT 5.7.1 This account was suspended because of reports of abuse; its owner has been told how to go on`
      : account,
  )
  return `${format === 'postfix' ? warning : ''}${lines.map((line) => `${line}\n`).join('')}`
}

/** False when it holds that already. A reader sees the old file or the new one, never a part. */
function replaceFile(path: string, text: string): boolean {
  if (readIfThere(path) === text) return false
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  // Mail servers that run as other users read it.
  const file = openSync(temporary, 'w', 0o644)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  return true
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

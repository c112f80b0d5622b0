import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Labelled bounces of other projects: not part of the repository, read where they are present (`POSTERN_CORPORA`, or `shared/corpora` beside the checkout). */
export function corporaFolder(): string | undefined {
  const named = process.env['POSTERN_CORPORA']
  const places =
    named === undefined
      ? ['../shared/corpora', '../../shared/corpora'].map((place) =>
          join(import.meta.dirname, '..', '..', place),
        )
      : [named]
  return places.find((place) => existsSync(join(place, 'README.md')))
}

/** What a mail should say of one recipient; several right answers stand in one list. */
export interface Label {
  readonly file: string
  readonly recipient: readonly string[]
  readonly status: readonly string[]
  readonly replyCode: readonly string[]
  readonly reasons: readonly string[]
  readonly isAnyReason: boolean
  /** Undefined: nobody knows. */
  readonly rejectedIp: { readonly ip: string; readonly isOptional: boolean } | undefined
  /** `yes`, `no` or empty. */
  readonly permanent: string
}

export function readLabels(file: string): Label[] {
  const [head = '', ...rows] = readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
  const names = head.split('\t')
  return rows.map((row) => {
    const cells = row.split('\t')
    const cell = (name: string): string => cells[names.indexOf(name)] ?? ''
    const several = (name: string): string[] =>
      cell(name)
        .split('|')
        .filter((text) => text !== '')
    const also = cell('alsoAccepted')
      .split(' ')
      .filter((text) => text !== '')
    const ip = cell('rejectedIp')
    return {
      file: cell('file'),
      recipient: several('recipient'),
      status: several('status'),
      replyCode: several('replyCode'),
      reasons: [cell('reason'), ...also].filter((text) => text !== ''),
      isAnyReason: also.includes('*'),
      rejectedIp:
        ip === '?' ? undefined : { ip: ip.replace(/^\((.*)\)$/, '$1'), isOptional: ip.startsWith('(') },
      permanent: cell('permanent'),
    }
  })
}

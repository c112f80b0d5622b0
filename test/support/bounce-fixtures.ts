import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Bounces written from memory of what mail systems say, with documentation addresses: `### name`, then what the answer should be, `---`,
 * then the input. `recipient: address status code reason refused-address`; `-` is absent, `a|b` either.
 */
export interface Fixture {
  readonly name: string
  readonly kind: string
  readonly recipients: readonly Expected[]
  readonly action: string | undefined
  readonly input: string
}

export interface Expected {
  readonly address: readonly string[]
  readonly status: readonly string[]
  readonly replyCode: readonly string[]
  readonly reason: readonly string[]
  readonly rejectedIp: readonly string[]
}

const folder = join(import.meta.dirname, '..', 'fixtures', 'bounces')

export function readFixtures(): readonly Fixture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((name) => fixturesOf(readFileSync(join(folder, name), 'utf8')))
}

function fixturesOf(text: string): Fixture[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((entry) => {
      const end = entry.indexOf('\n---\n')
      const [name = '', ...about] = entry.slice(0, end).split('\n')
      const value = (key: string): string | undefined =>
        about.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2)
      return {
        name,
        kind: value('kind') ?? '',
        action: value('action'),
        recipients: about.filter((line) => line.startsWith('recipient: ')).map(expectedOf),
        input: entry.slice(end + 5),
      }
    })
}

function expectedOf(line: string): Expected {
  const [, ...words] = line.split(' ')
  const [address, status, replyCode, reason, rejectedIp] = words.map((word) =>
    word === '-' ? [] : word.split('|'),
  )
  return {
    address: address ?? [],
    status: status ?? [],
    replyCode: replyCode ?? [],
    reason: reason ?? [],
    rejectedIp: rejectedIp ?? [],
  }
}

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { day } from '../base/clock.ts'
import { readBootstrap, type RdapService } from '../standards/rdap-bootstrap.ts'
import type { HttpsClient } from './https-client.ts'
import type { Registries } from './registries.ts'

/**
 * The table of registries, renewed from IANA (RFC 9224): one file for each family, kept in a folder, so that a restart asks for nothing. It is asked
 * for only when somebody wants to know of a network and what is kept is old, in the background: whoever asks first is answered by what is
 * there. What cannot be had, or is none, leaves everything as it was.
 */
export interface RdapTable {
  current(): Registries
}

const host = 'data.iana.org'
const families = [
  { family: 4, file: 'ipv4.json' },
  { family: 6, file: 'ipv6.json' },
] as const
type Family = (typeof families)[number]

/** What `httpsClient` is to be made with: the larger file has some ten kilobytes. */
export const tableHttps = { mostBytes: 256 * 1024, accept: 'application/json' } as const

/** Registries are named anew some times a year. */
const renewMs = 7 * day
/** Whoever does not answer, or answers what is none, is left alone for so long. */
const againMs = day

/** A table with less than this part of the entries that are known is cut off, or a mistake. */
const leastPart = 0.5

export interface RdapTableOptions {
  /** What comes with Postern. */
  readonly shipped: Registries
  /** Where files are kept; made when there is something to keep. */
  readonly folder: string
  readonly client: HttpsClient
  /** Milliseconds since 1970, by the clock that files are dated with. */
  readonly now: () => number
}

export function renewedTable({ shipped, folder, client, now }: RdapTableOptions): RdapTable {
  const kept = new Map(families.map((each) => [each, keptOf(folder, each)] as const))
  const servicesOf = (each: Family): readonly RdapService[] =>
    kept.get(each)?.services ?? shipped.services.filter(({ prefix }) => prefix.family === each.family)
  let triedAt = Number.NEGATIVE_INFINITY
  let table = tableOf()

  function tableOf(): Registries {
    return { ...shipped, services: families.flatMap(servicesOf) }
  }

  const renew = async (each: Family): Promise<void> => {
    const answer = await client.fetchText(host, `/rdap/${each.file}`)
    const services = answer.kind === 'text' ? read(answer.text, each) : undefined
    if (services === undefined || services.length < servicesOf(each).length * leastPart) return
    kept.set(each, { services, fetchedAt: now() })
    table = tableOf()
    if (answer.kind === 'text') write(folder, each, answer.text)
  }

  const isOld = (each: Family): boolean => {
    const fetchedAt = kept.get(each)?.fetchedAt
    // A file from the future was dated by a clock that was wrong.
    return fetchedAt === undefined || now() - fetchedAt >= renewMs || fetchedAt > now()
  }

  return {
    current() {
      const old = families.filter(isOld)
      if (old.length > 0 && now() - triedAt >= againMs) {
        triedAt = now()
        void renewAll(old, renew)
      }
      return table
    },
  }
}

/** One after the other: the client asks one server once at a time. */
async function renewAll(old: readonly Family[], renew: (each: Family) => Promise<void>): Promise<void> {
  for (const each of old)
    try {
      await renew(each)
    } catch {
      // A folder that cannot be written to: what was read is used, and asked for again after a restart.
    }
}

interface Kept {
  readonly services: readonly RdapService[]
  readonly fetchedAt: number
}

/** Undefined where none is kept, or what is there is none. */
function keptOf(folder: string, each: Family): Kept | undefined {
  const path = join(folder, each.file)
  try {
    const services = read(readFileSync(path, 'latin1'), each)
    return services && { services, fetchedAt: statSync(path).mtimeMs }
  } catch {
    return undefined
  }
}

function write(folder: string, { file }: Family, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, file)
  // Another process that does the same writes the same.
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text, { encoding: 'latin1', mode: 0o600 })
  renameSync(temporary, path)
}

/** Undefined for a text that is no table of the family. */
function read(text: string, { family }: Family): readonly RdapService[] | undefined {
  try {
    const services = readBootstrap(JSON.parse(text) as unknown)
    return services.every(({ prefix }) => prefix.family === family) ? services : undefined
  } catch {
    return undefined
  }
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { day } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import { encodeSnapshot } from '../../src/access/snapshot.ts'
import { ListingTable } from '../../src/access/table.ts'
import { writeMemory } from '../../src/edge/memory-file.ts'
import { listingOf } from './policy-requests.ts'

/** Makes the files of an edge that has followed core and holds `listings` listings. */
export async function makeEdgeFiles(dataDir: string, name: string, listings: number): Promise<void> {
  const now = Date.now()
  const ends = Math.ceil((now + 30 * day) / 1000) * 1000
  const table = new ListingTable()
  table.reserve(listings)
  for (let nth = 0; nth < listings; nth++) table.put(listingOf(nth, ends))
  const dir = join(dataDir, 'edge')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, `${name}.snapshot`), encodeSnapshot(table, { epoch: 'bench', seq: 1, at: now }))
  const caseLink = { keyId: 1, key: new Secret(Buffer.alloc(32, 3)) }
  await writeMemory(join(dir, `${name}.memory`), {
    caseLink,
    recipientsKey: undefined,
    vouchKey: undefined,
    contactAt: now,
  })
}

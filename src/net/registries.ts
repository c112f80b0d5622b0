import { readFileSync } from 'node:fs'
import { readBootstrap, type RdapService } from '../standards/rdap-bootstrap.ts'
import table from './rdap-bootstrap.json' with { type: 'json' }

/** The registries that may be asked by RDAP. */
export interface Registries {
  readonly services: readonly RdapService[]
  /** Servers that they may send us on to. */
  readonly hosts: readonly string[]
  /** Base URL of one that sends on to the others: asked of a block that the table does not name, which is younger than the table then. */
  readonly elsewhere?: string | undefined
}

/**
 * The table that comes with Postern (`rdap-bootstrap.json` says where it is from), or the operator's own files of IANA in its place, which name
 * all there is. Throws when one of these cannot be read.
 */
export function readRegistries({
  files,
  hosts,
}: {
  readonly files: readonly string[]
  readonly hosts: readonly string[]
}): Registries {
  const own = { hosts: [...table.hosts, ...hosts] }
  return files.length === 0
    ? { ...own, services: readBootstrap(table), elsewhere: table.elsewhere }
    : { ...own, services: files.flatMap(readFile) }
}

function readFile(file: string): readonly RdapService[] {
  try {
    return readBootstrap(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    // What the file system says goes on as it is: it may be there soon.
    if (error instanceof Error && 'code' in error) throw error
    throw new Error(`owners.rdapFiles: ${file}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    })
  }
}

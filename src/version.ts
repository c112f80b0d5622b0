import { existsSync, readFileSync } from 'node:fs'

/** Version of this program, from its manifest: one folder up from the sources, two from a build. */
export const version = readVersion()

function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const url = new URL(path, import.meta.url)
    if (!existsSync(url)) continue
    const { version: found } = JSON.parse(readFileSync(url, 'utf8')) as { version?: string }
    if (found !== undefined) return found
  }
  throw new Error('package.json with a version is missing beside the program')
}

/**
 * `npm run bench [-- NAME …]`: runs `bench/*.ts` one after the other. Each prints its figures on stdout, one JSON object a line
 * (docs/measured.md says how to read them); what else it has to say goes to stderr. Fails when one fails.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const all = globSync('bench/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
const names = process.argv.slice(2)
const wanted = all.toSorted().filter((file) => names.length === 0 || names.includes(basename(file, '.ts')))
if (wanted.length === 0 || wanted.length < names.length) {
  console.error(`there are: ${all.map((file) => basename(file, '.ts')).join(', ')}`)
  process.exit(2)
}

/** A bench that is not done by then will not be. */
const mostMs = 15 * 60_000

for (const file of wanted) {
  console.error(`# ${file}`)
  const { status, error } = spawnSync(process.execPath, [file], {
    cwd: root,
    stdio: 'inherit',
    timeout: mostMs,
  })
  if (status === 0) continue
  console.error(`# ${file} failed${error ? `: ${error.message}` : ''}`)
  process.exitCode = 1
}

/** Writes the pages of `docs/` that are printed from the code; with `--check` it only says which ones are old, and fails. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedPages } from './generated-pages.ts'

const root = join(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')

for (const [path, print] of Object.entries(generatedPages)) {
  const file = join(root, path)
  const text = print()
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (isCheck) {
    process.exitCode = 1
    console.error(`${path} is not what the code says: run \`npm run docs\``)
  } else {
    writeFileSync(file, text)
    console.log(path)
  }
}

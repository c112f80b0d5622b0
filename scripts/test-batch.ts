/** Loads the test files that it is given into one process, in their order: what `run-tests.ts` starts. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href)

import { spawn, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Starts the program that reads hostile messages: it talks over its standard input and output and has nothing else. */
export function spawnJailed(): ChildProcess {
  const here = fileURLToPath(import.meta.url)
  const file = fileURLToPath(new URL(`./parse-worker${extname(here)}`, import.meta.url))
  return spawn(process.execPath, [...jailFlags(here), file], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    cwd: '/',
  })
}

/** Heap for what a message leaves on it; the bytes themselves lie outside. */
const heapMegabytes = 96

/** Node's own jail: no network, no children, no threads, no add-ons, no writing; reading only what the code itself is made of. */
export function jailFlags(here: string): string[] {
  return [
    '--permission',
    ...codeFolders(here).map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${heapMegabytes}`,
    '--max-semi-space-size=8',
    '--disable-proto=throw',
    '--disallow-code-generation-from-strings',
    '--enable-experimental-regexp-engine-on-excessive-backtracks',
    '--unhandled-rejections=strict',
    '--no-warnings',
  ]
}

/** The code of this program, and `node_modules` and `package.json` of the folders above it; not the data beside them. */
function codeFolders(here: string): string[] {
  const source = here.lastIndexOf('/src/')
  const code = here.slice(0, source < 0 ? here.lastIndexOf('/') : source + '/src'.length)
  const parts = code.split('/')
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  return [`${code}/*`, ...above.flatMap((folder) => [`${folder}/node_modules/*`, `${folder}/package.json`])]
}

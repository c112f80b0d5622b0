/**
 * `npm run build`: the npm package in `dist/npm`, ready for `npm publish dist/npm`. Node does not strip types below `node_modules`, so the package
 * holds JavaScript; nothing else needs a build.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedManifest } from './published-manifest.ts'

const root = join(import.meta.dirname, '..')
const out = join(root, 'dist', 'npm')

/** What stands beside the code; a test of the package finds what is missing. */
const companions = ['migrations', 'assets', 'content', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE']

rmSync(out, { recursive: true, force: true })
const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status !== 0) process.exit(1)
for (const name of companions) {
  if (existsSync(join(root, name))) cpSync(join(root, name), join(out, name), { recursive: true })
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
writeFileSync(join(out, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
console.log(`${out}: npm publish dist/npm`)

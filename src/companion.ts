import { join } from 'node:path'

/** A folder that stands beside the program, in the checkout and in the package: `assets`, `content`. */
export function companion(name: 'assets' | 'content'): string {
  const up = import.meta.dirname.endsWith(join('dist', 'src')) ? ['..', '..'] : ['..']
  return join(import.meta.dirname, ...up, name)
}

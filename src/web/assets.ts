import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { noTheme, type Theme } from './theme.ts'

/**
 * The stylesheet, the scripts and the mark. Each is served under a name with a hash of its content, so that browsers keep it for
 * ever and a new version has a new address.
 */
export interface Assets {
  readonly style: string
  readonly script: string
  /** The mark as a `data:` address: a page without script takes two requests, itself and its style. */
  readonly icon: string
  /** An operator's logo as a `data:` address, in place of the mark. */
  readonly logo: string | undefined
  /** Hashed address of another file of `assets/`; throws when there is none of that name. */
  href(name: string): string
  /** The file at such an address. */
  find(path: string): Asset | undefined
}

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  /** Whether the address has the hash of this very content. */
  readonly current: boolean
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Our stylesheet, an operator's theme behind it. */
function styleOf(name: string, written: string, { style }: Theme): string {
  return lean(name === 'style.css' && style !== undefined ? `${written}\n${style}` : written)
}

/** A stylesheet without what only its readers need: comments, indentation, line ends. */
function lean(style: string): string {
  return style
    .replaceAll(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, '')
    .replaceAll(/\s*\n\s*/g, '\n')
    .replaceAll(/(?<=[{};,])\n|\n(?=[})])/g, '')
    .replaceAll(/;\s*}/g, '}')
    .trim()
}

/** Reads the folder once; throws when a file is missing. */
export function loadAssets(folder: string, theme: Theme = noTheme): Assets {
  const files = new Map<string, Asset & { readonly href: string }>()
  for (const name of readdirSync(folder)) {
    const extension = extname(name)
    const type = types[extension]
    if (type === undefined) continue
    const written = readFileSync(join(folder, name))
    const bytes = Uint8Array.from(
      extension === '.css' ? Buffer.from(styleOf(name, written.toString(), theme)) : written,
    )
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
    files.set(name, {
      bytes,
      type,
      current: true,
      href: `/assets/${name.slice(0, -extension.length)}.${hash}${extension}`,
    })
  }
  const file = (name: string): Asset & { readonly href: string } => {
    const found = files.get(name)
    if (found === undefined) throw new Error(`assets/${name} is missing from ${folder}`)
    return found
  }
  return {
    style: file('style.css').href,
    script: file('postern.js').href,
    icon: `data:image/svg+xml;base64,${Buffer.from(file('mark.svg').bytes).toString('base64')}`,
    logo: theme.logo,
    href: (name) => file(name).href,
    find(path) {
      const [, stem, extension] = /^\/assets\/([\w-]+)(?:\.[0-9a-f]{12})?(\.\w+)$/.exec(path) ?? []
      const found = stem === undefined ? undefined : files.get(`${stem}${extension}`)
      return found && { ...found, current: found.href === path }
    },
  }
}

/** Serves them. The address of an older version gets today's content for a minute, while servers are being renewed. */
export function serveAssets(assets: Assets): MiddlewareHandler {
  return async (c, next) => {
    const asset = c.req.path.startsWith('/assets/') ? assets.find(c.req.path) : undefined
    if (asset === undefined) return await next()
    c.header('Content-Type', asset.type)
    c.header('Cache-Control', asset.current ? 'public, max-age=31536000, immutable' : 'public, max-age=60')
    return c.body(asset.bytes)
  }
}

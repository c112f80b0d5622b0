/**
 * To whom an address of the public server opens. Each says it, and one that does not keeps the server from starting (security CON-5).
 * Nothing here lets anybody in: the doors do, and `test/authorisation` holds each of them against what it says.
 */
export type Opening =
  /** Whoever asks. What it says may depend on the address that they ask from. */
  | 'anyone'
  /** Whoever is signed in as an owner of address space; it is asked for in their name. */
  | 'owner'
  /** Whoever is signed in as a recipient; it is asked for in their name. */
  | 'recipient'
  /** Whoever has the link of a letter, which ends the address. To act takes the other half too: the browser that asked, or the code on its page. */
  | 'letter'
  /** The browser that asked, or whoever types the code that its page shows. Everybody else sees where to type it. */
  | 'browser'
  /** Whoever has the address: its end was given to them, and cannot be guessed. */
  | 'holder'
  /** A program that shows a token for events. */
  | 'events'

/** An address of the public server that answers. */
export interface Page {
  /** As Hono matches it. */
  readonly pattern: string
  readonly opensTo: Opening
  readonly methods: readonly Method[]
}

export type Method = 'GET' | 'POST'

/** What a server answers at, as it was declared. */
export interface Declared {
  readonly method: Method
  readonly pattern: string
  /** An `Opening`, or what the caller of the API needs. */
  readonly opensTo: string
}

/** The pages of a tree of addresses. */
export function declaredIn(tree: object): readonly Declared[] {
  return Object.values(tree).flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return []
    if (!isPage(each)) return declaredIn(each)
    return each.methods.map((method) => ({ method, pattern: each.pattern, opensTo: each.opensTo }))
  })
}

/** Throws when the server answers at an address that does not say to whom it opens. Middleware stands before every address and is none. */
export function checkDeclared(
  served: readonly { readonly method: string; readonly path: string }[],
  declared: readonly Declared[],
): void {
  const known = new Set(declared.map(({ method, pattern }) => `${method} ${pattern}`))
  for (const { method, path } of served) {
    if (method !== 'ALL' && !known.has(`${method} ${path}`))
      throw new Error(`${method} ${path} does not declare to whom it opens`)
  }
}

function isPage(value: object): value is Page {
  return 'methods' in value
}

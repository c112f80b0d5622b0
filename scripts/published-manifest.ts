/** Keys of the checkout's manifest that are about working on Postern: the pinned Node, the tools, the guard against publishing it. */
const ofTheCheckout = ['private', 'scripts', 'devDependencies', 'optionalDependencies']

/** `package.json` as it is published. */
export function publishedManifest(manifest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !ofTheCheckout.includes(key)))
}

/** `tag=value; tag=value` (RFC 6376 §3.2), the way that DKIM keys, DMARC, MTA-STS and TLS-RPT records are written. */
export interface TagList {
  /** Names as written, values without blanks around them; in the order of the text. */
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  /** What stands between two semicolons and is no `tag=value`. */
  readonly strange: readonly string[]
}

export function parseTagList(text: string): TagList {
  const tags: { name: string; value: string }[] = []
  const strange: string[] = []
  for (const part of text.split(';')) {
    const trimmed = part.trim()
    if (trimmed === '') continue
    const equals = trimmed.indexOf('=')
    const name = trimmed.slice(0, Math.max(0, equals)).trim()
    if (/^[a-z][a-z0-9_]*$/i.test(name)) tags.push({ name, value: trimmed.slice(equals + 1).trim() })
    else strange.push(trimmed)
  }
  return { tags, strange }
}

/** The names that stand there more than once. */
export function doubled({ tags }: TagList): readonly string[] {
  const names = tags.map(({ name }) => name)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

export function tagOf({ tags }: TagList, wanted: string): string | undefined {
  return tags.find(({ name }) => name === wanted)?.value
}

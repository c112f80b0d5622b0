/**
 * A message's own name (RFC 5322 §3.6.4). Logs, filters and reports write it with angle brackets or without, some with a comment behind;
 * here it gets the one form by which they meet.
 */

/** `<a@example.org>`, at most 998 characters; undefined for none. */
export function readMessageId(text: string): string | undefined {
  // A bracket without its other half would make another name of it the next time.
  const bare = (/<([^<>]*)>/.exec(text)?.[1] ?? text.replaceAll(/[<>]/g, ''))
    .trim()
    .slice(0, longest - 2)
    .trimEnd()
  return bare === '' ? undefined : `<${bare}>`
}

/** RFC 5322 §2.1.1: a line's. */
const longest = 998

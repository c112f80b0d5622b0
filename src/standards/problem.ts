/**
 * Problem documents (RFC 9457): how the API says no. `code` is ours and stable; `title` and `detail` are
 * words for people.
 */
interface Problem {
  readonly status: number
  /** Stable name of the problem: `prefix.too-wide`. */
  readonly code: string
  readonly title: string
  readonly detail?: string
  /** Facts of this occurrence; members of the document (§3.2). */
  readonly facts?: Readonly<Record<string, string | number>>
}

/** Media type of the document (§6.1). */
export const problemType = 'application/problem+json'

/**
 * The members of §3.1, then ours; a fact never stands in the place of one of them. `docs` is the page that
 * explains every code.
 */
export function problemDocument(problem: Problem, docs: string): Record<string, string | number> {
  const { status, code, title, detail, facts } = problem
  const members = {
    type: `${docs}#${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
  }
  return { ...members, ...facts, ...members }
}

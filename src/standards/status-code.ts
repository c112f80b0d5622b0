/**
 * Enhanced status codes (RFC 3463 §2): `5.7.606` is class, subject, detail, each without leading zeros.
 */
export interface StatusCode {
  /** Success, persistent transient failure, permanent failure. */
  readonly class: 2 | 4 | 5
  readonly subject: number
  readonly detail: number
}

/** Reads one code with nothing around it. */
export function parseStatusCode(text: string): StatusCode | undefined {
  const match = /^([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/.exec(text)
  if (!match) return undefined
  const [, first, subject, detail] = match
  return {
    class: first === '2' ? 2 : first === '4' ? 4 : 5,
    subject: Number(subject),
    detail: Number(detail),
  }
}

export function formatStatusCode(code: StatusCode): string {
  return `${code.class}.${code.subject}.${code.detail}`
}

import type { Wanted } from './restless-client.ts'

/**
 * The senders of a kill series by what may be said to them now. Documentation addresses only (RFC 5737, RFC 3849).
 * `strangers` are never listed; `blocked` are listed from the beginning to the end; the others are listed, then delisted.
 */
export interface Senders {
  /** The sender of a flow: a unit of its own each. Every eighth has an IPv4 address, as long as there are some. */
  ofFlow(flow: number): string
  readonly blocked: readonly string[]
  /** The delisting was acknowledged to the asker, and by the edge. */
  free(address: string): void
  /** Somebody, and what must be said to them from now on. */
  next(): { readonly client: string; readonly wanted: Wanted }
  /** The same among senders with an IPv4 address. */
  nextV4(): { readonly client: string; readonly wanted: Wanted }
}

/** `below` gives a whole number from 0 to one less than its argument. */
export function sendersOf(below: (count: number) => number): Senders {
  const strangers = Array.from({ length: 200 }, (_, nth) => `198.51.100.${nth + 1}`)
  const blocked = ['192.0.2.250', '192.0.2.251', '2001:db8:b10c:1::1', '2001:db8:b10c:2::1']
  const freed: string[] = []
  const freedV4: string[] = []
  const oneOf = (list: readonly string[]): string => list[below(list.length)] ?? '198.51.100.1'
  const choose = (gone: readonly string[], listed: readonly string[], newStranger: string) => {
    const draw = below(10)
    if (draw < 5 && gone.length > 0) return { client: oneOf(gone), wanted: 'passes' } as const
    if (draw < 7) return { client: oneOf(listed), wanted: 'is refused' } as const
    return { client: newStranger, wanted: 'passes' } as const
  }
  return {
    ofFlow: (flow) =>
      flow % 8 === 0 && flow / 8 < 240
        ? `192.0.2.${flow / 8 + 1}`
        : `2001:db8:${(0x1000 + (flow >> 8)).toString(16)}:${((flow & 255) + 1).toString(16)}::25`,
    blocked,
    free: (address) => {
      freed.push(address)
      if (!address.includes(':')) freedV4.push(address)
    },
    next: () =>
      choose(
        freed,
        blocked,
        below(2) === 0 ? oneOf(strangers) : `2001:db8:ffff:${below(65_536).toString(16)}::1`,
      ),
    nextV4: () =>
      choose(
        freedV4,
        blocked.filter((address) => !address.includes(':')),
        oneOf(strangers),
      ),
  }
}

/**
 * A table entry as six 32-bit words, the same in memory and in snapshot files:
 * the first 64 bits of the prefix (an IPv4 address fills the first word, the second is zero), its traits,
 * the two 30-bit halves of the listing id, and its end in seconds since 1970.
 * Traits, from the lowest bit: 8 bits of kind (the length, and 128 for IPv6), 8 of cause, 8 of class, 8 of effect.
 */
export const entryWords = 6
export const column = { high: 0, low: 1, traits: 2, idHigh: 3, idLow: 4, ends: 5 } as const

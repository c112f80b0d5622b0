import type { Address } from '../../../src/standards/ip.ts'

/** The /32 or /64 that an address is judged by, as a key. */
export function unitKey({ family, words: [a, b] }: Address): string {
  return family === 4 ? `${a}` : `${a}:${b}`
}

/** The /24 or /56 around it. */
export function networkKey({ family, words: [a, b] }: Address): string {
  return family === 4 ? `${a >>> 8}/24` : `${a}:${b >>> 8}/56`
}

export function isUnwanted(verdict: string | undefined): boolean {
  return verdict === 'spam' || verdict === 'phish' || verdict === 'malware'
}

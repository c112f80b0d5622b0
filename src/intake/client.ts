import type { Address } from '../standards/ip.ts'

/** Where the message came from. */
export interface Client {
  /** Undefined when nobody said. */
  readonly address: Address | undefined
  /** False when the address is that of a relay of ours which did not say for whom it speaks: it vouches for nothing. */
  readonly isSender: boolean
  readonly helo: string | null
}

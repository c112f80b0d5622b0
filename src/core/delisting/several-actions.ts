import { Refusal } from '../../base/refusal.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { acknowledge, type Beside } from '../cases/mail-actions.ts'
import type { Participant } from '../cases/participant.ts'
import { transact, type Context } from '../context.ts'
import { reviewByMail, type ReviewWish } from './review-actions.ts'

/** One message to the delist mailbox about several addresses. Each has a case of its own, for each is decided by itself. */

/** Addresses that one message puts before a person: as many as somebody decides in a sitting. */
export const mostAtOnce = 5

/** What became of the addresses. */
export interface Several {
  readonly taken: readonly Address[]
  /** Too many at once, or not possible now: they may write again. */
  readonly left: readonly Address[]
  /** Why the first of those that were asked for was not taken. */
  readonly refusal: Refusal | undefined
}

/**
 * Puts each address before a person, as many as one message may; one letter names all of them. What cannot be taken stands in the way of no other.
 * `ofCase`: the address that `caseToken` is of.
 */
export async function openReviewsByMail(
  ctx: Context,
  input: Omit<ReviewWish, 'address'> & {
    readonly addresses: readonly Address[]
    readonly ofCase: Address | undefined
  },
): Promise<Several> {
  const { addresses, ofCase, caseToken, ...wish } = input
  const units = addresses.filter(
    (each, nth) => addresses.findIndex((other) => aboutOf(other) === aboutOf(each)) === nth,
  )
  const asked = units.slice(0, mostAtOnce)
  const [taken, left]: [Address[], Address[]] = [[], units.slice(mostAtOnce)]
  let [reader, refusal]: [Participant | undefined, Refusal | undefined] = [undefined, undefined]
  for (const address of asked) {
    // Named in the transaction of the last, so that a message which is delivered again after an accident is answered all the same.
    const isLast = address === asked.at(-1)
    let [heard, isTold]: [Participant | undefined, boolean] = [undefined, false]
    try {
      const own = ofCase && aboutOf(address) === aboutOf(ofCase) ? caseToken : undefined
      const outcome = await reviewByMail(ctx, { ...wish, address, caseToken: own }, async (tx, each) => {
        heard = each
        isTold = isLast && (await acknowledge(tx, each, besideOf(taken, left)))
      })
      if (outcome === 'not-listed') continue
      taken.push(address)
      reader = isTold ? undefined : (heard ?? reader)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal ??= error
      // Room comes again; what is not for them, or over, does not.
      if (error.status === 429) left.push(address)
    }
  }
  if (reader) await tellOf(ctx, reader, { taken, left })
  return { taken, left, refusal }
}

/** Where the last was not taken, or is no news to anybody. */
async function tellOf(
  ctx: Context,
  reader: Participant,
  { taken, left }: Pick<Several, 'taken' | 'left'>,
): Promise<void> {
  await transact(ctx, async (tx) => {
    const about = (await lockCase(tx, reader.caseId))?.about
    const others = taken.filter((each) => aboutOf(each) !== about)
    await acknowledge(tx, reader, besideOf(others, left))
  })
}

function besideOf(besides: readonly Address[], left: readonly Address[]): Beside {
  return { besides: besides.map(aboutOf), left: left.map(aboutOf) }
}

function aboutOf(address: Address): string {
  return formatPrefix(unitOf(address))
}

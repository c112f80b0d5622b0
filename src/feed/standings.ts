import type { StandingsFrame } from '../access/standings-frame.ts'
import type { RateRules } from '../access/standing.ts'
import type { SpentEntry } from '../access/spent-entry.ts'
import type { Context } from '../core/context.ts'
import { heldRules } from '../core/reputation/brake-actions.ts'
import { reputationSettings } from '../core/reputation/own-settings.ts'
import { standingsAfter, standingsHead, type StandingsHead } from '../core/standings/actions.ts'

/** Entries in one frame: few milliseconds to read at the other end. */
const batchSize = 1000

/** How far an edge has been told of standings. */
interface Told {
  readonly seq: number
  readonly confirmedAt: number
}

/** What an edge has to be told of standings: first the whole list, then what is new. One for each connection. */
export class StandingsSource {
  readonly #ctx: Context
  readonly #rules: RateRules
  readonly #elsewhere: () => readonly SpentEntry[]
  #told: Told | undefined
  #isDoubted = false

  constructor(ctx: Context, elsewhere: () => readonly SpentEntry[] = () => []) {
    this.#ctx = ctx
    this.#elsewhere = elsewhere
    this.#rules = reputationSettings(ctx.settings).rules
  }

  /** The frames that are due now, one after another; none when nothing is new. Who takes one must send it. */
  async *due(): AsyncGenerator<StandingsFrame> {
    const head = await standingsHead(this.#ctx)
    const told = this.#told
    const wasDoubted = this.#isDoubted
    this.#isDoubted = (await heldRules(this.#ctx)).some(({ why }) => why === 'filter')
    if (told) yield* this.#spentElsewhere({ ...head, seq: told.seq })
    const isSame = told?.seq === head.seq && told.confirmedAt === head.confirmedAt
    if (isSame && wasDoubted === this.#isDoubted) return
    let seq = told?.seq ?? 0
    let isFirst = told === undefined
    // What has been dropped since the list was begun may have been sent already.
    const droppedAfter = told === undefined ? head.seq : 0
    for (;;) {
      const page = await standingsAfter(this.#ctx, seq, batchSize, droppedAfter)
      const more = page.entries.length === batchSize
      // Rows that were dropped are in no frame, and yet they are told.
      seq = more ? page.seq : Math.max(page.seq, head.seq)
      yield this.#frame({ head, seq, more, whole: isFirst, entries: page.entries })
      isFirst = false
      if (!more) break
    }
    this.#told = { seq, confirmedAt: head.confirmedAt }
  }

  /** What passed at the other edges, in frames that say nothing new of the list. */
  *#spentElsewhere(head: StandingsHead): Generator<StandingsFrame> {
    for (;;) {
      const elsewhere = this.#elsewhere()
      if (elsewhere.length === 0) return
      yield { ...this.#frame({ head, seq: head.seq, more: false, whole: false, entries: [] }), elsewhere }
    }
  }

  #frame({
    head,
    ...rest
  }: { readonly head: StandingsHead } & Pick<
    StandingsFrame,
    'seq' | 'more' | 'whole' | 'entries'
  >): StandingsFrame {
    const { mode } = this.#ctx.settings.reputation
    const doubted = this.#isDoubted ? { doubted: true } : {}
    return { type: 'standings', at: head.confirmedAt, mode, rules: this.#rules, ...doubted, ...rest }
  }
}

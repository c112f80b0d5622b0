import type { Clock } from '../base/clock.ts'
import type { Context } from '../core/context.ts'
import { countReviews } from '../core/delisting/review-actions.ts'
import { countRefusals } from '../core/decisions/actions.ts'
import { countReports } from '../core/complaints/actions.ts'
import { countEvents } from '../core/events/actions.ts'
import { feedHead, listEdges } from '../core/edges/actions.ts'
import { countListings } from '../core/listings/actions.ts'
import { countLetters } from '../core/outbox/actions.ts'

/** Counting a million listings takes a while in which core does nothing else; anybody who reaches the console may ask. */
const keptMs = 5000

/** Gives `figures`, counted at most every five seconds, however many ask. */
export function countedSeldom(clock: Clock, figures: () => Promise<string>): () => Promise<string> {
  let kept: { readonly at: number; readonly text: Promise<string> } | undefined
  return async () => {
    if (kept && clock.elapsed() - kept.at < keptMs) return await kept.text
    const counting = { at: clock.elapsed(), text: figures() }
    kept = counting
    try {
      return await counting.text
    } catch (error) {
      if (kept === counting) kept = undefined
      throw error
    }
  }
}

/** Core's figures in the Prometheus text format (version 0.0.4). Labels name our own things only: edges, classes, states. */
export async function coreMetrics(ctx: Context): Promise<string> {
  const [edges, head, listings, letters, reviews, refusals] = await Promise.all([
    listEdges(ctx),
    feedHead(ctx),
    countListings(ctx),
    countLetters(ctx),
    countReviews(ctx),
    countRefusals(ctx, ctx.clock.now() - 3600_000),
  ])
  const memory = process.memoryUsage()
  const events = countEvents(ctx)
  return [
    gauge('postern_feed_seq', 'Number of the newest change for the edges', [['', head.seq]]),
    gauge(
      'postern_edge_connected',
      'Whether the edge is connected',
      edges.map((edge) => [`{edge="${edge.name}"}`, edge.connected ? 1 : 0]),
    ),
    gauge(
      'postern_edge_behind',
      'Changes the edge has not applied, as last heard',
      edges.map((edge) => [`{edge="${edge.name}"}`, Math.max(0, head.seq - edge.seq)]),
    ),
    gauge(
      'postern_listings',
      'Active listings by class',
      listings.map((each) => [`{class="${each.class}"}`, each.count]),
    ),
    gauge('postern_letters', 'Letters by state', [
      ['{state="queued"}', letters.queued],
      ['{state="dead"}', letters.dead],
    ]),
    gauge('postern_delist_reviews', 'Delist requests that wait for a person', [['', reviews]]),
    gauge('postern_refusals_last_hour', 'Messages refused in the last hour, as the edges reported', [
      ['', refusals],
    ]),
    counter(
      'postern_events_total',
      'Mail events by source and what became of them, since this core started',
      events.taken,
    ),
    counter('postern_events_refused_total', 'Lines of mail events that were not taken', events.refused),
    counter(
      'postern_reports_total',
      'Reports of spam by mail, by teller and what became of them, since this core started',
      countReports(ctx),
    ),
    gauge('postern_core_memory_bytes', 'Memory of the core process', [
      ['{kind="rss"}', memory.rss],
      ['{kind="heap"}', memory.heapUsed],
    ]),
  ].join('')
}

function counter(
  name: string,
  help: string,
  values: readonly { readonly labels: Readonly<Record<string, string>>; readonly count: number }[],
): string {
  const lines = values.map(({ labels, count }) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    return `${name}{${pairs.join(',')}} ${count}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${lines.join('')}`
}

function gauge(
  name: string,
  help: string,
  values: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = values.map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

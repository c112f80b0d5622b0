import type { Clock } from '../base/clock.ts'
import type { Context } from '../core/context.ts'
import { countReviews } from '../core/delisting/review-actions.ts'
import { countRefusals } from '../core/decisions/actions.ts'
import { countReports } from '../core/complaints/actions.ts'
import { countEvents } from '../core/events/actions.ts'
import { feedHead, listEdges } from '../core/edges/actions.ts'
import { countListings } from '../core/listings/actions.ts'
import { engineFigures, type EngineFigures } from '../core/reputation/figures-actions.ts'
import { countLetters } from '../core/outbox/reading-actions.ts'

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
  const [edges, head, listings, letters, reviews, refusals, engine] = await Promise.all([
    listEdges(ctx),
    feedHead(ctx),
    countListings(ctx),
    countLetters(ctx),
    countReviews(ctx),
    countRefusals(ctx, ctx.clock.now() - 3600_000),
    engineFigures(ctx),
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
      'postern_events_ahead_total',
      'Lines of mail events whose time was more than five minutes ahead: a wrong clock or time zone',
      events.ahead,
    ),
    counter(
      'postern_reports_total',
      'Reports of spam by mail, by teller and what became of them, since this core started',
      countReports(ctx),
    ),
    ...engineLines(engine),
    gauge('postern_core_memory_bytes', 'Memory of the core process', [
      ['{kind="rss"}', memory.rss],
      ['{kind="heap"}', memory.heapUsed],
    ]),
  ].join('')
}

function engineLines({ behind, judged, changes, now }: EngineFigures): readonly string[] {
  const ofJudge = (name: string, help: string, value: number | undefined): string =>
    gauge(name, help, value === undefined ? [] : [['', value]])
  return [
    gauge('postern_engine_behind_events', 'Mail events that are not judged yet', [['', behind.events]]),
    gauge('postern_engine_behind_seconds', 'How long the first of them has waited', [['', behind.seconds]]),
    counter('postern_engine_events_total', 'Mail events judged, since this core started', [
      { labels: {}, count: judged },
    ]),
    counter(
      'postern_engine_listings_total',
      'Listings that the judgement made or ended and members let through a listed range, by cause or why, since this core started',
      changes,
    ),
    ofJudge('postern_engine_senders', 'Senders in memory, on the core that judges', now.senders),
    ofJudge('postern_engine_groups', 'Groups of senders in memory, on the core that judges', now.groups),
    ofJudge('postern_engine_standings', 'Senders that the edges were told a standing of', now.standings),
    ofJudge('postern_engine_brake', 'Whether the self-incident brake is on', now.brake),
  ]
}

function counter(
  name: string,
  help: string,
  values: readonly { readonly labels: Readonly<Record<string, string>>; readonly count: number }[],
): string {
  const lines = values.map(({ labels, count }) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${count}\n`
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

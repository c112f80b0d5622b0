import { modeAt, type AuthenticationTest, type HighVolumeMode } from '../../access/high-volume.ts'
import type { Language } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { permit } from '../actor.ts'
import { trySpend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { letterWithKey } from '../outbox/notice-actions.ts'
import { transact, type Context } from '../context.ts'
import type { FailedAuthentication } from './actions.ts'
import * as store from './store.ts'

/** A domain that sends much, and whose messages did not pass every test of late. */
export interface FailingDomain {
  readonly domain: string
  /** Messages that failed a test. */
  readonly messages: number
  readonly failed: readonly AuthenticationTest[]
  readonly firstAt: number
  readonly lastAt: number
  /** When its postmaster was written to about what comes next; null when not. */
  readonly toldAt: number | null
}

/** The next stage that has a day, and is still to come. */
export interface ComingStage {
  readonly stage: 'junk' | 'reject'
  readonly from: number
}

export interface HighVolumeState {
  readonly mode: HighVolumeMode
  readonly coming: ComingStage | undefined
  /** The most messages first. */
  readonly domains: readonly FailingDomain[]
}

/** How far back is looked. */
const backMs = 30 * day
const mostDomains = 200
/** Fewer failing messages than this in that time are somebody's slip, or a forger's trial; a letter is not written for them. */
const leastMessages = 20
/** A letter is not written about what is further away. */
const aheadMs = 60 * day

/** Who would be, or is, hit by the rule about domains that send much. */
export async function highVolumeState(ctx: Context): Promise<HighVolumeState> {
  permit(ctx.actor, 'console.read')
  const now = ctx.clock.now()
  const coming = comingStage(ctx)
  const rows = await store.failedAuthentications(ctx.db.queries, now - backMs)
  const domains = [...merged(rows).values()].toSorted((a, b) => b.messages - a.messages).slice(0, mostDomains)
  const told = await Promise.all(
    domains.map(async ({ domain }) =>
      coming === undefined ? null : ((await letterWithKey(ctx, keyOf(domain, coming))) ?? null),
    ),
  )
  return {
    mode: modeAt(ctx.settings.highVolume, now),
    coming,
    domains: domains.map((each, nth) => ({ ...each, toldAt: told[nth] ?? null })),
  }
}

function merged(rows: readonly store.FailedRow[]): ReadonlyMap<string, Omit<FailingDomain, 'toldAt'>> {
  const domains = new Map<string, Omit<FailingDomain, 'toldAt'>>()
  for (const { authentication, messages, firstAt, lastAt } of rows) {
    const { domain, failed } = JSON.parse(authentication) as FailedAuthentication
    const before = domains.get(domain)
    domains.set(domain, {
      domain,
      messages: messages + (before?.messages ?? 0),
      failed: [...new Set([...(before?.failed ?? []), ...failed])],
      firstAt: Math.min(firstAt, before?.firstAt ?? Infinity),
      lastAt: Math.max(lastAt, before?.lastAt ?? 0),
    })
  }
  return domains
}

function comingStage(ctx: Context): ComingStage | undefined {
  const { mode, junkSince, rejectSince } = ctx.settings.highVolume
  const now = ctx.clock.now()
  if (mode === 'observe') return undefined
  if (junkSince !== undefined && junkSince > now) return { stage: 'junk', from: junkSince }
  if (mode === 'reject' && rejectSince !== undefined && rejectSince > now)
    return { stage: 'reject', from: rejectSince }
  return undefined
}

/**
 * Writes to the postmaster of each domain that the next stage will hit, once for each stage. Under the rules of every letter: at most
 * three a day to a mailbox whatever they are about, none after STOP; and none to a domain that DNS does not know, or does not answer for.
 * Gives how many were written.
 */
export async function tellHighVolume(ctx: Context): Promise<number> {
  const { coming, domains } = await highVolumeState(ctx)
  if (coming === undefined || coming.from - ctx.clock.now() > aheadMs) return 0
  let written = 0
  for (const { domain, failed, messages, toldAt } of domains) {
    if (toldAt !== null || messages < leastMessages || parseDomain(domain, 2) !== domain) continue
    const mailbox = parseMailbox(`postmaster@${domain}`)
    if (mailbox instanceof Refusal || (await ctx.out.acceptsMail(domain)) !== true) continue
    const isQueued = await transact(ctx, async (tx) => {
      if (await trySpend(tx, [{ name: 'letters.high-volume.day', key: 'all' }])) return false
      const answer = await queueLetter(tx, {
        kind: 'high-volume-notice',
        key: keyOf(domain, coming),
        mailbox,
        language: languageFor(ctx, domain),
        slots: { domain, failed, ...coming },
      })
      return answer === 'queued'
    })
    if (isQueued) written++
  }
  return written
}

function keyOf(domain: string, { stage, from }: ComingStage): string {
  return `high-volume:${domain}:${stage}:${new Date(from).toISOString().slice(0, 10)}`
}

/** Whose language is not known is written to in English, where we have it. */
function languageFor({ settings }: Context, domain: string): Language {
  const { languages } = settings.provider
  const wanted: Language = domain.endsWith('.cn') ? 'zh-CN' : 'en'
  return languages.includes(wanted) ? wanted : (languages[0] ?? 'en')
}

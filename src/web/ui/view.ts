import type { CodeProfile, Language } from '../../access/reasons.ts'
import type { EngineMode } from '../../access/standing.ts'
import type { PolicyMode, Settings } from '../../core/settings.ts'
import type { Assets } from '../assets.ts'
import type { Messages } from '../messages/en.ts'

/** What every page knows: for whom, in which language, where and when. */
export interface View {
  readonly language: Language
  readonly languages: readonly Language[]
  readonly words: Messages
  /** Path without the language: `/codes`. */
  readonly path: string
  /** Query with its `?`, or empty: the language switch keeps it. */
  readonly query: string
  readonly provider: Settings['provider']
  readonly addresses: Settings['addresses']
  /** Which enhanced status codes this installation speaks. */
  readonly codes: CodeProfile
  /** Whether the mail servers act on the list. */
  readonly mode: PolicyMode
  /** How far the engine's own judgement goes. */
  readonly engine: EngineMode
  /** Which cases outsiders may open, and when people work on cases. */
  readonly support: Pick<Settings['support'], 'external' | 'reasons' | 'calendar'>
  /** By when a person decides, in the hours of that calendar. */
  readonly delisting: Pick<Settings['delisting'], 'reviewMs'>
  /** Whether registries are asked for contacts, how long the word of one holds, and how often it is asked about again. */
  readonly owners: Pick<
    Settings['owners'],
    'asksRegistries' | 'contactTermMs' | 'contactRecheckMs' | 'contactGraceMs'
  >
  /** Limits that this installation has set itself, by name. */
  readonly limits: Settings['limits']
  readonly assets: Assets
  /** Milliseconds since 1970. */
  readonly now: number
  /** An address of this site for this reader: keeps the language in the address where the reader has it there. */
  link(href: string): string
}

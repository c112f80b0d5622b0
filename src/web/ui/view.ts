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
  /** Which cases outsiders may open. */
  readonly support: Pick<Settings['support'], 'external' | 'reasons'>
  readonly assets: Assets
  /** Milliseconds since 1970. */
  readonly now: number
  /** An address of this site for this reader: keeps the language in the address where the reader has it there. */
  link(href: string): string
}

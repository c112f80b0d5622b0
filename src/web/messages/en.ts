import { abuse } from './en/abuse.ts'
import { cases } from './en/cases.ts'
import { check } from './en/check.ts'
import { analysis } from './en/analysis.ts'
import { common } from './en/common.ts'
import { console } from './en/console.ts'
import { desk } from './en/desk.ts'
import { guide } from './en/guide.ts'
import { headers } from './en/headers.ts'
import { judgement } from './en/judgement.ts'
import { owners } from './en/owners.ts'
import { portal } from './en/portal.ts'
import { probe } from './en/probe.ts'
import { recipients } from './en/recipients.ts'
import { refusals } from './en/refusals.ts'
import { site } from './en/site.ts'
import { support } from './en/support.ts'
import { warmUp } from './en/warm-up.ts'

/**
 * English, the source of all other languages; one file per part of the product.
 * A sentence is a string, or a function of what it mentions.
 */
export const en = {
  common,
  site,
  guide,
  check,
  portal,
  owners,
  recipients,
  probe,
  headers,
  console,
  desk,
  judgement,
  analysis,
  abuse,
  cases,
  support,
  warmUp,
  refusals,
}

/** The shape of the words: another language `satisfies` it, and the compiler says what it lacks. */
export type Messages = typeof en

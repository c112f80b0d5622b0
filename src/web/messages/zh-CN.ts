import type { Messages } from './en.ts'
import { abuse } from './zh-CN/abuse.ts'
import { cases } from './zh-CN/cases.ts'
import { check } from './zh-CN/check.ts'
import { analysis } from './zh-CN/analysis.ts'
import { common } from './zh-CN/common.ts'
import { console } from './zh-CN/console.ts'
import { desk } from './zh-CN/desk.ts'
import { guide } from './zh-CN/guide.ts'
import { headers } from './zh-CN/headers.ts'
import { judgement } from './zh-CN/judgement.ts'
import { owners } from './zh-CN/owners.ts'
import { portal } from './zh-CN/portal.ts'
import { probe } from './zh-CN/probe.ts'
import { recipients } from './zh-CN/recipients.ts'
import { refusals } from './zh-CN/refusals.ts'
import { site } from './zh-CN/site.ts'
import { support } from './zh-CN/support.ts'
import { warmUp } from './zh-CN/warm-up.ts'

/** Simplified Chinese, written by hand. */
export const zhCN = {
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
} satisfies Messages

import { minute } from '../base/clock.ts'
import { takeBackCases } from '../core/case-desk/hand-actions.ts'
import { closeUnanswered } from '../core/cases/actions.ts'
import { writeWaiting } from '../core/cases/say-actions.ts'
import type { Checks } from '../core/checks/actions.ts'
import { tendForms } from '../core/deliverability/review-actions.ts'
import { tendWarmUps } from '../core/warm-ups/tend-actions.ts'
import { recheckConditions } from '../core/delisting/recheck-actions.ts'
import { settleRequests } from '../core/delisting/settle-actions.ts'
import type { Job } from './scheduler.ts'

/** Letters tried in one run; most of those that wait have no room for another day. */
const mostLetters = 200

/** Cases that nobody answered, ended in one run. */
const mostUnanswered = 200

/** Cases of somebody who left, taken back in one run. */
const mostTakenBack = 200

/** What goes on in cases by itself: questions that nobody answered, cases of colleagues who left, tests of conditional decisions, addresses of forms, forecasts, letters that waited for room, requests whose case has ended. */
export function tendCases(checks: Checks): Job {
  return {
    name: 'cases',
    everyMs: minute,
    wake: 'cases',
    exclusive: true,
    run: async (ctx, signal) => {
      await closeUnanswered(ctx, mostUnanswered)
      await settleRequests(ctx)
      await takeBackCases(ctx, mostTakenBack)
      await writeWaiting(ctx, mostLetters)
      await recheckConditions(ctx, checks, signal)
      await tendForms(ctx, checks, signal)
      await tendWarmUps(ctx, signal)
    },
  }
}

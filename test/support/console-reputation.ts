import { minute } from '../../src/base/clock.ts'
import { actorName, permit } from '../../src/core/actor.ts'
import type { DryRunState } from '../../src/core/reputation/dry-run-actions.ts'
import { thresholdNames, thresholds } from '../../src/core/reputation/tuning.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import type { Story } from './console-story.ts'
import { testStart } from './context.ts'

/** The brake and a dry run of other thresholds. */
export function testReputation({ deeds, text }: Story) {
  let dryRun: DryRunState | undefined
  return {
    brakeState: async () => ({ held: [], wished: [] }),
    async turnBrake(actor, { rule, isOn }) {
      permit(actor, 'reputation.brake')
      deeds.push(`turnBrake:${rule}:${isOn ? 'on' : 'off'}`)
    },
    thresholdsInForce: async () => testThresholds,
    showDryRun: async () => dryRun,
    async startDryRun(actor, wish) {
      permit(actor, 'reputation.dry-run')
      deeds.push(`startDryRun:${wish.days}`)
      dryRun = { ...testDryRun, wish, by: text ? `operator:${text}` : actorName(actor) }
      return dryRun
    },
    async cancelDryRun(actor) {
      permit(actor, 'reputation.dry-run')
      deeds.push('cancelDryRun')
    },
  } satisfies Partial<ConsoleActions>
}

const testThresholds = thresholdNames.map((name) => ({ name, ...thresholds[name] }))

/** A replay that is done. */
const testDryRun: DryRunState = {
  id: 'dryrun0000',
  wish: { days: 7, changes: {} },
  by: 'operator:ada',
  startedAt: testStart - minute,
  endedAt: testStart,
  state: 'done',
  done: 12_400,
  result: {
    messages: 12_400,
    senders: 830,
    now: { passed: 11_000, deferred: 900, refused: 500 },
    tried: { passed: 10_950, deferred: 870, refused: 580 },
    hit: [
      {
        unit: '192.0.2.45/32',
        messages: 90,
        now: { passed: 80, deferred: 10, refused: 0 },
        tried: { passed: 10, deferred: 10, refused: 70 },
      },
    ],
    hitCount: 1,
    freed: [],
    freedCount: 0,
  },
}

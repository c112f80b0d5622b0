import type { Tx } from '../context.ts'
import { notifyOperator } from '../outbox/notice-actions.ts'
import type { Turn } from './brake.ts'

/** Tells the operator that the brake of a rule was pulled, or lets go: once for each, in the transaction that writes it down. */
export async function tellBrake(tx: Tx, { isOn, braked: { rule, since, why } }: Turn): Promise<void> {
  await notifyOperator(tx, {
    kind: 'brake-notice',
    key: `brake:${rule}:${since}:${isOn ? 'on' : 'off'}`,
    slots: { rule, why, isOn, when: isOn ? since : tx.clock.now() },
  })
}

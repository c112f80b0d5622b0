import type { Decision, Judge } from '../judge.ts'

const pass: Decision = { action: 'pass', reason: null, grade: 'neutral' }

/** Lets everything through: what all others are measured against. */
export function passEverything(): Judge {
  return {
    decide: () => pass,
    learn: () => undefined,
    attempt: () => undefined,
    complain: () => undefined,
    delist: () => true,
  }
}

/** One line of `postern doctor`. A fault is something that does not work; a warning works and is perhaps not meant. */
export interface Finding {
  readonly about: Subject
  readonly state: 'ok' | 'warning' | 'fault'
  readonly what: string
  /** What to do about it; empty when all is well. */
  readonly todo: string
}

export const subjects = [
  'configuration',
  'files',
  'clock',
  'database',
  'judgement',
  'processes',
  'postfix',
  'dns',
] as const
export type Subject = (typeof subjects)[number]

export function ok(about: Subject, what: string): Finding {
  return { about, state: 'ok', what, todo: '' }
}

export function warning(about: Subject, what: string, todo: string): Finding {
  return { about, state: 'warning', what, todo }
}

export function fault(about: Subject, what: string, todo: string): Finding {
  return { about, state: 'fault', what, todo }
}

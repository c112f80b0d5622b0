import { reasons, type Path, type ReasonName } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import type { ExternalRule, SupportSettings } from '../settings.ts'

/**
 * What outsiders may open here (SUP-2). `none`: no case. `by-path`: where the reason's own way out leads to a person. `form`: and the
 * deliverability form. `full`: and whatever somebody writes to the delist mailbox about an address.
 */
export type ExternalSettings = Pick<SupportSettings, 'external' | 'reasons'>

/** How an outsider comes to a person: by the button that no rule answers, by mail to the delist mailbox, by the deliverability form. */
export type Door = 'portal' | 'mail' | 'form'

/** What holds for a reason; null: nothing refuses, or the reason is not known. */
export function externalRuleOf(
  { external, reasons: own }: ExternalSettings,
  reason: ReasonName | null,
): ExternalRule {
  return (reason === null ? undefined : own[reason]) ?? external
}

/** Paths on which a person decides. */
export const leadsToPerson: readonly Path[] = ['mail', 'form']

/**
 * Whether an outsider's case about this may be opened at the door. `path`: the way out as the listing has it, which may lead to a person where
 * that of the reason does not. Owners of the network and recipients are no outsiders: they are not asked about here.
 */
export function opensCase(
  rules: ExternalSettings,
  { reason, path }: { readonly reason: ReasonName | null; readonly path: Path },
  door: Door,
): boolean {
  const rule = externalRuleOf(rules, reason)
  switch (rule) {
    case 'none':
      return false
    case 'by-path':
      if (door === 'form') return path === 'form'
      return door === 'portal' || leadsToPerson.includes(path)
    case 'form':
      return door !== 'mail' || leadsToPerson.includes(path)
    case 'full':
      return true
  }
}

/** The same for those who act; `case.not-opened` names the reason. */
export function mayOpenCase(
  rules: ExternalSettings,
  matter: { readonly reason: ReasonName | null; readonly path: Path },
  door: Door,
): Refusal | undefined {
  if (opensCase(rules, matter, door)) return undefined
  return new Refusal('case.not-opened', matter.reason === null ? {} : { reason: matter.reason })
}

/** Reasons for which the deliverability form is open; `all`: for whatever it is. */
export function formIsFor(rules: ExternalSettings): 'all' | readonly ReasonName[] {
  if (opensCase(rules, { reason: null, path: 'none' }, 'form')) return 'all'
  const names = Object.keys(reasons) as readonly ReasonName[]
  return names.filter((reason) => opensCase(rules, { reason, path: reasons[reason].path }, 'form'))
}

/** Whether the deliverability form is open for anything at all. */
export function isFormOpen(rules: ExternalSettings): boolean {
  const open = formIsFor(rules)
  return open === 'all' || open.length > 0
}

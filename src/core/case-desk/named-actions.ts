import { formatPrefix } from '../../standards/prefix.ts'
import { participantsOf } from '../cases/look-actions.ts'
import type { Case } from '../cases/case.ts'
import type { Context } from '../context.ts'
import { formsOfThreads } from '../deliverability/actions.ts'
import { warmUpsOf } from '../forecasts/actions.ts'
import type { FormKind } from '../forms/form.ts'

/** The addresses that a form or a forecast names, for a case that is about none of them alone. */
export interface NamedByForm {
  readonly kind: FormKind
  readonly prefixes: readonly string[]
}

export interface ListedCase extends Case {
  readonly named?: NamedByForm | undefined
}

/** Cases with what their forms name, so that one can be told from another. Of a restricted one nothing is said. */
export async function withForms(ctx: Context, cases: readonly Case[]): Promise<readonly ListedCase[]> {
  const asked = cases.filter((it) => it.kind === 'form' && it.about === null && it.legal === null)
  if (asked.length === 0) return cases
  const threads = new Map<string, readonly string[]>()
  for (const { id } of asked)
    threads.set(
      id,
      (await participantsOf(ctx, id)).map((each) => each.id),
    )
  const all = [...threads.values()].flat()
  const [forms, warmUps] = await Promise.all([formsOfThreads(ctx, all), warmUpsOf(ctx, all)])
  const named = (id: string): NamedByForm | undefined => {
    const own = threads.get(id) ?? []
    const form = forms.find((each) => own.includes(each.form.participantId))
    if (form)
      return { kind: 'deliverability', prefixes: form.addresses.map(({ prefix }) => formatPrefix(prefix)) }
    const warmUp = warmUps.find((each) => own.includes(each.participantId))
    return warmUp && { kind: 'warm-up', prefixes: warmUp.units.map(formatPrefix) }
  }
  return cases.map((it) => (threads.has(it.id) ? { ...it, named: named(it.id) } : it))
}

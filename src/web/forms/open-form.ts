import type { Context } from '../../core/context.ts'
import { openDeliverability } from '../../core/deliverability/actions.ts'
import { kindOfForm, type FormButton } from '../../core/forms/actions.ts'
import { openWarmUp } from '../../core/warm-ups/actions.ts'

/** The button of a form, whichever it is. Gives the token of the page of its case. */
export async function openForm(ctx: Context, button: FormButton): Promise<string> {
  const kind = await kindOfForm(ctx, button)
  return kind === 'warm-up' ? await openWarmUp(ctx, button) : await openDeliverability(ctx, button)
}

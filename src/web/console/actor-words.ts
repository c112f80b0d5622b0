import { visible } from '../ui/html.ts'
import type { View } from '../ui/view.ts'

const kinds = ['operator', 'program', 'cli', 'system', 'visitor'] as const

/** `operator:ada` in words; what names nobody as it stands. */
export function actorWords(view: View, actor: string): string {
  const { actors } = view.words.console.audit
  const kind = kindOf(actor)
  if (kind !== undefined) return actors[kind](visible(actor.slice(kind.length + 1)))
  return actor.startsWith('import:') ? actors.import() : visible(actor)
}

/** Whether this is what an actor is called in records, and no other text. */
export function isActor(text: string): boolean {
  return kindOf(text) !== undefined
}

function kindOf(text: string): (typeof kinds)[number] | undefined {
  return kinds.find((kind) => text.startsWith(`${kind}:`))
}

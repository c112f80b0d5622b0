import type { House } from './house.ts'

/** What one request came to; nothing of it stays. */
export interface Outcome {
  readonly status: number
  readonly location: string
  readonly text: string
  readonly cookies: readonly string[]
  /** Tables. */
  readonly written: readonly string[]
  readonly statements: number
}

export async function outcomeIn(
  { watch }: Pick<House, 'watch'>,
  request: () => Promise<Response>,
): Promise<Outcome> {
  watch.taken()
  const answer = await watch.rehearse(request)
  // A stream has no end.
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await answer.body?.cancel()
  return {
    status: answer.status,
    location: answer.headers.get('location') ?? '',
    text: isStream ? '' : await answer.text(),
    cookies: answer.headers.getSetCookie(),
    ...watch.taken(),
  }
}

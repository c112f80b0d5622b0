import { setTimeout as sleep } from 'node:timers/promises'
import type { Postfix } from '../support/postfix.ts'
import { swaks } from '../support/swaks.ts'
import type { Wanted } from './restless-client.ts'

export interface PostfixFigures {
  sent: number
  accepted: number
  refused: number
  /** Listed senders that came through because nobody answered Postfix: its default action. */
  open: number
  readonly wrong: string[]
}

export interface PostfixWatch {
  readonly figures: PostfixFigures
  stop(): Promise<void>
}

/** Sends messages through a real Postfix, one after another, and judges what it says to the sender. */
export function sendThrough(
  postfix: Postfix,
  next: () => { readonly client: string; readonly wanted: Wanted },
): PostfixWatch {
  const figures: PostfixFigures = { sent: 0, accepted: 0, refused: 0, open: 0, wrong: [] }
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      const { client, wanted } = next()
      const { accepted, refusal } = await swaks({ port: postfix.port, client, to: 'user@provider.example' })
      figures.sent++
      if (accepted) figures.accepted++
      const isOurs = refusal !== undefined && /^550 5\.7\.\d{3} /.test(refusal)
      if (isOurs) figures.refused++
      if (accepted && wanted === 'is refused') figures.open++
      if (!accepted && !(isOurs && wanted !== 'passes'))
        figures.wrong.push(`${client} ${wanted}: ${refusal ?? 'no answer'}`)
      await sleep(100)
    }
  }
  const working = work()
  return {
    figures,
    stop: async () => {
      isOver = true
      await working
    },
  }
}

/** Lines of Postfix's log in which a sender was asked to come again. */
export function tempfailsIn(postfix: Postfix): readonly string[] {
  return postfix
    .log()
    .split('\n')
    .filter((line) => /reject: .*: 4\d\d |Server configuration (?:error|problem)/.test(line))
}

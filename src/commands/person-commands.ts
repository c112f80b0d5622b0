import { facts } from './output.ts'
import type { Command } from './command.ts'
import { withCore } from './with-core.ts'

/** Requests of people for what is known of them. */
export const personCommands: readonly Command[] = [
  {
    name: 'person export',
    usage: 'MAILBOX',
    summary: 'Everything that is known of a mailbox, as JSON: rows by table, own threads of cases, audit.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'person.export', { mailbox: invocation.words[0] }, (value, { say }) =>
        say(JSON.stringify(value, undefined, 2)),
      ),
  },
  {
    name: 'person erase',
    usage: 'MAILBOX',
    summary:
      'Erase a person at once; exits 1 when something of theirs is still open, and tries again by itself.',
    words: [1, 1],
    run: async (invocation) => {
      let isDone = false
      const status = await withCore(
        invocation,
        'person.erase',
        { mailbox: invocation.words[0] },
        (value, { say }) => {
          const { state, counts, open, ...rest } = value as Erased
          say(facts({ state, ...rest, ...counts }))
          for (const { kind, id } of open) say(`still open: ${kind} ${id}`)
          if (open.length > 0)
            say('\nIt is erased by itself once these have ended. Close what needs no decision any more.')
          else say('\nBackups made before now still hold it: see docs/operate/privacy.md.')
        },
        { onValue: (value) => void (isDone = (value as Erased).state === 'done') },
      )
      return status === 0 && !isDone ? 1 : status
    },
  },
]

interface Erased {
  readonly state: string
  readonly counts: Readonly<Record<string, number>>
  readonly open: readonly { readonly kind: string; readonly id: string }[]
}

import { day, hour, minute } from '../../src/base/clock.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { permit } from '../../src/core/actor.ts'
import type { ShownLetter } from '../../src/core/outbox/reading-actions.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { replace, type Story } from './console-story.ts'
import { testStart } from './context.ts'

/** Letters in each of their states. */
export function testLetters({ letters, deeds, text }: Story) {
  const readLetter = (id: string, link: string) => {
    const letter = letters.find((each) => each.id === id)
    if (!letter) throw new Refusal('letter.not-found', { id: id.slice(0, 40) })
    return letter.state === 'kept'
      ? {
          letter,
          text: {
            subject: text ?? 'Delist 192.0.2.45',
            text: text ?? `Open this link to go on:\n\n${link}\n\nIt works until 4 May 2026, 11:00 UTC.\n`,
          },
        }
      : { letter }
  }
  return {
    countLetters: async () => ({
      queued: letters.filter(({ state }) => state === 'queued').length,
      dead: letters.filter(({ state }) => state === 'dead').length,
    }),
    listLetters: async (_actor, { state }) => ({
      letters: letters.filter((each) => state === undefined || each.state === state),
    }),
    showLetter: async (_actor, id) => readLetter(id, 'https://postmaster.provider.example/…'),
    async openLetter(actor, id) {
      permit(actor, 'letter.open')
      deeds.push(`openLetter:${id}`)
      return readLetter(id, 'https://postmaster.provider.example/confirm/abcdefgh')
    },
    async retryLetter(actor, id) {
      permit(actor, 'letter.retry')
      const letter = letters.find((each) => each.id === id)
      if (!letter) throw new Refusal('letter.not-found', { id })
      deeds.push(`retryLetter:${id}`)
      replace(letters, { ...letter, state: 'queued' })
    },
  } satisfies Partial<ConsoleActions>
}

export function theLetters(text: string | undefined): ShownLetter[] {
  return [
    newLetter('new', {
      state: 'queued',
      nextAt: testStart + minute,
      attempts: 0,
      createdAt: testStart - minute,
    }),
    newLetter('kept', { state: 'kept', sentAt: testStart - hour, kind: 'delisting-done' }),
    newLetter('sent', {
      sentAt: testStart - 5 * hour + 4000,
      mailbox: text ?? 'it@example.com',
      language: 'zh-CN',
    }),
    newLetter('dead', {
      state: 'dead',
      attempts: 12,
      kind: 'delisting-reviewed',
      lastError:
        text ?? '452 4.2.2 The mailbox is full and keeps being full, please try again when it is not',
      createdAt: testStart - 4 * day,
      expiresAt: testStart + day,
    }),
    newLetter('back', {
      state: 'bounced',
      sentAt: testStart - day,
      lastError: '550 5.1.1 No such user here',
    }),
  ]
}

function newLetter(name: string, more: Partial<ShownLetter>): ShownLetter {
  return {
    id: name.padEnd(26, '0'),
    kind: 'confirm-delisting',
    mailbox: 'postmaster@example.org',
    language: 'en',
    state: 'sent',
    nextAt: testStart,
    expiresAt: testStart + 3 * day,
    attempts: 1,
    lastError: null,
    createdAt: testStart - 5 * hour,
    sentAt: null,
    withheld: null,
    ...more,
  }
}

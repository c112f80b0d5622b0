import { isDeepStrictEqual } from 'node:util'
import { minute } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { recordedName } from '../actor.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { queueLetter } from '../outbox/actions.ts'
import type { LetterContent } from '../outbox/letter-words.ts'
import { pageLink } from './page-link.ts'
import { isSpokenTo } from './legal.ts'
import type { Content, LetterState, Message, StatedAddress } from './message.ts'
import { takesPart, type Participant } from './participant.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'
import { showPrefixText } from '../../standards/prefix.ts'

/**
 * What we say to a participant: it stands in their thread at once, and a letter carries it as soon as their budget of letters has room. Nothing
 * of another's thread is ever in it.
 */
export type Saying =
  | {
      readonly says: 'received'
      readonly about: string | null
      readonly by: number
      /** Further addresses that the same message has opened cases about, and those to write about in another. */
      readonly besides?: readonly string[] | undefined
      readonly left?: readonly string[] | undefined
    }
  | { readonly says: 'answer'; readonly text: string; readonly until?: number | undefined }
  | {
      readonly says: 'conditional' | 'unmet'
      readonly about: string
      readonly tests: readonly string[]
      readonly until: number
      readonly text?: string | undefined
    }
  | {
      readonly says: 'granted' | 'not-needed'
      readonly about: string
      readonly text?: string | undefined
    }
  | {
      readonly says: 'refused'
      readonly about: string
      /** Names a test that is not passed, or says why in a sentence. */
      readonly unmet?: string | undefined
      readonly text?: string | undefined
      /** When it ends by itself. */
      readonly until?: number | undefined
    }

  /** How addresses of a form stand now: one letter for all that have changed. */
  | {
      readonly says: 'states'
      readonly states: readonly StatedAddress[]
      readonly text?: string | undefined
      /** By when an answer is wanted, or until when tests are run. */
      readonly until?: number | undefined
    }
  /** Their case has another reference now; with the tests that were named to them, where these are run on. */
  | {
      readonly says: 'moved'
      readonly about: string | null
      readonly reference: string
      readonly tests?: readonly string[] | undefined
      readonly until?: number | undefined
    }
  /** What became of a forecast; `until`: its end. */
  | {
      readonly says: 'forecast-agreed' | 'forecast-refused' | 'forecast-stopped'
      readonly text?: string | undefined
      readonly until?: number | undefined
    }

/** Message-IDs of a thread that a letter names: enough for mail programs to put them together (RFC 5322 §3.6.4). */
const mostReferences = 10

/**
 * Says it. What became of the letter: it waits while the reader's budget has no room; who withdrew gets none. Where the case is spoken of with
 * the owner alone nothing is said to anybody else, on no page either.
 */
export async function say(tx: Tx, participant: Participant, saying: Saying): Promise<LetterState> {
  const it = await store.caseById(tx.queries, participant.caseId)
  if (it && !isSpokenTo(it, participant)) return 'none'
  const message: messageStore.Kept = {
    id: newId(),
    caseId: participant.caseId,
    participant: participant.id,
    direction: 'out',
    channel: saying.says === 'answer' ? 'console' : 'rules',
    author: recordedName(tx.actor),
    isVerified: true,
    isSilent: false,
    at: tx.clock.now(),
    size: 0,
    copies: 1,
    bodyKey: null,
    intakeKey: null,
    letter: 'waiting',
    content: contentOf(saying),
  }
  await messageStore.insertMessage(tx.queries, tx.keys.vault, message)
  if (!(await isWrittenTo(tx, participant))) return await withhold(tx, message.id)
  return await write(tx, participant, message, letterOf(tx, participant, saying))
}

/** Two presses of one button, or an answer that was loaded again, are not further apart. */
export const pressedTwiceMs = 10 * minute

/** Whether these are the newest words of the thread, by the same person, a moment ago: they need not be said again. */
export async function wasJustSaid(tx: Tx, { id }: Participant, saying: Saying): Promise<boolean> {
  const last = (await messageStore.messagesOf(tx.queries, tx.keys.vault, { participant: id })).at(-1)
  return (
    last?.direction === 'out' &&
    last.author === recordedName(tx.actor) &&
    last.at > tx.clock.now() - pressedTwiceMs &&
    isSame(last.content, contentOf(saying))
  )
}

/** Whether the two say the same, whatever the moment that they name. */
function isSame(one: Content, other: Content): boolean {
  const { until: first, ...said } = one
  const { until: second, ...again } = other
  return (first === undefined) === (second === undefined) && isDeepStrictEqual(said, again)
}

function contentOf(saying: Saying): Content {
  return {
    says: saying.says,
    text: 'text' in saying ? (saying.text ?? '') : '',
    ...('about' in saying && saying.about !== null && { subject: saying.about }),
    ...('until' in saying && saying.until !== undefined && { until: saying.until }),
    ...('by' in saying && { until: saying.by }),
    ...('besides' in saying && { besides: saying.besides }),
    ...('left' in saying && { left: saying.left }),
    ...('tests' in saying && saying.tests !== undefined && { tests: saying.tests }),
    ...('reference' in saying && { reference: saying.reference }),
    ...('states' in saying && { states: saying.states }),
    ...('unmet' in saying && saying.unmet !== undefined && { tests: [saying.unmet] }),
  }
}

/** Who withdrew gets no letter, and nobody but the owner where the case is restricted to them. */
async function isWrittenTo(tx: Tx, participant: Participant): Promise<boolean> {
  if (!takesPart(participant)) return false
  const it = await store.caseById(tx.queries, participant.caseId)
  return it !== undefined && isSpokenTo(it, participant)
}

/** It stands on the page alone. */
async function withhold(tx: Tx, message: string): Promise<LetterState> {
  await messageStore.setLetter(tx.queries, message, { from: 'waiting', to: 'none' })
  return 'none'
}

/** Puts the letter into the outbox, or leaves it for `writeWaiting`. */
async function write(
  tx: Tx,
  participant: Participant,
  message: Pick<Message, 'id' | 'letter'>,
  letter: LetterContent,
): Promise<LetterState> {
  const replies = await referencesIn(tx, participant)
  const wish = { ...letter, slots: { ...letter.slots, thread: participant.id, replies } } as LetterContent
  const fate = await queueLetter(tx, {
    ...wish,
    key: `case:${message.id}`,
    about: `thread:${participant.id}`,
    mailbox: participant.mailbox,
    language: participant.language,
  })
  const to: LetterState = fate === 'queued' ? 'written' : fate === 'suppressed' ? 'unwanted' : 'waiting'
  if (to !== 'waiting') await messageStore.setLetter(tx.queries, message.id, { from: 'waiting', to })
  return to
}

/** Message-IDs of what they wrote last, oldest first. */
async function referencesIn(tx: Tx, { id }: Participant): Promise<readonly string[]> {
  const messages = await messageStore.messagesOf(tx.queries, tx.keys.vault, { participant: id })
  return messages
    .flatMap(({ direction, content }) => (direction === 'in' && content.messageId ? [content.messageId] : []))
    .filter((each) => /^<[!-;=?-~]{1,250}>$/.test(each))
    .slice(-mostReferences)
}

function letterOf(ctx: Context, participant: Participant, saying: Saying): LetterContent {
  const link = pageLink(ctx, participant.id)
  const ofThread = { thread: participant.id, replies: [], link }
  const ip = 'about' in saying && saying.about !== null ? { ip: showPrefixText(saying.about) } : {}
  switch (saying.says) {
    case 'received':
      return {
        kind: 'case-received',
        slots: {
          ...ofThread,
          ...ip,
          by: saying.by,
          ...(saying.besides && { besides: saying.besides.map(showPrefixText) }),
          ...(saying.left && { left: saying.left.map(showPrefixText) }),
        },
      }
    case 'answer':
      return {
        kind: 'case-answer',
        slots: {
          ...ofThread,
          words: saying.text,
          ...(saying.until !== undefined && { until: saying.until }),
        },
      }
    case 'conditional':
    case 'unmet':
      return {
        kind: 'case-conditional',
        slots: {
          ...ofThread,
          ip: showPrefixText(saying.about),
          tests: saying.tests,
          until: saying.until,
          isAgain: saying.says === 'unmet',
          ...(saying.text ? { words: saying.text } : {}),
        },
      }
    case 'granted':
    case 'not-needed':
      return {
        kind: 'delisting-reviewed',
        slots: {
          ...ofThread,
          ip: showPrefixText(saying.about),
          outcome: 'delisted',
          ...(saying.text ? { words: saying.text } : {}),
        },
      }
    case 'states':
      return {
        kind: 'form-states',
        slots: {
          ...ofThread,
          states: saying.states.map(({ prefix, state }) => ({ prefix: showPrefixText(prefix), state })),
          ...(saying.until === undefined ? {} : { until: saying.until }),
          ...(saying.text ? { words: saying.text } : {}),
        },
      }
    case 'moved':
      return {
        kind: 'case-moved',
        slots: {
          ...ofThread,
          ...ip,
          reference: saying.reference,
          ...(saying.tests === undefined ? {} : { tests: saying.tests }),
          ...(saying.until === undefined ? {} : { until: saying.until }),
        },
      }
    case 'forecast-agreed':
    case 'forecast-refused':
    case 'forecast-stopped':
      return {
        kind: 'forecast-decided',
        slots: {
          ...ofThread,
          fate: fates[saying.says],
          ...(saying.until === undefined ? {} : { until: saying.until }),
          ...(saying.text ? { words: saying.text } : {}),
        },
      }
    case 'refused':
      return {
        kind: 'delisting-reviewed',
        slots: {
          ...ofThread,
          ip: showPrefixText(saying.about),
          outcome: 'declined',
          until: saying.until,
          ...(saying.unmet === undefined ? {} : { unmet: saying.unmet }),
          ...(saying.text ? { words: saying.text } : {}),
        },
      }
  }
}

const fates = {
  'forecast-agreed': 'agreed',
  'forecast-refused': 'refused',
  'forecast-stopped': 'stopped',
} as const

/** The same saying again, from what stands in the thread. */
function sayingOf({ content }: Message): Saying | undefined {
  const { says, text, subject = '', until = 0, tests = [], besides, left } = content
  switch (says) {
    case 'received':
      return { says, about: subject === '' ? null : subject, by: until, besides, left }
    case 'answer':
      return { says, text, until: content.until }
    case 'conditional':
    case 'unmet':
      return { says, about: subject, tests, until, text }
    case 'granted':
    case 'not-needed':
      return { says, about: subject, text }
    case 'refused':
      return { says, about: subject, unmet: tests[0], text, until: content.until }
    case 'states':
      return { says, states: content.states ?? [], text, until: content.until }
    case 'moved':
      return {
        says,
        about: subject === '' ? null : subject,
        reference: content.reference ?? '',
        tests: content.tests,
        until: content.until,
      }
    case 'forecast-agreed':
    case 'forecast-refused':
    case 'forecast-stopped':
      return { says, text, until: content.until }
    case undefined:
      return undefined
  }
}

/** Writes the letters that waited for room in their readers' budgets; how many there was room for. */
export async function writeWaiting(ctx: Context, limit: number): Promise<number> {
  let written = 0
  for (const message of await messageStore.waitingLetters(ctx.db.queries, ctx.keys.vault, limit)) {
    const saying = sayingOf(message)
    if (message.participant === null || saying === undefined) continue
    const id = message.participant
    await transact(ctx, async (tx) => {
      const participant = await participantStore.participantById(tx.queries, id)
      if (!participant) return
      if (!(await isWrittenTo(tx, participant))) return void (await withhold(tx, message.id))
      const fate = await write(tx, participant, message, letterOf(tx, participant, saying))
      if (fate !== 'waiting') written++
    })
  }
  return written
}

import { Refusal } from '../../base/refusal.ts'
import type { FormState } from '../outbox/letter-words.ts'

/** What was said in a case. Whoever wrote it wrote what they liked: it is shown as text only (security CASE-2). */
export interface Message {
  readonly id: string
  readonly caseId: string
  /** Whose thread with us it belongs to; null for a note among ourselves. */
  readonly participant: string | null
  readonly direction: 'in' | 'out' | 'note'
  readonly channel: 'mail' | 'form' | 'console' | 'rules'
  /** `participant`, or one of us: `operator:ada`. */
  readonly author: string
  /** Whether its writer is known to be the participant. Of ours always. */
  readonly isVerified: boolean
  /** Written by a program: it moved nothing and was not answered. */
  readonly isSilent: boolean
  readonly at: number
  /** Bytes as it came. */
  readonly size: number
  /** How often the same came. */
  readonly copies: number
  /** Of ours: whether a letter carries it. */
  readonly letter: LetterState | null
  readonly content: Content
  /** Hash of the message as it came, where it is kept. */
  readonly original: string | null
}

/** `waiting` until the reader's budget of letters has room; `unwanted`: they want no letters; `none`: it stands on their page only. */
export const letterStates = ['waiting', 'written', 'unwanted', 'none'] as const
export type LetterState = (typeof letterStates)[number]

/** The words and what belongs to them; sealed in the database. */
export interface Content {
  readonly text: string
  /** What it says of messages that are attached. */
  readonly quoted?: string | undefined
  readonly subject?: string | undefined
  /** Who says that they wrote it, where that is not the participant. */
  readonly from?: string | undefined
  /** Message-ID, with angle brackets. */
  readonly messageId?: string | undefined
  readonly attachments?: readonly { readonly type: string; readonly size: number }[] | undefined
  /** Why it looks as if a program had written it. */
  readonly automatic?: readonly string[] | undefined
  /** Of ours: what kind of letter. */
  readonly says?: Says | undefined
  /** Of ours: by when an answer is asked for. */
  readonly until?: number | undefined
  /** Of ours: the tests that it names. */
  readonly tests?: readonly string[] | undefined
  /** Its words are gone because whoever it was said by or to was erased. */
  readonly isErased?: boolean | undefined
  /** Of ours: further addresses that the same message has opened cases about, and those to write about again. */
  readonly besides?: readonly string[] | undefined
  readonly left?: readonly string[] | undefined
  /** Of ours: the reference that the case has from then on. */
  readonly reference?: string | undefined
  /** Of ours: how addresses of a form stand now. */
  readonly states?: readonly StatedAddress[] | undefined
}

/** An address of a form, in text, and the state that it has come to. */
export interface StatedAddress {
  readonly prefix: string
  readonly state: FormState
}

export const saysKinds = [
  'received',
  'answer',
  'conditional',
  'unmet',
  'granted',
  'refused',
  'not-needed',
  'states',
  'moved',
  'forecast-agreed',
  'forecast-refused',
  'forecast-stopped',
] as const
export type Says = (typeof saysKinds)[number]

/** Whether it names the tests that a decision waits for: nobody else is shown them. */
export function namesTests({ says, tests = [] }: Content): boolean {
  return tests.length > 0 && (says === 'conditional' || says === 'unmet' || says === 'moved')
}

/** Characters of an answer of the desk, and of a note. */
export const longestAnswer = 4000

/** An answer, fit to be sent; or why not. */
export function readAnswer(text: string): string | Refusal {
  const trimmed = text.trim()
  if (trimmed === '') return new Refusal('case.empty')
  return trimmed.length > longestAnswer ? new Refusal('case.too-long', { most: longestAnswer }) : trimmed
}

/** A piece of a message: the writer's own words, or what they quote. */
export interface Piece {
  readonly isQuoted: boolean
  readonly text: string
}

/** Lines that mail programs write above the message that is answered. */
const heading =
  /^(?:-{2,}\s*(?:original|forwarded) message\s*-{2,}|-{2,}\s*(?:原始邮件|转发邮件|邮件原件)\s*-{2,}|on .{4,200} wrote:|am .{4,200} schrieb .{1,200}:|le .{4,200} a écrit\s?:|(?:.{0,200}于|在).{4,200}写道[:：]|_{20,})\s*$/i

/** The same as a piece of the answered message's header, without a line over it: its writer, and its time within the next lines. */
const from = /^(?:\*{0,2})(?:from|von|de|发件人|寄件者)\s?[:：]/i
const date =
  /^(?:\*{0,2})(?:sent|date|gesendet|datum|envoyé|enviado|发送时间|发件时间|日期|时间|寄件日期)\s?[:：]/i
const datedWithin = 3

/**
 * Parts what somebody wrote from what they quote, so that the quoted can be folded: lines that begin with `>`, and everything below the line
 * that a mail program writes over the message that is answered, or its header.
 */
export function piecesOf(text: string): readonly Piece[] {
  const lines = text.split('\n')
  const below = lines.findIndex((line, at) => heading.test(line.trim()) || isHeader(lines, at))
  const pieces: { isQuoted: boolean; lines: string[] }[] = []
  for (const [index, line] of lines.entries()) {
    const isQuoted = (below >= 0 && index >= below) || /^\s{0,3}>/.test(line)
    const last = pieces.at(-1)
    if (last && (last.isQuoted === isQuoted || line.trim() === '')) last.lines.push(line)
    else pieces.push({ isQuoted, lines: [line] })
  }
  return pieces
    .map((piece) => ({ isQuoted: piece.isQuoted, text: piece.lines.join('\n').trim() }))
    .filter((piece) => piece.text !== '')
}

function isHeader(lines: readonly string[], at: number): boolean {
  if (!from.test(lines[at]?.trim() ?? '')) return false
  return lines.slice(at + 1, at + 1 + datedWithin).some((line) => date.test(line.trim()))
}

/** The words by which two messages are the same: own words only, whatever the case of letters and the spaces. */
export function wordsToCompare({ subject = '', text }: Content): string {
  const own = piecesOf(text).filter(({ isQuoted }) => !isQuoted)
  const words = (
    own.length > 0 ? own.map((piece) => piece.text).join(' ') : `${subject} ${text}`
  ).toLowerCase()
  return words.replaceAll(/\s+/g, ' ').trim()
}

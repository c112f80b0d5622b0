import { isId } from '../../base/id.ts'
import { authenticationTests } from '../../access/high-volume.ts'
import { causeNames, reasonNames, type Language } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { parseListable, showPrefix } from '../../standards/prefix.ts'
import { brakeWhys } from '../../access/brake.ts'
import type { Settings } from '../settings.ts'
import {
  abuseNotices,
  isOfOperator,
  forecastFates,
  formStates,
  ownerStates,
  type About,
  type Draft,
  type LetterContent,
  type LetterWords,
} from './letter-words.ts'
import { widthOf, wrap } from './wrap.ts'
import { en } from './words/en.ts'
import { zhCN } from './words/zh-CN.ts'

const words: Record<Language, LetterWords> = { en, 'zh-CN': zhCN }

/** How long STOP in reply to a letter keeps further ones away. */
export const stopHoldsMs = 90 * day

/** Columns of a line; a link that is longer has a line of its own. */
const columns = 72

/** The letter as plain text: lines ended by LF, at most 76 columns but for links. */
export function renderLetter(
  content: LetterContent,
  language: Language,
  settings: Settings,
): { readonly subject: string; readonly text: string } {
  const { provider, addresses } = settings
  const about = {
    provider: provider.name,
    host: new URL(provider.site).host,
    site: provider.site,
    delistMailbox: addresses.delist,
    abuseMailbox: addresses.abuse,
  }
  const { letters, ending, caseEnding, operatorEnding } = words[language]
  const end = isOfOperator(content.kind) ? operatorEnding : threadOf(content) ? caseEnding : ending
  const { subject, paragraphs } = draftOf(letters, content, about)
  const texts = [...paragraphs, ...end(about)].map((part) => {
    if (typeof part === 'string') return wrap(part, columns)
    return 'quoted' in part ? quote(part.quoted) : part.verbatim
  })
  return { subject, text: `${texts.join('\n\n')}\n` }
}

/** What somebody at the desk wrote, each line marked, so that it is not taken for our own sentences. */
function quote(text: string): string {
  const lines = text.split('\n').flatMap((line) => wrap(line.replaceAll('\t', ' '), columns - 2).split('\n'))
  return lines
    .flatMap((line) => (widthOf(line) > columns ? cut(line) : [line]))
    .map((line) => `| ${line}`.trimEnd())
    .join('\n')
}

/** A word that is longer than a line. */
function cut(word: string): readonly string[] {
  return [...word.matchAll(/.{1,36}/gu)].map(([part]) => part)
}

/** The thread that a letter belongs to: its participant, and the Message-IDs that it answers. */
export function threadOf({
  slots,
}: LetterContent): { readonly participant: string; readonly replies: readonly string[] } | undefined {
  if (!('thread' in slots) || slots.thread === undefined) return undefined
  return { participant: slots.thread, replies: slots.replies ?? [] }
}

function draftOf(letters: LetterWords['letters'], content: LetterContent, about: About): Draft {
  switch (content.kind) {
    case 'confirm-delisting':
      return letters[content.kind](content.slots, about)
    case 'delisting-done':
      return letters[content.kind](content.slots, about)
    case 'delisting-reviewed':
      return letters[content.kind](content.slots, about)
    case 'case-received':
      return letters[content.kind](content.slots, about)
    case 'case-answer':
      return letters[content.kind](content.slots, about)
    case 'case-conditional':
      return letters[content.kind](content.slots, about)
    case 'case-moved':
      return letters[content.kind](content.slots, about)
    case 'confirm-form':
      return letters[content.kind](content.slots, about)
    case 'forecast-decided':
      return letters[content.kind](content.slots, about)
    case 'form-states':
      return letters[content.kind](content.slots, about)
    case 'high-volume-notice':
      return letters[content.kind](content.slots, about)
    case 'probe-report':
      return letters[content.kind](content.slots, about)
    case 'observed-digest':
      return letters[content.kind](content.slots, about)
    case 'brake-notice':
      return letters[content.kind](content.slots, about)
    case 'proposal-notice':
      return letters[content.kind](content.slots, about)
    case 'confirm-report':
      return letters[content.kind](content.slots, about)
    case 'report-received':
      return letters[content.kind](content.slots, about)
    case 'report-instructions':
      return letters[content.kind](content.slots, about)
    case 'report-closed':
      return letters[content.kind](content.slots, about)
    case 'account-notice':
      return letters[content.kind](content.slots, about)
    case 'abuse-notice':
      return letters[content.kind](content.slots, about)
    case 'recipient-link':
      return letters[content.kind](content.slots, about)
    case 'person-link':
      return letters[content.kind](content.slots, about)
    case 'owner-link':
      return letters[content.kind](content.slots, about)
    case 'owner-contact':
      return letters[content.kind](content.slots, about)
    case 'owner-state':
      return letters[content.kind](content.slots, about)
    case 'own-listing-notice':
      return letters[content.kind](content.slots, about)
  }
}

/** Throws when a slot holds anything but a canonical value: whoever queues a letter has made a mistake. */
export function checkSlots({ kind, slots }: LetterContent, site: string): void {
  for (const [name, value] of Object.entries(slots)) {
    if (!isCanonical(name, value, site))
      throw new Error(`slot ${name} of letter ${kind} does not hold a canonical value`)
  }
}

function isCanonical(name: string, value: unknown, site: string): boolean {
  switch (name) {
    case 'ip':
      return value === undefined || (typeof value === 'string' && isAddressOrUnit(value))
    case 'prefix':
      return typeof value === 'string' && isAddressOrUnit(value)
    case 'state':
      return ownerStates.some((state) => state === value)
    case 'contact':
      return value === undefined || (typeof value === 'string' && isAbuseMailbox(value))
    case 'result':
      return reportResults.some((result) => result === value)
    case 'act':
      return value === 'notify' || value === 'suspend' || value === 'release'
    case 'thread':
    case 'reference':
      return typeof value === 'string' && isId(value)
    case 'replies':
      return Array.isArray(value) && value.length <= 10 && value.every(isMessageId)
    case 'words':
      return value === undefined || (typeof value === 'string' && isWords(value))
    case 'tests':
      return (
        value === undefined ||
        (Array.isArray(value) && value.length > 0 && value.length <= 20 && value.every(isTest))
      )
    case 'unmet':
      return value === undefined || isTest(value)
    case 'incident':
      return typeof value === 'string' && /^[0-9a-zA-Z_-]{1,40}$/.test(value)
    case 'link':
    case 'statusUrl':
      return typeof value === 'string' && value.startsWith(`${site}/`) && /^[!-~]{1,900}$/.test(value)
    case 'outcome':
      return value === 'delisted' || value === 'declined'
    case 'until':
      return value === undefined || Number.isSafeInteger(value)
    case 'domain':
      return typeof value === 'string' && parseDomain(value, 2) === value
    case 'failed':
      return Array.isArray(value) && value.every((each) => authenticationTests.some((test) => test === each))
    case 'stage':
      return value === 'junk' || value === 'reject'
    case 'rule':
      return causeNames.some((rule) => rule === value)
    case 'why':
      return [...brakeWhys, ...abuseNotices].some((why) => why === value)
    case 'fate':
      return forecastFates.some((each) => each === value)
    case 'states':
      return Array.isArray(value) && value.length > 0 && value.length <= 200 && value.every(isStated)
    case 'isAgain':
    case 'isOn':
    case 'isListed':
      return typeof value === 'boolean'
    case 'top':
      return Array.isArray(value) && value.length <= 20 && value.every(isObservedLine)
    case 'besides':
    case 'left':
      return (
        value === undefined ||
        (Array.isArray(value) &&
          value.length <= 20 &&
          value.every((each) => typeof each === 'string' && isAddressOrUnit(each)))
      )
    case 'addresses':
      return Array.isArray(value) && value.length <= 20 && value.every(isAddress)
    case 'from':
    case 'others':
    case 'day':
    case 'messages':
    case 'senders':
    case 'faults':
    case 'warnings':
    case 'when':
    case 'by':
    case 'expiresAt':
      return Number.isSafeInteger(value)
    default:
      return false
  }
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && !(parseAddress(value) instanceof Refusal)
}

function isObservedLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('unit' in value) || !('reason' in value)) return false
  const { unit, reason } = value
  if (typeof unit !== 'string' || !('messages' in value) || !Number.isSafeInteger(value.messages))
    return false
  const prefix = parseListable(unit)
  return !(prefix instanceof Refusal) && reasonNames.some((name) => name === reason)
}

function isStated(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('prefix' in value) || !('state' in value)) return false
  const { prefix, state } = value
  return typeof prefix === 'string' && isAddressOrUnit(prefix) && formStates.some((each) => each === state)
}

function isMessageId(value: unknown): boolean {
  return typeof value === 'string' && /^<[!-;=?-~]{1,250}>$/.test(value)
}

/** What an operator of ours wrote, as it was read: lines, and nothing that hides or turns text around. */
function isWords(text: string): boolean {
  return text.length > 0 && text.length <= 4000 && plainText(text, 4000) === text
}

/** `reverse-name`, `spf:example.org`, `check:dkim:example.org`. */
function isTest(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z-]{1,30}(?::[a-z0-9._-]{1,253}){0,2}$/.test(value)
}

const reportResults = ['acted', 'no-violation', 'not-ours', 'unproven'] as const

/** The domain comes from DNS, the local part from us (RFC 2142 §2). */
function isAbuseMailbox(text: string): boolean {
  return (
    text.startsWith('abuse@') && parseDomain(text.slice('abuse@'.length), 2) === text.slice('abuse@'.length)
  )
}

function isAddressOrUnit(text: string): boolean {
  const address = parseAddress(text)
  if (!(address instanceof Refusal)) return formatAddress(address) === text
  const prefix = parseListable(text)
  return !(prefix instanceof Refusal) && showPrefix(prefix) === text
}

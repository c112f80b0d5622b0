import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatPrefix, parseListable, parsePrefix, type Prefix } from '../../standards/prefix.ts'

/** What happens to the mail: it comes back, it comes late, or it lies in junk. */
export const symptoms = ['refused', 'delayed', 'junk'] as const
export type Symptom = (typeof symptoms)[number]

/** A form as it was read: one for all addresses of a sender. */
export interface DeliverabilityForm {
  readonly prefixes: readonly Prefix[]
  readonly symptom: Symptom
  /** Domain of ours that the mail was for. */
  readonly domain: string
  /** Domain that it comes from; empty where it was not given. */
  readonly sending: string
  /** Messages a day. */
  readonly volume: number | null
  /** Replies and codes as they were pasted, and what else there is to say. */
  readonly words: string
}

export interface FormInput {
  readonly addresses: string
  readonly symptom: string
  readonly domain: string
  readonly sending: string
  readonly volume: string
  readonly words: string
}

/** Ranges are for one network: a wider one is its owner's matter. */
const widest = { 4: 24, 6: 48 } as const
const mostWords = 8000

/** Reads the form; the refusal says which field (`form.invalid` with `field`), and what is wrong with an address as everywhere. */
export function readDeliverability(
  input: FormInput,
  { domains, most }: { readonly domains: readonly string[]; readonly most: number },
): DeliverabilityForm | Refusal {
  const prefixes = readAddresses(input.addresses, most)
  if (prefixes instanceof Refusal) return prefixes
  const symptom = symptoms.find((each) => each === input.symptom)
  if (symptom === undefined) return invalid('symptom')
  const domain = domains.find((each) => each === input.domain.trim().toLowerCase())
  if (domain === undefined) return invalid('domain')
  const typed = input.sending.trim()
  const sending = typed === '' ? '' : parseDomain(typed.slice(typed.lastIndexOf('@') + 1))
  if (sending === undefined) return invalid('sending')
  const volume = readVolume(input.volume)
  if (volume === undefined) return invalid('volume')
  const words = plainText(input.words, mostWords).trim()
  // Without the reply nobody can tell why it was refused.
  if (symptom === 'refused' && words === '') return invalid('words')
  return { prefixes, symptom, domain, sending, volume, words }
}

function invalid(field: string): Refusal {
  return new Refusal('form.invalid', { why: 'field', field })
}

/** Separated by anything that is no part of an address. */
function readAddresses(text: string, most: number): readonly Prefix[] | Refusal {
  const found = new Map<string, Prefix>()
  for (const each of text.split(/[\s,;]+/).filter((part) => part !== '')) {
    const prefix = parseListable(each)
    if (prefix instanceof Refusal) return prefix
    const least = widest[prefix.family]
    if (prefix.length < least) return new Refusal('prefix.too-wide', { input: each, widest: `/${least}` })
    found.set(formatPrefix(prefix), prefix)
    if (found.size > most) return new Refusal('forms.too-many', { most })
  }
  return found.size === 0 ? invalid('addresses') : [...found.values()]
}

/** Null where nothing was said, undefined where it is no number. */
function readVolume(text: string): number | null | undefined {
  const digits = text.trim().replaceAll(/[\s.,_']/g, '')
  if (digits === '') return null
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined
}

/** As JSON has it, for the time in which the mailbox shows itself. */
export type KeptForm = Omit<DeliverabilityForm, 'prefixes'> & { readonly prefixes: readonly string[] }

export function keepForm({ prefixes, ...rest }: DeliverabilityForm): KeptForm {
  return { ...rest, prefixes: prefixes.map(formatPrefix) }
}

export function keptForm({ prefixes, ...rest }: KeptForm): DeliverabilityForm {
  return {
    ...rest,
    prefixes: prefixes.flatMap((text) => {
      const prefix = parsePrefix(text)
      return prefix instanceof Refusal ? [] : [prefix]
    }),
  }
}

import { formatAddress, hexDigits, type Address } from './ip.ts'

/**
 * Macros in SPF records (RFC 7208 §7): `%{ir}.%{v}._spf.%{d2}` stands for parts of the message's surroundings. The owner of a record writes
 * them, so what they make is cut to the length of a name (§7.3) and is only ever a name to ask for.
 */
export interface MacroFacts {
  /** MAIL FROM as `local@domain`; `postmaster@` where it had no local part. */
  readonly sender: string
  /** The domain whose record is being read. */
  readonly domain: string
  readonly address: Address
  readonly helo: string
  /** `%{p}`: a confirmed name of the address, `unknown` where there is none. Only asked for when a record has it. */
  readonly name: () => Promise<string>
}

const macro = /%(?:\{([slodipvh])(\d{0,3})(r?)([.\-+,/_=]*)\}|([%_-]))/gi
/** Letters that only an explanation may have (`c r t`) make a domain-spec void. */
const literalOnly = /^[\x21-\x24\x26-\x7e]*$/

/** Whether the text may stand as a value: visible characters and whole macros (RFC 7208 §7.1). */
export function isMacroString(text: string): boolean {
  return literalOnly.test(
    text.replaceAll(macro, (_, letter?: string, digits?: string) =>
      letter !== undefined && /^0+$/.test(digits ?? '') ? '%' : '',
    ),
  )
}

/** Whether the text may stand for a domain: ends in a macro, or in a dot and a label that is not all digits. */
export function isDomainSpec(text: string): boolean {
  if (text === '' || !isMacroString(text)) return false
  if (/%(?:\{[^}]*\}|[%_-])$/.test(text)) return true
  const label = /\.([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.?$/i.exec(text)?.[1]
  return label !== undefined && /[a-z-]/i.test(label)
}

/** RFC 7208 §7.3: without the last dot. */
const longestName = 253

/** The name that a domain-spec stands for; labels are cut from the left until it is no longer than a name can be. */
export async function expandDomain(text: string, facts: MacroFacts): Promise<string> {
  let name = ''
  let from = 0
  for (const found of text.matchAll(macro)) {
    name += text.slice(from, found.index)
    from = found.index + found[0].length
    const [, letter, digits = '', reverse = '', delimiters = '', literal] = found
    name +=
      letter === undefined
        ? literals[literal ?? '']
        : await expand(letter, { digits, reverse, delimiters }, facts)
  }
  name += text.slice(from)
  name = name.replace(/\.$/, '')
  while (name.length > longestName) {
    const dot = name.indexOf('.')
    if (dot < 0) return ''
    name = name.slice(dot + 1)
  }
  return name
}

const literals: Readonly<Record<string, string>> = { '%': '%', _: ' ', '-': '%20' }

interface Transformers {
  readonly digits: string
  readonly reverse: string
  readonly delimiters: string
}

async function expand(
  letter: string,
  { digits, reverse, delimiters }: Transformers,
  facts: MacroFacts,
): Promise<string> {
  const value = await valueOf(letter.toLowerCase(), facts)
  const separators = delimiters === '' ? '.' : delimiters
  let parts = splitAtAny(value, separators)
  if (reverse !== '') parts = parts.toReversed()
  if (digits !== '') parts = parts.slice(-Number(digits))
  const text = parts.join('.')
  // RFC 7208 §7.3: a capital letter asks for URL escaping.
  return letter === letter.toLowerCase() ? text : escapeUrl(text)
}

async function valueOf(letter: string, { sender, domain, address, helo, name }: MacroFacts): Promise<string> {
  const at = sender.lastIndexOf('@')
  switch (letter) {
    case 's':
      return sender
    case 'l':
      return sender.slice(0, at)
    case 'o':
      return sender.slice(at + 1)
    case 'd':
      return domain
    case 'i':
      return address.family === 4 ? formatAddress(address) : hexDigits(address).join('.')
    case 'p':
      return await name()
    case 'v':
      return address.family === 4 ? 'in-addr' : 'ip6'
    default:
      return helo
  }
}

function splitAtAny(text: string, separators: string): string[] {
  const parts = ['']
  for (const character of text) {
    if (separators.includes(character)) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

/** Everything but the unreserved characters of RFC 3986 §2.3. */
function escapeUrl(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

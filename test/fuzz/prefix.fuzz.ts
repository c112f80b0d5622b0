import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { Refusal } from '../../src/base/refusal.ts'
import { formatAddress, parseAddress } from '../../src/standards/ip.ts'
import { formatPrefix, parseListable, parsePrefix, type Prefix } from '../../src/standards/prefix.ts'
import { mutate } from './mutate.ts'
import type { FuzzOptions } from '../support/fuzz.ts'
import { seededRandom, type Random } from './random.ts'

/**
 * Throws mutated addresses and prefixes at the readers. What they answer must be what a slow reader with big
 * integers over `net.isIP` answers; what they accept has allowed width, no host bits and a text that is read
 * back as the same; what they refuse is refused with a known code and a short printable quotation.
 */
export interface PrefixFigures {
  readonly inputs: number
  readonly accepted: number
  /** How many inputs were refused with which code. */
  readonly refused: Readonly<Record<string, number>>
}

const corpus: readonly [string, ...string[]] = [
  '192.0.2.45',
  '192.0.2.0/24',
  '198.51.100.0/22',
  '203.0.113.7/32',
  '198.0.0.0/8',
  '0.0.0.0/0',
  '255.255.255.255',
  '010.0.0.1',
  '0x7f.1',
  '127.1',
  '192.0.2.0/024',
  '10.0.0.1/8',
  '::',
  '::1',
  '2001:db8::',
  '2001:db8::/32',
  '2001:db8:0:1::/64',
  '2001:db8::1/128',
  '::ffff:192.0.2.45',
  '::FFFF:c000:22d',
  '::ffff:192.0.2.0/120',
  '64:ff9b::192.0.2.45',
  '2002:c000:22d::/48',
  'fe80::1%eth0',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::',
  '0000:0000:0000:0000:0000:ffff:255.255.255.255',
  '2000::/16',
  '::/16',
]

const dictionary: readonly [string, ...string[]] = [
  '.',
  ':',
  '::',
  '/',
  '0',
  '00',
  '1',
  '9',
  '255',
  '256',
  'f',
  'F',
  'x',
  '%',
  '%1',
  ' ',
  '\t',
  '\0',
  '\n',
  '/0',
  '/8',
  '/16',
  '/24',
  '/32',
  '/33',
  '/64',
  '/128',
  '/129',
  '/-1',
  '::ffff:',
  '.0',
  '0.',
  ':0',
  ':0:0',
  '\xff',
  '\xb2',
  '1'.repeat(50),
  ':'.repeat(9),
  '0:'.repeat(8),
]

export function run({ seed, count }: FuzzOptions): PrefixFigures {
  const random = seededRandom(seed)
  const refused: Record<string, number> = {}
  let accepted = 0
  for (let index = 0; index < count; index++) {
    const text = makeInput(random)
    try {
      checkAddress(text)
      checkConfigured(text)
      const code = checkListable(text)
      if (code === undefined) accepted++
      else refused[code] = (refused[code] ?? 0) + 1
    } catch (error) {
      throw new Error(`seed ${seed}, input ${index}: ${JSON.stringify(text)}`, { cause: error })
    }
  }
  return { inputs: count, accepted, refused }
}

function makeInput(random: Random): string {
  const base = random.oneIn(3) ? randomPrefix(random) : random.pick(corpus)
  return random.oneIn(4)
    ? base
    : mutate(Buffer.from(base, 'latin1'), dictionary, 3, random).toString('latin1')
}

function randomPrefix(random: Random): string {
  const length = random.oneIn(2) ? `/${random.below(random.oneIn(2) ? 34 : 130)}` : ''
  if (random.oneIn(2))
    return `${Array.from({ length: 4 }, () => random.below(256) & -random.below(2)).join('.')}${length}`
  return `${Array.from({ length: 8 }, () => (random.below(65_536) & -random.below(2)).toString(16)).join(':')}${length}`
}

function checkAddress(text: string): void {
  const address = parseAddress(text)
  const bits = readBits(text)
  assert.equal(address instanceof Refusal, bits === undefined)
  if (address instanceof Refusal) checkRefusal(address)
  else assert.deepEqual(parseAddress(formatAddress(address)), address)
}

function checkConfigured(text: string): void {
  const prefix = parsePrefix(text)
  const expected = readPrefix(text, false)
  if (prefix instanceof Refusal) checkRefusal(prefix)
  assert.equal(prefix instanceof Refusal ? undefined : describePrefix(prefix), expected)
}

/** The code of the refusal, or undefined. */
function checkListable(text: string): string | undefined {
  const prefix = parseListable(text)
  assert.equal(prefix instanceof Refusal ? undefined : describePrefix(prefix), readPrefix(text, true))
  if (prefix instanceof Refusal) {
    checkRefusal(prefix)
    return prefix.code
  }
  const [widest, narrowest] = prefix.family === 4 ? [8, 32] : [16, 64]
  assert.ok(prefix.length >= widest && prefix.length <= narrowest)
  assert.deepEqual(parseListable(formatPrefix(prefix)), prefix)
  return undefined
}

function checkRefusal(refusal: Refusal): void {
  assert.match(
    refusal.code,
    /^(?:address\.(?:not-an-address|leading-zero|is-prefix)|prefix\.(?:not-a-prefix|too-wide|too-narrow|host-bits))$/,
  )
  assert.match(String(refusal.facts['input']), /^[\x20-\x7e]{0,60}$/)
  const { suggestion } = refusal.facts
  if (suggestion !== undefined)
    assert.ok(!(parseListable(String(suggestion)) instanceof Refusal) || refusal.code === 'prefix.host-bits')
}

function describePrefix(prefix: Prefix): string {
  const bits = prefix.words
    .slice(0, prefix.family === 4 ? 1 : 4)
    .reduce((all, word) => (all << 32n) | BigInt(word), 0n)
  return `${prefix.family} ${bits.toString(16)} ${prefix.length}`
}

/** The slow reader: the same as `describePrefix`, or undefined. */
function readPrefix(text: string, isListable: boolean): string | undefined {
  const [addressText = '', lengthText, ...more] = text.split('/')
  const address = readBits(addressText)
  if (address === undefined || more.length > 0) return undefined
  const { width, mapped } = address
  const whole = isListable ? (width === 32 ? 32 : 64) : width
  if (lengthText === undefined) {
    const bits = isListable && width === 128 ? (address.bits >> 64n) << 64n : address.bits
    return `${width === 32 ? 4 : 6} ${bits.toString(16)} ${whole}`
  }
  const length = Number(lengthText) - (mapped ? 96 : 0)
  if (String(Number(lengthText)) !== lengthText || !Number.isInteger(length) || length < 0 || length > whole)
    return undefined
  if (isListable && length < (width === 32 ? 8 : 16)) return undefined
  const isAligned = address.bits % (1n << BigInt(width - length)) === 0n
  return isAligned ? `${width === 32 ? 4 : 6} ${address.bits.toString(16)} ${length}` : undefined
}

/** An address as one big integer; mapped ones as IPv4. */
function readBits(text: string): { bits: bigint; width: number; mapped: boolean } | undefined {
  const version = text.includes('%') ? 0 : isIP(text)
  if (version === 0) return undefined
  if (version === 4) return { bits: ofDotted(text), width: 32, mapped: false }
  const plain = text.replace(/[0-9.]+\.[0-9.]+$/, (dotted) => {
    const bits = ofDotted(dotted)
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`
  })
  const [left = [], right = []] = plain
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  const bits = groups.reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n)
  return bits >> 32n === 0xffffn
    ? { bits: bits & 0xffffffffn, width: 32, mapped: true }
    : { bits, width: 128, mapped: false }
}

function ofDotted(text: string): bigint {
  return text.split('.').reduce((all, octet) => (all << 8n) | BigInt(octet), 0n)
}

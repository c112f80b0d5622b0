import { formatAddress } from '../../standards/ip.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { addressesOf, reverseNameOf, reverseZonesOf } from '../../standards/reverse-zone.ts'
import type { WaysOut } from '../ways-out.ts'
import { proofPath, shows, type Claim, type LookedProof } from './claim.ts'

/**
 * Looks for the proof of a claim where only whoever runs the network can have put it. DNS that does not answer (or that its resolver
 * found bogus) proves nothing and disproves nothing.
 */

/** A place that was looked at. */
export interface Place {
  /** The name that was asked for TXT, or the address of the file. */
  readonly name: string
  readonly seen: 'proof' | 'nothing' | 'other' | 'temperror'
}

export interface Looked {
  readonly proven: boolean
  readonly places: readonly Place[]
  /** Why there was nothing to look at: the address has no name that leads back to it. */
  readonly trouble?: 'no-name'
}

/** Questions at once to the servers of one zone. */
const atOnce = 8

/** Names of a host that are looked at. */
const mostNames = 3

export async function lookFor(
  out: Pick<WaysOut, 'txt' | 'lookup' | 'confirmedNames' | 'fetchFrom'>,
  claim: Claim,
  proof: LookedProof,
): Promise<Looked> {
  switch (proof) {
    case 'txt':
      return claim.prefix.family === 4 && claim.prefix.length > 24
        ? await lookInPart(out, claim)
        : await lookInZones(out, claim, reverseZonesOf(claim.prefix))
    case 'forward':
      return await lookAtNames(out, claim)
    case 'http':
      return await lookAtFile(out, claim)
  }
}

/**
 * The same by every resolver there is, one after the other: what one of them does not see is not proven. Whoever can lie to one vantage
 * point proves nothing (security OWN-2).
 */
export async function lookEverywhere(
  out: Pick<WaysOut, 'txt' | 'lookup' | 'confirmedNames' | 'fetchFrom' | 'elsewhere'>,
  claim: Claim,
  proof: LookedProof,
): Promise<Looked> {
  let looked = await lookFor(out, claim, proof)
  if (proof === 'http') return looked
  for (const names of out.elsewhere) {
    if (!looked.proven) return looked
    looked = await lookFor({ ...names, fetchFrom: out.fetchFrom }, claim, proof)
  }
  return looked
}

/** Names of an address that lead back to it for every resolver there is. */
export async function namesEverywhere(
  out: Pick<WaysOut, 'confirmedNames' | 'elsewhere'>,
  prefix: Prefix,
): Promise<readonly string[]> {
  const answers = await Promise.all([out, ...out.elsewhere].map((names) => names.confirmedNames(prefix)))
  if (answers.includes('temperror')) return []
  const [first, ...others] = answers as readonly (readonly string[])[]
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)))
}

/** What a look means for a grant. */
export function verdictOf({ proven, places }: Looked): 'proven' | 'missing' | 'temperror' {
  if (proven) return 'proven'
  return places.some(({ seen }) => seen === 'temperror') ? 'temperror' : 'missing'
}

/** Where the record of a network goes, as the page shows it: all of these names. */
export function recordNames(prefix: Prefix): readonly string[] {
  return reverseZonesOf(prefix).map(recordName)
}

/** An underscored name (RFC 8552) of its own, so that the record stands beside nothing else. */
export function recordName(zone: string): string {
  return `_postern.${zone}`
}

/** Every one of the zones must have it: one of two neighbours does not speak for the other. */
async function lookInZones(
  out: Pick<WaysOut, 'txt'>,
  claim: Claim,
  zones: readonly string[],
): Promise<Looked> {
  const places: Place[] = []
  for (let from = 0; from < zones.length; from += atOnce) {
    const some = await Promise.all(
      zones.slice(from, from + atOnce).map(async (zone) => await lookAtZone(out, claim, zone)),
    )
    places.push(...some)
    if (some.some(({ seen }) => seen !== 'proof')) return { proven: false, places }
  }
  return { proven: true, places }
}

/**
 * A network inside a /24: in the zone of the /24, or in the zone that all of its addresses are delegated to by CNAME (RFC 2317 §4).
 */
async function lookInPart(out: Pick<WaysOut, 'txt' | 'lookup'>, claim: Claim): Promise<Looked> {
  const whole = await lookInZones(out, claim, reverseZonesOf(claim.prefix))
  if (whole.proven) return whole
  const zone = await delegatedZone(out, claim.prefix)
  if (zone.length === 0) return whole
  if (zone === 'temperror') {
    const [first] = addressesOf(claim.prefix)
    const name = first ? reverseNameOf(first) : ''
    return { proven: false, places: [...whole.places, { name, seen: 'temperror' }] }
  }
  const part = await lookInZones(out, claim, zone)
  return { proven: part.proven, places: [...whole.places, ...part.places] }
}

/** The one zone that the reverse names of all addresses lead into; none when they do not. */
async function delegatedZone(
  out: Pick<WaysOut, 'lookup'>,
  prefix: Prefix,
): Promise<readonly string[] | 'temperror'> {
  const names = addressesOf(prefix).map(reverseNameOf)
  let zone: string | undefined
  for (let from = 0; from < names.length; from += atOnce) {
    const targets = await Promise.all(
      names.slice(from, from + atOnce).map(async (name) => await targetOf(out, name)),
    )
    for (const target of targets) {
      if (target === 'temperror') return 'temperror'
      const parent = target[0]?.replace(/^[^.]+\./, '')
      if (parent === undefined || !parent.includes('.') || (zone !== undefined && parent !== zone)) return []
      zone = parent
    }
  }
  return zone === undefined ? [] : [zone]
}

async function targetOf(
  out: Pick<WaysOut, 'lookup'>,
  name: string,
): Promise<readonly string[] | 'temperror'> {
  try {
    const [target] = await out.lookup(name, 'CNAME')
    return typeof target === 'string' ? [target.toLowerCase().replace(/\.$/, '')] : []
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : 'temperror'
  }
}

/**
 * The names of a host: forward-confirmed both ways, and with the record at the name. A tenant may set the reverse name to whatever they
 * like; only who runs the domain has both (security OWN-3).
 */
async function lookAtNames(out: Pick<WaysOut, 'txt' | 'confirmedNames'>, claim: Claim): Promise<Looked> {
  const names = await out.confirmedNames(claim.prefix)
  if (names === 'temperror')
    return { proven: false, places: [{ name: reverseNameOf(claim.prefix), seen: 'temperror' }] }
  if (names.length === 0) return { proven: false, places: [], trouble: 'no-name' }
  const places: Place[] = []
  for (const name of names.slice(0, mostNames)) {
    const place = await lookAtZone(out, claim, name)
    places.push(place)
    if (place.seen === 'proof') return { proven: true, places }
  }
  return { proven: false, places }
}

/** At the name made for it; a record at the zone itself will do. */
async function lookAtZone(out: Pick<WaysOut, 'txt'>, claim: Claim, zone: string): Promise<Place> {
  const own = await lookAt(out, claim, recordName(zone))
  if (own.seen === 'proof' || own.seen === 'temperror') return own
  const bare = await lookAt(out, claim, zone)
  return bare.seen === 'proof' ? bare : own
}

async function lookAt(out: Pick<WaysOut, 'txt'>, claim: Claim, name: string): Promise<Place> {
  const texts = await out.txt(name)
  if (texts === 'temperror') return { name, seen: 'temperror' }
  if (texts.some((text) => shows(text, claim))) return { name, seen: 'proof' }
  return { name, seen: texts.length === 0 ? 'nothing' : 'other' }
}

async function lookAtFile(out: Pick<WaysOut, 'fetchFrom'>, claim: Claim): Promise<Looked> {
  const name = fileUrl(claim)
  const body = await out.fetchFrom(claim.prefix, proofPath(claim))
  const proven = body !== undefined && shows(body, claim)
  const seen = proven ? 'proof' : body === undefined ? 'nothing' : 'other'
  return { proven, places: [{ name, seen }] }
}

/** Where the file of a single address is looked for. */
export function fileUrl(claim: Pick<Claim, 'prefix' | 'token'>): string {
  return `http://${formatAddress(claim.prefix)}${proofPath(claim)}`
}

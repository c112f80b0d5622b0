import { isSame, mac, type Secret } from './secret.ts'

/**
 * A tag for the local part of a mail address (`b+<tag>@…`, `delist+<tag>@…`): the id of a row and a MAC that shows we gave it out.
 * Lower-case hexadecimal for the MAC, because mail systems on the way may fold the case of a local part.
 * The purpose is part of what is signed, so a tag for one door opens no other.
 */

/** 80 bits: a guess is limited by the door, not by the machine. */
const macLength = 10

/** `<id>.<20 hexadecimal digits>`; `id` must be lower case and without dots. */
export function signTag(key: Secret, purpose: string, id: string): string {
  return `${id}.${tagMac(key, purpose, id).toString('hex')}`
}

/** The id, or undefined when the tag was not made with this key for this purpose. Letter case does not matter. */
export function openTag(key: Secret, purpose: string, tag: string): string | undefined {
  const match = /^([0-9a-z]{1,40})\.([0-9a-f]{20})$/.exec(tag.toLowerCase())
  if (!match) return undefined
  const [, id = '', digits = ''] = match
  return isSame(tagMac(key, purpose, id), Buffer.from(digits, 'hex')) ? id : undefined
}

function tagMac(key: Secret, purpose: string, id: string): Buffer {
  return mac(key, `${purpose}\0${id}`, macLength)
}

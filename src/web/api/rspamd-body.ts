import { filterEventOf } from '../../access/filter-event.ts'
import { readRspamdBody } from '../../standards/rspamd-metadata.ts'
import type { GivenEvent } from '../../core/events/actions.ts'

/**
 * Whether a body of the events' door is what rspamd's `metadata_exporter` posts: a form, or one JSON object on one line that is no event of
 * ours. It says `text/plain` of its JSON unless it is told otherwise, so the kind of the body tells nothing there.
 */
export function isOfRspamd(bytes: Buffer, contentType: string): boolean {
  if (/^multipart\//i.test(contentType)) return true
  const text = bytes.subarray(0, longestLook).toString('latin1')
  const end = bytes.indexOf(0x0a)
  const isOneLine = end < 0 || /^\s*$/.test(bytes.toString('latin1', end, end + longestLook))
  return isOneLine && text.startsWith('{') && !/^\{\s*"v"\s*:/.test(text) && isMetadata(bytes)
}

/** Enough to see what follows a line end. */
const longestLook = 64

/** Both are in every object of every version of rspamd, and neither is a field of ours. */
function isMetadata(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && 'symbols' in value && 'action' in value
  } catch {
    return false
  }
}

/** The message in a body of rspamd's; nothing when it is of our own user, or from nowhere. `now`: it does not say when it looked. */
export function rspamdEvent(bytes: Buffer, contentType: string, now: number): readonly GivenEvent[] {
  const metadata = readRspamdBody(bytes, contentType)
  if (metadata === undefined) return [{ line: 1, unusable: 'no metadata of rspamd' }]
  return [filterEventOf(metadata, now) ?? []].flat()
}

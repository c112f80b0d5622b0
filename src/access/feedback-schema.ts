import { z } from 'zod'
import { longestValue, mostValues } from '../standards/arf.ts'

const said = z.string().max(longestValue).optional()
const sayings = z.array(z.string().max(longestValue)).max(mostValues)

/** What a feedback report says (RFC 5965), as it comes back from the process that has read it: every value bounded again. */
export const feedbackFields = {
  feedbackType: said,
  userAgent: said,
  version: said,
  sourceIp: said,
  arrivalDate: said,
  originalMailFrom: said,
  originalRcptTo: sayings,
  reportedDomain: sayings,
  reportedUri: sayings,
  authenticationResults: sayings,
  messageId: said,
  from: said,
  subject: said,
  derived: sayings,
}

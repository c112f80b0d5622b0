import { z } from 'zod'
import { effects } from '../../access/listing-entry.ts'
import { causeNames, listingClasses, reasonNames, type ReasonName } from '../../access/reasons.ts'
import { abuseClasses, channels, lifecycles, reportOutcomes, reportStates } from '../../core/abuse/report.ts'
import { analysisErrors } from '../../core/analysis/analysis.ts'
import {
  feedbackSchema,
  guessSchema,
  headerSchema,
  recipientSchema,
  xarfSchema,
} from '../../core/analysis/finding-schema.ts'
import { caseOutcomes, caseStates } from '../../core/cases/case.ts'
import { longestAnswer, saysKinds } from '../../core/cases/message.ts'
import { symptoms } from '../../core/deliverability/form.ts'
import { reviewReasons } from '../../core/deliverability/review.ts'
import { mailKinds, stopReasons, warmUpStates } from '../../core/forecasts/warm-up.ts'
import { formStates } from '../../core/forms/actions.ts'
import { formKinds } from '../../core/forms/form.ts'
import { formStates as addressStates } from '../../core/outbox/letter-words.ts'
import { findingNames, findingResults, topics } from '../../core/checks/finding.ts'
import { proofs } from '../../core/owners/claim.ts'
import { grades } from '../../core/reputation/grade.ts'
import { ruleNames } from '../../core/senders/judged.ts'
import { wayKinds } from '../../core/senders/ways.ts'
import { outcomeKinds, shownStates } from '../../core/delisting/request.ts'

/** What the API takes and gives. These schemas validate, and the OpenAPI document is printed from them. */

const address = z.string().min(2).max(100).describe('IPv4 or IPv6 address, without a prefix length')
const time = z.iso.datetime({ offset: true }).describe('RFC 3339, UTC')

export const delistRequest = z.strictObject({
  ip: address,
  mailbox: z.string().min(3).max(254).describe('Mailbox that gets the confirmation letter'),
  statement: z
    .literal(true)
    .describe('I am responsible for the address, and no more unwanted mail leaves it'),
  pow: z
    .string()
    .max(4096)
    .optional()
    .describe('Answer to a challenge of GET /challenge; without it the sender writes to `writeTo` instead'),
  case: z.string().max(200).optional().describe('Token of the case link in the refusal'),
  note: z.string().max(4000).optional().describe('What was found and fixed'),
  language: z.enum(['en', 'zh-CN']).optional(),
  letter: z.boolean().optional().describe('Write when it is done'),
})

export const delistStarted = z.object({
  id: z.string(),
  secret: z.string().describe('Second half for programs; keep it'),
  code: z.string().describe('Second half for people; six characters'),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string(),
  expiresAt: time,
})

export const delistConfirm = z.strictObject({
  link: z
    .string()
    .max(200)
    .optional()
    .describe('What follows /confirm/ in the letter; absent when proven by another road'),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const delistOutcome = z.object({
  outcome: z.enum(outcomeKinds),
  listing: z.string().optional(),
  again: time.optional().describe('When a removal is possible again, or by when a person decides'),
  case: z.string().optional().describe('Reference of the request, when a person decides'),
  why: z.string().optional().describe('List to turn to, or test to pass'),
})

export const delistProof = z.strictObject({
  method: z.enum(['txt', 'http']),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const delistProofAnswer = z.object({
  proven: z.boolean(),
  lookedAt: z.array(z.string()).describe('Names that were asked for TXT, or the URL that was fetched'),
  trouble: z.enum(['temperror', 'no-ptr']).optional(),
})

export const delistQuery = z.object({
  secret: z
    .string()
    .optional()
    .describe('The secret, where a header cannot be set; prefer the header, for addresses are logged'),
})

export const delistState = z.object({
  id: z.string(),
  ip: z.string(),
  state: z.enum(shownStates),
  outcome: z.enum(outcomeKinds).optional(),
  expiresAt: time,
  proof: z.object({ token: z.string(), txt: z.string(), httpUrl: z.string() }),
  edges: z.array(z.object({ name: z.string(), seq: z.number(), at: time.nullable() })),
  firstLetThrough: time.optional(),
  firstAccepted: time.optional(),
  refusedAgain: time.optional(),
})

const formFields = {
  mailbox: z
    .string()
    .min(3)
    .max(254)
    .describe('Mailbox that shows itself, and that the case is spoken of with'),
  language: z.enum(['en', 'zh-CN']).optional(),
  pow: z
    .string()
    .max(4096)
    .optional()
    .describe('Answer to a challenge of GET /challenge; without it the mailbox writes to `writeTo` instead'),
}

export const deliverabilityForm = z.strictObject({
  addresses: z
    .array(z.string().min(2).max(100))
    .min(1)
    .max(1000)
    .describe('Addresses and ranges (up to /24, IPv6 /48); `support.formAddresses` says how many'),
  symptom: z.enum(symptoms),
  domain: z.string().max(255).describe('Domain of the recipients, one of ours'),
  sending: z.string().max(320).optional().describe('Domain that the mail comes from'),
  volume: z.number().int().min(0).max(999_999_999).optional().describe('Messages a day'),
  words: z
    .string()
    .max(8000)
    .optional()
    .describe('Replies with their codes, and what was mended; symptom `refused` needs it'),
  ...formFields,
})

export const warmUpForm = z.strictObject({
  addresses: z.array(z.string().min(2).max(100)).min(1).max(1000).describe('IPv4 addresses, IPv6 /64'),
  domain: z.string().max(320).describe('Domain that the mail comes from'),
  mail: z.enum(mailKinds),
  starts: z.iso.date().describe('First day, UTC'),
  days: z.number().int().min(1),
  first: z.number().int().min(1).describe('Messages of each address on the first day'),
  growth: z.number().int().min(0).describe('Percent that each day has more than the one before'),
  most: z.number().int().min(1).describe('Messages of each address that no day is above'),
  words: z.string().max(4000).optional(),
  ...formFields,
})

export const formAsked = z.object({
  id: z.string(),
  secret: z.string().describe('Second half for programs; keep it'),
  code: z.string().describe('Second half for people; six characters'),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string().describe('A message from an authenticated mailbox to it shows that mailbox'),
  expiresAt: time,
})

export const formConfirm = z.strictObject({
  link: z
    .string()
    .max(300)
    .optional()
    .describe('What follows /forms/link/ in the letter; absent when the mailbox wrote to us'),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const formOpened = z.object({
  token: z.string().describe('Opens /cases/{token}'),
  page: z.string().describe('The page of the case, for people'),
})

export const formState = z.object({
  id: z.string(),
  kind: z.enum(formKinds),
  state: z
    .enum(formStates)
    .describe(
      '`open`: the mailbox has not shown itself; `proven`: it has, by a message; `opened`: there is a case',
    ),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string(),
  expiresAt: time,
  case: formOpened.optional(),
})

const evidence = z.object({ kind: z.string().max(40), count: z.number() })

const explainedListing = z.object({
  id: z.string().optional(),
  scope: z.string(),
  reason: z.string(),
  class: z.enum(listingClasses),
  effect: z
    .enum(effects)
    .describe(
      '`observe`, `defer`: a listing by the engine, as far as `reputation.mode` lets it act; `delay`: the brake of its rule is on, mail is only put off',
    ),
  since: time,
  ends: time,
  recurrence: z.number().optional(),
  note: z.string().optional(),
  actor: z.string().optional(),
  cause: z.string().optional(),
})

export const explanation = z.object({
  ip: z.string(),
  action: z.enum(['pass', 'defer', 'reject']).describe('What happens to mail from it now'),
  mode: z.enum(['enforce', 'observe']).describe('`observe`: nothing is refused at present'),
  wouldBe: z
    .enum(['pass', 'defer', 'reject'])
    .optional()
    .describe(
      'Only in observe mode, and to operators where only the engine observes: what would be done otherwise; `code` and what follows is what would be said',
    ),
  code: z.number().nullable(),
  status: z.string().nullable(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  class: z.enum(listingClasses).nullable(),
  listing: explainedListing.nullable(),
  listings: z.array(explainedListing),
  path: z.string(),
  who: z.string(),
  evidence: z.array(evidence).optional(),
  concerns: z
    .array(z.object({ kind: z.string(), direction: z.enum(['rising', 'falling', 'steady']) }))
    .optional()
    .describe('What weighs against the sender, by kind and where it is going'),
  forecast: z
    .object({ until: time, perDay: z.number().optional(), perHour: z.number().optional() })
    .optional()
    .describe('An agreed forecast raises the budget, until then; messages today and in each hour'),
  ways: z
    .array(
      z.object({
        kind: z.enum(wayKinds),
        at: time.optional(),
        url: z.string().optional(),
        test: z.string().optional(),
      }),
    )
    .optional(),
  vouches: z
    .number()
    .optional()
    .describe('To operators only: recipients who vouch for mail from its network; it passes, to them alone'),
  reply: z.string().optional().describe('The line that the mail server says, or would say'),
  standing: z
    .object({
      grade: z.enum(grades),
      budget: z
        .union([
          z.object({ kind: z.literal('hourly'), perHour: z.number(), left: z.number() }),
          z.object({ kind: z.literal('first-try'), waitMinutes: z.number(), spacingMinutes: z.number() }),
        ])
        .nullable()
        .describe('null: none'),
      key: z.string().nullable(),
    })
    .optional()
    .describe('This and what follows: to operators only'),
  counters: z.array(evidence).optional().describe('As they weigh now'),
  sources: z
    .array(
      z.object({
        source: z.string(),
        wanted: z.number(),
        unwanted: z.number(),
        recipients: z.number(),
        unknown: z.number(),
        traps: z.number(),
        complaints: z.number(),
      }),
    )
    .optional()
    .describe('What each source of mail events said, as it weighs now; empty where only one has spoken'),
  onlySource: z
    .string()
    .nullable()
    .optional()
    .describe(
      'The only source that speaks for a listing which the others do not bear out; nobody is listed for that',
    ),
  rule: z.enum(ruleNames).optional(),
  bounds: z.object({ lower: z.number(), mean: z.number(), upper: z.number() }).optional(),
  line: z.number().optional().describe('Unwanted share that the lower bound has to be above for a listing'),
  prior: z.object({ mean: z.number(), strength: z.number() }).optional(),
  recurrence: z.number().optional(),
  firstSeen: time.nullable().optional(),
  lastSeen: time.nullable().optional(),
  name: z.object({ kind: z.string(), text: z.string().nullable() }).optional(),
  home: z.string().nullable().optional(),
  days: z
    .array(
      z.object({
        at: z.number().describe('Beginning of the day, milliseconds since 1970'),
        wanted: z.number(),
        unwanted: z.number(),
        unjudged: z.number(),
        unknown: z.number(),
        traps: z.number(),
        complaints: z.number(),
      }),
    )
    .optional(),
  url: z.string(),
})

export const listingFields = z.strictObject({
  ip: z.string().max(100).describe('Address (IPv6: its /64) or prefix'),
  reason: z.enum(causeNames),
  class: z.enum(listingClasses).optional(),
  effect: z.enum(['refuse', 'pass']).optional().describe('`pass` carves a hole into a wider listing'),
  ends: z.string().max(40).optional().describe('Duration (24h, 7d) or RFC 3339 time'),
  note: z.string().max(1000).optional(),
  url: z.url().optional().describe('Where to go, of class third-party'),
  test: z.string().max(100).optional().describe('Test to pass, of class policy'),
  evidence: z.array(evidence).max(20).optional(),
  replace: z
    .boolean()
    .optional()
    .describe('End an active listing of the same prefix with the other `effect`; without it that is refused'),
  emergency: z
    .boolean()
    .optional()
    .describe('In force at once whatever wanted mail the range hits; the audit says so'),
})

/** Of the last three days. */
export const impact = z.object({
  senders: z.int(),
  messages: z.int(),
  wanted: z.int().describe('Messages that the content filter found nothing against'),
  wantedOfAll: z.int().describe('The same of everybody'),
  large: z.int().describe('Senders among those with the most wanted mail of all'),
})

export const impactQuery = z.object({ ip: z.string().max(100).describe('Address or prefix') })

export const listing = z.object({
  id: z.string(),
  ip: z.string(),
  reason: z.enum(causeNames),
  class: z.enum(listingClasses),
  effect: z.enum(['refuse', 'pass']),
  state: z.enum(['active', 'ended', 'proposed']),
  since: time,
  ends: time,
  recurrence: z.number(),
  note: z.string(),
  url: z.string().nullable(),
  test: z.string().nullable(),
  evidence: z.array(evidence),
  actor: z.string(),
  endedAt: time.nullable(),
  endedWhy: z.string().nullable(),
  impact: impact.optional().describe('Of one that was just proposed: what it would hit'),
})

export const listingQuery = z.object({
  text: z.string().max(100).optional().describe('Address, prefix or listing id'),
  state: z.enum(['active', 'ended', 'proposed']).optional(),
  reason: z.enum(causeNames).optional(),
  class: z.enum(listingClasses).optional(),
  after: z.string().max(40).optional().describe('Cursor: `next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const senderQuery = z.object({
  case: z.string().optional().describe('Token of a case link about this address'),
})

export const listingPage = z.object({ listings: z.array(listing), next: z.string().optional() })

export const listingEnd = z.strictObject({ note: z.string().max(1000).optional() })

export const challenge = z.looseObject({ parameters: z.looseObject({}), signature: z.string().optional() })

/** Facts of the occurrence stand beside the members of RFC 9457. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string().describe('Stable; see docs/refusals.md'),
})

export const problemList = z.object({
  problems: z.array(
    z.object({ code: z.string(), status: z.number(), title: z.string(), detail: z.string() }),
  ),
})

export const eventsAnswer = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  refused: z.array(z.object({ line: z.number(), reason: z.string() })),
  refusedCount: z.number().optional().describe('How many in all, where more were refused than are named'),
})

const caseOfLink = z.object({
  ip: z.string(),
  at: z.string(),
  reason: z.enum(reasonNames as [ReasonName, ...ReasonName[]]),
  valid: z.literal(true).nullable(),
})

/** Contracts 3, one object for each input. */
export const analysisAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['bounce', 'reply']),
    recipients: z.array(recipientSchema),
    ours: z.boolean(),
    case: caseOfLink.nullable(),
  }),
  z.object({ kind: z.literal('feedback'), ...feedbackSchema.shape }),
  z.object({ kind: z.literal('xarf'), ...xarfSchema.shape }),
  z.object({ kind: z.enum(['headers', 'message', 'auto-reply']), header: headerSchema }),
  z.object({
    kind: z.literal('unknown'),
    error: z.enum(analysisErrors),
    perhaps: guessSchema.optional().describe('No server speaks in the text, but its words sound like this'),
  }),
])
export const checkWish = z.strictObject({
  domain: z.string().max(400).describe('Domain behind the @; a mailbox stands for its domain'),
  ip: z.string().max(100).optional().describe('Address that its mail comes from'),
  selector: z.string().max(120).optional().describe('DKIM selector; without it common ones are tried'),
  helo: z.string().max(255).optional().describe('HELO name; without it the reverse name of the address'),
})

const finding = z.object({
  finding: z.enum(findingNames as [string, ...string[]]),
  topic: z.enum(topics),
  result: z
    .enum(findingResults)
    .describe('`unknown`: nobody answered, which says nothing against the sender'),
  what: z.string().describe('The finding as a sentence in English'),
  next: z.string().optional().describe('What to do'),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  found: z.array(z.object({ name: z.string(), type: z.string(), text: z.string() })),
  publish: z.array(z.string()).describe('Lines of a zone file'),
  trace: z
    .array(
      z.object({
        domain: z.string(),
        depth: z.number(),
        term: z.string(),
        outcome: z.enum(['match', 'no-match', 'go-on', 'error']),
        asked: z.string().optional(),
        lookups: z.number(),
        voids: z.number(),
      }),
    )
    .optional()
    .describe('How SPF came to its result, term by term'),
  guide: z.string().optional().describe('Page of the guide'),
})

export const checkReport = z.object({
  domain: z.string(),
  ip: z.string().nullable(),
  selector: z.string().nullable(),
  helo: z.string().nullable(),
  at: time,
  result: z.enum(findingResults),
  findings: z.array(finding),
})

export const abuseReceipt = z.object({
  id: z.string(),
  token: z.string().describe('Whoever has it may ask how the report stands'),
  status: z.string().describe('Page of the report, for people'),
  receivedAt: time,
  isNew: z.boolean().describe('`false`: the same bytes came from the same reporter before'),
})

export const abuseReportState = z.object({
  id: z.string(),
  state: z.enum(reportStates),
  outcome: z.enum(reportOutcomes).optional().describe('Once it is closed'),
  class: z.enum(abuseClasses),
  channel: z.enum(channels),
  lifecycle: z.enum(lifecycles),
  receivedAt: time,
  examinedAt: time.optional(),
  closedAt: time.optional(),
  elsewhere: z
    .object({ address: z.string(), contact: z.string().nullable() })
    .optional()
    .describe('Who handed the message over, where it was not us, and where to turn'),
})

const publicCount = z
  .union([z.literal('few'), z.number().int()])
  .describe('`few`: fewer than ten; else rounded to tens')

export const transparencyMonths = z.object({
  months: z.array(
    z.object({
      month: z.string().describe('`2026-04`, UTC'),
      reports: publicCount,
      incidents: publicCount.describe('Accounts reported, each class of abuse by itself'),
      acted: publicCount.describe('Of the incidents'),
      suspended: publicCount,
      released: publicCount,
      outcomes: z.object({
        acted: publicCount,
        'no-violation': publicCount,
        'not-ours': publicCount,
        unproven: publicCount,
        duplicate: publicCount,
        open: publicCount.describe('Not closed yet'),
      }),
      medianHours: z
        .number()
        .int()
        .nullable()
        .describe('From the opening of an incident to the first act; `null`: too few to say'),
    }),
  ),
})

const waits = z.object({
  count: publicCount,
  medianSeconds: z.number().nullable().describe('`null`: fewer than ten waited'),
  p95Seconds: z.number().nullable().describe('Nearest rank; `null`: fewer than twenty waited'),
  workingMedianSeconds: z
    .number()
    .nullable()
    .describe(
      'By the clock of the targets: in working time of the calendar, and without that in which an answer or tests were waited for',
    ),
})

const kindClock = z.object({
  recent: z
    .object({
      first: waits.describe('First answers of the last thirty days'),
      effect: waits.describe('What was decided and done in the last thirty days'),
    })
    .describe('The last thirty days'),
  months: z
    .array(z.object({ month: z.string().describe('`2026-04`, UTC'), first: waits, effect: waits }))
    .describe('Whole months, the newest first, at most twelve'),
  backlog: z.object({
    open: publicCount.describe('Waits for us'),
    late: publicCount.describe('Of those, past its time'),
    waiting: publicCount.describe('Waits for whoever asked'),
    testing: publicCount.describe('Waits for nobody: tests are run until they pass, or their time is over'),
  }),
})

export const publicClock = z.object({
  at: z.iso.datetime().describe('When it was counted'),
  kinds: z.object({
    'self-service': kindClock.describe(
      'Removals that the portal did by itself: from the request until the letter left; from the confirmation until the last gate had it',
    ),
    rules: kindClock.describe(
      'Deliverability forms as far as their rules answered: from the sending to the first answer of the rules; what they ended without a person',
    ),
    investigate: kindClock.describe('Cases about a listing that a person decides'),
    cases: kindClock.describe(
      'All other cases: from when it came to a person until that person answered; an answer of rules is none',
    ),
  }),
  targets: z
    .array(
      z.object({
        severity: z.enum(['A', 'B', 'C']),
        targetSeconds: z.number().describe('Working time to the first answer'),
        due: publicCount.describe('First answers that were due in the last thirty days'),
        kept: z
          .number()
          .nullable()
          .describe('The part of them that came in time, 0 to 1; `null`: fewer than ten'),
      }),
    )
    .describe('How often the first answer came in its time'),
  effectTargetSeconds: z.number().describe('Working time until it is done'),
  appeals: z.object({
    count: publicCount.describe('Refusals opened again and decided again in the last year'),
    changed: z
      .number()
      .nullable()
      .describe('The part of them that was granted then, 0 to 1; `null`: fewer than ten'),
  }),
  calendar: z
    .object({
      zone: z.string().describe('IANA time zone'),
      days: z.array(z.number().int()).describe('1 is Monday'),
      from: z.number().int().describe('Minutes after midnight'),
      until: z.number().int(),
      holidays: z.array(z.string()),
    })
    .describe('The hours in which people work on cases'),
})

export const ownerNetworks = z.object({
  networks: z.array(
    z.object({
      network: z.string().describe('`192.0.2.0/24`'),
      proof: z.enum(proofs).nullable(),
      since: time.nullable().describe('Nothing from before is told'),
      expires: time.describe('When it ends unless the proof is seen, or confirmed, again'),
    }),
  ),
})

export const ownerListings = z.object({
  listings: z.array(
    z.object({
      ip: z.string().describe('Address or network'),
      reason: z.enum(causeNames),
      class: z.enum(listingClasses),
      since: time,
      ends: time,
      url: z.string().nullable().describe('Of class `third-party`: who decides'),
      test: z.string().nullable().describe('Of class `policy`: what has to pass'),
    }),
  ),
})

export const ownerFiguresQuery = z.object({
  network: z.string().min(2).max(64).describe('A network of the owner, or a part of one'),
  after: z.string().max(60).optional().describe('`next` of the page before'),
})

const roundedCount = z.number().describe('Up to the next ten below 100, two digits above')

export const ownerFigures = z.object({
  figures: z.array(
    z.object({
      ip: z.string().describe('IPv4 address, or IPv6 /64'),
      day: z.iso.date().describe('In UTC'),
      messages: roundedCount,
      refused: roundedCount,
      deferred: roundedCount,
      spamShare: z.number().nullable().describe('0 to 1; null below 100 messages a day'),
      complaintShare: z.number().nullable().describe('0 to 1; null below 100 messages a day'),
    }),
  ),
  next: z.string().optional().describe('Absent on the last page'),
})

export const ownerCases = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      ip: z.string().describe('Address or network that it is about'),
      state: z.enum(caseStates),
      outcome: z.enum(caseOutcomes).nullable(),
      opened: time,
      closed: time.nullable(),
      thread: z
        .boolean()
        .describe('Whether the owner has a thread of their own in it; the pages of the owner lead there'),
    }),
  ),
})

export const caseMessage = z.strictObject({ text: z.string().min(1).max(longestAnswer) })

export const caseState = z.object({
  id: z.string(),
  about: z.string().nullable().describe('Address or network'),
  state: z.enum(caseStates),
  outcome: z.enum(caseOutcomes).nullable(),
  opened: time,
  due: time.nullable().describe('By then there is an answer, or something happens'),
  answerBy: time.nullable().describe('What was asked is wanted by then'),
  closed: time.nullable(),
  tests: z
    .array(z.object({ test: z.string(), said: z.enum(['passes', 'fails', 'unknown']) }))
    .describe('All of them have to pass'),
  tested: time.nullable(),
  addresses: z
    .array(
      z.object({
        address: z.string().describe('Address or network'),
        state: z.enum(addressStates),
        why: z.enum(reviewReasons),
        since: time,
        tests: z.array(z.object({ test: z.string(), said: z.enum(['passes', 'fails', 'unknown']) })),
        until: time.nullable().describe('Until when tests are run, or when it can be asked for again'),
        url: z.string().nullable(),
      }),
    )
    .optional()
    .describe('Of a deliverability form'),
  forecast: z
    .object({
      state: z.enum(warmUpStates),
      why: z.enum(stopReasons).nullable(),
      since: time,
      addresses: z.array(z.string()),
      starts: z.iso.date(),
      days: z.number(),
      first: z.number(),
      growth: z.number(),
      most: z.number(),
    })
    .optional()
    .describe('Of a warm-up'),
  withOwner: z.boolean().describe('It is handled with the owner of the address space alone'),
  over: z.boolean().describe('Nothing can be added any more'),
  messages: z.array(
    z.object({
      id: z.string(),
      at: time,
      from: z.enum(['us', 'you']),
      says: z.enum(saysKinds).nullable().describe('What a message of ours does'),
      text: z.string(),
      tests: z.array(z.string()),
      until: time.nullable(),
    }),
  ),
})

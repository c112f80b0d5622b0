import type { Language } from '../access/reasons.ts'
import type { Method, Opening, Page } from './opening.ts'

/**
 * The addresses of the public site: a tree of names, so that no page spells the address of another by hand.
 * Every page answers at `/x` in the reader's own language and at `/en/x`, `/zh-CN/x` in that language, and says to whom it opens.
 */
export interface Route<Pattern extends string> {
  /** What Hono matches, without a language. */
  readonly pattern: Pattern
  /** The address; `query` leaves out what is undefined. With a language: `/zh-CN/x`. */
  href(
    ...parts: ParameterNames<Pattern> extends never
      ? [query?: Query, language?: Language]
      : [parameters: Readonly<Record<ParameterNames<Pattern>, string>>, query?: Query, language?: Language]
  ): string
}

export type Query = Readonly<Record<string, string | number | undefined>>

type ParameterNames<Pattern extends string> = Pattern extends `${string}/:${infer Name}/${infer Rest}`
  ? Name | ParameterNames<`/${Rest}`>
  : Pattern extends `${string}/:${infer Name}`
    ? Name
    : never

export const routes = {
  start: page('/', 'anyone'),
  find: page('/find', 'anyone', 'GET', 'POST'),
  address: page('/ip/:address', 'anyone'),
  /** A prefix has a slash in it: whoever asks for one is told what to ask for. */
  prefix: page('/ip/:address/:length', 'anyone'),
  /** Runs the test of a listing of class policy again. */
  checkAddress: page('/ip/:address/check', 'anyone', 'POST'),
  /** The record behind the link in a refusal. */
  record: page('/c/:token', 'holder'),
  /** Everything to read, by section. */
  guide: page('/guide', 'anyone'),
  section: page('/guide/:section', 'anyone'),
  page: page('/guide/:section/:name', 'anyone'),
  announcements: page('/announcements', 'anyone'),
  announcement: page('/announcements/:name', 'anyone'),
  /** Atom (RFC 4287), one for each language. */
  feed: page('/announcements.atom', 'anyone'),
  /** What senders can use without writing to anybody. */
  tools: page('/tools', 'anyone'),
  search: page('/search', 'anyone'),
  /** Where short pages stood before the guide: leads to the page that has taken over. */
  help: page('/help/:topic', 'anyone'),
  /** DNS and authentication of a sender, looked up live; `?domain=` and `?ip=` fill in the form. */
  check: page('/check', 'anyone', 'GET', 'POST'),
  codes: page('/codes', 'anyone'),
  code: page('/codes/:code', 'anyone'),
  about: page('/about', 'anyone'),
  delist: {
    /** The form; `?ip=` or `?case=` fill it in. */
    start: page('/delist', 'anyone', 'GET', 'POST'),
    /** One request: its state, the code, the other proofs, the result. */
    request: page('/delist/:id', 'browser', 'GET', 'POST'),
    /** Says when its page would look different. */
    events: page('/delist/:id/events', 'browser'),
    /** The link in the letter. */
    confirm: page('/confirm/:link', 'letter', 'GET', 'POST'),
  },
  owners: {
    /** What it is, and the mailbox that begins. */
    start: page('/owners', 'anyone', 'GET', 'POST'),
    /** The code, while the letter is on its way. */
    asked: page('/owners/asked/:id', 'browser'),
    /** The link in the letter. */
    link: page('/owners/link/:link', 'letter', 'GET', 'POST'),
    /** The owner's networks, and what of them is listed. */
    mine: page('/owners/networks', 'owner', 'GET', 'POST'),
    /** One network: its proofs, its state, what is given of it to others. */
    claim: page('/owners/networks/:id', 'owner', 'GET', 'POST'),
    /** The mail of one network by day, and the same as a file. */
    figures: page('/owners/networks/:id/figures', 'owner'),
    figuresFile: page('/owners/networks/:id/figures.csv', 'owner'),
    /** Tokens for programs. */
    programs: page('/owners/programs', 'owner', 'GET', 'POST'),
    /** The code, while the contact of a network is being asked. */
    contactAsked: page('/owners/contact-asked/:id', 'browser'),
    /** The link in the letter to the contact. */
    contact: page('/owners/contact/:link', 'letter', 'GET', 'POST'),
  },
  recipients: {
    /** What it is, and the mailbox that begins. */
    start: page('/recipients', 'anyone', 'GET', 'POST'),
    /** The code, while the letter is on its way. */
    asked: page('/recipients/asked/:id', 'browser'),
    /** The link in the letter. */
    link: page('/recipients/link/:link', 'letter', 'GET', 'POST'),
    /** To the OpenID provider, and where the browser comes back to: the provider knows that address. */
    provider: page('/recipients/provider', 'anyone'),
    providerAnswer: page('/recipients/provider/answer', 'anyone', 'GET', 'POST'),
    /** What was refused in their name; `?mailbox=` and `?domain=` for whoever looks after a domain. */
    mail: page('/recipients/mail', 'recipient', 'GET', 'POST'),
    /** One refusal, and the form to vouch for its sender. */
    refusal: page('/recipients/mail/:id', 'recipient', 'GET', 'POST'),
    /** A case on behalf of a sender who gave them a code. */
    case: page('/recipients/case', 'recipient', 'GET', 'POST'),
    /** What they vouch for. */
    vouches: page('/recipients/vouches', 'recipient', 'GET', 'POST'),
  },
  /** What a bounce says, and what to do. */
  analyse: page('/analyse', 'anyone', 'GET', 'POST'),
  /** What the header of a message says. */
  headers: page('/headers', 'anyone', 'GET', 'POST'),
  probe: {
    /** What it is, and the button that gives an address. */
    start: page('/probe', 'anyone', 'GET', 'POST'),
    /** The address while no message has come, then the report. */
    report: page('/probe/:id', 'holder'),
  },
  report: {
    /** The form for mail of ours that somebody complains of. */
    start: page('/report', 'anyone', 'GET', 'POST'),
    /** One report, for whoever has its receipt. */
    status: page('/report/:token', 'holder'),
    /** The link in the letter to somebody who reported by the form. */
    confirm: page('/report/confirm/:token', 'letter', 'GET', 'POST'),
  },
  /** What became of the reports, by month. */
  transparency: page('/transparency', 'anyone'),
  myData: {
    /** What is known of somebody, for themself. */
    start: page('/my-data', 'anyone', 'GET', 'POST'),
    asked: page('/my-data/asked/:id', 'browser'),
    /** The link in the letter. */
    link: page('/my-data/link/:link', 'letter', 'GET', 'POST'),
  },
  /** How long people wait for us. */
  clock: page('/clock', 'anyone'),
  /** What was reported about an account of ours, for its owner. */
  account: page('/account/:token', 'holder', 'GET', 'POST'),
  forms: {
    /** One form for all addresses of a sender; `?ip=` fills it in. */
    deliverability: page('/deliverability', 'anyone', 'GET', 'POST'),
    /** What new addresses will send, day by day; `?ip=` fills it in. */
    warmUp: page('/warm-up', 'anyone', 'GET', 'POST'),
    /** The code, while the letter is on its way; `?form=warm-up` for the other form. */
    asked: page('/forms/asked/:id', 'browser', 'GET', 'POST'),
    /** The link in the letter. */
    link: page('/forms/link/:link', 'letter', 'GET', 'POST'),
  },
  case: {
    /** A case, for whoever takes part in it. */
    page: page('/case/:token', 'holder', 'GET', 'POST'),
    /** The page before it is closed. */
    withdraw: page('/case/:token/close', 'holder', 'GET', 'POST'),
    /** Whether it helped; its page is that of the case. */
    survey: page('/case/:token/helped', 'holder', 'GET', 'POST'),
  },
  recipientCode: {
    /** The code that a recipient opens a case with, made for a refusal, … */
    record: page('/c/:token/recipient', 'holder', 'GET', 'POST'),
    /** … or in the sender's own case. */
    thread: page('/case/:token/recipient', 'holder', 'GET', 'POST'),
  },
  /** Where the API is; its addresses are in its own table, but for those that take other bodies than JSON. */
  api: route('/api/v1'),
  apiDocument: page('/api/v1/openapi.json', 'anyone'),
  apiEvents: page('/api/v1/events', 'events', 'POST'),
  apiAnalyse: page('/api/v1/analyse', 'anyone', 'POST'),
  apiAbuseReports: page('/api/v1/abuse-reports', 'anyone', 'POST'),
  policy: page('/.well-known/postmaster-policy.json', 'anyone'),
  security: page('/.well-known/security.txt', 'anyone'),
  robots: page('/robots.txt', 'anyone'),
  sitemap: page('/sitemap.xml', 'anyone'),
  health: page('/healthz', 'anyone'),
  ready: page('/readyz', 'anyone'),
} as const

/** Declares a page of the site: its address, to whom it opens, and what it answers to. */
function page<const Pattern extends string>(
  pattern: Pattern,
  opensTo: Opening,
  ...methods: readonly Method[]
): Route<Pattern> & Page {
  return { ...route(pattern), opensTo, methods: methods.length === 0 ? ['GET'] : methods }
}

/** Declares an address. */
export function route<const Pattern extends string>(pattern: Pattern): Route<Pattern> {
  const hasParameters = pattern.includes('/:')
  return {
    pattern,
    href(...parts: readonly unknown[]) {
      const [parameters, query, language] = (hasParameters ? parts : [{}, ...parts]) as [
        Readonly<Record<string, string>>,
        Query | undefined,
        Language | undefined,
      ]
      const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) => segment(parameters[name] ?? ''))
      return withLanguage(path, language) + queryString(query)
    },
  }
}

/** `/zh-CN/codes` for `/codes`; without a language the path as it is. */
export function withLanguage(path: string, language: Language | undefined): string {
  if (language === undefined) return path
  return path === '/' ? `/${language}/` : `/${language}${path}`
}

/** A colon is a character of a path segment (RFC 3986 §3.3), so an IPv6 address stays readable. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':')
}

function queryString(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

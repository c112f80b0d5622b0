import type { Language } from '../access/reasons.ts'

/**
 * The addresses of the public site: a tree of names, so that no page spells the address of another by hand.
 * Every page answers at `/x` in the reader's own language and at `/en/x`, `/zh-CN/x` in that language.
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
  start: route('/'),
  find: route('/find'),
  address: route('/ip/:address'),
  /** Runs the test of a listing of class policy again. */
  checkAddress: route('/ip/:address/check'),
  /** The record behind the link in a refusal. */
  record: route('/c/:token'),
  /** Everything to read, by section. */
  guide: route('/guide'),
  section: route('/guide/:section'),
  page: route('/guide/:section/:name'),
  announcements: route('/announcements'),
  announcement: route('/announcements/:name'),
  /** Atom (RFC 4287), one for each language. */
  feed: route('/announcements.atom'),
  /** What senders can use without writing to anybody. */
  tools: route('/tools'),
  search: route('/search'),
  /** Where short pages stood before the guide: leads to the page that has taken over. */
  help: route('/help/:topic'),
  /** DNS and authentication of a sender, looked up live; `?domain=` and `?ip=` fill in the form. */
  check: route('/check'),
  codes: route('/codes'),
  code: route('/codes/:code'),
  about: route('/about'),
  delist: {
    /** The form; `?ip=` or `?case=` fill it in. */
    start: route('/delist'),
    /** One request: its state, the code, the other proofs, the result. */
    request: route('/delist/:id'),
    /** The link in the letter. */
    confirm: route('/confirm/:link'),
  },
  owners: {
    /** What it is, and the mailbox that begins. */
    start: route('/owners'),
    /** The code, while the letter is on its way. */
    asked: route('/owners/asked/:id'),
    /** The link in the letter. */
    link: route('/owners/link/:link'),
    /** The owner's networks, and what of them is listed. */
    mine: route('/owners/networks'),
    /** One network: its proofs, its state, what is given of it to others. */
    claim: route('/owners/networks/:id'),
    /** The mail of one network by day, and the same as a file. */
    figures: route('/owners/networks/:id/figures'),
    figuresFile: route('/owners/networks/:id/figures.csv'),
    /** Tokens for programs. */
    programs: route('/owners/programs'),
    /** The code, while the contact of a network is being asked. */
    contactAsked: route('/owners/contact-asked/:id'),
    /** The link in the letter to the contact. */
    contact: route('/owners/contact/:link'),
  },
  recipients: {
    /** What it is, and the mailbox that begins. */
    start: route('/recipients'),
    /** The code, while the letter is on its way. */
    asked: route('/recipients/asked/:id'),
    /** The link in the letter. */
    link: route('/recipients/link/:link'),
    /** To the OpenID provider, and where the browser comes back to: the provider knows that address. */
    provider: route('/recipients/provider'),
    providerAnswer: route('/recipients/provider/answer'),
    /** What was refused in their name; `?mailbox=` and `?domain=` for whoever looks after a domain. */
    mail: route('/recipients/mail'),
    /** One refusal, and the form to vouch for its sender. */
    refusal: route('/recipients/mail/:id'),
    /** A case on behalf of a sender who gave them a code. */
    case: route('/recipients/case'),
    /** What they vouch for. */
    vouches: route('/recipients/vouches'),
  },
  /** What a bounce says, and what to do. */
  analyse: route('/analyse'),
  /** What the header of a message says. */
  headers: route('/headers'),
  probe: {
    /** What it is, and the button that gives an address. */
    start: route('/probe'),
    /** The address while no message has come, then the report. */
    report: route('/probe/:id'),
  },
  report: {
    /** The form for mail of ours that somebody complains of. */
    start: route('/report'),
    /** One report, for whoever has its receipt. */
    status: route('/report/:token'),
    /** The link in the letter to somebody who reported by the form. */
    confirm: route('/report/confirm/:token'),
  },
  /** What became of the reports, by month. */
  transparency: route('/transparency'),
  myData: {
    /** What is known of somebody, for themself. */
    start: route('/my-data'),
    asked: route('/my-data/asked/:id'),
    /** The link in the letter. */
    link: route('/my-data/link/:link'),
  },
  /** How long people wait for us. */
  clock: route('/clock'),
  /** What was reported about an account of ours, for its owner. */
  account: route('/account/:token'),
  forms: {
    /** One form for all addresses of a sender; `?ip=` fills it in. */
    deliverability: route('/deliverability'),
    /** What new addresses will send, day by day; `?ip=` fills it in. */
    warmUp: route('/warm-up'),
    /** The code, while the letter is on its way; `?form=warm-up` for the other form. */
    asked: route('/forms/asked/:id'),
    /** The link in the letter. */
    link: route('/forms/link/:link'),
  },
  case: {
    /** A case, for whoever takes part in it. */
    page: route('/case/:token'),
    /** The page before it is closed. */
    withdraw: route('/case/:token/close'),
    /** Whether it helped; its page is that of the case. */
    survey: route('/case/:token/helped'),
  },
  recipientCode: {
    /** The code that a recipient opens a case with, made for a refusal, … */
    record: route('/c/:token/recipient'),
    /** … or in the sender's own case. */
    thread: route('/case/:token/recipient'),
  },
  api: route('/api/v1'),
  policy: route('/.well-known/postmaster-policy.json'),
  security: route('/.well-known/security.txt'),
  robots: route('/robots.txt'),
  sitemap: route('/sitemap.xml'),
  health: route('/healthz'),
  ready: route('/readyz'),
} as const

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

/** What a report says, one thing at a time. Words for each are the doors'; `facts` is what they may mention. */

/** Parts of the report, in their order. */
export const sections = ['connection', 'authentication', 'envelope', 'form', 'list'] as const
export type Section = (typeof sections)[number]

/** `bad` has to be mended, `warning` should be, `info` is only good to know. */
export type Tone = 'good' | 'info' | 'warning' | 'bad'

/** Every finding, with where it stands and how grave it is. */
export const findings = {
  'client-unknown': ['connection', 'info'],
  'reverse-good': ['connection', 'good'],
  'reverse-missing': ['connection', 'bad'],
  'reverse-unconfirmed': ['connection', 'bad'],
  'reverse-unsure': ['connection', 'info'],
  'helo-good': ['connection', 'good'],
  'helo-own': ['connection', 'info'],
  'helo-no-name': ['connection', 'bad'],
  'helo-unknown': ['connection', 'info'],
  'tls-good': ['connection', 'good'],
  'tls-old': ['connection', 'warning'],
  'tls-none': ['connection', 'warning'],
  'tls-unknown': ['connection', 'info'],

  'spf-pass': ['authentication', 'good'],
  'spf-pass-elsewhere': ['authentication', 'info'],
  'spf-none': ['authentication', 'bad'],
  'spf-neutral': ['authentication', 'warning'],
  'spf-softfail': ['authentication', 'warning'],
  'spf-fail': ['authentication', 'bad'],
  'spf-permerror': ['authentication', 'bad'],
  'spf-temperror': ['authentication', 'warning'],
  'dkim-none': ['authentication', 'bad'],
  'dkim-pass': ['authentication', 'good'],
  'dkim-pass-elsewhere': ['authentication', 'info'],
  'dkim-fail': ['authentication', 'bad'],
  'dkim-temperror': ['authentication', 'warning'],
  'dkim-weak-key': ['authentication', 'bad'],
  'dkim-small-key': ['authentication', 'warning'],
  'dkim-sha1': ['authentication', 'bad'],
  'dkim-part': ['authentication', 'warning'],
  'dkim-unsigned': ['authentication', 'warning'],
  'dmarc-pass': ['authentication', 'good'],
  'dmarc-aligned': ['authentication', 'info'],
  'dmarc-none': ['authentication', 'warning'],
  'dmarc-fail': ['authentication', 'bad'],
  'dmarc-permerror': ['authentication', 'bad'],
  'dmarc-temperror': ['authentication', 'warning'],
  'dmarc-monitor': ['authentication', 'info'],
  'arc-pass': ['authentication', 'info'],
  'arc-broken': ['authentication', 'warning'],

  'name-address': ['envelope', 'bad'],
  'name-invisible': ['envelope', 'bad'],
  'name-mixed': ['envelope', 'warning'],
  'from-no-mail': ['envelope', 'bad'],
  'reply-elsewhere': ['envelope', 'warning'],
  'return-elsewhere': ['envelope', 'info'],
  'return-null': ['envelope', 'info'],
  'envelope-good': ['envelope', 'good'],

  'from-missing': ['form', 'bad'],
  'from-repeated': ['form', 'bad'],
  'from-invalid': ['form', 'bad'],
  'from-several': ['form', 'warning'],
  'date-missing': ['form', 'bad'],
  'date-invalid': ['form', 'bad'],
  'date-off': ['form', 'warning'],
  'message-id-missing': ['form', 'warning'],
  'message-id-invalid': ['form', 'warning'],
  'fields-repeated': ['form', 'bad'],
  'header-broken': ['form', 'bad'],
  'header-eight-bit': ['form', 'warning'],
  nul: ['form', 'bad'],
  'lines-long': ['form', 'bad'],
  'subject-missing': ['form', 'info'],
  'recipients-missing': ['form', 'info'],
  'mime-version-missing': ['form', 'bad'],
  'mime-type-invalid': ['form', 'bad'],
  'mime-boundary-missing': ['form', 'bad'],
  'mime-boundary-unused': ['form', 'bad'],
  'mime-not-closed': ['form', 'warning'],
  'mime-encoding-unknown': ['form', 'bad'],
  'mime-encoding-of-multipart': ['form', 'bad'],
  'mime-bytes-undeclared': ['form', 'warning'],
  'mime-charset-unknown': ['form', 'bad'],
  'mime-html-only': ['form', 'info'],
  'form-good': ['form', 'good'],

  'list-none': ['list', 'info'],
  'list-bulk-none': ['list', 'bad'],
  'list-mail-only': ['list', 'warning'],
  'list-no-post': ['list', 'warning'],
  'list-post-invalid': ['list', 'bad'],
  'list-no-https': ['list', 'bad'],
  'list-unsigned': ['list', 'bad'],
  'list-one-click': ['list', 'good'],
} as const satisfies Record<string, readonly [Section, Tone]>

export type FindingName = keyof typeof findings
export const findingNames = Object.keys(findings) as readonly FindingName[]

export interface Finding {
  readonly name: FindingName
  readonly section: Section
  readonly tone: Tone
  /** Domains, names, numbers and lists of names; text of strangers is at most 320 characters. */
  readonly facts: Readonly<Record<string, string | number>>
}

export function finding(name: FindingName, facts: Finding['facts'] = {}): Finding {
  const [section, tone] = findings[name]
  return { name, section, tone, facts }
}

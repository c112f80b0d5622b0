import type { HighVolumeSettings } from '../access/high-volume.ts'
import type { CodeProfile, Language, ReasonName } from '../access/reasons.ts'
import type { EngineMode } from '../access/standing.ts'
import type { Role } from './actor.ts'
import type { Prefix } from '../standards/prefix.ts'

/** Whether the policy door acts on the list, or only records what it would have said. */
export type PolicyMode = 'enforce' | 'observe'

/** How far the abuse desk goes by itself: says what it would do, tells the owner of an account, stops the account. */
export type AbuseMode = 'observe' | 'notify' | 'suspend'

/** What outsiders may open here: `cases/external.ts` says what each means. */
export type ExternalRule = 'none' | 'by-path' | 'form' | 'full'

export interface SupportSettings {
  readonly external: ExternalRule
  /** Reasons for which something else holds. */
  readonly reasons: Readonly<Partial<Record<ReasonName, ExternalRule>>>
  /** Most addresses in one deliverability form. */
  readonly formAddresses: number
  readonly warmUp: {
    /** Most addresses in one request. */
    readonly addresses: number
    /** Most days of a forecast. */
    readonly days: number
    /** Messages a day up to which a forecast raises the budget of one address. */
    readonly perDay: number
  }
  readonly calendar: {
    readonly zone: string
    readonly days: readonly number[]
    readonly from: number
    readonly until: number
    readonly holidays: readonly string[]
  }
  /** Working time to the first answer, by severity. */
  readonly firstMs: Readonly<Record<'A' | 'B' | 'C', number>>
  /** Working time until it has its effect. */
  readonly effectMs: number
  /** How long somebody who was asked has to answer. */
  readonly askedMs: number
  /** How long a code for a recipient works. */
  readonly codeMs: number
  /** How long the tests of a conditional decision are looked at. */
  readonly conditionsMs: number
  /** Whether whoever took part in a case is asked on its page if it helped. */
  readonly survey: 'off' | 'on'
}

export interface AbuseSettings {
  readonly mode: AbuseMode
  /** Weight of proven reports, each reporter's once in seven days, at which an owner is told. */
  readonly notifyWeight: number
  /** The same, at which the account is suspended. */
  readonly suspendWeight: number
  /** Organizations that the reports must come from at least. */
  readonly organisations: number
  /** Weight for each message sent, at least. */
  readonly share: number
  /** How far back reports count, and within which time they are one incident. */
  readonly windowMs: number
  /** A reporter first heard of less than this ago weighs nothing. */
  readonly newReporterMs: number
  /** Of all accounts, the part that may be suspended by rules in a day. */
  readonly suspendedShare: number
  /** Releases that an owner may take in thirty days. */
  readonly ownReleases: number
  /** Whether the owner is written to at the account's own mailbox, where it is one. */
  readonly ownerLetters: boolean
  /** Never suspended by rules; lower case. */
  readonly protected: readonly string[]
  /** Domains whose reports count at once: feedback loops that were asked for. */
  readonly trusted: readonly string[]
  /** Domains that our servers sign with. */
  readonly signers: readonly string[]
  /** Where an account's name may be taken from, in the order in which it is. */
  readonly accountFrom: readonly ('log' | 'trace' | 'login')[]
  readonly connectors: readonly { readonly name: string; readonly networks: readonly Prefix[] }[]
  readonly pools: readonly { readonly name: string; readonly networks: readonly Prefix[] }[]
  /** Files that name the suspended accounts to mail servers. */
  readonly accessMaps: readonly { readonly file: string; readonly format: 'postfix' | 'dovecot' }[]
}

/** An OpenID provider, and who we are there. */
interface OidcProviderSettings {
  readonly issuer: string
  readonly clientId: string
  /** Undefined for a public client. */
  readonly secret?: string | undefined
  /** What those who sign in call the provider. */
  readonly label: string
}

/** Sign-in of recipients at an OpenID provider. */
export interface RecipientOidcSettings extends OidcProviderSettings {
  /** The claim that is the mailbox. */
  readonly mailboxClaim: string
  /** `email_verified`: it is believed where the provider says so; `claim`: always. */
  readonly mailboxProof: 'email_verified' | 'claim'
  /** The claim with the groups that `admins` names; none count without. */
  readonly groupsClaim?: string | undefined
}

/** Sign-in of operators at an OpenID provider. */
export interface OidcSettings extends OidcProviderSettings {
  /** Domains that a verified mail address must be in; any when empty. */
  readonly domains: readonly string[]
  readonly newcomers: 'refuse' | 'by-group'
  readonly groupsClaim: string
  readonly groups: readonly { readonly group: string; readonly roles: readonly Role[] }[]
}

/** What the core reads of the configuration. `config` has the schema; this names the part that rules and actions use. */
export interface Settings {
  readonly provider: {
    readonly name: string
    readonly domains: readonly string[]
    /** Origin of the public site without a slash at its end. */
    readonly site: string
    readonly languages: readonly Language[]
    readonly networks: readonly Prefix[]
    readonly community?: string | undefined
    /** The largest message that our mail servers take, in megabytes of a million bytes. */
    readonly messageSize?: number | undefined
  }
  readonly codes: CodeProfile
  /** `observe`: nothing is refused, what would have been is recorded. */
  readonly policy: { readonly mode: PolicyMode }
  /** Whether the operator says that the content filter asks the message door about every message. */
  readonly messageDoor: 'absent' | 'installed'
  readonly highVolume: HighVolumeSettings & {
    /** Whether the postmasters of domains that a coming stage will hit are written to. */
    readonly notices: 'never' | 'before'
  }
  readonly reputation: {
    readonly mode: EngineMode
    /** Terms of the engine's own listings by recurrence; the last stays. */
    readonly termsMs: readonly number[]
    /** Whether the operator is told daily who would have been hit. */
    readonly digest: 'daily' | 'never'
    /** Recipients an hour for each message an hour of a budget. */
    readonly recipientsPerMessage: number
    /** Senders kept in memory; the others come from the database. */
    readonly mostSenders: number
    /** Thresholds that differ from the built-in ones, by name. */
    readonly tuning: Readonly<Record<string, number>>
  }
  /** What a refused address may send to the mailboxes that everybody may write to, messages an hour; of this machine's edge. */
  readonly exemptPerHour: number
  readonly protected: { readonly networks: readonly Prefix[]; readonly names: readonly string[] }
  readonly mail: { readonly from: string; readonly replyDomain: string; readonly smarthost: string }
  readonly addresses: {
    readonly abuse: string
    readonly delist: string
    readonly reports: string
    readonly junk: string
    readonly notJunk: string
    readonly phish: string
  }
  /** Overrides of `core/limits/limits.ts` by name. */
  readonly limits: Readonly<Record<string, { readonly count: number; readonly windowMs: number }>>
  readonly delisting: {
    /** How long a confirmation link lives. */
    readonly linkMs: number
    /** How long a person here has to decide a request in review. */
    readonly reviewMs: number
    /** How many requests may wait for a person at once. */
    readonly mostReviews: number
    /** How long a delisted address is watched for its next message. */
    readonly watchMs: number
    /** Cost of the proof of work: hexadecimal zeros that its hash begins with; each makes it sixteen times harder. */
    readonly challengeCost: number
  }
  readonly owners: {
    /** How long the link in a letter to an owner works. */
    readonly linkMs: number
    /** How long an owner who came by such a link stays signed in. */
    readonly sessionMs: number
    /** How long a claim waits for its proof. */
    readonly openMs: number
    /** How long a grant lasts after its proof was last found. */
    readonly termMs: number
    /** How long one that a contact confirmed by mail, and how long before its end the owner is told. */
    readonly contactTermMs: number
    readonly contactReminderMs: number
    /** How often the registry is asked about it again. */
    readonly contactRecheckMs: number
    /** How long it stands after its contact is named no more. */
    readonly contactGraceMs: number
    /** Whether registries may be asked at all. */
    readonly asksRegistries: boolean
  }
  readonly recipients: {
    /** How long the link in a letter to a recipient works. */
    readonly linkMs: number
    /** How long a recipient stays signed in. */
    readonly sessionMs: number
    /** Who looks after a domain: by mailbox, or by a group that the OpenID provider names. */
    readonly admins: readonly {
      readonly mailbox?: string | undefined
      readonly group?: string | undefined
      readonly domains: readonly string[]
    }[]
    /** Undefined where letters are the only way. */
    readonly oidc?: RecipientOidcSettings | undefined
  }
  readonly vouches: {
    /** `off`: none is made, and none acts. */
    readonly mode: 'on' | 'off'
    /** Days that the form proposes, and the most that anybody can ask for, in milliseconds. */
    readonly usualMs: number
    readonly longestMs: number
    /** Of one mailbox at a time. */
    readonly most: number
  }
  readonly support: SupportSettings
  readonly probe: {
    /** How long a probe address takes a message. */
    readonly validMs: number
  }
  readonly listing: {
    /** Default terms by recurrence: first, second, …; the last stays. */
    readonly termsMs: readonly number[]
    /** Longest term anybody can ask for. */
    readonly longestMs: number
    /** How far back earlier listings of the same prefix count. */
    readonly recurrenceMs: number
    /** What a range hits from which on a second person is asked. */
    readonly impact: {
      /** Of everybody's wanted mail, 0 to 1. */
      readonly share: number
      /** How many of the senders with the most wanted mail are large. */
      readonly senders: number
    }
  }
  readonly retention: {
    readonly decisionsMs: number
    readonly endedListingsMs: number
    readonly feedChangesMs: number
    readonly requestsMs: number
    readonly eventsMs: number
    readonly evidenceMs: number
    readonly sendersMs: number
    readonly probesMs: number
    /** What came with reports of abuse, and who sent it. */
    readonly abuseEvidenceMs: number
    /** Reports of abuse without it, and incidents. */
    readonly abuseReportsMs: number
    /** Cases that have ended, with everything that was said. */
    readonly casesMs: number
    /** The log of what our accounts sent. */
    readonly sentMs: number
  }
  readonly console: {
    /** Public address of the console; passkeys and OpenID Connect need it. */
    readonly origin?: string | undefined
    readonly oidc?: OidcSettings | undefined
  }
  readonly abuse: AbuseSettings
  /** Where an operator is told what they must know now. */
  readonly notify:
    | { readonly kind: 'mail'; readonly mailbox: string }
    | { readonly kind: 'webhook'; readonly url: string; readonly secret: string }
  readonly check: {
    /** DNS lists of others that a check asks about an address. */
    readonly lists: readonly { readonly zone: string; readonly name: string; readonly url: string }[]
  }
  /** Lists of others that are asked about our own addresses. */
  readonly standing: {
    readonly lists: readonly { readonly zone: string; readonly name: string; readonly url: string }[]
    readonly networks: readonly Prefix[]
    /** Between two rounds. */
    readonly everyMs: number
  }
  readonly webhooks: readonly { readonly url: string; readonly secret: string }[]
}

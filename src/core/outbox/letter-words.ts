/**
 * What our letters can say, by kind. Slots hold canonical values only (an address or unit, a moment in milliseconds, a link
 * to our own site), never what somebody typed: nobody can have us send their words.
 */
export interface LetterSlots {
  'confirm-delisting': { readonly ip: string; readonly link: string; readonly expiresAt: number }
  'delisting-done': { readonly ip: string; readonly when: number; readonly statusUrl: string }
  'delisting-reviewed': {
    readonly ip: string
    readonly outcome: 'delisted' | 'declined'
    /** When the listing ends by itself. */
    readonly until?: number | undefined
  }
}

export type LetterKind = keyof LetterSlots
export const letterKinds = [
  'confirm-delisting',
  'delisting-done',
  'delisting-reviewed',
] as const satisfies readonly LetterKind[]

/** A kind with the slots of that kind. */
export type LetterContent = {
  [K in LetterKind]: { readonly kind: K; readonly slots: LetterSlots[K] }
}[LetterKind]

/** What a language's words are made with. */
export interface About {
  readonly provider: string
  /** Host name of the site; the one link of a letter is not this. */
  readonly host: string
  readonly delistMailbox: string
}

/** A paragraph that is wrapped, or one that stands by itself as it is. */
export type Paragraph = string | { readonly verbatim: string }

export interface Draft {
  readonly subject: string
  readonly paragraphs: readonly Paragraph[]
}

/** The letters of one language, and what ends each of them. */
export interface LetterWords {
  readonly letters: { readonly [K in LetterKind]: (slots: LetterSlots[K], about: About) => Draft }
  readonly ending: (about: About) => readonly Paragraph[]
}

import { meanings, notionPhrases, type Meaning } from './knowledge.ts'

/**
 * What a refusal means where none of the known phrases stands in it: by the notions that meet in one of its sentences. `The box of this
 * customer holds no more` has a recipient and something full, however it is put.
 */
export function meaningOfSentences(words: string): Meaning | undefined {
  const sentences = withoutNames(words.slice(0, longest)).split(sentenceEnd, mostSentences)
  const causes = sentences.filter((each) => !advice.test(each))
  return meaningOf(causes) ?? (causes.length < sentences.length ? meaningOf(sentences) : undefined)
}

function meaningOf(sentences: readonly string[]): Meaning | undefined {
  const found = sentences.map((each) => notionPhrases.all(each))
  return meanings.find(({ all, none }) =>
    found.some(
      (notions) => all.every((each) => notions.has(each)) && !none.some((each) => notions.has(each)),
    ),
  )
}

/** Whom to ask and where to read is no cause: `if this is not spam, contact abuse`. */
const advice =
  /^ *(?:if (?:you|this|your|it)\b|for (?:more|further|help|assistance|details|information|questions|explanation)|(?:please |kindly )?(?:contact|see|visit|refer|go to|forward this|report|consult|ask)\b|questions|learn more|more info)/

/** Replies are shorter; of a report its first sentences say it. */
const longest = 4000
const mostSentences = 40

const sentenceEnd = /[.;!?] +|[\u3002\uff1b\uff01\uff1f] ?| -+ /

/**
 * Who and where says nothing of why: `user@mail.example` speaks of no user. That there is an IP address does, and that something is said
 * of a name; its place is held by a tilde.
 */
function withoutNames(words: string): string {
  const plain = words.replaceAll(addressWords, 'ip').replaceAll('address record', 'a record')
  return plain.replaceAll(named, (token) => {
    if (token.includes('@')) return '@'
    if (address.test(token)) return 'ip'
    return number.test(token) ? ' ' : host.test(token) ? '~' : token
  })
}

const addressWords =
  /\bip[- ]?add?res\w*|\b(?:adresse|direccion|indirizzo|endereco|adres) ip\b|\baddress (?:space|block|range|pool)s?\b/g
/** A run with a sign of names in it. */
const named = /[a-z0-9=+_-]*(?:[.:@](?=[a-z0-9:])[a-z0-9=+_-]*)+/g
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?=.*:.*:)[\da-f:.]{3,45})$/
/** Neither a status code nor a version. */
const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+$/
const number = /^[\d.]+$/

import { meanings, notionPhrases, type Meaning } from './knowledge.ts'

/**
 * What a refusal means where none of the known phrases stands in it: by the notions that meet in one of its sentences. `The box of this
 * customer holds no more` has a recipient and something full, however it is put.
 */
export function meaningOfSentences(words: string): Meaning | undefined {
  const sentences = withoutNames(words.slice(0, longest))
    .split(sentenceEnd, mostSentences)
    .map((each) => notionPhrases.all(each))
  return meanings.find(({ all, none }) =>
    sentences.some(
      (notions) => all.every((each) => notions.has(each)) && !none.some((each) => notions.has(each)),
    ),
  )
}

/** Replies are shorter; of a report its first sentences say it. */
const longest = 4000
const mostSentences = 40

const sentenceEnd = /[.;!?] +|[\u3002\uff1b\uff01\uff1f] ?| -+ /

/** Who and where says nothing of why: `user@mail.example` speaks of no user. That there is an IP address does. */
function withoutNames(words: string): string {
  const plain = words.includes('ip') ? words.replaceAll(addressWords, 'ip') : words
  return plain.replaceAll(named, (token) => {
    if (token.includes('@')) return '@'
    if (address.test(token)) return 'ip'
    return host.test(token) ? ' ' : token
  })
}

const addressWords = /\bip[- ]?add?res\w*|\b(?:adresse|direccion|indirizzo|endereco|adres) ip\b/g
/** A run with a sign of names in it. */
const named = /[a-z0-9=+_-]*(?:[.:@](?=[a-z0-9:])[a-z0-9=+_-]*)+/g
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?=.*:.*:)[\da-f:.]{3,45})$/
const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/

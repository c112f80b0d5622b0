/**
 * Text as terms that can be compared. Latin and other spaced scripts: words, folded (case, accents, plural s), those with hyphens also in
 * parts; codes and addresses (`5.7.606`) stay whole. Chinese has no spaces: each run becomes its pairs of characters, which finds every
 * word of two and more without a dictionary.
 */
export function termsOf(text: string): readonly string[] {
  return [...fold(text).matchAll(run)].flatMap(([found]) => (isHan.test(found) ? pairs(found) : word(found)))
}

/** What somebody asked for, as it would stand in a text: for showing where it does. Longest first. */
export function phrasesOf(query: string): readonly string[] {
  const phrases = [...query.toLowerCase().matchAll(run)].flatMap(([found]) =>
    isHan.test(found) ? [found, ...pairs(found)] : [found, ...stemsOf(found)],
  )
  return [...new Set(phrases)].filter((phrase) => !isCommon(phrase)).toSorted((a, b) => b.length - a.length)
}

/** Whether the word says nothing about what is looked for. */
export function isCommon(term: string): boolean {
  return common.has(term)
}

const run = /\p{Script=Han}+|[\p{L}\p{N}]+(?:[.\-_@'’][\p{L}\p{N}]+)*/gu
const isHan = /^\p{Script=Han}/u

const common = new Set(
  'a after an and are as at be by can do does for from get how i if in is it me my not of on or our so that the their they this to was we what when where which who why will with you your 我的 我们 的邮 您的 为什 什么 么被 怎么 么办 如何 怎样 是否 可以 一个 没有'.split(
    ' ',
  ),
)

function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

function pairs(characters: string): string[] {
  const all = Array.from(characters)
  return all.length === 1 ? all : all.slice(1).map((character, index) => (all[index] ?? '') + character)
}

function word(found: string): string[] {
  const parts = found.split(/[-_@'’]/).filter((part) => part !== '')
  const whole = parts.length > 1 ? [found] : []
  return [...whole, ...parts.map(singular)]
}

/** `listings` is `listing`; `address` and `dns` keep their s. */
function singular(text: string): string {
  return text.length > 3 && /[^su0-9.]s$/.test(text) ? text.slice(0, -1) : text
}

function stemsOf(found: string): string[] {
  const stem = singular(found)
  return stem === found ? [] : [stem]
}

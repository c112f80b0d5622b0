import { reasonNames, reasons, type Language } from '../../src/access/reasons.ts'
import type { GuidePage } from '../../src/core/guide/page.ts'

/**
 * What a page of the guide says itself though the configuration decides it: limits, terms, our codes, mailboxes and addresses.
 * Facts of the world stand in the page's `facts`; code, links and headings are not looked at for numbers.
 */
export function literalFigures(page: GuidePage): readonly string[] {
  const prose = page.body
    .replaceAll(/^(```|~~~).*?^\1/gms, ' ')
    .replaceAll(/`[^`\n]*`/g, ' ')
    .replaceAll(/\]\([^)]*\)/g, '] ')
    .replaceAll(/^#.*$/gm, ' ')
    .replaceAll(/\{\{[^}]*\}\}/g, ' ')
  const facts = new Set(page.facts)
  const units = [...prose.matchAll(withUnit)]
    .filter(([, number = '']) => !facts.has(number))
    .map(([found]) => `“${found.trim()}” is a figure of ours, or belongs into facts`)
  // Our codes mean what the running profile says: a page names the reason.
  const codes = ourCodes.filter((code) =>
    new RegExp(`(?<![\\d.])${code.replaceAll('.', '\\.')}(?![\\d.])`).test(prose),
  )
  const mailboxes = (page.body.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? []).filter(
    (text) => !isExample(text.split('@')[1] ?? ''),
  )
  const addresses = (page.body.match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? []).filter(
    (text) => !/^(?:192\.0\.2|198\.51\.100)\.|^127\./.test(text),
  )
  return [
    ...units,
    ...codes.filter((code) => !facts.has(code)).map((code) => `${code} is a code of ours: {{code.…}}`),
    ...mailboxes.map((text) => `${text} is no example`),
    ...addresses.filter((text) => !facts.has(text)).map((text) => `${text} is no address for examples`),
  ]
}

const withUnit =
  /(?<![\w.,/§-])(\d[\d,.]*)\s*(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|messages|recipients|mailboxes|addresses|kB|MB|MiB|GB|%|秒|分钟|小时|天|周|个月|年(?!\d|\s*\d)|封|次|个)/g

/** `5.7.606` and the like; the plain registered ones (5.7.1) are everybody's. */
const ourCodes = [...new Set(reasonNames.map((name) => reasons[name].status['microsoft-like']))].filter(
  (code) => /\.\d{3}$/.test(code),
)

/**
 * The same of one text of the pages and letters: numbers from two on, also written out, of what a limit or a term counts. One of something is
 * no figure.
 */
export function messageFigures(text: string, language: Language): readonly string[] {
  return [...text.matchAll(language === 'en' ? inEnglish : inChinese)].map(([found]) =>
    found.replaceAll(/\s+/g, ' ').trim(),
  )
}

const numbers =
  'two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred'
const counted =
  'seconds?|minutes?|hours?|days?|weeks?|months?|years?|letters?|messages?|recipients|mailboxes|addresses|networks|times|tries|kB|MB|MiB|GB'
const inEnglish = new RegExp(
  `(?<![\\w.,/§$-])(?:(?:\\d[\\d,.]*|${numbers})[ -](?:${counted})|once (?:a|in a|every) (?:hour|day|week|month|year))(?!\\w)`,
  'gi',
)
const inChinese =
  /(?<![\d.,/§$第])(?:\d[\d,.]*|[两二三四五六七八九十百千]+)\s?(?:秒|分钟|小时|天|周|个月|年(?!\d|\s*\d)|封|次|个(?:邮箱|地址|网段|收件人)|kB|MB|MiB|GB)|每(?:小时|[天周月年])[^，。；：]{0,6}一次/g

function isExample(domain: string): boolean {
  return /(?:^|\.)(?:example\.(?:org|com|net)|[\w-]+\.example|example)$/.test(domain.toLowerCase())
}

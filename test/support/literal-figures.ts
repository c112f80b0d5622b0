import { reasonNames, reasons } from '../../src/access/reasons.ts'
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

function isExample(domain: string): boolean {
  return /(?:^|\.)(?:example\.(?:org|com|net)|[\w-]+\.example|example)$/.test(domain.toLowerCase())
}

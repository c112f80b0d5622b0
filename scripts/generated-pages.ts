/** The pages of `docs/` that are printed from the code: path → text. `npm run docs` writes them, a test compares them. */
import { reasonNames, reasons, whoActs } from '../src/access/reasons.ts'
import { refusals, type RefusalCode } from '../src/base/refusal.ts'
import { configurationPage, exampleFile } from '../src/config/document.ts'
import { bounceReasons } from '../src/core/analysis/analysis.ts'
import { knowledgeDates, wayOf } from '../src/core/analysis/knowledge.ts'
import { limitNames, limits } from '../src/core/limits/limits.ts'
import { thresholdNames, thresholds } from '../src/core/reputation/tuning.ts'
import { formatDuration } from '../src/standards/duration.ts'
import { analysis } from '../src/web/messages/en/analysis.ts'
import { refusals as english } from '../src/web/messages/en/refusals.ts'
import { refusals as chinese } from '../src/web/messages/zh-CN/refusals.ts'

export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationPage,
  'docs/postern.example.yaml': exampleFile,
  'docs/reasons.md': reasonsPage,
  'docs/refusals.md': refusalsPage,
  'docs/bounce-reasons.md': bounceReasonsPage,
  'docs/limits.md': limitsPage,
  'docs/thresholds.md': thresholdsPage,
}

const note = (file: string): string => `<!-- Printed from ${file} by \`npm run docs\`; do not edit. -->`

function reasonsPage(): string {
  const rows = reasonNames.map((name) => {
    const { reference, code, status, path, slug } = reasons[name]
    const codes = `${code} ${status['microsoft-like']} | ${code} ${status['iana-strict']}`
    return `| [${name}](#${name}) | ${reference} | ${codes} | ${path} | ${whoActs[path]} | \`/codes/${slug}\` |`
  })
  return lines(
    '# Reasons',
    '',
    note('src/access/reasons.ts'),
    '',
    'Why mail is refused or deferred. The SMTP reply, the code page on the site, the record behind the link, the console and',
    '`/.well-known/postmaster-policy.json` are printed from the same table. `codes` in the configuration chooses the column.',
    '',
    '| reason | reference | microsoft-like | iana-strict | path | who acts | page |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    ...reasonNames.flatMap((name) => {
      const { words, text, action } = reasons[name]
      const say = (language: 'en' | 'zh-CN'): string => {
        const { title, why, next, until } = words[language]
        const sentences = [why, next, until].join(language === 'en' ? ' ' : '')
        const filled = sentences.replaceAll('{{review}}', '`delisting.review`')
        return `- **${title}${language === 'en' ? '.' : '。'}** ${filled}`
      }
      return ['', `## ${name}`, '', `In the reply: “${text} … ${action} …”`, '', say('en'), say('zh-CN')]
    }),
  )
}

function refusalsPage(): string {
  return lines(
    '# Refusals',
    '',
    note('src/base/refusal.ts and src/web/messages'),
    '',
    'Every answer that somebody can act on has a stable code: in problem documents of the API (`code`, RFC 9457), on pages and in',
    'commands. The number is the HTTP status. Sentences are shown as they read when no facts are known.',
    ...(Object.keys(refusals) as RefusalCode[]).flatMap((code) => {
      const [en, zh] = [english[code]({}), chinese[code]({})]
      return [
        '',
        `## ${code}`,
        '',
        `${refusals[code]} · ${[en.what, en.next].join(' ').trim()}`,
        '',
        `${zh.what}${zh.next}`,
      ]
    }),
  )
}

function bounceReasonsPage(): string {
  return lines(
    '# Reasons of bounces',
    '',
    note('src/core/analysis and src/web/messages'),
    '',
    'What [`postern analyse`](analyse.md) says about mail that was refused, whoever refused it. A receiver whose own code or words are',
    'known may name another path. Who must act follows from the path alone.',
    '',
    '| reason | what happened | path | while it is still tried |',
    '|---|---|---|---|',
    ...bounceReasons.map((reason) => {
      const [failed, delayed] = [wayOf(reason, false), wayOf(reason, true)]
      return `| ${reason} | ${analysis.reasons[reason]} | ${failed} | ${delayed === failed ? '' : delayed} |`
    }),
    '',
    '| path | who must act | what to do |',
    '|---|---|---|',
    ...(Object.keys(whoActs) as (keyof typeof whoActs)[]).map(
      (path) => `| ${path} | ${whoActs[path]}: ${analysis.whos[whoActs[path]]} | ${analysis.paths[path]} |`,
    ),
    '',
    'As of: ' +
      Object.entries(knowledgeDates)
        .map(([name, date]) => `${name} ${date}`)
        .join(', ') +
      '.',
  )
}

function limitsPage(): string {
  return lines(
    '# Limits',
    '',
    note('src/core/limits/limits.ts'),
    '',
    'Budgets that outsiders spend: at most so many in **any** time of that length, kept across restarts. Each can be changed under',
    '`limits` in the configuration. A client is the /24 or /56 that somebody comes from.',
    '',
    '| name | most | in any | why |',
    '|---|---|---|---|',
    ...limitNames.map((name) => {
      const { count, windowMs, why } = limits[name]
      return `| \`${name}\` | ${count} | ${formatDuration(windowMs)} | ${why} |`
    }),
  )
}

function thresholdsPage(): string {
  return lines(
    '# Thresholds of the judgement',
    '',
    note('src/core/reputation/tuning.ts'),
    '',
    'What [the judgement](reputation.md) is made with. Each can be changed under `reputation.tuning` in the configuration; try a change with the',
    'dry run of the console, or with `postern replay --config`, before it acts. Secret ones are shown to operators only, on pages and',
    'in answers: whoever knows them stays just below. (They are printed here because the built-in values are in the source.)',
    '',
    '| name | value | unit | senders may know it | why |',
    '|---|---|---|---|---|',
    ...thresholdNames.map((name) => {
      const { value, unit, why, isPublic } = thresholds[name]
      return `| \`${name}\` | ${value} | ${unit} | ${isPublic ? 'yes' : 'no'} | ${why} |`
    }),
  )
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`
}

import type { ShownFinding, FindingResult } from '../core/checks/finding.ts'
import type { SpfStep } from '../standards/spf.ts'
import { messages } from '../web/messages/messages.ts'
import type { Command, Output } from './command.ts'
import { plain, text } from './output.ts'
import { withCore } from './with-core.ts'

export const checkCommand: Command = {
  name: 'check',
  usage: 'DOMAIN [--ip IP] [--selector S] [--helo NAME]',
  summary: 'Check the DNS and authentication of a sender live, with the records to publish.',
  options: { ip: { type: 'string' }, selector: { type: 'string' }, helo: { type: 'string' } },
  optionHelp: {
    ip: 'address that its mail comes from',
    selector: 'DKIM selector (s= of a signature); without it common ones are tried',
    helo: 'name that its server says in HELO; without it the reverse name of the address',
  },
  words: [1, 1],
  run: async (invocation) => {
    let worst: unknown
    const status = await withCore(
      invocation,
      'check',
      { domain: invocation.words[0], ...invocation.options },
      say,
      {
        onValue: (value) => {
          if ('faults' in value && 'result' in value) worst = value.result
        },
      },
    )
    return status === 0 && worst === 'fault' ? 1 : status
  },
}

function say(value: object, output: Output): void {
  if ('finding' in value) sayFinding(value as ShownFinding, output)
  else saySummary(value as Record<string, unknown>, output)
}

const marks: Readonly<Record<FindingResult, string>> = {
  pass: 'pass   ',
  info: 'info   ',
  warning: 'warning',
  fault: 'fault  ',
  unknown: 'unknown',
}

/** Room for the mark before what belongs to a finding. */
const inset = ' '.repeat(9)

function sayFinding(
  { finding, topic, result, facts, found, publish, trace }: ShownFinding,
  { say: print }: Output,
): void {
  const words = messages.en.check
  const { what, next } = words.findings[finding](facts)
  print(
    plain(`${marks[result]}  ${words.topics[topic].title}: ${what}${next === undefined ? '' : ` ${next}`}`),
  )
  for (const { name, type, text: record } of found) print(plain(`${inset}found    ${name} ${type} ${record}`))
  for (const line of publish) print(plain(`${inset}publish  ${line}`))
  if (result === 'pass') return
  for (const step of trace ?? []) print(plain(`${inset}asked    ${traceLine(step)}`))
}

function traceLine({ domain, depth, term, outcome, asked, lookups }: SpfStep): string {
  const words = messages.en.check.outcomes
  const target = asked === undefined || asked === domain ? '' : ` → ${asked}`
  return `${'  '.repeat(Math.min(depth, 10))}${domain}: ${term}${target}: ${words[outcome]} (${lookups})`
}

function saySummary(
  { domain, ip, faults, warnings, unknown }: Record<string, unknown>,
  { say: print }: Output,
): void {
  const about = messages.en.check.about(text(domain), typeof ip === 'string' ? ip : undefined)
  print('')
  print(plain(`${about}: ${text(faults)} to mend, ${text(warnings)} warnings, ${text(unknown)} not known`))
}

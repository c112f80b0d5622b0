import type { Recipient } from '../core/analysis/analysis.ts'
import type { Answer } from '../core/analysis/answer.ts'
import { messages } from '../web/messages/messages.ts'
import { whoWords } from '../web/messages/who-words.ts'
import { facts, plain } from './output.ts'

const words = messages.en.analysis

/** An answer for a terminal: what happened, who must act, what to do next. */
export function analysisLines(title: string, answer: Answer): readonly string[] {
  return [plain(title), ...body(answer).map((line) => (line === '' ? '' : `  ${line}`)), '']
}

function body(answer: Answer): readonly string[] {
  switch (answer.kind) {
    case 'bounce':
    case 'reply':
      return [
        words.kinds[answer.kind],
        ...answer.recipients.flatMap((recipient) => ['', ...recipientLines(recipient)]),
        ...(answer.case === null
          ? []
          : ['', words.case(answer.case.ip, answer.case.at, answer.case.valid === true)]),
      ]
    case 'feedback':
    case 'xarf':
      return [words.kinds[answer.kind], ...facts(answer.feedback).split('\n')]
    case 'headers':
    case 'message':
    case 'auto-reply':
      return [words.kinds[answer.kind], ...facts(answer.header).split('\n')]
    case 'unknown':
      return [
        words.errors[answer.error],
        ...(answer.perhaps === undefined ? [] : [`${words.perhaps} ${words.reasons[answer.perhaps.reason]}`]),
      ]
  }
}

function recipientLines(recipient: Recipient): readonly string[] {
  const { labels } = words
  const { address, action, replyCode, status, statusDerived, reason } = recipient
  const codes = [
    replyCode,
    status ?? (statusDerived === undefined ? undefined : words.derivedStatus(statusDerived)),
  ]
  const isTrouble = reason !== undefined
  return [
    `${address === undefined ? '' : `${plain(address)}: `}${words.actions[action]}`,
    ...facts({
      [labels.happened]: isTrouble ? words.reasons[reason] : undefined,
      [labels.who]: isTrouble ? whoWords(words, recipient) : undefined,
      [labels.next]: isTrouble ? words.paths[recipient.path] : undefined,
      [labels.ask]: recipient.ask,
      [labels.refused]: recipient.rejectedIp,
      [labels.code]: codes.filter((code) => code !== undefined).join(' '),
      [labels.command]: recipient.command,
      [labels.remote]: recipient.remoteMta,
      [labels.diagnostic]: recipient.diagnostic?.replaceAll(/\s+/g, ' ').slice(0, 300),
    }).split('\n'),
  ]
}

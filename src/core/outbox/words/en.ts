import type { LetterWords } from '../letter-words.ts'

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export const en: LetterWords = {
  letters: {
    'confirm-delisting': ({ ip, link, expiresAt }, { provider }) => ({
      subject: `Please confirm: lift the block on ${ip}`,
      paragraphs: [
        'Hello,',
        `on the postmaster site of ${provider} somebody asked us to lift the block on this IP address, and gave this mailbox as theirs:`,
        { verbatim: `    ${ip}` },
        `If it was you, please open this link before ${moment(expiresAt)}:`,
        { verbatim: link },
        'Opening it changes nothing yet: the page shows the request, and nothing happens before you press “Delist IP” there. In another browser than the one you asked with, the page also wants the code that you were shown then; the code is not in this letter.',
        'If it was not you, do nothing. Without that code nobody gets any further, and the request ends by itself. We never ask for a password.',
      ],
    }),
    'delisting-done': ({ ip, when, statusUrl }, { provider }) => ({
      subject: `The block on ${ip} is lifted`,
      paragraphs: [
        'Hello,',
        `as you asked, ${provider} has lifted the block on this IP address on ${moment(when)}:`,
        { verbatim: `    ${ip}` },
        'Mail from it is accepted again. Messages that were refused before have gone back to their senders and do not come by themselves: please send them once more.',
        'The page of your request shows when the first message has come through. It opens in the browser you asked with:',
        { verbatim: statusUrl },
        'For a while we look more closely at this address than at others. If what led to the block goes on, it comes back, sooner than before and for longer. The refusal then names the reason and has a link that leads on.',
      ],
    }),
    'delisting-reviewed': ({ ip, outcome, until }, { provider, delistMailbox }) =>
      outcome === 'delisted'
        ? {
            subject: `We have looked at ${ip}: the block is lifted`,
            paragraphs: [
              'Hello,',
              `one of the postmasters of ${provider} has looked at your request about this IP address and has lifted the block:`,
              { verbatim: `    ${ip}` },
              'Mail from it is accepted again. Messages that were refused before have gone back to their senders: please send them once more.',
              'For a while we look more closely at this address than at others. If what led to the block goes on, it comes back, and then for longer.',
            ],
          }
        : {
            subject: `We have looked at ${ip}: the block stays for now`,
            paragraphs: [
              'Hello,',
              `one of the postmasters of ${provider} has looked at your request about this IP address and has decided that the block stays for now:`,
              { verbatim: `    ${ip}` },
              'What we have received from it lately does not let us lift the block yet. The usual causes are an account whose password was stolen, a web form or script that sends for strangers, a machine with malware behind the same address, or a list of recipients who never asked.',
              `When you have found the cause and removed it, write to ${delistMailbox} from your own mailbox. Name the address and say what you found and what you changed; a person reads it.`,
              ...(until === undefined ? [] : [`Without that, the block ends by itself on ${moment(until)}.`]),
            ],
          },
  },
  ending: ({ provider, host }) => [
    'You would rather have no letters from us? Reply to this one with the single word STOP, and this mailbox gets none for 90 days. Nobody reads other replies.',
    { verbatim: `The postmasters of ${provider}\n${host}` },
  ],
}

/** `4 May 2026, 10:15 UTC`, not parted by the end of a line. */
function moment(at: number): string {
  const time = new Date(at)
  const date = `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`
  return `${date}, ${time.toISOString().slice(11, 16)} UTC`.replaceAll(' ', '\u00a0')
}

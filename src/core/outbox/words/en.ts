import type { AuthenticationTest } from '../../../access/high-volume.ts'
import { reasons, type Cause } from '../../../access/reasons.ts'
import type { BrakeWhy } from '../../../access/brake.ts'
import type {
  AbuseNotice,
  FormState,
  LetterWords,
  ObservedLine,
  OwnerState,
  Paragraph,
} from '../letter-words.ts'
import { showPrefixText } from '../../../standards/prefix.ts'
import { testWords } from './test-words.ts'

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
    'delisting-reviewed': ({ ip, outcome, until, unmet, words, link }, { provider, delistMailbox }) =>
      outcome === 'delisted'
        ? {
            subject: `We have looked at ${ip}: the block is lifted`,
            paragraphs: [
              'Hello,',
              `one of the postmasters of ${provider} has looked at your request about this IP address and has lifted the block:`,
              { verbatim: `    ${ip}` },
              ...(words === undefined ? [] : ['The postmaster writes:', { quoted: words }]),
              'Mail from it is accepted again. Messages that were refused before have gone back to their senders: please send them once more.',
              'For a while we look more closely at this address than at others. If what led to the block goes on, it comes back, and then for longer.',
              ...pageOf(link),
            ],
          }
        : {
            subject: `We have looked at ${ip}: the block stays for now`,
            paragraphs: [
              'Hello,',
              `one of the postmasters of ${provider} has looked at your request about this IP address and has decided that the block stays for now:`,
              { verbatim: `    ${ip}` },
              ...(unmet === undefined
                ? []
                : [
                    'What speaks against it is this, which we have tested:',
                    { verbatim: `    ${testWords.en(unmet)}` },
                  ]),
              ...(words === undefined ? [] : ['The postmaster writes:', { quoted: words }]),
              ...(unmet === undefined && words === undefined
                ? [
                    'What we have received from it lately does not let us lift the block yet. The usual causes are an account whose password was stolen, a web form or script that sends for strangers, a machine with malware behind the same address, or a list of recipients who never asked.',
                  ]
                : []),
              link === undefined
                ? `When you have found the cause and removed it, write to ${delistMailbox} from your own mailbox. Name the address and say what you found and what you changed; a person reads it.`
                : 'When you have found the cause and removed it, reply to this letter within 14 days: say what you found and what you changed, and a person looks again. After that please write anew.',
              ...(until === undefined ? [] : [`Without that, the block ends by itself on ${moment(until)}.`]),
              ...pageOf(link),
            ],
          },
    'case-received': ({ ip, by, besides = [], left = [], link }, { provider, site }) => ({
      subject:
        ip === undefined
          ? 'We have your message'
          : besides.length === 0
            ? `We have your message about ${ip}`
            : `We have your message about ${ip} and ${besides.length} more`,
      paragraphs: [
        'Hello,',
        ip === undefined
          ? `your message to the postmasters of ${provider} has come.`
          : besides.length === 0
            ? `your message to the postmasters of ${provider} has come. It is about this IP address:`
            : `your message to the postmasters of ${provider} has come. A person looks at these IP addresses; each has a case of its own, and is answered by itself:`,
        ...(ip === undefined ? [] : [{ verbatim: [ip, ...besides].map((each) => `    ${each}`).join('\n') }]),
        `A person reads it and answers you by ${moment(by)} at the latest. You need not do anything until then. If you find out more, reply to this letter${besides.length === 0 ? '' : ' and name the address'}.`,
        ...(left.length === 0
          ? []
          : [
              'These were too many at once, or could not be taken now. Please write about them again, in another message:',
              { verbatim: left.map((each) => `    ${each}`).join('\n') },
            ]),
        ...(besides.length + left.length === 0
          ? []
          : [
              'Other addresses that your message names wait for no decision of a person. What you can do about one of them, you find here:',
              { verbatim: `${site}/delist` },
            ]),
        ...pageOf(link),
      ],
    }),
    'case-answer': ({ words, until, link }, { provider }) => ({
      subject: until === undefined ? 'An answer from the postmasters' : 'A question from the postmasters',
      paragraphs: [
        'Hello,',
        `a postmaster of ${provider} writes:`,
        { quoted: words },
        ...(until === undefined
          ? []
          : [
              `Please reply to this letter by ${moment(until)}; until then the case waits for you. Without an answer it is closed a day later; if you reply within 14 days of that, it is opened again.`,
            ]),
        ...pageOf(link),
      ],
    }),
    'case-conditional': ({ ip, tests, until, isAgain, words, link }, { provider }) => ({
      subject: isAgain
        ? `${ip}: what is still missing`
        : `We lift the block on ${ip} as soon as this is mended`,
      paragraphs: [
        'Hello,',
        isAgain
          ? 'we have looked again at what must be mended before the block on this IP address is lifted:'
          : `one of the postmasters of ${provider} has looked at your request. The block on this IP address is lifted by itself as soon as the tests below pass:`,
        { verbatim: `    ${ip}` },
        isAgain ? 'This is still missing:' : 'What must be mended:',
        { verbatim: tests.map((test) => `    * ${testWords.en(test)}`).join('\n') },
        ...(words === undefined ? [] : ['The postmaster adds:', { quoted: words }]),
        `We test it again and again until ${moment(until)}, and you need not tell us: when all of it passes, mail from the address is accepted at once, and a letter says so.`,
        ...pageOf(link),
      ],
    }),
    'case-moved': ({ ip, reference, tests, until, link }, { provider }) => ({
      subject: ip === undefined ? 'Your case has a new reference' : `${ip}: your case has a new reference`,
      paragraphs: [
        'Hello,',
        ip === undefined
          ? `your case with the postmasters of ${provider} goes on under another reference.`
          : `your case with the postmasters of ${provider} about this IP address goes on under another reference:`,
        ...(ip === undefined ? [] : [{ verbatim: `    ${ip}` }]),
        'The new reference:',
        { verbatim: `    ${reference}` },
        'Nothing else changes for you: what was said stands on your page, and replies to earlier letters come to us as before. Please give the new reference where you mention the case.',
        ...(tests === undefined
          ? []
          : [
              'What was decided holds as well: the block is lifted by itself as soon as these tests pass.',
              { verbatim: tests.map((test) => `    * ${testWords.en(test)}`).join('\n') },
              ...(until === undefined ? [] : [`We go on testing until ${moment(until)}.`]),
            ]),
        ...pageOf(link),
      ],
    }),
    'confirm-form': ({ link, expiresAt }, { provider }) => ({
      subject: `Your request to ${provider}: please confirm`,
      paragraphs: [
        'Hello,',
        `somebody filled in a form on the postmaster site of ${provider} and gave this mailbox. If it was you, open this link before ${moment(expiresAt)} and press the button: that sends the form.`,
        { verbatim: link },
        'Opening it changes nothing. In another browser than the one you used, the page wants the code that you saw there; it is not in this letter.',
        'If it was not you, please do nothing: then nothing is sent.',
      ],
    }),
    'forecast-decided': ({ fate, until, words, link }, { provider }) => ({
      subject: `Your forecast for ${provider}: ${{ agreed: 'agreed', refused: 'not agreed', stopped: 'stopped' }[fate]}`,
      paragraphs: [
        'Hello,',
        {
          agreed: `${provider} has agreed to your forecast. On each of its days the hourly budget of your addresses is raised so that the forecast of that day finds room, spread evenly over the hours.${until === undefined ? '' : ` It ends by itself: ${moment(until)}.`} It ends at once if an address is listed or its mail is unwanted.`,
          refused: `${provider} does not raise the budgets of your addresses. They can send all the same: an unknown address begins with little, and its budget grows by itself with wanted mail.`,
          stopped: `The budgets of your addresses at ${provider} are no longer raised. What they may send follows from their own mail again; the page says why it was stopped.`,
        }[fate],
        ...(words === undefined ? [] : ['A postmaster writes:', { quoted: words }]),
        fate === 'agreed'
          ? 'The page shows the forecast day by day, beside what we have seen:'
          : 'The page shows the forecast and the reason:',
        { verbatim: link },
        'A reply to this letter goes to a person.',
      ],
    }),
    'form-states': ({ states, until, words, link }, { provider }) => ({
      subject:
        states.length === 1
          ? `${states[0]?.prefix ?? ''}: ${formStateWords[states[0]?.state ?? 'received']}`
          : `Your addresses at ${provider}: how they stand`,
      paragraphs: [
        'Hello,',
        `this is how the addresses of your request to ${provider} stand now:`,
        {
          verbatim: states
            .slice(0, mostStates)
            .map(({ prefix, state }) => `    ${prefix}: ${formStateWords[state]}`)
            .join('\n'),
        },
        ...(states.length > mostStates
          ? [`And ${states.length - mostStates} more; the page has all of them.`]
          : []),
        ...(words === undefined ? [] : ['A postmaster writes:', { quoted: words }]),
        ...(until === undefined ? [] : [untilWords(states, moment(until))]),
        'The page says the reason of each, and what to do:',
        { verbatim: link },
        'A reply to this letter goes to a person.',
      ],
    }),
    'high-volume-notice': ({ domain, failed, stage, from }, { provider, site }) => ({
      subject: `Mail from ${domain} does not pass ${failedWords(failed)} at ${provider}`,
      paragraphs: [
        'Hello,',
        `you look after this domain, which sends more mail to ${provider} than most:`,
        { verbatim: `    ${domain}` },
        `Domains that send as much must pass SPF, DKIM and DMARC with every message. Messages that carry your domain in From have lately failed: ${failedWords(failed)}.`,
        stage === 'reject'
          ? `From ${date(from)} (UTC) such messages are refused, with the reply 550 5.7.515. The messages that pass all three tests are not concerned.`
          : `From ${date(from)} (UTC) such messages are put into the junk folder of their readers. The messages that pass all three tests are not concerned.`,
        'What to do: find out which of your services sends them, and let it sign with DKIM and stand in your SPF record, for the domain that is in From. If you do not send them at all, somebody forges your domain; a DMARC policy of reject stops that, here and elsewhere.',
        'How each test is passed:',
        { verbatim: `${site}/codes/authentication-required` },
        'Nothing needs to be requested or answered: the next message that passes the tests is accepted as always.',
      ],
    }),
    'probe-report': ({ link, faults, warnings, expiresAt }, { provider }) => ({
      subject:
        faults === 0 ? 'Your test message: nothing to mend' : `Your test message: ${things(faults)} to mend`,
      paragraphs: [
        'Hello,',
        `you sent a message to a test address of ${provider}. It arrived and was examined.`,
        faults + warnings === 0
          ? 'Nothing about it needs to be mended.'
          : `Found: ${things(faults)} to mend, ${things(warnings)} worth a look.`,
        'The report says what was found, why it matters and what to do:',
        { verbatim: link },
        `It is kept until ${moment(expiresAt)}. Whoever has the link can read it; nothing of the text of your message is in it.`,
      ],
    }),
    'observed-digest': ({ day, messages, senders, top }, { provider }) => ({
      subject: `${date(day)}: ${number(messages)} messages would have been hit`,
      paragraphs: [
        `On ${date(day)} (UTC), if everything had been acted on, ${provider} would have put off or refused ${number(messages)} messages of ${number(senders)} senders. Nothing of this was done.`,
        ...(top.length === 0
          ? []
          : ['Those with the most messages:', { verbatim: top.map(observedLine).join('\n') }]),
        'Look them through in the console, under “Would have been hit”. If somebody is here whose mail people want, their page says why; protect them (protected.names, protected.networks) or try other thresholds in a dry run. When nobody is left who should not be here, go on to the next reputation.mode.',
      ],
    }),
    'proposal-notice': ({ ip, senders, messages, when }, { provider }) => ({
      subject: `Waits for a second person: ${ip}`,
      paragraphs: [
        `Somebody wants ${provider} to refuse all mail of this range:`,
        { verbatim: `    ${ip}` },
        `Within the last three days ${number(messages)} wanted messages came from it, of ${number(senders)} senders. That is so much that it may be a mistake in the prefix, so nothing is refused yet.`,
        `Look at it in the console, under Listings, “proposed”. A second person agrees to it there, or withdraws it. It is dropped by itself on ${moment(when)}.`,
      ],
    }),
    'brake-notice': ({ rule, why, isOn, when }, { provider }) =>
      isOn
        ? {
            subject: `Brake pulled: ${brakeWords[rule]}`,
            paragraphs: [
              `On ${moment(when)} the self-incident brake of ${provider} was pulled, for this rule:`,
              { verbatim: `    ${brakeWords[rule]}` },
              whyWords[why],
              ...(why === 'hand'
                ? [
                    'The rule lists nobody now, and what it has listed lately is only put off, so no mail is lost.',
                    'What to do: find out what is wrong, and let the brake go in the console (overview) or with “postern brake”. It lets go by itself after a day; the audit says who pulled it.',
                  ]
                : [
                    'That is rather our own fault than theirs: a filter that has gone mad, a bad update, a broken list. The rule lists nobody now, and what it has listed lately is only put off, so no mail is lost.',
                    'What to do: look at the content filter and its latest changes. The brake lets go by itself when what it measures is as usual again; the audit says what was seen.',
                  ]),
            ],
          }
        : {
            subject: `Brake released: ${brakeWords[rule]}`,
            paragraphs: [
              `On ${moment(when)} the self-incident brake of ${provider} has let go; this rule acts again:`,
              { verbatim: `    ${brakeWords[rule]}` },
            ],
          },
    'confirm-report': ({ link }, { provider }) => ({
      subject: 'Please confirm: your report of abuse',
      paragraphs: [
        'Hello,',
        `somebody reported a message to the abuse desk of ${provider} and gave this mailbox as theirs. If it was you, please open this link:`,
        { verbatim: link },
        'Opening it changes nothing: the page has a button. In another browser than the one you used, it wants the code on the page of your report; it is not in this letter.',
        'Then we know that we may write to you, and your report has its full weight. It is looked at either way.',
        'If it was not you, please do nothing: we do not write again.',
      ],
    }),
    'report-received': ({ link }, { provider }) => ({
      subject: 'Your report of abuse has arrived',
      paragraphs: [
        'Hello,',
        `your report is with the abuse desk of ${provider}. How it stands is on this page, which only you have:`,
        { verbatim: link },
        'When the matter is closed we write once more. Whoever sent the message does not learn from us who reported it.',
      ],
    }),
    'report-instructions': ({ link }, { provider, abuseMailbox }) => ({
      subject: 'We need the message itself',
      paragraphs: [
        'Hello,',
        `you wrote to the abuse desk of ${provider}. A person reads what you wrote. To find out who sent a message, though, we need the message itself with its header, and in yours there was none.`,
        `Please write a new message to ${abuseMailbox} and attach the one you complain of as a file (“Forward as attachment” in most programs). Plain forwarding and screenshots lose the header.`,
        'Or upload or paste it here:',
        { verbatim: link },
      ],
    }),
    'report-closed': ({ result, link, ip, contact }, { provider }) => ({
      subject: reportSubjects[result],
      paragraphs: [
        'Hello,',
        ...reportWords(result, provider, ip, contact),
        'The page of your report:',
        { verbatim: link },
      ],
    }),
    'account-notice': ({ act, when, link }, { provider }) => ({
      subject: accountSubjects[act],
      paragraphs: ['Hello,', ...accountWords(act, when, provider, link)],
    }),
    'abuse-notice': ({ why, incident }, { provider }) => ({
      subject: `Abuse desk: ${abuseNoticeSubjects[why]}`,
      paragraphs: [
        `The abuse desk of ${provider} has something that a person has to look at:`,
        { verbatim: `    ${incident}` },
        abuseNoticeWords[why],
      ],
    }),
    'person-link': ({ link, expiresAt }, { provider }) => ({
      subject: `Your link to what ${provider} keeps about you`,
      paragraphs: [
        'Hello,',
        `somebody asked on the postmaster site of ${provider} to see, or to have deleted, what is kept about this mailbox. If it was you, open this link before ${moment(expiresAt)}:`,
        { verbatim: link },
        'Opening it changes nothing: the page asks what you want. In another browser than the one you asked with, it wants the code that you saw there; it is not in this letter.',
        'If it was not you, please do nothing: without the code nobody gets further. We never ask for a password.',
      ],
    }),
    'owner-link': ({ link, expiresAt }, { provider }) => ({
      subject: `Your link to the owners' pages of ${provider}`,
      paragraphs: [
        'Hello,',
        `somebody asked on the postmaster site of ${provider} to show, with this mailbox, that a network is theirs. If it was you, open this link before ${moment(expiresAt)}:`,
        { verbatim: link },
        'Opening it changes nothing. In another browser than the one you asked with, the page wants the code that you saw there; it is not in this letter.',
        'If it was not you, please do nothing: without the code nobody gets further. We never ask for a password.',
      ],
    }),
    'recipient-link': ({ link, expiresAt }, { provider }) => ({
      subject: `Your link: mail to you that ${provider} refused`,
      paragraphs: [
        'Hello,',
        `somebody asked on the postmaster site of ${provider} to see which mail to this mailbox was refused. If it was you, open this link before ${moment(expiresAt)}:`,
        { verbatim: link },
        'Opening it changes nothing. In another browser than the one you asked with, the page wants the code that you saw there; it is not in this letter.',
        'If it was not you, please do nothing: without the code nobody gets further. We never ask for a password.',
      ],
    }),
    'owner-contact': ({ prefix, link, expiresAt }, { provider }) => ({
      subject: `Does somebody speak for ${prefix}? ${provider} asks`,
      paragraphs: [
        'Hello,',
        `somebody has said on the postmaster site of ${provider} that this network is theirs to look after:`,
        { verbatim: `    ${prefix}` },
        `A registry, or the name of the address, gives this mailbox as the one to ask. Who it is and what they may then do stands on this page, until ${moment(expiresAt)}:`,
        { verbatim: link },
        'Opening it changes nothing. To confirm, the page wants a code that only the one who asked has seen: have them tell you, so that you know who they are.',
        'If you know nothing of it, please do nothing: without you nothing happens, and nobody can have us ask you time and again.',
      ],
    }),
    'owner-state': ({ prefix, state, link }, { provider }) => ({
      subject: ownerSubjects[state](prefix),
      paragraphs: ['Hello,', ...ownerWords[state](prefix, provider), { verbatim: link }],
    }),
    'own-listing-notice': ({ isListed, domain, addresses, others }, { provider }) => ({
      subject: isListed ? `Our addresses are on ${domain}` : `Our addresses are off ${domain} again`,
      paragraphs: [
        isListed
          ? `A list that others filter by names addresses that mail of ${provider} leaves from. Whoever asks this list may refuse our mail now.`
          : `A list that others filter by does not name these addresses of ${provider} any more.`,
        { verbatim: addresses.map((address) => `    ${address}`).join('\n') },
        ...(others > 0 ? [`And ${others} more.`] : []),
        ...(isListed
          ? [
              'What the list says of them, since when, and where to ask stands in the console under Abuse, Our standing. First find what was sent: the incidents of the same days are the place to begin.',
            ]
          : []),
      ],
    }),
  },
  caseEnding: ({ provider, host }) => [
    'Replies to this letter come to the same people; write them from the mailbox that it came to. If you want no more letters from us, reply with the one word STOP: then this mailbox gets none for 90 days.',
    { verbatim: `The postmasters of ${provider}\n${host}` },
  ],
  operatorEnding: ({ provider, host }) => [
    { verbatim: `Postern of ${provider}, to its operator (notify)\n${host}` },
  ],
  ending: ({ provider, host }) => [
    'You would rather have no letters from us? Reply to this one with the single word STOP, and this mailbox gets none for 90 days. Nobody reads other replies.',
    { verbatim: `The postmasters of ${provider}\n${host}` },
  ],
}

const ownerSubjects = {
  granted: (prefix: string) => `${prefix} is confirmed as yours`,
  failing: (prefix: string) => `The proof that ${prefix} is yours is missing`,
  renew: (prefix: string) => `The confirmation of ${prefix} has to be renewed`,
  'contact-gone': (prefix: string) => `The contact that confirmed ${prefix} is gone`,
  ended: (prefix: string) => `${prefix} is no longer confirmed as yours`,
} as const

const ownerWords: Readonly<Record<OwnerState, (prefix: string, provider: string) => readonly Paragraph[]>> = {
  granted: (prefix, provider) => [
    `from now on ${provider} takes the reader of this mailbox for an owner of this network:`,
    { verbatim: `    ${prefix}` },
    'You see what of it is listed, and can ask for it to be let in again. If a record or a file proved it, leave it where it is: we look for it once a day.',
    'If you know nothing of this, somebody who reads this mailbox has done it; give the network up on the page.',
  ],
  failing: (prefix, provider) => [
    `${provider} looks once a day for the proof that this network is yours, and today it was not there:`,
    { verbatim: `    ${prefix}` },
    'If it is missing again when we look in a day, the confirmation ends. What to do: put the record or the file back as the page of the network shows it.',
  ],
  renew: (prefix, provider) => [
    `that this network is yours was confirmed to ${provider} by mail; such a word holds for a time, and that is over soon:`,
    { verbatim: `    ${prefix}` },
    'The day stands on the page of the network. What to do before it: have the contact asked again there, or publish a record in the reverse zone, which needs no renewal.',
  ],
  'contact-gone': (prefix, provider) => [
    `the registry does not name the contact any more that confirmed to ${provider} that this network is yours:`,
    { verbatim: `    ${prefix}` },
    'Nothing changes for now. What to do in time, the day stands on the page of the network: have the new contact asked there, or publish a record in the reverse zone. Else the confirmation ends.',
  ],
  ended: (prefix, provider) => [
    `${provider} does not take you for an owner of this network any more:`,
    { verbatim: `    ${prefix}` },
    'The page says why. If the network is still yours, claim it again there; that takes a few minutes.',
  ],
}

const reportSubjects = {
  acted: 'Your report of abuse: we have acted',
  'no-violation': 'Your report of abuse: we have found no violation',
  'not-ours': 'Your report of abuse: the message did not come from us',
  unproven: 'Your report of abuse: we could not prove where it came from',
} as const

function reportWords(
  result: keyof typeof reportSubjects,
  provider: string,
  ip: string | undefined,
  contact: string | undefined,
): readonly Paragraph[] {
  switch (result) {
    case 'acted':
      return [
        `the message that you reported came from an account at ${provider}, and we have acted. Thank you: without reports such as yours we would learn of it later, or not at all.`,
        'What exactly we did, and to whom, we tell nobody. If more of it comes, please report it again.',
      ]
    case 'no-violation':
      return [
        `the message that you reported came from an account at ${provider}. A person has looked at it and has found no violation of our rules.`,
        'If you only want no more of it, its “unsubscribe” link or a block in your mail program is the quickest way. If it goes on all the same, please report it again: that is a violation.',
      ]
    case 'not-ours':
      return [
        `the message that you reported did not leave the systems of ${provider}. The sender’s address was probably forged.`,
        ...(ip === undefined
          ? []
          : [
              contact === undefined
                ? 'It was handed to your mail server by this address; its network can act:'
                : 'It was handed to your mail server by this address. The network behind it can act; please write to:',
              { verbatim: contact === undefined ? `    ${ip}` : `    ${ip}\n    ${contact}` },
            ]),
      ]
    case 'unproven':
      return [
        `we could not prove that the message came from ${provider}: its header is missing or was changed on the way. We therefore did nothing about anybody.`,
        'If you still have the message, please send it as an attachment, unchanged.',
      ]
  }
}

const accountSubjects = {
  notify: 'Mail from your account is being reported as abuse',
  suspend: 'Your account can send no mail at the moment',
  release: 'Your account can send mail again',
} as const

function accountWords(
  act: keyof typeof accountSubjects,
  when: number,
  provider: string,
  link: string,
): readonly Paragraph[] {
  switch (act) {
    case 'notify':
      return [
        `several people have reported mail from your account at ${provider} as abuse. If you did not send it, somebody else is using your account: please change its password now, and look for forwarding rules and programs that you do not know.`,
        'What was reported and what else you can do is here:',
        { verbatim: link },
        'If the reports go on, the account is stopped from sending. It goes on receiving.',
      ]
    case 'suspend':
      return [
        `since ${moment(when)} your account at ${provider} can send no mail, because many people reported what it sent. It goes on receiving.`,
        'Please change its password, and look for forwarding rules and programs that you do not know. Then open this page; it shows what was reported, and there you tell us that the account is secured:',
        { verbatim: link },
      ]
    case 'release':
      return [
        `since ${moment(when)} your account at ${provider} can send mail again. Messages that were refused meanwhile have to be sent once more.`,
        'For a while it is stopped sooner than others if reports come again.',
        { verbatim: link },
      ]
  }
}

const abuseNoticeSubjects: Record<AbuseNotice, string> = {
  severe: 'a grave report',
  braked: 'suspensions are held back',
  protected: 'a protected account is reported',
  mode: 'an account would be suspended',
  unlogged: 'an account whose mail is not logged is reported',
  share: 'an account that sends much is reported much',
  'too-many-releases': 'an account asks to be let go again',
  person: 'a colleague puts an incident before you',
  replay: 'a genuine message is being sent on to many',
}

const abuseNoticeWords: Record<AbuseNotice, string> = {
  severe:
    'Somebody reports phishing, malware, harassment or illegal content. Such reports are for a person at once, whatever was counted.',
  braked:
    'Rules wanted to suspend more accounts than they may (the limit abuse.suspensions.ten-minutes, and abuse.suspendedShare). So many at once are rather a fault of ours, or an attack. Please decide about each of them in the console.',
  protected:
    'The reports would be enough to suspend the account, but it stands in abuse.protected. Please decide in the console.',
  mode: 'The reports would be enough to suspend the account; abuse.mode says that rules do not. Please decide in the console.',
  unlogged:
    'The reports would be enough to suspend the account, but our log does not say how much it sends, so that nobody knows whether they are many. Please look whether the logs of all submission servers are read.',
  share:
    'The reports would be enough to suspend the account twice over, but they are few for what it sends (abuse.share). It may be a large newsletter that some people dislike, or a spammer with a long list. Please look at the messages and decide in the console.',
  'too-many-releases':
    'The owner says that the account is secured, but has said so before, or the reports are grave. Please decide in the console.',
  person:
    'Somebody at your desk has looked at this incident and wants another person to decide. What they found stands in its note; please decide in the console.',
  replay:
    'Reports are genuine, but from people whom our account did not write to: somebody has got one message of ours and sends it on. Nobody is suspended for that. Consider a new DKIM key, and signatures that expire.',
}

/** The page of a case. */
function pageOf(link: string | undefined): readonly Paragraph[] {
  return link === undefined ? [] : ['Everything that was said so far, and how it stands:', { verbatim: link }]
}

/** Addresses named in a letter. */
const mostStates = 20

const formStateWords: Readonly<Record<FormState, string>> = {
  received: 'received',
  'auto-reviewed': 'nothing of ours stands in its way',
  mitigated: 'let in again',
  'conditionally-mitigated': 'let in again as soon as tests pass',
  'not-qualified': 'not possible now',
  'needs-info': 'please answer',
  escalated: 'a person looks at it',
  closed: 'closed',
}

function untilWords(states: readonly { readonly state: FormState }[], when: string): string {
  return states.some(({ state }) => state === 'needs-info')
    ? `Please answer by ${when}; a reply to this letter is enough.`
    : `The tests are run again and again until ${when}; you need not tell us when they pass.`
}

const brakeWords: Record<Cause, string> = {
  spam: 'listings for spam',
  phish: 'listings for phishing',
  malware: 'listings for malware',
  complaints: 'listings for complaints',
  traps: 'listings for traps',
  harvest: 'listings for guessed recipients',
  manual: 'listings by hand',
  'reverse-name': 'listings for a missing reverse name',
}

const whyWords: Record<BrakeWhy, string> = {
  filter:
    'What the content filter says of senders with a long good history has turned unwanted, of several of them at once.',
  refusals: 'The rule suddenly lists senders with a long good history, many more than it ever did.',
  requests: 'Those whom the rule has listed ask for removal, many more of them than ever.',
  flood: 'The rule lists more senders within a minute than any judgement should.',
  hand: 'Why: somebody at your own desk pulled it by hand.',
}

function things(count: number): string {
  return count === 0 ? 'nothing' : count === 1 ? 'one thing' : `${count} things`
}

function failedWords(failed: readonly AuthenticationTest[]): string {
  return failed.map((test) => test.toUpperCase()).join(', ')
}

function observedLine({ unit, reason, messages }: ObservedLine): string {
  const text = showPrefixText(unit)
  return `    ${number(messages).padStart(8)}  ${text}  ${reasons[reason].code} ${reason}`
}

function number(value: number): string {
  return value.toLocaleString('en-GB')
}

function date(at: number): string {
  const time = new Date(at)
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`.replaceAll(
    ' ',
    '\u00a0',
  )
}

/** `4 May 2026, 10:15 UTC`, not parted by the end of a line. */
function moment(at: number): string {
  const time = new Date(at)
  const date = `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`
  return `${date}, ${time.toISOString().slice(11, 16)} UTC`.replaceAll(' ', '\u00a0')
}

import { html, type Html } from '../../ui/html.ts'

/** The ladder of help, for those who are refused. */
export const support = {
  ladder: {
    title: 'What was tried, and what is left',
    titleOfCode: 'The ways in which this is settled',
    lead: 'Take the steps in this order: each carries along what is known already, so nothing has to be typed twice.',
    states: {
      next: 'do this next',
      open: 'possible',
      running: 'under way',
      tried: 'done',
      closed: 'not for this',
    },
    titles: {
      fix: 'Mend the cause, and check again',
      portal: 'The delist portal',
      recipient: 'The recipient',
      owner: 'The owner of the network',
      case: (provider: string) => `A person at ${provider}`,
    },
    wait: 'Mail is only put off: your server tries again by itself. A check shows whether something in your set-up makes it worse.',
    fix: 'Find what sends the mail that is complained of and stop it; then let us look at the address and its domain as other servers see them.',
    fixTest: 'The set-up of the address is what is refused here. Mend it, then let us look again.',
    toCheck: 'Check it now',
    checked: (when: Html, domain: string) =>
      domain === '' ? html`Last checked on ${when}` : html`${domain} was last checked on ${when}`,
    faults: (faults: number, warnings: number) =>
      faults === 0 && warnings === 0
        ? 'nothing to mend was found'
        : `${faults === 1 ? 'one fault' : `${faults} faults`}, ${warnings === 1 ? 'one warning' : `${warnings} warnings`}`,
    portal: 'Confirm by mail, press one button: it takes effect within a second.',
    toPortal: 'Go to the portal',
    requested: (when: Html) => html`A removal was asked for on ${when}:`,
    requestOpen: 'not confirmed yet; the link is in the letter',
    requestReview: 'a person decides',
    outcomes: {
      delisted: 'removed, and listed again since',
      'not-listed': 'there was nothing to remove then',
      'cool-down': 'it was removed lately, so it has to stay clean for a while first',
      review: 'a person decides',
      declined: 'a person looked at it and kept the listing',
      closed: 'its case ended without a decision',
      'third-party': 'somebody else decides',
      policy: 'a test has to pass',
    },
    recipient:
      'Reach the recipient in another way (telephone, another mailbox) and give them the text below. As a customer here they see what was refused to them, may vouch for you, and can open a case on your behalf.',
    toCode: 'A code with which they open a case for you',
    toRecipient: 'What to tell them',
    owner:
      'Whoever owns the network can prove it, sees what of it is listed, and may ask for whole ranges. Hand this page to your hosting or network provider.',
    ownerWide:
      'The listing is about a whole network, so its owner has to act. Hand this page to your hosting or network provider.',
    owned: 'The owner of this network has shown itself to us and can ask at once.',
    toOwners: 'For owners of networks',
    case: 'This reason is one that a person decides. Send the request and say what you found and mended.',
    caseMail: (mailbox: Html) =>
      html`Or forward the whole bounce to ${mailbox}; that mailbox takes mail from refused addresses too.`,
    toCase: 'Send a request',
    caseOpen: (when: Html) => html`A case about this address is open since ${when}.`,
    caseDue: (when: Html) => html`We answer by ${when} at the latest.`,
    caseTheirs: 'It waits for an answer of whoever asked; the link to it is in our letter.',
    caseConditional: 'It is granted as soon as the named tests pass; they are run again by themselves.',
    caseClosed: 'The last case about this address is closed:',
    closed: {
      person: 'No button lifts this: a person decides.',
      elsewhere:
        'We follow the list of another organisation here; it is asked there, and our answer follows by itself.',
      'by-itself': 'Nothing has to be asked for: it ends by itself as soon as the cause is gone.',
      outsiders: (provider: string) =>
        `${provider} opens cases for its own customers, and none for outsiders about this. That is not meant to turn you away: the steps above reach the same people sooner.`,
      'by-path': (provider: string) =>
        `General enquiries of outsiders are not taken at ${provider}. Where the portal cannot answer by itself, it hands your request to a person without being asked.`,
      'no-listing': 'No listing is behind this, so there is nothing that an owner could end.',
    },
    bundle: 'The facts, to hand on',
    bundleHint:
      'Copy this text: it says everything that somebody needs to find the refusal, and names no recipient.',
    facts: {
      provider: 'Refused by',
      code: 'Code',
      ip: 'Address',
      at: 'Time',
      domain: 'Sender domain',
      messageId: 'Message-ID',
      record: 'Record',
      check: 'Last check',
      request: 'Removal asked for',
      case: 'Case',
    },
  },
}

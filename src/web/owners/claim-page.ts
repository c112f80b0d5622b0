import type { Part } from '../../core/owners/actions.ts'
import {
  allows,
  lookedProofs,
  proofLine,
  proofsOf,
  type Claim,
  type LookedProof,
  type Owner,
} from '../../core/owners/claim.ts'
import { hasNames } from '../../core/owners/contact.ts'
import type { Contacts } from '../../core/owners/contact-actions.ts'
import { fileUrl, recordName, recordNames, type Looked } from '../../core/owners/look.ts'
import { showPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, hiddenField, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal, notice, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { contactSection, contactStanding } from './contact-parts.ts'

/** Records that are written out; a wide network may need one in more than a hundred zones. */
const mostRecords = 16

/** One network of the owner: how it stands, how it is proven, what of it others look after. */
export function claimPage(
  view: View,
  { claim, parts }: { readonly claim: Claim; readonly parts: readonly Part[] },
  shown: {
    readonly looked?: Looked
    readonly found?: Contacts
    readonly owner: Owner
    readonly errors: readonly FieldError[]
    readonly fields?: Fields
  },
): Page {
  const words = view.words.owners.claim
  const title = words.title(showPrefix(claim.prefix))
  const mayGive = claim.state === 'granted' && claim.proof !== null && allows(claim.proof, 'give')
  return {
    title,
    noindex: true,
    body: html`<h1>${title}</h1>
      <p><a href="${view.link(routes.owners.mine.href())}">${words.back}</a></p>
      ${errorSummary(view, shown.errors)} ${standing(view, claim)}
      ${
        claim.state === 'granted'
          ? html`<p>
              <a href="${view.link(routes.owners.figures.href({ id: claim.id }))}"
                >${view.words.owners.figures.link}</a
              >
            </p>`
          : ''
      }
      ${shown.looked === undefined ? '' : notSeen(view, shown.looked)}
      ${claim.state === 'ended' ? '' : html`${ways(view, claim)}${asking(view, claim, shown)}`}
      ${mayGive ? giving(view, claim, parts, shown) : ''}
      ${claim.state === 'ended' ? '' : givingUp(view, claim)}`,
  }
}

/** By a letter to somebody whom the registry or the name gives; not where a record or file has shown it already. */
function asking(
  view: View,
  claim: Claim,
  { found, owner }: { readonly found?: Contacts; readonly owner: Owner },
): Html {
  const isStronger = claim.state === 'granted' && lookedProofs.some((each) => each === claim.proof)
  const isPossible = view.owners.asksRegistries || hasNames(claim.prefix)
  return isStronger || !isPossible ? html`` : contactSection(view, claim, owner, found)
}

function standing(view: View, claim: Claim): Html {
  const words = view.words.owners.claim
  const { state, proof, failedAt, checkedAt, expiresAt, endedWhy, contact } = claim
  if (state === 'ended')
    return notice(
      'info',
      words.endedTitle,
      endedWhy === null ? '' : html`<p>${view.words.owners.ends[endedWhy]}</p>`,
    )
  if (state === 'open')
    return notice('info', words.openTitle, html`<p>${words.open(time(view, expiresAt))}</p>`)
  if (contact !== null) return contactStanding(view, { ...claim, contact })
  if (failedAt !== null)
    return notice('warning', words.failingTitle, html`<p>${words.failing(time(view, failedAt))}</p>`)
  if (proof === 'delegation')
    return notice('good', words.givenTitle, html`<p>${words.given(time(view, expiresAt))}</p>`)
  return notice(
    'good',
    words.grantedTitle,
    checkedAt === null ? '' : html`<p>${words.granted(time(view, checkedAt))}</p>`,
  )
}

function ways(view: View, claim: Claim): Html {
  const { proofTitles } = view.words.owners.claim
  return html`${proofsOf(claim.prefix).map(
    (proof) =>
      html`<section>
        <h2>${proofTitles[proof]}</h2>
        ${wayOf(view, claim, proof)} ${lookButton(view, claim, proof)}
      </section>`,
  )}`
}

function wayOf(view: View, claim: Claim, proof: LookedProof): Html {
  const words = view.words.owners.claim
  const line = proofLine(claim)
  switch (proof) {
    case 'txt':
      return inZones(view, claim, line)
    case 'forward':
      return html`<p>${words.forwardLead}</p>
        ${verbatim(record(recordName('mail.example.org'), line))}`
    case 'http':
      return html`<p>${words.httpLead}</p>
        ${verbatim(fileUrl(claim))}
        <p>${words.httpBody}</p>
        ${verbatim(line)}`
  }
}

function inZones(view: View, claim: Claim, line: string): Html {
  const words = view.words.owners.claim
  const { prefix } = claim
  const names = recordNames(prefix)
  const records = names.slice(0, mostRecords).map((name) => record(name, line))
  const isPart = prefix.family === 4 && prefix.length > 24
  const isThere = claim.state === 'granted' && claim.proof === 'txt' && claim.failedAt === null
  return html`<p>${isThere ? words.keptZones : words.fullZones(names.length)}</p>
    ${verbatim(records.join('\n'))}
    ${names.length > mostRecords ? html`<p>${words.more(names.length - mostRecords)}</p>` : ''}
    ${isPart ? html`<p>${words.parts((names[0] ?? '').replace('_postern.', ''))}</p>` : ''}`
}

/** A line of a zone file (RFC 1035 §5.1). */
function record(name: string, line: string): string {
  return `${name}. 3600 IN TXT "${line}"`
}

function lookButton(view: View, claim: Claim, proof: LookedProof): Html {
  return html`<form method="post" action="${here(view, claim)}">
    ${hiddenField('do', proof)}
    <p>${submit(view.words.owners.claim.look[proof])}</p>
  </form>`
}

function notSeen(view: View, { places, trouble }: Looked): Html {
  const words = view.words.owners.claim
  if (trouble === 'no-name') return notice('warning', words.notSeen, html`<p>${words.noName}</p>`)
  const seen = places.filter((place) => place.seen !== 'proof').slice(0, mostRecords)
  return notice(
    'warning',
    words.notSeen,
    html`<p>${words.notSeenAt}</p>
      <ul>
        ${seen.map((place) => html`<li>${literal(visible(place.name))}${view.words.common.colon}${words.seen[place.seen]}</li>`)}
      </ul>`,
  )
}

function giving(
  view: View,
  claim: Claim,
  parts: readonly Part[],
  { errors, fields }: { readonly errors: readonly FieldError[]; readonly fields?: Fields },
): Html {
  const words = view.words.owners.claim
  return html`<h2>${words.give}</h2>
    <p>${words.giveLead}</p>
    ${table({
      caption: words.give,
      quiet: true,
      stack: true,
      head: [words.partHeld, words.partMailbox, words.partSince, words.takeBack],
      rows: parts.map((part) => [
        literal(showPrefix(part.prefix)),
        literal(visible(part.mailbox)),
        part.sinceAt === null ? '' : time(view, part.sinceAt),
        html`<form method="post" action="${here(view, claim)}">
          ${hiddenField('do', 'take-back')}${hiddenField('part', part.id)} ${submit(words.takeBack, 'quiet')}
        </form>`,
      ]),
      empty: words.partNone,
    })}
    <form method="post" action="${here(view, claim)}">
      ${hiddenField('do', 'give')}
      ${textField(view, {
        name: 'range',
        label: words.partRange,
        value: fields?.get('range'),
        error: errorOf(errors, 'range'),
        size: 'medium',
        autocomplete: 'off',
        required: true,
        maxlength: 100,
      })}
      ${textField(view, {
        name: 'mailbox',
        type: 'email',
        label: words.partTo,
        value: fields?.get('mailbox'),
        error: errorOf(errors, 'mailbox'),
        autocomplete: 'off',
        required: true,
        maxlength: 254,
      })}
      <p>${submit(words.giveButton)}</p>
    </form>`
}

function givingUp(view: View, claim: Claim): Html {
  const words = view.words.owners.claim
  return html`<details>
    <summary>${words.giveUpTitle}</summary>
    <p>${words.giveUp}</p>
    <form method="post" action="${here(view, claim)}">
      ${hiddenField('do', 'give-up')}
      <p>${submit(words.giveUpButton, 'danger')}</p>
    </form>
  </details>`
}

function here(view: View, { id }: Claim): string {
  return view.link(routes.owners.claim.href({ id }))
}

import type { CheckWish } from '../../core/checks/subject.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** The form of a check; links from other pages fill it in. */
export function checkPage(view: View, wish: CheckWish, errors: readonly FieldError[] = []): Page {
  const words = view.words.check
  return {
    title: words.title,
    description: words.description,
    body: html`${errorSummary(view, errors)}
      <h1>${words.title}</h1>
      <p class="lead">${words.lead(view.provider.name)}</p>
      ${checkForm(view, wish, words.button, errors)}`,
  }
}

export function checkForm(
  view: View,
  wish: CheckWish,
  button: string,
  errors: readonly FieldError[] = [],
): Html {
  const words = view.words.check
  const optional = view.words.common.optional
  return html`<form class="panel" action="${view.link(routes.check.href())}" method="post">
    ${textField(view, {
      name: 'domain',
      label: words.domain,
      hint: html`${words.domainHint} ${literal('example.org')}`,
      value: wish.domain,
      size: 'medium',
      maxlength: 320,
      required: true,
      error: errorOf(errors, 'domain'),
    })}
    ${textField(view, {
      name: 'ip',
      label: words.ip + optional,
      hint: words.ipHint,
      value: wish.ip,
      size: 'medium',
      maxlength: 60,
      error: errorOf(errors, 'ip'),
    })}
    ${textField(view, {
      name: 'selector',
      label: words.selector + optional,
      hint: words.selectorHint,
      value: wish.selector,
      size: 'medium',
      maxlength: 120,
      error: errorOf(errors, 'selector'),
    })}
    ${textField(view, {
      name: 'helo',
      label: words.helo + optional,
      hint: words.heloHint,
      value: wish.helo,
      size: 'medium',
      maxlength: 255,
      error: errorOf(errors, 'helo'),
    })}
    ${submit(button)}
  </form>`
}

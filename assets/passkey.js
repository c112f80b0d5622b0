/* Asks the browser for a passkey when a form wants one (WebAuthn Level 3), and sends its answer along with the form. */
'use strict'

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const trouble = form.querySelector('[data-trouble]')
  const button = form.querySelector('button[type=submit]')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    trouble.hidden = true
    answer(form.dataset.passkey, JSON.parse(form.dataset.options)).then(
      (credential) => {
        form.elements.namedItem('answer').value = JSON.stringify(credential)
        form.submit()
      },
      () => {
        button.disabled = false
        trouble.hidden = false
      },
    )
  })
  addEventListener('pageshow', (event) => event.persisted && location.reload())
}

async function answer(deed, options) {
  const credential =
    deed === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        })
  return credential.toJSON()
}

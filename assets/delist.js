/* The forms for delisting and for reports work out their proof of work, and a living page reloads when something has changed. Without this script both work too. */
'use strict'

const form = document.querySelector('form[data-challenge]')
if (form?.dataset.challenge && window.crypto?.subtle) {
  const answer = solve(JSON.parse(form.dataset.challenge))
  form.addEventListener('submit', (event) => {
    if (form.elements.namedItem('pow')) return
    event.preventDefault()
    form.querySelector('button[type=submit]').disabled = true
    document.getElementById('working').hidden = false
    void answer.then((value) => {
      const field = document.createElement('input')
      field.type = 'hidden'
      field.name = 'pow'
      field.value = value
      form.append(field)
      form.submit()
    })
  })
  addEventListener('pageshow', (event) => event.persisted && location.reload())
}

/** ALTCHA version 2, SHA-256: the counter whose hash of salt, nonce and counter begins with the wanted digits. */
async function solve(challenge) {
  const { salt, nonce, keyPrefix } = challenge.parameters
  const data = Uint8Array.from([...bytes(salt), ...bytes(nonce), 0, 0, 0, 0])
  const view = new DataView(data.buffer)
  for (let counter = 0; ; counter++) {
    view.setUint32(data.length - 4, counter, false)
    const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', data)))
    if (hash.startsWith(keyPrefix))
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey: hash } }))
    if (counter % 500 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
}

function bytes(text) {
  return text.match(/../g).map((pair) => parseInt(pair, 16))
}

function hex(array) {
  return Array.from(array, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const live = document.querySelector('[data-live]')
if (live && window.EventSource) {
  document.querySelector('meta[http-equiv=refresh]')?.remove()
  const source = new EventSource(live.dataset.live)
  source.addEventListener('changed', () => location.reload())
  // Too many look on already: this page looks again by itself, now and then.
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 15000)
  })
}

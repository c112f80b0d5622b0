/** What a browser says about a form that began elsewhere, and what a careful attacker may make it say; `origin`: our own. */
export function elsewhere(origin: string): readonly Readonly<Record<string, string>>[] {
  const host = new URL(origin).host
  return [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { 'sec-fetch-site': 'cross-site', origin: '' },
    { 'sec-fetch-site': 'same-site', origin: 'https://sibling.provider.example' },
    { 'sec-fetch-site': 'same-site', origin: `https://${host}.evil.example` },
    { 'sec-fetch-site': 'unheard-of', origin: 'https://evil.example' },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
    { 'sec-fetch-site': '', origin: 'null' },
    { 'sec-fetch-site': '', origin: `https://${host}:444` },
    { 'sec-fetch-site': '', origin: `https://${host}@evil.example` },
    { 'sec-fetch-site': '', origin: `https://evil${host}` },
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', 'content-type': 'text/plain' },
  ]
}

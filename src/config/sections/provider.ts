import { key, section } from '../key.ts'
import { domain, line, list, network, oneOf, origin, webAddress, wholeNumber } from '../values.ts'

export const provider = section('Who runs this, in the words that senders read.', {
  name: key(line(60).prefault('Example Mail'), 'Stands on every page and in every letter.'),
  domains: key(
    list(domain(), 1).prefault(['localhost']),
    'The domains whose mail is received here. Their postmaster@ and abuse@ take mail from everybody, refused senders included.',
  ),
  site: key(
    origin().prefault('http://127.0.0.1:8080'),
    'Public address of the site and portal, as senders see it. It stands in every refusal, so keep it short. https unless the host is loopback.',
  ),
  languages: key(
    list(oneOf(['en', 'zh-CN']), 1).prefault(['en', 'zh-CN']),
    'Languages of the site; the first is spoken to readers who ask for none of them.',
  ),
  networks: key(
    list(network()).prefault([]),
    'Our own networks: never listed, and where our mail leaves from.',
    { example: '[203.0.113.0/24]' },
  ),
  community: key(
    webAddress().optional(),
    'A forum or chat where senders help each other; the site links to it.',
    {
      example: 'https://forum.provider.example/',
    },
  ),
  messageSize: key(
    wholeNumber(1, 1000).optional(),
    'The largest message that your mail servers take (Postfix: `message_size_limit`). The guide tells it to senders; nothing is enforced by it.',
    { unit: 'megabytes', example: '25' },
  ),
})

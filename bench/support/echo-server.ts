import { createServer, type AddressInfo } from 'node:net'
import { serveMeasured } from './servers.ts'

/** The least that a policy server can do: see the blank line that ends a request and say DUNNO. Nothing is read or decided. */
const blankLine = Buffer.from('\n\n')
const answer = Buffer.from('action=DUNNO\n\n')

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | undefined
  socket.on('data', (chunk: Buffer) => {
    let bytes: Buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    for (let end = bytes.indexOf(blankLine); end >= 0; end = bytes.indexOf(blankLine)) {
      socket.write(answer)
      bytes = bytes.subarray(end + 2)
    }
    rest = bytes.length === 0 ? undefined : bytes
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => serveMeasured((server.address() as AddressInfo).port))

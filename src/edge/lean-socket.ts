import { Socket, type SocketConstructorOpts } from 'node:net'

/** Octets read at once; more than any request has. */
const bufferBytes = 65_536

/**
 * Reads accepted connections into one buffer that they share, in place of a new one for every read and a stream around it:
 * that halves what a request costs before anybody has looked at it (bench/policy).
 * Node gives this (`onread`) to sockets that connect; an accepted one is given it by handing its `_handle` to a new socket.
 * Should a later Node not have that any more, connections are read as they always are.
 */
export class LeanReader {
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes)

  /**
   * Begins to read a connection of a server with `pauseOnConnect`. `onBytes` must be done with the bytes when it returns.
   * Gives the socket to write to and to listen to; `accepted` must not be used any more.
   */
  read(accepted: Socket, onBytes: (bytes: Buffer) => void): Socket {
    const handle = takeHandle(accepted)
    if (handle === undefined) {
      accepted.on('data', onBytes)
      return accepted.resume()
    }
    const buffer = this.#buffer
    const callback = (length: number): boolean => {
      onBytes(buffer.subarray(0, length))
      return true
    }
    return new Socket({ handle, onread: { buffer, callback } } as SocketConstructorOpts)
  }
}

/** The system's side of a socket, taken out of it; undefined when it is not what we know. */
function takeHandle(accepted: Socket): object | undefined {
  const inside = accepted as unknown as { _handle?: unknown }
  const handle = inside._handle
  if (typeof handle !== 'object' || handle === null) return undefined
  if (!('useUserBuffer' in handle && typeof handle.useUserBuffer === 'function')) return undefined
  inside._handle = null
  return handle
}

import { hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Bytes that must not be printed. `toString`, `toJSON` and inspection show `[secret]`. */
export class Secret {
  readonly #bytes: Buffer
  #hmac: Hmac | undefined

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The bytes themselves, for the function that needs them now. */
  reveal(): Buffer {
    return this.#bytes
  }

  /** A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869); `context` separates users of the same purpose. */
  derive(purpose: string, context = ''): Secret {
    return new Secret(Buffer.from(hkdfSync('sha256', this.#bytes, '', `postern/${purpose}/${context}`, 32)))
  }

  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  mac(data: string | Buffer): Buffer {
    this.#hmac ??= new Hmac(this.#bytes)
    return this.#hmac.of(typeof data === 'string' ? Buffer.from(data) : data)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}

/** HMAC-SHA-256 (RFC 2104) cut to `length` bytes. */
export function mac(key: Secret, data: string | Buffer, length = 32): Buffer {
  return key.mac(data).subarray(0, length)
}

/** Octets that SHA-256 takes at once, and octets it gives. */
const blockBytes = 64
const digestBytes = 32
/** Messages up to this long are signed in place: a case link has at most 49 octets. */
const roomBytes = 192

/**
 * HMAC of many messages with one key, written out over the one-shot hash: an edge signs a link in every refusal,
 * and node's own object for it costs three times as much, and the collector as much again.
 */
class Hmac {
  /** The key's first block with room for a message behind it, and its second with room for the digest. Of nobody else's memory. */
  readonly #inner: Buffer
  readonly #outer: Buffer

  constructor(key: Buffer) {
    const block = Buffer.alloc(blockBytes)
    if (key.length > blockBytes) block.write(hash('sha256', key, 'binary'), 'latin1')
    else key.copy(block)
    this.#inner = Buffer.alloc(blockBytes + roomBytes)
    this.#outer = Buffer.alloc(blockBytes + digestBytes)
    for (const [at, byte] of block.entries()) {
      this.#inner[at] = byte ^ 0x36
      this.#outer[at] = byte ^ 0x5c
    }
  }

  of(data: Buffer): Buffer {
    const length = blockBytes + data.length
    const inner =
      length <= this.#inner.length ? this.#inner : Buffer.alloc(length, this.#inner.subarray(0, blockBytes))
    inner.set(data, blockBytes)
    this.#outer.write(hash('sha256', inner.subarray(0, length), 'binary'), blockBytes, 'latin1')
    return Buffer.from(hash('sha256', this.#outer, 'binary'), 'latin1')
  }
}

/** Whether two byte strings are equal, in time that depends on their length only. */
export function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Reads the key file, or makes it: 32 random bytes in hex, mode 0600.
 * Two processes that start at once end with the same key: the file appears whole or not at all.
 */
export function keyFile(path: string): Secret {
  if (!existsSync(path)) makeKeyFile(path)
  const bytes = Buffer.from(readFileSync(path, 'latin1').trim(), 'hex')
  if (bytes.length !== 32) throw new Error(`key file ${path} must hold 64 hexadecimal digits`)
  return new Secret(bytes)
}

function makeKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'wx', 0o600)
  writeSync(file, `${randomBytes(32).toString('hex')}\n`)
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
  // The name is in the folder, and what hangs on the key must not outlive it in a loss of power.
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

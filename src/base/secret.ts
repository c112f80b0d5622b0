import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes that must not be printed. `toString`, `toJSON` and inspection show `[secret]`. */
export class Secret {
  readonly #bytes: Buffer

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
  return createHmac('sha256', key.reveal()).update(data).digest().subarray(0, length)
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
}

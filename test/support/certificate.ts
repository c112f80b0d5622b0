import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate of a test for these names, its own authority. */
export interface TestCertificate {
  readonly key: string
  readonly cert: string
}

/** Made by OpenSSL (Debian package `openssl`), good for a day. */
export function makeCertificate(...names: readonly string[]): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'postern-cert-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const alternatives = names.map((name) => `DNS:${name}`).join(',')
    const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test -addext subjectAltName=${alternatives} -keyout ${key} -out ${cert}`
    const { status, stderr } = spawnSync('/usr/bin/openssl', words.split(' '), { encoding: 'utf8' })
    if (status !== 0) throw new Error(`this test needs OpenSSL (apt-get install openssl): ${stderr}`)
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

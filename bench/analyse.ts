import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInput } from '../src/core/analysis/read.ts'
import { corporaFolder } from '../test/support/bounce-corpora.ts'
import { readFixtures } from '../test/support/bounce-fixtures.ts'

/**
 * Reading bounces: messages a second of processor time of one process, files read from disk each time, beside Sisimai's Perl (Debian `libsisimai-perl`) on
 * the same files in the same run. Labelled bounces of other projects where they are present, else our own fixtures. Then the command
 * over the whole folder, with its parser processes: what isolation costs. One JSON object a line: figure, unit, value, bar, ok.
 *
 * node bench/analyse.ts
 */
const folder = corporaFolder()
const place = folder === undefined ? fixtureFolder() : join(folder, 'bounces-sisimai', 'mail')
const files = readdirSync(place).map((name) => join(place, name))
const seconds = 5
let isGood = true

function print(figure: string, unit: string, value: number, bar?: number): void {
  const ok = bar === undefined || value >= bar
  isGood &&= ok
  process.stdout.write(
    `${JSON.stringify({ figure, unit, value: Math.round(value * 10) / 10, ...(bar === undefined ? {} : { bar, ok }) })}\n`,
  )
}

function fixtureFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'postern-bounces-'))
  process.once('exit', () => rmSync(made, { recursive: true }))
  for (const [index, { kind, input }] of readFixtures().entries())
    if (kind === 'bounce' && input.startsWith('From: ')) writeFileSync(join(made, `${index}.eml`), input)
  return made
}

/** After some seconds in which code is compiled. Processor time: other work on the machine counts for neither. */
function ours(): number {
  const pass = (): void => {
    for (const file of files) readInput(readFileSync(file))
  }
  let began = process.cpuUsage()
  const spent = (): number => {
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  while (spent() < seconds) pass()
  began = process.cpuUsage()
  let read = 0
  while (spent() < seconds) {
    pass()
    read += files.length
  }
  return read / spent()
}

const program = `
use strict; use warnings; use Sisimai;
my ($dir, $seconds, $files) = @ARGV;
my $read = Sisimai->can('rise') || Sisimai->can('make');
sub spent { my ($user, $system) = times; return $user + $system }
Sisimai->$read($dir);
my ($began, $done) = (spent(), 0);
while (spent() - $began < $seconds) { Sisimai->$read($dir); $done += $files }
printf "%.1f", $done / (spent() - $began);
`

function sisimai(): number | undefined {
  const { status, stdout, stderr } = spawnSync(
    'perl',
    ['-e', program, place, String(seconds), String(files.length)],
    {
      encoding: 'utf8',
    },
  )
  if (status === 0) return Number(stdout)
  process.stderr.write(`Sisimai did not run (apt-get install libsisimai-perl): ${stderr.slice(0, 300)}\n`)
  return undefined
}

/** The command with its start, its two processes and JSON, over a folder that holds the files many times. */
function command(): number {
  const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')
  const times = 20
  const words = Array.from({ length: times }, () => place)
  const began = performance.now()
  spawnSync(process.execPath, [entry, 'analyse', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 30,
  })
  return (times * files.length) / ((performance.now() - began) / 1000)
}

const [own, peer] = [ours(), sisimai()]
print('bounces read, one process', 'messages/CPU s', own)
if (peer !== undefined) {
  print('Sisimai (Perl), one process', 'messages/CPU s', peer)
  print('bounces read / Sisimai', 'ratio', own / peer, 5)
}
print('postern analyse over a folder, start included', 'messages/s', command())
process.exitCode = isGood ? 0 : 1

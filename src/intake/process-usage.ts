import { readFileSync } from 'node:fs'

/** What a process of this machine uses now. */
export interface ProcessUsage {
  readonly rssBytes: number
  /** Processor time since it began, user and system. */
  readonly cpuMs: number
}

/** Linux counts in pages and in hundredths of a second (proc_pid_stat(5)), on every architecture that Node runs on. */
const pageBytes = 4096
const tickMs = 10

/** Undefined when the process is gone or the system has no `/proc`. */
export function usageOf(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command in brackets and may hold anything; the third follows the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [utime, stime, rss] = [fields[11], fields[12], fields[21]].map(Number)
    if (utime === undefined || stime === undefined || rss === undefined) return undefined
    return { rssBytes: rss * pageBytes, cpuMs: (utime + stime) * tickMs }
  } catch {
    return undefined
  }
}

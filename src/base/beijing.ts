/** Beijing keeps UTC+8 all year. */
const beijingMs = 8 * 60 * 60_000

/** `北京时间 2026年5月4日 18:15（UTC 10:15）`；日期不同时注明 UTC 日期。 For those whose day is not that of UTC. */
export function beijingMoment(at: number): string {
  const [utc, beijing] = [new Date(at), new Date(at + beijingMs)]
  const utcDay =
    utc.getUTCDate() === beijing.getUTCDate() ? '' : `${utc.getUTCMonth() + 1}月${utc.getUTCDate()}日 `
  const date = `${beijing.getUTCFullYear()}年${beijing.getUTCMonth() + 1}月${beijing.getUTCDate()}日`
  return `北京时间 ${date} ${clockOf(beijing)}（UTC ${utcDay}${clockOf(utc)}）`
}

function clockOf(time: Date): string {
  return time.toISOString().slice(11, 16)
}

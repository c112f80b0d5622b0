/**
 * Credible bounds of a share: the Beta distribution that is left after `a` hits and `b` misses, prior included
 * (Gelman et al., Bayesian Data Analysis, section 2.4). Deterministic: the same evidence gives the same bound everywhere.
 */
export interface Bounds {
  readonly lower: number
  readonly mean: number
  readonly upper: number
}

/** Where one in twenty of the belief lies below, and one in twenty above. */
const tail = 0.05
/** Standard normal quantile of `1 - tail`. */
const z = 1.6448536269514722

export function boundsOf(a: number, b: number): Bounds {
  const [near, far] = [stepOf(a), stepOf(b)]
  const key = near * 65_536 + far
  let known = cache.get(key)
  if (known === undefined) {
    const [roundA, roundB] = [Math.exp(near / stepsPerFold), Math.exp(far / stepsPerFold)]
    known = { lower: quantile(roundA, roundB, false), upper: quantile(roundA, roundB, true) }
    if (cache.size >= mostCached) cache.clear()
    cache.set(key, known)
  }
  return { lower: known.lower, mean: a / (a + b), upper: known.upper }
}

/** Counts are rounded to a hundredth of themselves, so that the same bound is not worked out a million times. */
const stepsPerFold = 100
const mostCached = 200_000
const cache = new Map<number, Omit<Bounds, 'mean'>>()

function stepOf(count: number): number {
  return Math.round(Math.log(Math.max(1e-6, count)) * stepsPerFold)
}

function quantile(a: number, b: number, isUpper: boolean): number {
  if (a > 1.5 && b > 1.5) return fisherQuantile(a, b, isUpper ? -z : z)
  return bisect(a, b, isUpper ? 1 - tail : tail)
}

/** Abramowitz and Stegun 26.5.22: within a hundredth where both counts are above one. */
function fisherQuantile(a: number, b: number, y: number): number {
  const r = (y * y - 3) / 6
  const s = 1 / (2 * a - 1)
  const t = 1 / (2 * b - 1)
  const h = 2 / (s + t)
  const w = (y * Math.sqrt(h + r)) / h - (t - s) * (r + 5 / 6 - 2 / (3 * h))
  return a / (a + b * Math.exp(2 * w))
}

function bisect(a: number, b: number, wanted: number): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < wanted) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Regularized incomplete beta function (Abramowitz and Stegun 26.5.8, by Lentz's continued fraction). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  if (x < (a + 1) / (a + b + 2)) return (front * continuedFraction(x, a, b)) / a
  return 1 - (front * continuedFraction(1 - x, b, a)) / b
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let value = d
  for (let m = 1; m <= 200; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d, tiny)
    c = nonZero(1 + even / c, tiny)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d, tiny)
    c = nonZero(1 + odd / c, tiny)
    const step = d * c
    value *= step
    if (Math.abs(step - 1) < 1e-9) break
  }
  return value
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** Lanczos' approximation, g = 7. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  const shifted = x - 1
  const sum = terms.reduce((total, term, index) => total + term / (shifted + index + 1), 0.9999999999998099)
  const t = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum)
}

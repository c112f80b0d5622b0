/**
 * The header field on letters of a case. A message that comes in with it is one of ours that went round, or was written by another Postern:
 * either way nobody answers it. It proves nothing and need not: forging it only silences the forger.
 */
export const loopField = 'X-Postern-Loop'

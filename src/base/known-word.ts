/** The stored word as one of those that this version knows. Throws a fault that names `what` it stands in: the database is of another version, or damaged. */
export function knownWord<Word extends string>(known: readonly Word[], value: string, what: string): Word {
  const found = known.find((word) => word === value)
  if (found === undefined)
    throw new Error(`${what} says "${value}" where one of ${known.join(', ')} is expected`)
  return found
}

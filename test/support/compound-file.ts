/** A compound file ([MS-CFB], version 3) with these streams in its root: small ones in the mini stream, as programs write them. */
export function compoundFile(streams: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(streams).map(([name, bytes]) => ({
    name,
    bytes,
    isSmall: bytes.length < 4096,
  }))
  const small = entries.filter(({ isSmall }) => isSmall)
  const mini = Buffer.concat(small.map(({ bytes }) => padded(bytes, 64)))
  const miniFat = chains(small.map(({ bytes }) => Math.ceil(bytes.length / 64)))
  // Sector 0 is the FAT; then the directory, the mini FAT, the mini stream and the large streams.
  const large = entries.filter(({ isSmall }) => !isSmall)
  const directorySectors = Math.ceil((entries.length + 1) / 4)
  const bodies = [numbers(miniFat), mini, ...large.map(({ bytes }) => bytes)].map((bytes) =>
    padded(bytes, 512),
  )
  const lengths = [1, directorySectors, ...bodies.map((bytes) => bytes.length / 512)]
  const starts = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0))
  const [, directoryStart = 0, miniFatStart = 0, miniStart = 0, ...largeStarts] = starts
  const fat = chains(lengths)
  fat[0] = 0xfffffffd
  let next = 0
  const directory = Buffer.concat([
    entry('Root Entry', 5, mini.length === 0 ? 0xfffffffe : miniStart, mini.length, { child: 1 }),
    ...entries.map(({ name, bytes, isSmall }, index) => {
      const start = isSmall ? next : (largeStarts[large.findIndex((each) => each.name === name)] ?? 0)
      if (isSmall) next += Math.ceil(bytes.length / 64)
      return entry(name, 2, start, bytes.length, {
        right: index + 2 <= entries.length ? index + 2 : undefined,
      })
    }),
  ])
  const head = Buffer.alloc(512, 0xff)
  head.fill(0, 0, 76)
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(head)
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const)
    head.writeUInt16LE(value, at)
  const words = [
    [44, 1],
    [48, directoryStart],
    [56, 4096],
    [60, miniFatStart],
    [64, 1],
    [68, 0xfffffffe],
    [76, 0],
  ] as const
  for (const [at, value] of words) head.writeUInt32LE(value, at)
  return Buffer.concat([head, padded(numbers(fat), 512, 0xff), padded(directory, 512), ...bodies])
}

function entry(
  name: string,
  type: number,
  start: number,
  size: number,
  {
    child = 0xffffffff,
    right = 0xffffffff,
  }: { readonly child?: number; readonly right?: number | undefined },
): Buffer {
  const bytes = Buffer.alloc(128)
  bytes.write(name, 0, 62, 'utf16le')
  bytes.writeUInt16LE((name.length + 1) * 2, 64)
  bytes.writeUInt8(type, 66)
  bytes.writeUInt8(1, 67)
  bytes.writeUInt32LE(0xffffffff, 68)
  bytes.writeUInt32LE(right, 72)
  bytes.writeUInt32LE(child, 76)
  bytes.writeUInt32LE(start, 116)
  bytes.writeUInt32LE(size, 120)
  return bytes
}

/** Chains one after another, each of so many sectors. */
function chains(lengths: readonly number[]): number[] {
  const next: number[] = []
  for (const length of lengths)
    for (let index = 0; index < length; index++)
      next.push(index === length - 1 ? 0xfffffffe : next.length + 1)
  return next
}

function numbers(list: readonly number[]): Buffer {
  const bytes = Buffer.alloc(list.length * 4)
  for (const [index, value] of list.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}

function padded(bytes: Buffer, to: number, fill = 0): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to, fill)])
}

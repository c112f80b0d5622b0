/** Tricks with the name that stands before a mailbox: what a reader sees, while the address is another. */

/** Characters that turn text around or cannot be seen (Unicode UTS 55 §3). Joiners within emoji and scripts that need them count not. */
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

export function hasInvisible(name: string): boolean {
  return invisible.test(name)
}

/** The address that a name pretends to be, lower case; undefined when it names none. */
export function namesAddress(name: string): string | undefined {
  return /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/.exec(name)?.[0]?.toLowerCase()
}

/** Whether one word mixes Latin with letters that look like it (UTS 39): `раypal` with a Cyrillic а. */
export function mixesScripts(name: string): boolean {
  return name
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .some((word) => /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word))
}

import type { console as en } from '../en/console.ts'

export const console: typeof en = {}

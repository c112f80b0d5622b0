import type { Language } from '../../access/reasons.ts'
import { en, type Messages } from './en.ts'
import { zhCN } from './zh-CN.ts'

/** The words by language. */
export const messages: Readonly<Record<Language, Messages>> = { en, 'zh-CN': zhCN }

import type { Role } from '../../core/actor.ts'
import type { View } from '../ui/view.ts'

/** The roles of somebody, by their names in the reader's language. */
export function roleNames(view: View, roles: readonly Role[]): string {
  const words = view.words.console.roles
  return roles.map((role) => words[role]).join(view.language === 'zh-CN' ? '、' : ', ')
}

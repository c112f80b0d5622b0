import { companion } from '../companion.ts'
import type { Config } from '../config/config.ts'
import { settingsOf } from '../config/settings.ts'
import { readGuide } from '../core/guide/actions.ts'
import type { ContentMistake } from '../core/guide/page.ts'
import { openShelf } from '../web/guide/shelf.ts'
import { readTheme } from '../web/theme.ts'

/** What is wrong in the operator's folder of the guide; nothing when there is none. The secrets of webhooks are not touched. */
export function guideMistakes(config: Config): readonly ContentMistake[] {
  const own = config.guide.folder
  if (own === undefined) return []
  const settings = settingsOf({ ...config, notify: `mailto:${config.mail.from}`, webhooks: [] })
  const shelf = openShelf(readGuide({ ours: companion('content'), own }, settings), settings)
  return [...readTheme(own).mistakes, ...shelf.mistakes]
}

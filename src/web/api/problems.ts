import { refusals, Refusal, type RefusalCode } from '../../base/refusal.ts'
import { messages } from '../messages/messages.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { problemList } from './problem-schemas.ts'

/** Where the `type` of every problem document leads: all codes, with their words as they read when no facts are known. */
export const problemEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/problems',
    permission: 'anyone',
    safe: true,
    summary: 'Every code that a problem document may carry',
    answer: problemList,
    status: 200,
    handle: async () =>
      await Promise.resolve({
        problems: (Object.keys(refusals) as RefusalCode[]).map((code) => {
          const { what, next } = messages.en.refusals[code]({})
          return { code, status: new Refusal(code).status, title: what, detail: next }
        }),
      }),
  }),
]

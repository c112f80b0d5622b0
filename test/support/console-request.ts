import type { Web } from '../../src/web/env.ts'

export const consoleOrigin = 'https://console.provider.example'

/** Asks over https as a browser does that has this session; with `form` a form of the console itself is sent, which carries `csrf`. */
export async function askConsole(
  app: Web,
  { session, csrf }: { readonly session: string | undefined; readonly csrf: string },
  path: string,
  form?: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return await app.request(consoleOrigin + path, {
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      ...(session !== undefined && { cookie: `__Host-postern-console=${session}` }),
      ...(form !== undefined && {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        origin: consoleOrigin,
      }),
      ...headers,
    },
    ...(form !== undefined && { body: new URLSearchParams({ csrf, ...form }).toString() }),
  })
}

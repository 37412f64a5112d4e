/** Somebody at a browser: keeps cookies, presses buttons, follows redirects one by one. */
export function createBrowser() {
  const cookies = new Map<string, string>()

  async function go(url: string, init: RequestInit = {}) {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split('=')
      cookies.set(name, value)
    }
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location') ?? '',
      html: await response.text(),
    }
  }

  return {
    open: (url: string) => go(url),

    /** Opens a connect link and presses its button; answers the way to RingCentral. */
    async begin(connectUrl: string) {
      const { origin, pathname, searchParams } = new URL(connectUrl)
      const body = new URLSearchParams({ token: searchParams.get('token') ?? '' })
      return go(`${origin}${pathname}`, { method: 'POST', body })
    },

    /** Answers RingCentral's consent page; comes back with the address of our callback. */
    async consent(authorizationUrl: string, extensionId: string, decision: 'allow' | 'refuse') {
      const { origin, pathname, searchParams } = new URL(authorizationUrl)
      const body = new URLSearchParams([
        ...searchParams,
        ['extensionId', extensionId],
        ['decision', decision],
      ])
      return (await go(`${origin}${pathname}`, { method: 'POST', body })).location
    },
  }
}

/** The whole way from a link to the page that says what was connected. */
export async function allowAtRingCentral(connectUrl: string, extensionId: string) {
  const browser = createBrowser()
  const { location } = await browser.begin(connectUrl)
  const page = await browser.open(await browser.consent(location, extensionId, 'allow'))
  if (page.status !== 200) throw new Error(`Connecting ended with ${page.status}: ${page.html}`)
  return page
}

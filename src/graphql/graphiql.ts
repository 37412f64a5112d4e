import { createHash } from 'node:crypto'

/** What GraphiQL shows a newcomer first. */
export type GraphiQLWelcome = { headers: Record<string, string>; query: string }

/** `policy` lets the page's own script run, and no other. */
export type GraphiQLPage = { html: string; policy: string }

/**
 * GraphiQL as one page that loads nothing from elsewhere. Its subscriptions go over WebSocket, whose
 * credential is the headers of the tab in front: browsers cannot set headers on a WebSocket.
 */
export async function graphiqlPage(welcome: GraphiQLWelcome): Promise<GraphiQLPage> {
  // 50 MB of memory, for those who ask for it.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const options = {
    title: 'RingQL',
    subscriptionsProtocol: 'WS' as const,
    shouldPersistHeaders: true,
    headers: JSON.stringify(welcome.headers, null, 2),
    defaultQuery: welcome.query,
    favicon: 'data:,',
  }
  const page = renderGraphiQL(options)
  const json = JSON.stringify(options)
  const place = page.lastIndexOf(json)
  if (place < 0) throw new Error('GraphiQL renders its options otherwise than it used to')
  const patched = `Object.assign((${continueTabs})(${json.replaceAll('<', '\\u003c')}), { connectionParams: ${connectionParams} })`
  const html = page.slice(0, place) + patched + page.slice(place + json.length)
  return { html, policy: policyOf(html) }
}

/** Its editor makes workers of its own text, and styles as it goes; all it talks to is us. */
function policyOf(html: string): string {
  const script = html.slice(
    html.indexOf('<script>') + '<script>'.length,
    html.lastIndexOf('</script>'),
  )
  const hash = createHash('sha256').update(script).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

// The two below run in the browser.

// GraphiQL would open an empty tab, without the key, at every reload: it looks for a tab with the query and headers that
// it is given, so it is given those of the tab that was in front. And it prefers the headers it remembers: when the
// welcome brings another key (the data directory was deleted, say), the last welcome's is replaced in them.
const continueTabs = `(options) => {
  const place = 'graphiql:tabState'
  const key = JSON.parse(options.headers).authorization
  const old = localStorage.getItem('ringql:welcome')
  const kept = localStorage.getItem(place)
  if (/^Bearer \\S/.test(key)) {
    if (old && kept) localStorage.setItem(place, kept.replaceAll(old, key))
    localStorage.setItem('ringql:welcome', key)
  }
  const state = (() => { try { return JSON.parse(localStorage.getItem(place)) } catch { return null } })()
  if (!state || !state.tabs) return options
  const wanted = new URL(location.href).searchParams.get('query')
  const tab = wanted ? state.tabs.find(({ query }) => query === wanted) : state.tabs[state.activeTabIndex]
  if (!tab) return { ...options, initialHeaders: options.headers }
  return { ...options, query: tab.query, variables: tab.variables, initialHeaders: tab.headers }
}`

const connectionParams = `() => {
  const stored = (key) => JSON.parse(localStorage.getItem('graphiql:' + key) || 'null')
  const parse = (headers) => { try { return JSON.parse(headers || '{}') } catch { return {} } }
  const state = (() => { try { return stored('tabState') } catch { return null } })()
  const tab = state && state.tabs && state.tabs[state.activeTabIndex]
  const headers = parse((tab && tab.headers) || localStorage.getItem('graphiql:headers'))
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}`

import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** The frame of every page that a person sees. What is put into `html` is escaped. */
export function page(options: {
  title: string
  body: Html
  /** Seconds after which the page loads `url`: how it stays current without JavaScript. */
  refresh?: { seconds: number; url: string }
}): Html {
  const { title, body, refresh } = options
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh ? html`<meta http-equiv="refresh" content="${refresh.seconds};url=${refresh.url}">` : ''}
<title>${title}</title>
<link rel="stylesheet" href="/v1/rc/page.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>`
}

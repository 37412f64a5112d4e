import { html, type Markup } from './html.ts'
import { stylesheet } from './stylesheet.ts'

interface Page {
  title: string
  content: Markup
  narrow?: boolean
  script?: Markup
  /** Beyond those of every page. */
  styles?: Markup
}

/** The frame of every page for people. It says on each that none of this is real. */
export function page(options: Page): string {
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title} · RingCentral simulator</title>
<link rel="icon" href="data:,">
<style>${stylesheet}${options.styles}</style>
</head>
<body class="${options.narrow ? 'narrow' : 'wide'}">
<header>
  <a href="/simulator">RingCentral simulator</a>
  <span class="quiet">Not RingCentral: no real text is sent, no real phone rings.</span>
</header>
<main>${options.content}</main>
${options.script}
</body>
</html>`
  return text
}

/** How every page that a person sees looks, by day and by night. */
export const pageStyle = `:root { color-scheme: light dark; --ink: #1c2330; --soft: #566074; --paper: #f2f4f7; --card: #fff; --line: #e1e5eb; --accent: #0b63be; --on-accent: #fff; --good: #1a7f4b }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf0; --soft: #a3adbd; --paper: #12161d; --card: #1b212b; --line: #2e3744; --accent: #6cb2ff; --on-accent: #06203c; --good: #5fd397 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100svh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 33rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 2.25rem; box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 12px 32px rgb(0 0 0 / 6%) }
main > :last-child { margin-bottom: 0 }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 1rem; text-wrap: balance }
p { margin: 0 0 1rem; text-wrap: pretty; overflow-wrap: anywhere }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border-top: 1px solid var(--line) }
li { padding: .4rem 0 .4rem 1.5rem; border-bottom: 1px solid var(--line); font-size: .95rem; line-height: 1.4; position: relative }
li::before { content: ""; position: absolute; left: .35rem; top: .85rem; width: .4rem; height: .4rem; border-radius: 50%; background: var(--accent) }
dl { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1.25rem; margin: 0 0 1.5rem; padding: .85rem 1rem; border-radius: 10px; background: var(--paper) }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere; font-weight: 500 }
form { margin: 0 0 1rem }
button, .button { display: block; font: inherit; font-weight: 600; width: 100%; padding: .8rem 1rem; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent); text-align: center; text-decoration: none; cursor: pointer }
button:hover, .button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
.soft { color: var(--soft); font-size: .925rem }
.good { color: var(--good) }
@media (max-width: 30rem) { body { padding: 1rem; place-items: start center } main { padding: 1.5rem } h1 { font-size: 1.35rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } dd:last-child { margin-bottom: 0 } }
`

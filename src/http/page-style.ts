/** How every page that a person sees looks, by day and by night. */
export const pageStyle = `:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --paper: #f4f5f7; --card: #fff; --line: #dfe3e9; --accent: #0b6bcb; --on-accent: #fff; --good: #1a7f4b; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf0; --soft: #9aa5b6; --paper: #12161d; --card: #1b212b; --line: #2e3744; --accent: #5aa9ff; --on-accent: #06203c; --good: #5fd397; --bad: #ff8a80 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 2rem }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem }
p { margin: 0 0 1rem }
ul { margin: 0 0 1.25rem; padding-left: 1.2rem }
.soft { color: var(--soft); font-size: .925rem }
.good { color: var(--good) }
.bad { color: var(--bad) }
dl { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; margin: 0 0 1.25rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
button { font: inherit; font-weight: 600; width: 100%; padding: .75rem 1rem; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent); cursor: pointer }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
`

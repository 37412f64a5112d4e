import { Markup } from './html.ts'

export const stylesheet = new Markup(`
:root { color-scheme: light dark; --ink: #1f2530; --quiet: #667085; --line: #e3e6ec; --paper: #fff;
  --ground: #f6f7f9; --accent: #0b6bcb; --good: #177245; --bad: #b42318; --warn: #935f00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #98a2b3; --line: #2c333f;
  --paper: #181c23; --ground: #101319; --accent: #6cb4ff; --good: #5cc08d; --bad: #ff8a80; --warn: #e0b050; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; padding: 14px 24px;
  background: var(--paper); border-bottom: 1px solid var(--line); }
header a { color: var(--ink); font-weight: 600; text-decoration: none }
main { margin: 0 auto; padding: 24px }
.wide main { max-width: 1120px }
.narrow main { max-width: 480px; margin-top: 5vh; background: var(--paper); border: 1px solid var(--line);
  border-radius: 10px }
h1 { font-size: 22px; margin: 0 0 12px; line-height: 1.25 }
h2 { font-size: 16px; margin: 0 0 10px }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
  margin: 0 0 18px; overflow-x: auto }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 0 18px }
table { width: 100%; border-collapse: collapse; font-size: 14px }
th { text-align: left; font-weight: 500; color: var(--quiet); padding: 0 12px 6px 0 }
td { padding: 7px 12px 7px 0; border-top: 1px solid var(--line); vertical-align: top }
td { white-space: nowrap }
td.text, td.mono { white-space: normal; overflow-wrap: anywhere; min-width: 200px }
.quiet { color: var(--quiet) }
.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px; overflow-wrap: anywhere }
.number { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px; white-space: nowrap }
.tag { display: inline-block; padding: 0 7px; border: 1px solid var(--line); border-radius: 9px; font-size: 12px;
  color: var(--quiet) }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
fieldset { border: 0; margin: 18px 0; padding: 0 }
legend { padding: 0; margin-bottom: 8px; font-weight: 500 }
.choice { display: flex; gap: 12px; align-items: baseline; padding: 10px 12px; margin-bottom: 8px;
  border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
.choice:has(:checked) { border-color: var(--accent) }
.buttons { display: flex; gap: 10px }
button { font: inherit; padding: 8px 18px; border-radius: 8px; border: 1px solid var(--line);
  background: var(--paper); color: var(--ink); cursor: pointer }
button.primary { background: var(--accent); border-color: var(--accent); color: #fff }
@media (prefers-color-scheme: dark) { button.primary { color: #0b1420 } }
input[type=text], select, textarea { font: inherit; width: 100%; padding: 7px 10px; border-radius: 8px;
  border: 1px solid var(--line); background: var(--ground); color: var(--ink) }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-bottom: 12px }
.fields .whole { grid-column: 1 / -1 }
.fields label { display: block; font-size: 13px; color: var(--quiet) }
@media (max-width: 560px) { .fields { grid-template-columns: 1fr } main { padding: 16px } }
details { margin-top: 18px } summary { cursor: pointer; color: var(--quiet) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.notice { border-left: 3px solid var(--accent); padding: 8px 14px; margin: 0 0 18px; background: var(--paper) }
`)

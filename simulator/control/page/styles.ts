import { Markup } from '../../http/html.ts'

export const phoneStyles = new Markup(`
.wide main { max-width: 1280px }
.desk { display: grid; grid-template-columns: minmax(300px, 360px) 1fr; gap: 18px; margin-bottom: 18px }
.phones { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 18px; align-content: start }
.phone { border-radius: 22px; margin: 0; padding: 14px; display: flex; flex-direction: column; gap: 10px; overflow: hidden }
.phone.outside { border: 2px solid var(--accent) }
.phone.chosen { border-color: var(--accent) }
.who { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; font-size: 14px }
.who label { display: block; width: 100%; font-size: 13px; color: var(--quiet) }
.who a { width: 100%; color: var(--accent); text-decoration: none }
input[type=tel] { font: inherit; width: 100%; padding: 7px 10px; border-radius: 8px; border: 1px solid var(--line);
  background: var(--ground); color: var(--ink) }
.screen { background: var(--ground); border-radius: 14px; padding: 10px; height: 230px; overflow-y: auto;
  display: flex; flex-direction: column; gap: 8px }
.outside .screen { height: 300px }
.empty { margin: auto; text-align: center; font-size: 13px }
.bubble { max-width: 85%; padding: 6px 11px; border-radius: 14px; font-size: 14px; overflow-wrap: anywhere;
  background: var(--paper); border: 1px solid var(--line); align-self: flex-start }
.bubble.own { align-self: flex-end; background: color-mix(in srgb, var(--accent) 16%, var(--paper)) }
.bubble.failed { border-color: var(--bad) } .bubble.failed small { color: var(--bad) }
.bubble small { color: var(--quiet); font-size: 11px }
.media { font-size: 12px; color: var(--quiet) } .media::before { content: "📎 " }
.write { display: flex; gap: 8px }
.write select, .write input { flex: 1; min-width: 0 }
.write button { flex: none }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; background: var(--quiet) }
.dot.available { background: var(--good) } .dot.busy { background: var(--bad) }
.call { margin: 0; padding: 6px 11px; border-radius: 10px; background: color-mix(in srgb, var(--good) 18%, var(--paper)); font-size: 13px }
.call.rings { animation: ring 0.5s alternate infinite }
@keyframes ring { to { background: color-mix(in srgb, var(--good) 45%, var(--paper)) } }
@media (prefers-reduced-motion: reduce) { .call.rings { animation: none } }
h3 { font-size: 13px; font-weight: 500; color: var(--quiet); margin: 12px 0 6px }
.buttons { flex-wrap: wrap } .buttons button { padding: 5px 12px; font-size: 14px }
meter { width: 120px; vertical-align: middle }
@media (max-width: 760px) { .desk { grid-template-columns: 1fr } }
`)

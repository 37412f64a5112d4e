import { Markup } from '../../http/html.ts'

/**
 * The page works without this; with it, it stays where it is. Only what is marked as living is replaced,
 * so that nobody loses a half-written text.
 */
export const keepFresh = new Markup(`<script>
const scroll = () => document.querySelectorAll('[data-scroll]').forEach((one) => { one.scrollTop = one.scrollHeight })
const show = (text, all) => {
  const fresh = new DOMParser().parseFromString(text, 'text/html')
  for (const old of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector('[data-live="' + old.dataset.live + '"]')
    if (!next || (old.dataset.live === 'notice' && !all)) continue
    if (old.innerHTML !== next.innerHTML) { old.innerHTML = next.innerHTML; scroll() }
  }
}
const refresh = async () => {
  if (document.hidden) return
  try { show(await (await fetch(location.href)).text()) } catch {}
}
addEventListener('submit', async (event) => {
  const form = event.target
  if (form.method !== 'post') return
  event.preventDefault()
  const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, event.submitter)) })
  show(await answer.text(), true)
  if (answer.ok) form.querySelectorAll('input[name=text]').forEach((one) => { one.value = ''; one.focus() })
})
addEventListener('change', (event) => event.target.form?.dataset.view !== undefined && event.target.form.requestSubmit())
scroll()
setInterval(refresh, 1000)
</script>`)

import { html, type Markup } from '../../http/html.ts'
import type { Message, MessageStatus } from '../../messages/message.ts'
import type { Simulation } from '../../simulation.ts'
import { canText, fullName, type PhoneNumber } from '../../world/world.ts'

const mostMessages = 20

const tones: Partial<Record<MessageStatus, string>> = {
  Delivered: 'good',
  Received: 'good',
  DeliveryFailed: 'bad',
  SendingFailed: 'bad',
}

function section(title: string, content: Markup): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`
}

function table(heads: string[], rows: Markup[], empty: string): Markup {
  if (rows.length === 0) return html`<p class="quiet">${empty}</p>`
  return html`
    <table>
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${rows}</tbody>
    </table>`
}

function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 19)
}

export function messageSection(sim: Simulation): Markup {
  const recent = [...sim.world.extensions.keys()]
    .flatMap((id) => [...take(sim.mailboxes.newestFirst(id), mostMessages)])
    .sort((one, other) => other.createdAt - one.createdAt)
    .slice(0, mostMessages)
  const row = (message: Message) => {
    const owner = sim.world.extensions.get(message.extensionId)
    const failure = message.to.find((one) => one.errorCode)?.errorCode
    return html`
      <tr>
        <td class="quiet">${clockTime(message.createdAt)}</td>
        <td>${owner?.firstName} <span class="tag">${message.direction === 'Inbound' ? 'in' : 'out'}</span></td>
        <td class="number">${message.from.phoneNumber}</td>
        <td class="number">${message.to.map((one) => html`<div>${one.phoneNumber}</div>`)}</td>
        <td class="text">${message.text}</td>
        <td class="${tones[message.status] ?? 'warn'}">${message.status}${failure && html` <span class="tag">${failure}</span>`}</td>
      </tr>`
  }
  const heads = ['UTC', 'Mailbox', 'From', 'To', 'Text', 'Status']
  return section('Messages', table(heads, recent.map(row), 'No message yet. Send one above.'))
}

function* take<T>(items: Iterable<T>, most: number): Iterable<T> {
  let taken = 0
  for (const item of items) {
    if (taken++ >= most) return
    yield item
  }
}

export function extensionSection(sim: Simulation): Markup {
  const sessions = sim.grants.sessions()
  const numbers = (extensionId: string) =>
    [...sim.world.numbers.values()].filter((number) => number.extensionId === extensionId)
  const rows = [...sim.world.extensions.values()].map((one) => {
    const logins = sessions.filter((session) => session.extensionId === one.id).length
    return html`
      <tr>
        <td><strong>${fullName(one)}</strong>${one.admin && html` <span class="tag">admin</span>`}<br>
          <span class="quiet">Extension ${one.extensionNumber} · ${one.email}</span></td>
        <td class="number">${one.id}</td>
        <td>${numbers(one.id).map((number) => html`<div>${describeNumber(number)}</div>`)}</td>
        <td class="${one.status === 'Enabled' ? 'good' : 'bad'}">${one.status}</td>
        <td>${logins === 0 ? html`<span class="quiet">not connected</span>` : `${logins} of 5`}</td>
      </tr>`
  })
  const heads = ['Extension', 'Id', 'Numbers', 'Status', 'Logins']
  return section('Extensions', table(heads, rows, 'Nobody is here.'))
}

function describeNumber(number: PhoneNumber): Markup {
  const why = number.status === 'Normal' ? 'no texts' : number.status
  return html`<span class="number">${number.phoneNumber}</span>${!canText(number) && html` <span class="tag">${why}</span>`}`
}

export function subscriptionSection(sim: Simulation): Markup {
  const rows = sim.subscriptions.all().map(
    (one) => html`
      <tr>
        <td>${sim.world.extensions.get(one.extensionId)?.firstName}</td>
        <td class="mono">${one.filters.map((filter) => html`<div>${filter.path.replace(/^\/restapi\/v1\.0/, '')}</div>`)}</td>
        <td class="mono">${one.address}</td>
        <td class="${one.status === 'Active' ? 'good' : 'bad'}">${one.status}</td>
        <td class="quiet">${new Date(one.expiresAt).toISOString().slice(0, 16).replace('T', ' ')}</td>
      </tr>`,
  )
  const heads = ['Owner', 'Filters', 'Address', 'Status', 'Until']
  return section('Subscriptions', table(heads, rows, 'Nobody has subscribed.'))
}

export function rateSection(sim: Simulation): Markup {
  const rows = sim.limiter.budgets().map(
    ({ owner, group, limit, used, penaltySeconds }) => html`
      <tr>
        <td>${group}</td>
        <td>${sim.world.extensions.get(owner.split(' ')[0] ?? '')?.firstName ?? owner}</td>
        <td><meter min="0" max="${limit}" high="${limit * 0.8}" value="${used}"></meter> ${used} of ${limit}</td>
        <td>${penaltySeconds > 0 && html`<span class="bad">closed for ${penaltySeconds} s</span>`}</td>
      </tr>`,
  )
  return section(
    'Calls in the last minute',
    table(['Group', 'Whose', 'Used', ''], rows, 'None yet.'),
  )
}

export function faultSection(sim: Simulation): Markup {
  const rows = sim.faults.list().map(
    ({ plan: { kind, ...plan }, hits }) => html`
      <tr><td>${kind}</td><td class="mono">${JSON.stringify(plan)}</td><td>${hits} times</td></tr>`,
  )
  return section(
    'Planned faults',
    table(['Kind', 'Plan', 'Struck'], rows, 'None: everything works.'),
  )
}

const mostLines = 15

/** What was asked and told last, in either direction. */
export function ledgerSection(sim: Simulation): Markup {
  const rows = sim.ledger
    .entries()
    .slice(-mostLines)
    .reverse()
    .map(
      (one) => html`
        <tr>
          <td class="quiet">${one.at.slice(11, 19)}</td>
          <td>${one.direction === 'in' ? 'asked' : 'told'}</td>
          <td class="mono">${one.method} ${one.path}</td>
          <td class="${one.status === undefined || one.status >= 400 ? 'bad' : 'good'}">${one.status ?? 'no answer'}</td>
          <td class="quiet">${one.note}</td>
        </tr>`,
    )
  const heads = ['UTC', '', 'What', 'Answer', '']
  return section('The last requests and notifications', table(heads, rows, 'None yet.'))
}

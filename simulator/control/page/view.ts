import { html, type Markup } from '../../http/html.ts'
import type { Message } from '../../messages/message.ts'
import type { Simulation } from '../../simulation.ts'

/** Who talks with whom on the page: a person outside, and one of the account's numbers. */
export interface View {
  person: string
  number: string
}

const usualPerson = '+13105550177'
const mostRead = 200
/** A crowd would fill the page. */
const mostOffered = 50

export function viewOf(sim: Simulation, asked: Partial<View>): View {
  const numbers = textableNumbers(sim)
  const number = numbers.find((one) => one === asked.number) ?? numbers[0] ?? ''
  const person = /^\+[1-9]\d{6,14}$/.test(asked.person ?? '')
    ? (asked.person as string)
    : usualPerson
  return { person, number }
}

export function textableNumbers(sim: Simulation): string[] {
  const numbers = [...sim.world.numbers.keys()].slice(0, mostOffered)
  return numbers.filter((number) => sim.world.reachedAt(number))
}

/** Everybody outside who was texted or texted lately, and somebody to begin with. */
export function peopleOutside(sim: Simulation, view: View): string[] {
  const people = new Set([view.person, usualPerson, '+13105550178', '+12025554411'])
  for (const extensionId of sim.world.extensions.keys()) {
    for (const { from, to } of recent(sim, extensionId, 30)) {
      for (const { phoneNumber } of [from, ...to]) {
        if (phoneNumber && !sim.world.numbers.has(phoneNumber)) people.add(phoneNumber)
      }
    }
  }
  return [...people].slice(0, 30)
}

/** What was said between the two, oldest first. */
export function conversation(sim: Simulation, { person, number }: View, most: number): Message[] {
  const owner = sim.world.ownerOf(number)
  if (!owner) return []
  const said = recent(sim, owner.id, mostRead).filter(({ from, to }) => {
    const numbers = [from, ...to].map((one) => one.phoneNumber)
    return numbers.includes(person) && numbers.includes(number)
  })
  return said.slice(0, most).reverse()
}

/** Newest first. */
export function recent(sim: Simulation, extensionId: string, most: number): Message[] {
  const found: Message[] = []
  for (const message of sim.mailboxes.newestFirst(extensionId)) {
    if (found.length >= most) break
    if (message.availability === 'Alive') found.push(message)
  }
  return found
}

export function hiddenView({ person, number }: View): Markup {
  return html`<input type="hidden" name="person" value="${person}"><input type="hidden" name="number" value="${number}">`
}

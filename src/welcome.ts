import type { Demo } from './demo.ts'

/** What GraphiQL opens with. */
export const firstQuery = `# Press play: texts appear here as they arrive.
subscription Texts {
  messageReceived {
    cursor
    occurredAt
    message {
      from
      to
      text
    }
  }
}
`

/** Tells the person at the terminal that all is ready, and what to do first. */
export function announce(facts: {
  url: string
  role: string
  /** Whether a browser at /graphql gets GraphiQL. */
  graphiql: boolean
  /** What else is worth knowing. */
  notices: string[]
  /** The operator's key, if it was made up for this data directory. */
  operatorKey: string | undefined
  demo: Demo | undefined
  seconds: number
}): void {
  const { url, role, graphiql, notices, operatorKey, demo, seconds } = facts
  const lines = [
    `RingQL is ready (${role === 'all' ? '' : `${role}, `}${seconds.toFixed(1)} s).`,
    '',
  ]
  const browser = graphiql ? '   (a browser gets GraphiQL)' : ''
  if (role !== 'worker') lines.push(`  GraphQL       ${url}/graphql${browser}`)
  if (demo) lines.push(`  API key       ${demo.apiKey}   (GraphiQL has it already)`)
  if (operatorKey) lines.push(`  Operator key  ${operatorKey}`)
  if (demo)
    lines.push(`  Simulator     ${demo.simulatorUrl}/simulator   (stands in for RingCentral)`)
  for (const notice of notices) {
    lines.push('', ...notice.split(/(?<=\.) (?=[A-Z])/).map((line) => `  ${line}`))
  }
  if (demo) {
    const text = JSON.stringify({ from: '+14155550123', to: demo.number, text: 'Hello!' })
    lines.push(
      '',
      `Watch a text arrive at ${demo.number}:`,
      '',
      `  1. Open ${url}/graphql and press play: the subscription is there already.`,
      '     subscription { messageReceived { cursor message { from text } } }',
      '  2. Send one from the simulator’s page, or:',
      `     curl ${demo.simulatorUrl}/simulator/inbound -H 'content-type: application/json' -d '${text}'`,
      '',
      'Connect another extension by hand: run this in GraphiQL and open the link that it answers.',
      '     mutation { createConnectToken { ... on ConnectToken { connectUrl } } }',
    )
  }
  console.log(lines.join('\n'))
}

import { beforeAll, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { messagesQuery, stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
const count = 47

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  for (let n = 0; n < count; n += 1) {
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Text ${n}` })
  }
  await acme.waitFor('{ messages { totalCount } }', ({ messages }) => messages.totalCount === count)
  return gateway.stop
})

const page = async (variables: object) =>
  (await acme.query(messagesQuery, { ...variables })).messages
const idsOf = (nodes: { id: string }[]) => nodes.map(({ id }) => id)

describe('messages', () => {
  it('come newest first, 20 when nobody says how many, with the count of all', async () => {
    const { nodes, edges, totalCount, pageInfo } = await page({})
    expect(nodes).toHaveLength(20)
    expect(totalCount).toBe(count)
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    expect(idsOf(edges.map(({ node }: { node: { id: string } }) => node))).toEqual(idsOf(nodes))
    const times = nodes.map(({ createdAt }: { createdAt: string }) => createdAt)
    expect(times).toEqual([...times].sort().reverse())
  })

  it('are the same walking forward and backward, each once', async () => {
    const { nodes: all } = await page({ first: 100 })
    expect(new Set(idsOf(all)).size).toBe(count)

    const forward = []
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await page({ first: 10, after })
      forward.push(...idsOf(nodes))
      after = pageInfo.endCursor
      more = pageInfo.hasNextPage
    }
    expect(forward).toEqual(idsOf(all))

    const backward = []
    for (let before: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await page({ last: 10, before })
      backward.unshift(...idsOf(nodes))
      before = pageInfo.startCursor
      more = pageInfo.hasPreviousPage
    }
    expect(backward).toEqual(idsOf(all))
  })

  it.each([
    { first: 101 },
    { last: 101 },
    { first: 0 },
    { first: -1 },
    { first: 99_999_999 },
    { first: 5, last: 5 },
    { after: 'garbage' },
    { before: '\u0000' },
    { after: Buffer.from('GPC:S:\u0000').toString('base64') },
    { filter: { text: '\u0000' } },
    { filter: { number: '\u0000' } },
    { filter: { createdFrom: 'yesterday' } },
  ])('refuse %j as BAD_USER_INPUT', async (variables) => {
    const [error] = await acme.errors(messagesQuery, variables)
    expect(error?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('refuse a cursor of nothing also when only their number is asked for', async () => {
    const after = Buffer.from('GPC:S:msg_nobody').toString('base64')
    const query = 'query ($after: String) { messages(after: $after) { totalCount } }'
    const [error] = await acme.errors(query, { after })
    expect(error?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('can each be asked for by id, as message and as node', async () => {
    const { nodes } = await page({ first: 1 })
    const [{ id, text }] = nodes
    const asked = await acme.query(
      `query ($id: ID!) { message(id: $id) { text } node(id: $id) { id ... on Message { text } } }`,
      { id },
    )
    expect(asked).toEqual({ message: { text }, node: { id, text } })
  })

  it.each(['msg_nobody', 'nonsense', '', 'ext_', 'key_x', 'ten_x', '__proto___x'])(
    'with the id %j are null',
    async (id) => {
      const asked = await acme.query(
        `query ($id: ID!) { message(id: $id) { text } node(id: $id) { id } }`,
        { id },
      )
      expect(asked).toEqual({ message: null, node: null })
    },
  )
})

it('are shown by a process that stays when a newer one adds a column', async () => {
  const query = '{ messages { nodes { id recovered } } }'
  await acme.query(query)
  await gateway.db.$executeRaw`ALTER TABLE "Message" ADD COLUMN "ofTomorrow" text`
  await acme.query(query)
})

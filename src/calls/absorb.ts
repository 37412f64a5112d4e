import type { Tx } from '../db/client.ts'
import type { Call, Prisma } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { createId } from '../lib/ids.ts'
import { asClicked } from './as-clicked.ts'
import { belonging, connectedIn } from './belonging.ts'
import { claimStarted } from './claim-started.ts'
import { type Derived, deriveCall } from './derive.ts'
import type { HeardParty, LogLine } from './facts.ts'
import { notFollowed } from './going-on.ts'
import { type HeardNews, isOver, mergeHeard } from './heard.ts'
import { lockSessions } from './lock-sessions.ts'
import { placeCalls } from './place-calls.ts'
import { callEvent } from './record-call.ts'
import { type Evidence, sidesOf } from './sides.ts'

/** What somebody told of one session: notifications, lines of the log, or both. */
export type News = { sessionKey: string; heard: HeardNews[]; lines: LogLine[] }

/** Whose account the news is about. */
export type Listener = { tenantId: string; rcAccountId: string }

/**
 * Takes in what RingCentral told. What was heard is kept, and each call is made anew from all of it; what
 * changes by that is an event. Telling the same again, or in another order, changes nothing.
 *
 * @returns the calls that have come to their end by this, and those that all of ours have left by sending
 * them on to somebody of whom nothing was heard yet
 */
export async function absorb(
  tx: Tx,
  record: RecordEvent,
  { tenantId, rcAccountId }: Listener,
  told: News[],
  heardAt: Date,
): Promise<{ ended: Call[]; sentOn: Call[] }> {
  const news = merged(told)
  const keys = news.map((one) => one.sessionKey)
  if (keys.length === 0) return { ended: [], sentOn: [] }
  await lockSessions(tx, tenantId, keys)
  const evidence = await remember(tx, tenantId, news)
  const where = { tenantId, sessionKey: { in: keys } }
  const known = new Map((await tx.call.findMany({ where })).map((call) => [call.sessionKey, call]))
  const rowIdOf = await connectedIn(tx, tenantId, evidence)

  const changed: Call[] = []
  const ended: Call[] = []
  const sentOn: Call[] = []
  const fresh: Prisma.CallCreateManyInput[] = []
  for (const sessionKey of keys) {
    const all = evidence.get(sessionKey)
    const derived = all && deriveCall(all)
    if (!all || !derived) continue
    const sides = sidesOf(all)
    const before = known.get(sessionKey) ?? (await claimStarted(tx, tenantId, sides, rowIdOf))
    if (before === 'undecided') continue
    const facts = {
      ...(before ? onlyForward(before, derived, all) : derived),
      ...asClicked(before, sides),
      ...belonging(sides, rowIdOf, before),
      sessionKey,
      telephonySessionId: sessionKey.includes(':') ? null : sessionKey,
    }
    if (before && isSame(before, facts)) continue
    const isTold = facts.status !== 'ENDED' || derived.status === 'ENDED'
    const isSettled =
      before?.status === 'UNCONFIRMED' || (before?.errorCode === notFollowed && isTold)
    const settled = isSettled && { errorCode: null, errorMessage: null }
    const data = { ...facts, ...settled, heardAt }
    if (!before) {
      fresh.push({ id: createId('Call'), tenantId, rcAccountId, ...data })
      continue
    }
    const call = await tx.call.update({ where: { id: before.id }, data })
    changed.push(call)
    if (call.status === 'ENDED' && before.status !== 'ENDED') ended.push(call)
    if (call.status !== 'ENDED' && sides.every((side) => side.isOver)) sentOn.push(call)
  }
  // Together, since a first sync brings thousands.
  const made = await tx.call.createManyAndReturn({ data: fresh })
  for (const call of [...changed, ...made]) record(callEvent(call))
  const ids = [...changed, ...made].map(({ id }) => id)
  await placeCalls(tx, ids)
  return { ended: [...ended, ...made.filter(({ status }) => status === 'ENDED')], sentOn }
}

/**
 * An end stays an end, and what was picked up rings no more: also where RingCentral was asked about it
 * before its notifications came. Only news from after the end makes a call go on, and the end comes again
 * with theirs.
 */
function onlyForward(before: Call, derived: Derived, { heard }: Evidence): Derived {
  const wasPickedUp = before.status === 'ANSWERED' || before.status === 'ON_HOLD'
  if (wasPickedUp && derived.status === 'RINGING') return { ...derived, status: 'ANSWERED' }
  if (before.status !== 'ENDED' || derived.status === 'ENDED') return derived
  const parties = [...heard.values()]
  const newest = (over: boolean) =>
    Math.max(...parties.filter((one) => isOver(one.code) === over).map((one) => one.sequence))
  const endWasHeard = parties.some((one) => isOver(one.code))
  const goesOn = endWasHeard
    ? newest(false) > newest(true)
    : parties.some(({ at }) => Date.parse(at) > (before.endedAt?.getTime() ?? 0))
  if (goesOn) return derived
  const { status, result, endedAt, durationSeconds } = before
  return { ...derived, status, result, endedAt, durationSeconds }
}

/** Writes what is new down beside what was known; answers all of it. */
async function remember(tx: Tx, tenantId: string, news: News[]): Promise<Map<string, Evidence>> {
  const where = { tenantId, sessionKey: { in: news.map((one) => one.sessionKey) } }
  const parties = await tx.callParty.findMany({ where })
  const records = await tx.callRecord.findMany({ where })
  const evidence = new Map<string, Evidence>(
    news.map((one) => [one.sessionKey, { heard: new Map(), lines: [] }]),
  )
  for (const { sessionKey, partyId, heard } of parties) {
    evidence.get(sessionKey)?.heard.set(partyId, heard as HeardParty)
  }
  for (const { sessionKey, line } of records) {
    evidence.get(sessionKey)?.lines.push(line as unknown as LogLine)
  }
  const newParties: Prisma.CallPartyCreateManyInput[] = []
  const newRecords: Prisma.CallRecordCreateManyInput[] = []
  for (const { sessionKey, heard, lines } of news) {
    const all = evidence.get(sessionKey)
    if (!all) continue
    for (const { partyId, heard: fresh } of heard) {
      const old = all.heard.get(partyId)
      const both = old ? mergeHeard(old, fresh) : fresh
      all.heard.set(partyId, both)
      const id = { tenantId, sessionKey, partyId }
      if (!old) newParties.push({ ...id, heard: both })
      else if (!sameJson(old, both)) {
        await tx.callParty.update({
          where: { tenantId_sessionKey_partyId: id },
          data: { heard: both },
        })
      }
    }
    for (const line of lines) {
      const place = all.lines.findIndex((one) => one.id === line.id)
      if (place < 0) {
        all.lines.push(line)
        newRecords.push({ tenantId, sessionKey, rcCallId: line.id, line })
      } else if (!sameJson(all.lines[place], line)) {
        all.lines[place] = line
        const id = { tenantId, rcCallId: line.id }
        await tx.callRecord.update({ where: { tenantId_rcCallId: id }, data: { line } })
      }
    }
  }
  if (newParties.length > 0) await tx.callParty.createMany({ data: newParties })
  if (newRecords.length > 0) await tx.callRecord.createMany({ data: newRecords })
  return evidence
}

function merged(told: News[]): News[] {
  const bySession = Map.groupBy(told, (one) => one.sessionKey)
  return [...bySession].map(([sessionKey, all]) => {
    const heard = new Map<string, HeardParty>()
    for (const one of all.flatMap((news) => news.heard)) {
      const old = heard.get(one.partyId)
      heard.set(one.partyId, old ? mergeHeard(old, one.heard) : one.heard)
    }
    const lines = new Map(all.flatMap((news) => news.lines).map((line) => [line.id, line]))
    return {
      sessionKey,
      heard: [...heard].map(([partyId, party]) => ({ partyId, heard: party })),
      lines: [...lines.values()],
    }
  })
}

function isSame(before: Call, facts: Derived & Partial<Call>): boolean {
  return Object.entries(facts).every(([column, value]) =>
    sameJson(before[column as keyof Call], value),
  )
}

/** Postgres keeps the members of JSON in an order of its own. */
function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: unknown): unknown {
  if (value instanceof Date || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

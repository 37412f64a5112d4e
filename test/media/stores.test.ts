import { rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../src/lib/logger.ts'
import { createDiskStore } from '../../src/media/disk-store.ts'
import { createPostgresStore } from '../../src/media/postgres-store.ts'
import {
  MediaLostError,
  type MediaStore,
  MediaStoreUnavailableError,
} from '../../src/media/store.ts'
import { startTcpProxy } from '../crash/tcp-proxy.ts'
import { createTestDatabase } from '../support/database.ts'
import { createMediaDir, sha256 } from '../support/media.ts'

type Opened = { store: MediaStore; breakDown(): Promise<unknown> }

const stores: Record<string, () => Promise<Opened>> = {
  async disk() {
    const { mediaDir, remove } = await createMediaDir()
    onTestFinished(remove)
    const store = await createDiskStore(mediaDir, { isUsed: false, logger: createLogger('silent') })
    return { store, breakDown: () => rename(mediaDir, `${mediaDir}-unmounted`) }
  },
  async Postgres() {
    const database = await createTestDatabase()
    const server = new URL(database.url)
    const { port } = server
    const cable = await startTcpProxy(() => Number(port))
    server.port = String(cable.port)
    const store = createPostgresStore({ url: server.href, applicationName: 'store' })
    onTestFinished(async () => {
      await store.close()
      await cable.close()
      await database.drop()
    })
    return { store, breakDown: () => cable.close() }
  },
}

async function* pieces(bytes: Uint8Array, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function* broken() {
  yield* pieces(new Uint8Array(600_000), 100_000)
  throw new Error('The sender went away')
}

async function read(store: MediaStore, key: string, range?: { start: number; end: number }) {
  return Buffer.from(await new Response(await store.read(key, range)).arrayBuffer())
}

async function keysOf(store: MediaStore, moment = new Date(Date.now() + 60_000)) {
  const keys: string[] = []
  for await (const key of store.keysBefore(moment)) keys.push(key)
  return keys.sort()
}

const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, place) => (place * 31) % 251))

describe.each(Object.keys(stores))('the media store on %s', (name) => {
  test('gives back what it was given, whole and in part, until it is deleted', async () => {
    const { store } = await (stores[name] as () => Promise<Opened>)()
    const kept = await store.write('med_a1', pieces(bytes, 70_000))
    expect(kept).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) })
    expect(sha256(await read(store, 'med_a1'))).toBe(kept.sha256)
    const ranges = [
      [0, 0],
      [262_143, 262_144],
      [100, 524_288],
      [524_288, 700_000],
      [700_000, 700_000],
    ] as const
    for (const [start, end] of ranges) {
      const part = await read(store, 'med_a1', { start, end })
      expect(part.equals(bytes.subarray(start, end + 1)), `${start}-${end}`).toBe(true)
    }

    // As many bytes as make whole chunks.
    const even = bytes.subarray(0, 524_288)
    await store.write('med_b1', pieces(even, 65_536))
    expect((await read(store, 'med_b1')).equals(even)).toBe(true)
    expect(await keysOf(store)).toEqual(['med_a1', 'med_b1'])
    expect(await keysOf(store, new Date(Date.now() - 60_000))).toEqual([])

    const reader = (await store.read('med_a1')).getReader()
    await reader.read()
    await reader.cancel()
    await store.delete('med_a1')
    await store.delete('med_a1')
    await expect(store.read('med_a1')).rejects.toThrow(MediaLostError)
    expect(await keysOf(store)).toEqual(['med_b1'])
  })

  test('keeps nothing of what breaks off, and tells a loss from a breakdown', async () => {
    const { store, breakDown } = await (stores[name] as () => Promise<Opened>)()
    await expect(store.write('med_c1', broken())).rejects.toThrow('The sender went away')
    await expect(store.read('med_c1')).rejects.toThrow(MediaLostError)
    expect(await keysOf(store)).toEqual([])
    await store.write('med_d1', pieces(bytes, 70_000))
    await breakDown()
    await expect(store.read('med_d1')).rejects.toThrow(MediaStoreUnavailableError)
    await expect(store.write('med_e1', pieces(bytes, 70_000))).rejects.toThrow(
      MediaStoreUnavailableError,
    )
  })

  test('takes one piece after the other, no faster than it is read', async () => {
    const { store } = await (stores[name] as () => Promise<Opened>)()
    await store.write('med_f1', pieces(new Uint8Array(20_000_000), 65_536))
    const before = process.memoryUsage().arrayBuffers
    const readers = await Promise.all(
      Array.from({ length: 8 }, async () => (await store.read('med_f1')).getReader()),
    )
    for (const reader of readers) await reader.read()
    await sleep(100)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000)
    for (const reader of readers) await reader.cancel()
  })
})

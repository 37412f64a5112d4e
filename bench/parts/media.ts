import type { ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import type pg from 'pg'
import { png } from '../../test/support/media.ts'
import type { Gateway } from '../gateway.ts'
import { residentMb, run } from '../processes.ts'
import type { Measured } from '../report.ts'
import { withDemo } from '../rig/demo.ts'
import type { Bench } from './part.ts'

const sizeBytes = 1_500_000
const files = 64
const atOnce = 16
const rounds = 6
const sampleMs = 50

const agent = new Agent({ keepAlive: true, maxSockets: atOnce })

/**
 * Files of the largest size, sixteen at once, in and out again, in turn with a bare server on the same disk; and the
 * memory of the gateway's process before, at its most, and afterwards.
 */
export function measureMedia(bench: Bench, store: 'disk' | 'postgres'): Promise<Measured[]> {
  return withDemo(
    bench,
    `media-${store}`,
    (gateway, db, { process }) => measureStore(gateway, db, { store, home: bench.home, process }),
    { MEDIA_STORE: store },
  )
}

async function measureStore(
  gateway: Gateway,
  db: pg.Client,
  { store, home, process }: { store: string; home: string; process: ChildProcess },
): Promise<Measured[]> {
  const script = new URL('../baseline/media.ts', import.meta.url).pathname
  const directory = await mkdtemp(join(home, 'bare-media-'))
  const bare = await run([script, directory], { ready: /listening on (\d+)\n/ })
  const bareUrl = `http://127.0.0.1:${bare.line.match(/\d+/)?.[0]}`
  const picture = png({ sizeBytes })
  const speeds = {
    put: [] as number[],
    get: [] as number[],
    barePut: [] as number[],
    bareGet: [] as number[],
  }
  const memory = watchMemory(process)
  await memory.settle()
  try {
    for (let round = 0; round <= rounds; round++) {
      const uploads = await Promise.all(Array.from({ length: files }, () => createUpload(gateway)))
      const put = await speed(
        uploads.map(({ url }) => url),
        picture,
      )
      const addresses = await attach(
        gateway,
        db,
        uploads.map(({ id }) => id),
      )
      const get = await speed(addresses)
      const bareUrls = Array.from({ length: files }, (_, n) => `${bareUrl}/${round}-${n}`)
      const barePut = await speed(bareUrls, picture)
      const bareGet = await speed(bareUrls)
      // The first round warms all of them up.
      if (round === 0) memory.begin()
      else
        for (const [which, value] of Object.entries({ put, get, barePut, bareGet })) {
          speeds[which as keyof typeof speeds].push(value)
        }
    }
  } finally {
    await bare.stop()
  }
  await memory.settle()
  const { before, most, after } = memory.end()
  const what = `of ${files} files of 1.5 MB, ${atOnce} at once, ${store}`
  const resident = (when: string, mb: number) =>
    ({ what: `resident ${when} them, ${store}`, unit: 'MB', ours: [mb] }) satisfies Measured
  return [
    {
      what: `upload ${what}`,
      unit: 'MB/s',
      ours: speeds.put,
      baseline: { name: 'node:http, write and fsync', samples: speeds.barePut },
    },
    {
      what: `download ${what}`,
      unit: 'MB/s',
      ours: speeds.get,
      baseline: { name: 'node:http, createReadStream', samples: speeds.bareGet },
    },
    resident('before', before),
    resident('at most during', most),
    resident('after', after),
  ]
}

async function createUpload(gateway: Gateway): Promise<{ id: string; url: string }> {
  const { createUpload } = await gateway.ask(
    'mutation { createUpload(input: { fileName: "a.png" }) { ... on Upload { id url } } }',
  )
  return createUpload
}

/** Messages with these files, as if they had been sent; and where each file is read. */
async function attach(
  gateway: Gateway,
  db: pg.Client,
  uploads: readonly string[],
): Promise<string[]> {
  await db.query(
    `WITH written AS (
       INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "direction", "status", "from", "to", "text", "attachments")
       SELECT 'msg_' || upload."id", upload."tenantId", extension."id", 'OUTBOUND', 'DELIVERED', '+12025550101', '{+14155550123}', '',
         jsonb_build_array(jsonb_build_object('id', upload."id", 'fileName', upload."fileName", 'contentType', 'image/png'))
       FROM "Upload" AS upload JOIN "Extension" AS extension USING ("tenantId")
       WHERE upload."id" = ANY($1))
     INSERT INTO "MediaUse" ("messageId", "attachmentId", "tenantId", "status", "mediaId")
     SELECT 'msg_' || "id", "id", "tenantId", 'KEPT', "mediaId" FROM "Upload" WHERE "id" = ANY($1)`,
    [uploads],
  )
  return Promise.all(
    uploads.map(async (id) => {
      const { message } = await gateway.ask(`{ message(id: "msg_${id}") { attachments { url } } }`)
      return message.attachments[0].url as string
    }),
  )
}

/** MB a second that go to, or come from, some addresses. */
async function speed(urls: readonly string[], body?: Buffer): Promise<number> {
  const startedAt = performance.now()
  let next = 0
  const one = async () => {
    for (let url = urls[next++]; url; url = urls[next++]) await transfer(url, body)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return (urls.length * sizeBytes) / 1e3 / (performance.now() - startedAt)
}

function transfer(url: string, body?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = body && { 'content-length': body.length }
    const sending = request(url, { agent, method: body ? 'PUT' : 'GET', headers }, (response) => {
      let received = 0
      response.on('data', (piece: Buffer) => {
        received += piece.length
      })
      response.on('end', () => {
        const whole = response.statusCode === 200 && (body || received === sizeBytes)
        return whole ? resolve() : reject(new Error(`${url}: ${response.statusCode}, ${received}`))
      })
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

function watchMemory(process: ChildProcess) {
  const seen = { before: Number.NaN, most: 0, now: Number.NaN }
  const look = async () => {
    seen.now = (await residentMb(process)) ?? Number.NaN
    seen.most = Math.max(seen.most, seen.now)
  }
  const timer = setInterval(look, sampleMs)
  return {
    async settle() {
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      await look()
    },
    begin() {
      Object.assign(seen, { before: seen.now, most: seen.now })
    },
    end() {
      clearInterval(timer)
      return { before: seen.before, most: seen.most, after: seen.now }
    },
  }
}

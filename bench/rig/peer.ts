import { fileURLToPath } from 'node:url'
import { type Running, run } from '../processes.ts'

/** A server to compare with, in production mode as ours is. It listens on a port of its own. */
export async function startPeer(
  name: string,
  ...args: string[]
): Promise<Running & { url: string }> {
  const main = fileURLToPath(new URL(`../peers/${name}.ts`, import.meta.url))
  const peer = await run([main, ...args], {
    ready: /listening on (\d+)\n/,
    // A thousand listeners are what is measured, and no leak, as Node would warn.
    env: { NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
  })
  return { ...peer, url: `http://127.0.0.1:${peer.line.match(/\d+/)?.[0]}` }
}

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const read = async (path: string) => JSON.parse(await readFile(`${folder}${path}`, 'utf8'))

/** Installs the peers into bench/node_modules, as its lock file has them, unless they are there. */
export async function installPeers(say: (text: string) => void): Promise<void> {
  const { dependencies } = (await read('package.json')) as { dependencies: Record<string, string> }
  const installed = await Promise.all(
    Object.entries(dependencies).map(async ([name, version]) => {
      const found = await read(`node_modules/${name}/package.json`).catch(() => undefined)
      return found?.version === version
    }),
  )
  if (installed.every(Boolean)) return
  say('installing the peers to compare with into bench/node_modules (once; a minute or two)')
  // The npm that runs us, if it does; what it prints is no part of our answer.
  const npm = process.env.npm_execpath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const child = npm
    ? spawn(process.execPath, [npm, ...args], { cwd: folder, stdio: ['ignore', 2, 2] })
    : spawn('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`The peers could not be installed: npm ci ended with ${code}`)
}

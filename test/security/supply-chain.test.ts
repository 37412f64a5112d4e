import { readFile } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import { startSimulator } from '../../simulator/simulator.ts'
import { createClient } from '../support/client.ts'
import { createTestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { startProcess } from '../support/process.ts'

const json = async (file: string) =>
  JSON.parse(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'))

type Locked = { integrity?: string; hasInstallScript?: boolean; link?: boolean; resolved?: string }

it('J5: every package is of one version with a checksum, and none runs a script of its own that nobody allowed', async () => {
  const { dependencies, devDependencies, allowScripts } = await json('package.json')
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+/)
  }
  const { packages } = await json('package-lock.json')
  const locked = Object.entries<Locked>(packages).filter(([path]) => path !== '')
  expect(locked.length).toBeGreaterThan(100)
  for (const [path, { integrity }] of locked) expect(integrity, path).toMatch(/^sha512-/)
  const scripted = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace('node_modules/', ''))
  expect(Object.keys(allowScripts).sort()).toEqual(scripted.sort())
})

it('J6: in production it needs no right to write a file or to start a process', async () => {
  const database = await createTestDatabase()
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const port = await freePort()
  const gateway = startProcess(
    {
      NODE_ENV: 'production',
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      DATABASE_URL: database.url,
      MEDIA_STORE: 'postgres',
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      OPERATOR_KEY: 'operator-key-of-production',
      RINGCENTRAL_SERVER_URL: simulator.url,
      RINGCENTRAL_CLIENT_ID: simulator.clientId,
      RINGCENTRAL_CLIENT_SECRET: simulator.clientSecret,
    },
    ['--permission', '--allow-fs-read=*'],
  )
  await gateway.ready()
  const operator = createClient(`http://localhost:${port}`, 'operator-key-of-production')
  const { createTenant } = await operator.query(
    'mutation { createTenant(input: { name: "Acme" }) { ... on Tenant { name } } }',
  )
  expect(createTenant).toEqual({ name: 'Acme' })
  expect((await gateway.stop()).code).toBe(0)
  expect(gateway.output).not.toContain('ERR_ACCESS_DENIED')
  await database.drop()
})

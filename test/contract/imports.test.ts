import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const floor = ['db', 'events', 'jobs', 'audit', 'ringcentral', 'graphql', 'http', 'lib', 'secrets']
/** Each feature with those that it may import, besides itself and the floor. */
const features: Record<string, string[]> = {
  tenants: [],
  numbers: ['tenants'],
  extensions: ['tenants', 'numbers'],
  consents: ['tenants', 'numbers', 'extensions'],
  media: ['tenants', 'numbers', 'extensions'],
  conversations: ['tenants', 'numbers', 'extensions'],
  templates: ['tenants', 'numbers', 'extensions'],
  messages: ['tenants', 'numbers', 'extensions', 'media', 'consents', 'conversations', 'templates'],
  history: ['tenants', 'numbers', 'extensions', 'media', 'consents', 'conversations', 'messages'],
  batches: [
    'tenants',
    'numbers',
    'extensions',
    'media',
    'consents',
    'conversations',
    'templates',
    'messages',
  ],
  calls: ['tenants', 'numbers', 'extensions'],
  people: ['tenants', 'numbers', 'extensions'],
  inbound: [
    'tenants',
    'numbers',
    'extensions',
    'media',
    'consents',
    'conversations',
    'messages',
    'calls',
    'people',
  ],
}
const root = new URL('../../', import.meta.url)
const imports = globSync('{src,simulator,prisma}/**/*.ts', { cwd: root })
  .filter((file) => !file.includes('/generated/'))
  .flatMap((file) => importsOf(file).map((target) => ({ file, target })))

test('every folder of src is a feature or belongs to the floor', () => {
  const folders = new Set(globSync('src/*/', { cwd: root }).map((path) => path.split('/')[1]))
  expect([...folders].filter((folder) => folder && !isKnown(folder))).toEqual([])
})

test('features import the floor and, among themselves, one way', () => {
  const wrong = within('src').filter(({ from, to }) => {
    const allowed = features[from]
    return allowed && from !== to && !floor.includes(to) && !allowed.includes(to)
  })
  expect(wrong.map(describe)).toEqual([])
})

test('the floor knows no feature', () => {
  const wrong = within('src').filter(({ from, to }) => floor.includes(from) && to in features)
  expect(wrong.map(describe)).toEqual([])
})

test('nobody imports the files at the root but each other', () => {
  const wrong = within('src').filter(({ from, to }) => to === '' && from !== '')
  expect(wrong.map(describe)).toEqual([])
})

test('the server knows the simulator only as a stand-in, and shares no code with it', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      (file.startsWith('src/') && target.startsWith('simulator/') && file !== 'src/stand-ins.ts') ||
      (file.startsWith('simulator/') && target.startsWith('src/')),
  )
  expect(wrong.map(describe)).toEqual([])
})

test('nothing that runs in production imports a test', () => {
  expect(imports.filter(({ target }) => target.startsWith('test/')).map(describe)).toEqual([])
})

test('imports are found at all', () => {
  expect(imports.length).toBeGreaterThan(300)
  expect(imports.map(describe)).toContain('src/stand-ins.ts imports simulator/simulator.ts')
  expect(imports.map(describe)).toContain('src/app.ts imports src/tenants/authenticate.ts')
})

function importsOf(file: string): string[] {
  const code = readFileSync(new URL(file, root), 'utf8')
  const specifiers = code.matchAll(
    /(?:^|[\s;}])(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
  )
  return [...specifiers]
    .map(([, from, bare]) => from ?? bare ?? '')
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))
}

/** The imports inside a part of the repository, by folder; '' is the part's root. */
function within(part: string) {
  const folderOf = (path: string) => path.split('/').slice(1, -1)[0] ?? ''
  return imports
    .filter(({ file, target }) => file.startsWith(`${part}/`) && target.startsWith(`${part}/`))
    .map(({ file, target }) => ({ file, target, from: folderOf(file), to: folderOf(target) }))
}

function isKnown(folder: string): boolean {
  return folder in features || floor.includes(folder)
}

function describe({ file, target }: { file: string; target: string }): string {
  return `${file} imports ${target}`
}

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Whole processes that are killed take longest; begun last, they would keep one worker busy and the other waiting. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => /\/test\/(crash|startup)\//.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    // Node takes graphql's CommonJS files, vite its ES modules: two copies, and `instanceof` fails
    // between them. One is enough, the one that the server runs on.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Two processes for all files: a fresh one for each would read the same five hundred modules again. What
    // a file leaves behind in its process, another one sees.
    isolate: false,
    // More would contend for the one Postgres, and a laptop has few cores to give.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // What is waited for comes in its own time; how long it may take is the bench's business.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

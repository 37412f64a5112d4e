import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'

// What embedded-postgres.test.ts runs as a process of its own: starts, says where, and leaves when its input ends,
// so also when the test that began it is gone.
const [dataDir = ''] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: () => undefined }
const postgres = await startEmbeddedPostgres({ dataDir, log: quiet, flags: ['-c', 'fsync=off'] })
console.log(postgres.url)
process.stdin.once('end', async () => {
  await postgres.stop()
  process.exit()
})
process.stdin.resume()

/** The least that takes files and gives them back: node:http, a file forced to the disk, and nothing looked at. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'

const [, , directory = ''] = process.argv

const server = createServer(async (request, response) => {
  const path = join(directory, basename(request.url ?? ''))
  if (request.method !== 'PUT') {
    createReadStream(path).pipe(response)
    return
  }
  const file = await open(path, 'w')
  for await (const piece of request) await file.writeFile(piece)
  await file.sync()
  await file.close()
  response.end()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`listening on ${address.port}`)
})
process.on('SIGTERM', () => process.exit(0))

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as typescriptOperations from '@graphql-codegen/typescript-operations'
import { parse } from 'graphql'

const root = new URL('.', import.meta.url)
const generatedFile = 'test/generated/documents.ts'

/**
 * Typed documents for the operations in test/, from the schema as it is committed: no server, no
 * network. The generator's own command line would bring ten times as many packages for the same.
 */
export async function generateDocuments(): Promise<string> {
  const read = (path: string) => parse(readFileSync(new URL(path, root), 'utf8'))
  const code = await codegen({
    filename: generatedFile,
    schema: read('schema.graphql'),
    documents: globSync('test/**/*.graphql', { cwd: root })
      .sort()
      .map((location) => ({ location, document: read(location) })),
    plugins: [{ 'typescript-operations': {} }, { 'typed-document-node': {} }],
    pluginMap: {
      'typescript-operations': typescriptOperations,
      'typed-document-node': typedDocumentNode,
    },
    config: {
      useTypeImports: true,
      enumType: 'string-literal',
      scalars: { ID: 'string', DateTime: 'string' },
      skipTypename: true,
    },
  })
  return `// Made by \`npm run codegen\`; not to be edited.\n${code}`
}

if (import.meta.main) {
  writeFileSync(new URL(generatedFile, root), await generateDocuments())
}

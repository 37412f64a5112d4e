import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import type { Row } from './check-rows.ts'
import { InvalidCsvError, maxBatchSize } from './errors.ts'

const longestLine = 10_000

/**
 * The rows of a CSV (RFC 4180; commas, semicolons or tabs) whose first line names the columns: `to`, perhaps
 * `text`, and the values of placeholders. Read as it comes, and no further than a batch can be long.
 *
 * @throws InvalidCsvError
 */
export async function readCsv(bytes: AsyncIterable<Uint8Array>): Promise<Row[]> {
  const lines = linesOf(bytes)
  const beginning = await firstLineOf(lines)
  const parser = Readable.from(beginningWith(beginning, lines)).compose(
    parse({
      bom: true,
      columns: columnsOf,
      delimiter: delimiterOf(beginning),
      info: true,
      max_record_size: longestLine,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  )
  const rows: Row[] = []
  try {
    for await (const { record, info } of parser) {
      const { to, text, ...values } = record as Record<string, string>
      if (rows.length === maxBatchSize) {
        throw new InvalidCsvError(`The CSV has more than ${maxBatchSize} rows: split it.`)
      }
      const malformed = (info as { error?: CsvError }).error && {
        malformed: `It has not ${info.columns.length} columns, as the first line: put texts with a comma in quotes.`,
      }
      rows.push({ line: info.lines, to: to ?? '', text: text || null, values, ...malformed })
    }
  } catch (error) {
    if ((error as CsvError).code?.startsWith('CSV_')) {
      throw new InvalidCsvError(`The CSV cannot be read: ${(error as CsvError).message}`)
    }
    throw error
  }
  return rows
}

/** What the first line calls the columns. */
function columnsOf(line: string[]): string[] {
  const names = line.map((name) => name.trim())
  if (!names.includes('to')) {
    throw new InvalidCsvError(
      'The CSV has no column `to`. Its first line names the columns: `to`, perhaps `text`, and the placeholders.',
    )
  }
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new InvalidCsvError(
      `The CSV has two columns ${JSON.stringify(twice)}: name one of them otherwise.`,
    )
  }
  return names
}

/** What comes until the first line is whole: it says what stands between columns. */
async function firstLineOf(lines: AsyncGenerator<string>): Promise<string> {
  let beginning = ''
  while (!/[\r\n]/.test(beginning.trimStart()) && beginning.length < longestLine) {
    const { value, done } = await lines.next()
    if (done) break
    beginning += value
  }
  return beginning
}

/** Only one of them: spreadsheets that write semicolons leave the commas of a text without quotes. */
function delimiterOf(beginning: string): string {
  const [header = ''] = beginning.trimStart().split(/[\r\n]/, 1)
  const bare = header.replace(/"[^"]*"/g, '')
  const countOf = (delimiter: string) => bare.split(delimiter).length
  return [',', ';', '\t'].reduce((best, one) => (countOf(one) > countOf(best) ? one : best))
}

async function* beginningWith(first: string, rest: AsyncGenerator<string>) {
  yield first
  yield* rest
}

/** The text with plain line ends: the parser counts those of Windows twice, where a cell has several lines. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let held = ''
  try {
    for await (const chunk of bytes) {
      const text = held + decoder.decode(chunk, { stream: true })
      held = text.endsWith('\r') ? '\r' : ''
      yield text.slice(0, text.length - held.length).replaceAll('\r\n', '\n')
    }
    yield held + decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new InvalidCsvError('The CSV is not UTF-8: save it again as “CSV UTF-8”.')
  }
}

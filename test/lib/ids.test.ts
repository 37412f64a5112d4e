import { describe, expect, it } from 'vitest'
import { createId, type IdKind, idPrefixes, kindOfId } from '../../src/lib/ids.ts'

describe('ids', () => {
  it('say what they name, grow with time and never come twice', () => {
    for (const kind of Object.keys(idPrefixes) as IdKind[]) {
      const ids = Array.from({ length: 200 }, () => createId(kind))
      expect(ids[0]).toMatch(new RegExp(`^${idPrefixes[kind]}_[0-9a-z]{26}$`))
      expect(kindOfId(ids[0] ?? '')).toBe(kind)
      expect(new Set(ids).size).toBe(200)
    }
    for (const none of ['', '_', 'nope_01', 'ext', 'extx_01'])
      expect(kindOfId(none)).toBeUndefined()
  })
})

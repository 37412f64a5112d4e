/** Turns a test red that saw anything which RingCentral's document does not describe. */
export class ContractViolation extends Error {
  constructor(violations: readonly string[]) {
    const each = [...new Set(violations)].map((one) => `  ${one}`).join('\n')
    super(`Not as the OpenAPI document says:\n${each}`)
  }
}

import type { FieldNode, ValidationContext, ValidationRule } from 'graphql'

/** A rule against documents that ask for the same thing over and over: each is compared with each other one. */
export function repeatedFields(
  most: number,
  report: (context: ValidationContext) => void,
): ValidationRule {
  return (context) => {
    let reported = false
    return {
      SelectionSet({ selections }) {
        if (reported) return
        const asked = new Map<string, number>()
        for (const field of selections.filter((one): one is FieldNode => one.kind === 'Field')) {
          const key = field.alias?.value ?? field.name.value
          asked.set(key, (asked.get(key) ?? 0) + 1)
        }
        if (Math.max(0, ...asked.values()) <= most) return
        reported = true
        report(context)
      },
    }
  }
}

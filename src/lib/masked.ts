/** In international form, or what may be one without its plus. */
const phoneNumbers = /\+\d{7,15}\b|(?<![\w.])\d{10,15}(?![\w.])/g
/** API keys, client tokens and other JSON Web Tokens, and whatever else is long and random. */
const secrets =
  /\brql_\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<![\w/.-])(?=[\w-]*\d)[\w-]{40,}(?![\w/-])/g

/** A sentence in which phone numbers end in their last four digits only, and secrets are left out. */
export function masked(sentence: string): string {
  return sentence
    .replace(secrets, '[secret]')
    .replace(phoneNumbers, (number) => `…${number.slice(-4)}`)
}

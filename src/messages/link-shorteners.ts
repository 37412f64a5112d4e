/**
 * Domains that shorten links for everybody. Carriers filter texts with such links (`SMS-CAR-435`), since
 * nobody can tell where they lead; a short domain of one's own is fine.
 */
const shorteners = new Set([
  ...['bit.ly', 'bitly.com', 'tinyurl.com', 't.co', 'goo.gl', 'ow.ly', 'is.gd', 'v.gd', 'buff.ly'],
  ...['rebrand.ly', 'cutt.ly', 'shorturl.at', 'rb.gy', 't.ly', 'tiny.cc', 'tiny.one', 'lnkd.in'],
  ...['bl.ink', 'adf.ly', 'shorte.st', 'soo.gd', 's2r.co', 'clck.ru', 'u.to', 'qr.ae', 'j.mp'],
  ...['mcaf.ee', 'su.pr', 'x.co', 'trib.al', 'dlvr.it', 'fb.me', 'amzn.to', 'wp.me', 'ift.tt'],
  ...['short.io', 'shor.by', 'hyperurl.co', 'urlzs.com', 'n9.cl', 'da.gd', 'kutt.it', 'chilp.it'],
  ...['snip.ly', 'surl.li', 'gg.gg', 'urlz.fr', 'ln.run', 'tny.im', '1url.com', 'ulvis.net'],
])

/** The domains of shortened links in a text, each once. */
export function shortenersIn(text: string): string[] {
  // With or without https://, as phones recognise them.
  const domains = text.matchAll(
    /(?<![\w@.-])(?:https?:\/\/)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,})\/\w/gi,
  )
  const found = [...domains].map(([, domain = '']) => domain.toLowerCase())
  return [...new Set(found.filter((domain) => shorteners.has(domain)))]
}

/**
 * What RingCentral takes as an attachment, by the names that we use. The first name is what goes to
 * RingCentral; the others are what browsers and libraries call the same.
 */
const names: readonly (readonly [string, ...string[]])[] = [
  ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  ['image/png', 'image/apng'],
  ['image/gif'],
  ['image/bmp', 'image/x-ms-bmp'],
  ['image/tiff'],
  ['image/svg+xml'],
  ['image/webp'],
  ['video/3gpp', 'video/3gp', 'audio/3gpp'],
  ['video/mp4', 'video/x-m4v'],
  ['video/mpeg'],
  ['video/x-msvideo', 'video/vnd.avi', 'video/avi', 'video/msvideo'],
  ['video/x-flv'],
  ['video/x-ms-wmv', 'video/x-ms-asf'],
  ['video/quicktime'],
  ['video/webm'],
  ['video/ogg'],
  ['audio/mpeg', 'audio/mp3'],
  ['audio/mp4', 'audio/x-m4a', 'audio/m4a'],
  ['audio/ogg', 'audio/opus', 'audio/oga'],
  ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  ['audio/amr'],
  ['text/vcard', 'text/x-vcard'],
  ['application/zip', 'application/x-zip-compressed'],
  ['application/gzip', 'application/x-gzip'],
  ['application/rtf', 'text/rtf'],
  ['application/pdf'],
  ['text/html'],
  ['text/plain'],
  ['text/csv'],
  ['text/calendar'],
]

const canonical = new Map(
  names.flatMap(([name, ...others]) => [name, ...others].map((one) => [one, name])),
)

const extensions: Record<string, string> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif' },
  ...{ bmp: 'image/bmp', tif: 'image/tiff', tiff: 'image/tiff', svg: 'image/svg+xml' },
  ...{ webp: 'image/webp', '3gp': 'video/3gpp', mp4: 'video/mp4', mpg: 'video/mpeg' },
  ...{ mpeg: 'video/mpeg', avi: 'video/x-msvideo', flv: 'video/x-flv', wmv: 'video/x-ms-wmv' },
  ...{ mov: 'video/quicktime', webm: 'video/webm', ogv: 'video/ogg', mp3: 'audio/mpeg' },
  ...{ m4a: 'audio/mp4', oga: 'audio/ogg', ogg: 'audio/ogg', wav: 'audio/wav', amr: 'audio/amr' },
  ...{ vcf: 'text/vcard', zip: 'application/zip', gz: 'application/gzip', rtf: 'application/rtf' },
  ...{ pdf: 'application/pdf', html: 'text/html', htm: 'text/html', txt: 'text/plain' },
  ...{ csv: 'text/csv', ics: 'text/calendar' },
}

export const takenTypes = names.map(([name]) => name)

/** For a person who has something else. */
export const whatIsTaken =
  'RingCentral takes pictures (JPEG, PNG, GIF, BMP, TIFF, SVG, WebP), videos (MP4, 3GP, MPEG, AVI, FLV, WMV, QuickTime, WebM, Ogg), sound (MP3, M4A, Ogg, WAV, AMR), contacts, calendars, PDF, RTF, HTML, ZIP, gzip, and plain text and CSV in UTF-8.'

/** Our name of a type that RingCentral takes; undefined for any other. */
export function takenAs(contentType: string): string | undefined {
  return canonical.get(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '')
}

/** What a file's name says that it is; undefined if it says nothing that we know. */
export function typeByName(fileName: string): string | undefined {
  return extensions[/\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '']
}

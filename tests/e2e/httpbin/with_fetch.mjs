// usage: node with_fetch.mjs BASE < cases: what Node's fetch makes of each.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const base = process.argv[2]
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (!line || line.startsWith('#')) continue
  const [method, target, kind] = line.split(' ')
  const given = { form: { body: new URLSearchParams({ name: 'Ann', mark: 'é&' }) },
    json: { body: '{"deep": [{"er": 1.5}]}', headers: { 'content-type': 'application/json' } },
    chunked: { body: new Blob(['one', 'two'.repeat(5000)]).stream(), duplex: 'half' } }[kind] ?? {}
  const answer = await fetch(base + target, { method, ...given })
  const content = Buffer.from(await answer.arrayBuffer())
  console.log('==', line, answer.status, answer.statusText, answer.redirected)
  for (const [name, value] of answer.headers) console.log(`${name}: ${value}`)
  console.log(content[0] === 123 ? content.toString() : createHash('sha256').update(content).digest('hex'))
}

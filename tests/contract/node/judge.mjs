// Lets a snippet of docs/consumers.md judge tokens: `node judge.mjs snippet.mjs`, {name: token} on
// standard input, {name: claims or null} on standard output.
import { text } from 'node:stream/consumers'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const { verify } = await import(pathToFileURL(resolve(process.argv[2])))
const verdicts = {}
for (const [name, token] of Object.entries(JSON.parse(await text(process.stdin)))) {
  verdicts[name] = await verify(token).catch(() => null)
}
console.log(JSON.stringify(verdicts))

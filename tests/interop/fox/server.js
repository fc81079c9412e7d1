// fox-wamp, a tolerant router in JavaScript, for the interoperability tests: any realm, no authentication, JSON.
// One rule: it listens on loopback only, and prints where. FOX_WAMP is the folder it is installed in.

'use strict'

const path = require('path')
const Router = require(path.join(process.env.FOX_WAMP, 'node_modules/fox-wamp'))

const router = new Router()
console.log = () => {} // fox-wamp itself prints protocol errors

const server = router.listenWAMP({ host: '127.0.0.1', port: 0, maxPayload: 1 << 24 })
server.on('listening', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`))

process.on('SIGTERM', () => {
  for (const client of server.clients) client.close(1001, 'router shutdown')
  server.close()
  setTimeout(() => process.exit(0), 300)
})
process.on('uncaughtException', e => process.stderr.write('uncaught: ' + (e.stack || e) + '\n'))
process.on('unhandledRejection', e => process.stderr.write('unhandled: ' + ((e && e.stack) || e) + '\n'))

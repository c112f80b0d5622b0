import { startEdge } from '../../src/edge/edge.ts'
import { edgeOptions } from './edge.ts'

/** An edge as a process of its own, to be killed: the folder is its argument, the addresses of its doors its message. */
const [folder = '', listenPolicy = '127.0.0.1:0'] = process.argv.slice(2)
const { policy, lookup } = await startEdge(edgeOptions(folder, { listenPolicy }))
process.send?.({ policy, lookup })

import { parentPort, workerData } from 'node:worker_threads'
import { runJob, type Job } from './job.ts'

/** A thread of `bench/traffic.ts`: one job, one answer. */
parentPort?.postMessage(runJob(workerData as Job))

import { readDeliveryStatus } from '../standards/dsn.ts'
import { mostReportedRecipients, type ReportedRecipient } from './parsed-message.ts'

/** What the machine part of a delivery status notification says of each recipient that it names; nothing is longer than its limit. */
export function readDeliveryReport(text: string): ReportedRecipient[] {
  return readDeliveryStatus(text.replaceAll(/\r\n?/g, '\n'))
    .recipients.flatMap(({ finalRecipient, originalRecipient, action, status, diagnostic }) => {
      const recipient = finalRecipient ?? originalRecipient
      if (recipient === undefined) return []
      return [
        {
          recipient: recipient.slice(0, 320),
          action: (action ?? '').slice(0, 40),
          status: (status ?? '').slice(0, 40),
          diagnostic: (diagnostic ?? '').slice(0, 998),
        },
      ]
    })
    .slice(0, mostReportedRecipients)
}

import { z } from 'zod'
import { symptoms } from '../../core/deliverability/form.ts'
import { mailKinds } from '../../core/forecasts/warm-up.ts'
import { formStates } from '../../core/forms/actions.ts'
import { formKinds } from '../../core/forms/form.ts'
import { time } from './schemas.ts'

const formFields = {
  mailbox: z
    .string()
    .min(3)
    .max(254)
    .describe('Mailbox that shows itself, and that the case is spoken of with'),
  language: z.enum(['en', 'zh-CN']).optional(),
  pow: z
    .string()
    .max(4096)
    .optional()
    .describe('Answer to a challenge of GET /challenge; without it the mailbox writes to `writeTo` instead'),
}

export const deliverabilityForm = z.strictObject({
  addresses: z
    .array(z.string().min(2).max(100))
    .min(1)
    .max(1000)
    .describe('Addresses and ranges (up to /24, IPv6 /48); `support.formAddresses` says how many'),
  symptom: z.enum(symptoms),
  domain: z.string().max(255).describe('Domain of the recipients, one of ours'),
  sending: z.string().max(320).optional().describe('Domain that the mail comes from'),
  volume: z.number().int().min(0).max(999_999_999).optional().describe('Messages a day'),
  words: z
    .string()
    .max(8000)
    .optional()
    .describe('Replies with their codes, and what was mended; symptom `refused` needs it'),
  ...formFields,
})

export const warmUpForm = z.strictObject({
  addresses: z.array(z.string().min(2).max(100)).min(1).max(1000).describe('IPv4 addresses, IPv6 /64'),
  domain: z.string().max(320).describe('Domain that the mail comes from'),
  mail: z.enum(mailKinds),
  starts: z.iso.date().describe('First day, UTC'),
  days: z.number().int().min(1),
  first: z.number().int().min(1).describe('Messages of each address on the first day'),
  growth: z.number().int().min(0).describe('Percent that each day has more than the one before'),
  most: z.number().int().min(1).describe('Messages of each address that no day is above'),
  words: z.string().max(4000).optional(),
  ...formFields,
})

export const formAsked = z.object({
  id: z.string(),
  secret: z.string().describe('Second half for programs; keep it'),
  code: z.string().describe('Second half for people; six characters'),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string().describe('A message from an authenticated mailbox to it shows that mailbox'),
  expiresAt: time,
})

export const formConfirm = z.strictObject({
  link: z
    .string()
    .max(300)
    .optional()
    .describe('What follows /forms/link/ in the letter; absent when the mailbox wrote to us'),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const formOpened = z.object({
  token: z.string().describe('Opens /cases/{token}'),
  page: z.string().describe('The page of the case, for people'),
})

export const formState = z.object({
  id: z.string(),
  kind: z.enum(formKinds),
  state: z
    .enum(formStates)
    .describe(
      '`open`: the mailbox has not shown itself; `proven`: it has, by a message; `opened`: there is a case',
    ),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string(),
  expiresAt: time,
  case: formOpened.optional(),
})

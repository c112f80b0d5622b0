import { decodeWords } from '../../standards/encoded-word.ts'
import { valueOf } from '../../standards/header-fields.ts'
import type { MimeMessage } from '../../standards/mime-parts.ts'

/** Vacations, receipts and other answers that nobody wrote (RFC 3834). */
export const automaticSubject =
  /^\W*(?:auto(?:matic)?[ -]?(?:reply|response|antwort|responder)|auto:|autoreply|out of (?:the )?office|abwesen|abwesenheit|automatische? (?:antwort|reactie|abwesenheits)|automatisch antwoord|afwezig|réponse automatique|absence|absent|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta automática|vacation|away from|i am away|on (?:holiday|leave)|自动(?:回复|答复)|自動(?:応答|返信|回覆)|不在(?:通知|のお知らせ)|автоответ|автоматический ответ|automatiskt svar|autosvar|automatisk (?:svar|besvarelse)|automaattinen|automatyczna odpowied|automatick[áý] odpov|automatikus válasz|răspuns automat|otomatik yanıt|αυτόματη απάντηση|자동 ?(?:회신|응답)|부재 ?중|ตอบกลับอัตโนมัติ|trả lời tự động)/i

export function isAutomaticReply(message: MimeMessage): boolean {
  const { fields } = message
  const submitted = valueOf(fields, 'auto-submitted') ?? ''
  if (/^(?:global-)?disposition-notification$/.test(message.reportType ?? '')) return true
  if (/^auto-replied/i.test(submitted)) return true
  if (fields.some(({ name }) => /^x-auto-?(?:reply|respond|replied)|^x-vacation|^x-autoresponder/.test(name)))
    return true
  return automaticSubject.test(decodeWords(valueOf(fields, 'subject') ?? ''))
}

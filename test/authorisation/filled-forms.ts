/** Both forms of a sender, as somebody fills them in who has proven nothing; `pow` is to be solved. */
export const filledForms = {
  deliverability: {
    addresses: '192.0.2.71',
    symptom: 'refused',
    domain: 'provider.example',
    sending: '',
    volume: '',
    words: 'It comes back.',
    mailbox: 'ops@form.example',
  },
  warmUp: {
    addresses: '192.0.2.72',
    domain: 'warm.example',
    mail: 'newsletter',
    starts: '2026-05-05',
    days: '3',
    first: '2400',
    growth: '100',
    most: '7200',
    words: 'subscribers',
    mailbox: 'ops@warm.example',
  },
} as const

/** The same as programs send them. */
export const filledByProgram = {
  deliverability: {
    addresses: ['192.0.2.71'],
    symptom: 'refused',
    domain: 'provider.example',
    words: 'It comes back.',
    mailbox: 'ops@form.example',
  },
  warmUp: {
    addresses: ['192.0.2.72'],
    domain: 'warm.example',
    mail: 'newsletter',
    starts: '2026-05-05',
    days: 3,
    first: 2400,
    growth: 100,
    most: 7200,
    words: 'subscribers',
    mailbox: 'ops@warm.example',
  },
} as const

/** What the other end of the feed sent cannot be: the connection ends, and begins anew. */
export class FeedError extends Error {
  override readonly name = 'FeedError'
}

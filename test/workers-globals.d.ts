/** What workerd has and Node has not: `src/api` compares with it, so those tests run in workerd. */
interface SubtleCrypto {
  timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean;
}

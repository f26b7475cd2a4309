/** Available in workerd but not in Node: `src/api` compares with it, so those tests run in workerd. */
interface SubtleCrypto {
  timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean;
}

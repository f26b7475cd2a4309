import { expect, it } from "vitest";
import { oneAtATime } from "../../../src/dashboard/ask/one-at-a-time.ts";

/** What is asked, each answered by hand. */
function asking(signal = new AbortController().signal) {
  const asked: PromiseWithResolvers<void>[] = [];
  const wish = oneAtATime(() => {
    const answer = Promise.withResolvers<void>();
    asked.push(answer);
    return answer.promise;
  }, signal);
  const answerAt = async (index: number): Promise<void> => {
    asked[index]?.resolve();
    await new Promise((done) => setImmediate(done));
  };
  return { wish, asked, answerAt };
}

it("asks at once, and again when it is wished after the answer", async () => {
  const { wish, asked, answerAt } = asking();
  wish();
  expect(asked).toHaveLength(1);
  await answerAt(0);
  expect(asked).toHaveLength(1);
  wish();
  expect(asked).toHaveLength(2);
});

it("lets a question be answered whatever is wished meanwhile, and asks once more afterwards", async () => {
  const { wish, asked, answerAt } = asking();
  for (let wishes = 0; wishes < 5; wishes += 1) wish();
  expect(asked).toHaveLength(1);
  await answerAt(0);
  expect(asked).toHaveLength(2);
  await answerAt(1);
  expect(asked).toHaveLength(2);
});

it("asks nothing any more once it is given up", async () => {
  const givenUp = new AbortController();
  const { wish, asked, answerAt } = asking(givenUp.signal);
  wish();
  wish();
  givenUp.abort();
  await answerAt(0);
  wish();
  expect(asked).toHaveLength(1);
});

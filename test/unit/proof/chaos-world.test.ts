import { afterEach, expect, it } from "vitest";
import { World } from "../../../proof/chaos/world.ts";
import { chance } from "../../generated/chance.ts";
import { ENDINGS, failingServer } from "../bench/no-answer.ts";

let stop = (): void => undefined;
afterEach(() => stop());

it.each(ENDINGS)("chaos takes no connection that %s for an acknowledgement", async (_, ending) => {
  const server = await failingServer(ending, 1);
  const world = new World(chance(1));
  stop = () => {
    world.stop();
    server.stop();
  };
  world.port = server.port;
  await world.send("once", "location", "contact", { goesOn: false });
  expect([world.acknowledged, [...world.waiting], world.statuses]).toEqual([[], ["once"], { "no answer": 1 }]);
  await world.send("once", "location", "contact");
  expect(world.acknowledged.map(({ key }) => key)).toEqual(["once"]);
  expect([...world.waiting]).toEqual([]);
});

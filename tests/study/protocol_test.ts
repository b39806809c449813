import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  allowedValues,
  type ChoiceName,
  type Choices,
  findProfile,
  findProtocol,
  lungsNotice,
  parseChoices,
  profiles,
  protocol,
  protocols,
  protocolSuffix,
} from "@ctsurv/study/mod.ts";
import { notBuilt } from "@ctsurv/study/protocol/_not_built.ts";
import { environmentOf } from "../support/environment_of.ts";

const names = Object.keys(allowedValues) as ChoiceName[];

Deno.test("protocols: every preset makes every choice, and can be run", () => {
  for (const [preset, choices] of Object.entries(protocols)) {
    assertEquals(Object.keys(choices).toSorted(), names.toSorted());
    assertEquals(protocol(preset), { name: preset, preset, choices });
  }
});

Deno.test("protocols: paper trains with PyTorch's initialisation, and the first words are its choices", () => {
  assertEquals(protocols.paper.initialisation, "pytorch");
  for (const name of names) {
    const allowed = allowedValues[name];
    if (!("least" in allowed)) assertEquals(protocols.paper[name], (allowed as readonly unknown[])[0], name);
  }
});

Deno.test("protocols: workshop differs from paper by what lets few steps learn, and by nothing else", () => {
  const differ = names.filter((name) => protocols.workshop[name] !== protocols.paper[name]);
  assertEquals(differ, [
    "scaleFeatures",
    "featureScale",
    "initialisation",
    "sigma",
    "learningRate",
    "gradientClipping",
    "schedule",
  ]);
});

Deno.test("protocol(): nothing that differs from paper is called paper", () => {
  const other: Partial<Record<ChoiceName, string | number>> = {
    ...Object.fromEntries(names.map((name) => {
      const allowed = allowedValues[name];
      if (!("least" in allowed)) return [name, allowed.find((value) => value !== protocols.paper[name])!];
      return [name, allowed.whole ? (protocols.paper[name] as number) + 1 : 0.5];
    })),
  };
  for (const name of names) {
    const change = { [name]: other[name] } as Partial<Choices>;
    if ((notBuilt[name] as readonly unknown[] | undefined)?.includes(other[name])) {
      assertThrows(() => protocol("paper", change), InputError, `${name}=${other[name]} is not built yet`);
    } else {
      assertEquals(protocol("paper", change).name, `paper, ${name}=${other[name]}`);
    }
  }
});

Deno.test("protocol() names several changes in the order of the choices, and none that is as it was", () => {
  assertEquals(protocol("paper", { seed: 7, attention: "mlp", deephit: "plain" }).name, "paper, attention=mlp, seed=7");
  assertEquals(protocol("workshop", { initialisation: "pytorch" }).name, "workshop, initialisation=pytorch");
});

Deno.test("protocol() refuses an unknown name, even one that every object has", () => {
  for (const name of ["lancet", "Paper", "constructor", ""]) {
    const { message } = assertThrows(() => protocol(name), InputError, `Unknown protocol "${name}"`) as Error;
    assertStringIncludes(message, "choose one of paper, workshop, paper-methods, ascent");
  }
});

Deno.test("parseChoices() reads words and numbers, with blanks around them", () => {
  assertEquals(parseChoices([]), {});
  assertEquals(parseChoices(["months=30.4375", "learningRate=1e-3", " seed = 7 ", "ranking=pairs/N^2"]), {
    months: "30.4375",
    learningRate: 1e-3,
    seed: 7,
    ranking: "pairs/N^2",
  });
});

for (
  const [text, message] of [
    ["colour=red", 'Unknown choice "colour" in "colour=red". The choices are months, labels,'],
    ["toString=1", 'Unknown choice "toString"'],
    ["attention", 'The choice "attention" needs a value, such as attention=gated'],
    ["attention=", 'The choice "attention=" needs a value'],
    ["attention=hard", "attention cannot be hard; choose gated, linear or mlp"],
    ["interior=0", "interior cannot be 0; choose keep or drop"],
    ["seed=1.5", "seed is a whole number from 0 to 4294967295, not 1.5"],
    ["seed=-1", "seed is a whole number from 0"],
    ["dropout=1", "dropout is a number from 0 to 0.99, not 1"],
    ["dropout=much", "dropout is a number from 0 to 0.99, not much"],
    ["sigma=0", "sigma is a number from 0.001"],
    ["batchSize=NaN", "batchSize is a whole number from 1"],
    ["trunkMode=training", "trunkMode=training is not built yet"],
  ] as const
) {
  Deno.test(`parseChoices() refuses ${text}`, () => {
    assertThrows(() => parseChoices([text]), InputError, message);
  });
}

Deno.test("parseChoices() refuses a choice that is made twice", () => {
  assertThrows(() => parseChoices(["seed=1", "tail=off", "seed=2"]), InputError, "The choice seed is made twice");
});

Deno.test("findProtocol() takes the profile's own protocol where none is named", () => {
  const nothing = environmentOf({});
  assertEquals(["smoke", "workshop", "paper"].map((profile) => findProtocol(profile, nothing).name), [
    "workshop",
    "workshop",
    "paper",
  ]);
  const named = environmentOf({ CTSURV_PROTOCOL: "paper-methods", CTSURV_SET: "seed=7, tail=off" });
  assertEquals(findProtocol("smoke", named).name, "paper-methods, tail=off, seed=7");
});

Deno.test("findProtocol(): CTSURV_LUNGS is a choice like the others, and CTSURV_SET comes before it", () => {
  const lungs = (variables: Record<string, string>) => findProtocol("paper", environmentOf(variables));
  assertEquals(lungs({ CTSURV_LUNGS: "r231" }).name, "paper, lungs=r231");
  assertEquals(lungs({ CTSURV_LUNGS: "unet" }).name, "paper");
  assertEquals(lungs({ CTSURV_LUNGS: "r231", CTSURV_SET: "lungs=threshold" }).choices.lungs, "threshold");
  assertThrows(() => lungs({ CTSURV_LUNGS: "guess" }), InputError, "lungs cannot be guess");
});

Deno.test("protocolSuffix() gives results of another protocol a folder of their own, and those of CTSURV_LUNGS none", () => {
  const suffix = (profile: string, variables: Record<string, string>) =>
    protocolSuffix(profile, environmentOf(variables));
  assertEquals(suffix("workshop", {}), "");
  assertEquals(suffix("workshop", { CTSURV_PROTOCOL: "workshop" }), "");
  assertEquals(suffix("paper", { CTSURV_LUNGS: "r231" }), "");
  assertEquals(suffix("paper", { CTSURV_PROTOCOL: "workshop" }), "-workshop");
  assertEquals(suffix("smoke", { CTSURV_SET: "ranking=pairs/N^2" }), "-workshop-ranking-pairs-n-2");
});

Deno.test("findProfile() has the numbers of the protocol, for programs that train with a profile alone", () => {
  const { batchSize, seed, foldSeed, epochs } = findProfile(
    "smoke",
    environmentOf({ CTSURV_SET: "batchSize=2,seed=7,foldSeed=3" }),
  );
  assertEquals([batchSize, seed, foldSeed, epochs], [2, 7, 3, profiles.smoke.epochs]);
});

Deno.test("lungsNotice() speaks of real patients under the full protocol, where the shipped U-Net finds their lungs", () => {
  const cohort = { manifest: { format: 1, name: "A", source: "", licence: "", exclusions: [] } } as const;
  const phantom = { manifest: { ...cohort.manifest, phantom: { seed: 1, spec: "x" } } } as never;
  const paper = { profile: profiles.paper, protocol: protocol("paper"), cohort };
  assertStringIncludes(lungsNotice(paper)!, "ctsurv weights fetch unet_r231");
  assertEquals(lungsNotice({ ...paper, protocol: protocol("paper", { lungs: "r231" }) }), undefined);
  assertEquals(lungsNotice({ ...paper, profile: profiles.workshop }), undefined);
  assertEquals(lungsNotice({ ...paper, cohort: phantom }), undefined);
});

Deno.test("a number of every range is allowed at its ends", () => {
  for (const name of names) {
    const allowed = allowedValues[name];
    if (!("least" in allowed)) continue;
    for (const value of [allowed.least, allowed.most]) assert(protocol("paper", { [name]: value }));
  }
});

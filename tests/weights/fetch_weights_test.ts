import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import { CATALOGUE, fetchWeights, type PretrainedFile } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { broken, type FileServer, type ServerOptions, withServer } from "./file_server.ts";

const file = Uint8Array.from({ length: 300_000 }, (_, i) => i * i);
const entry: PretrainedFile = {
  ...CATALOGUE[0]!,
  url: "http://127.0.0.1:9/published",
  file: "net.pth",
  bytes: file.length,
  sha256: sha256(file),
};

interface Scene extends FileServer {
  readonly path: string;
  readonly part: string;
  fetch(changes?: Partial<PretrainedFile>): ReturnType<typeof fetchWeights>;
}

/** Runs with a server, and a new folder to fetch into. */
async function scene(options: ServerOptions, use: (scene: Scene) => Promise<void>): Promise<void> {
  await inFolder((folder) =>
    withServer(file, options, async (server) => {
      const path = `${folder}/net.pth`;
      const fetch = (changes = {}) =>
        fetchWeights({ ...entry, ...changes }, { folder, mirror: `${server.url}/`, stallSeconds: 1 });
      await use({ ...server, path, part: `${path}.part`, fetch });
    })
  );
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("fetchWeights() downloads a file whole, and the second time does nothing", async () => {
  await scene({}, async ({ fetch, path, part, ranges }) => {
    assertEquals(await fetch(), { path, sha256: entry.sha256!, wasThere: false });
    assertEquals(await Deno.readFile(path), file);
    assertEquals((await fetch()).wasThere, true);
    assertEquals([ranges, await exists(part)], [[null], false]);
  });
});

Deno.test("fetchWeights() twice at once downloads once: the second waits for the first", async () => {
  await scene({}, async ({ fetch, path, part, ranges }) => {
    const found = await Promise.all([fetch(), fetch(), fetch()]);
    assertEquals(found.map(({ wasThere }) => wasThere).sort(), [false, true, true]);
    assertEquals(await Deno.readFile(path), file);
    assertEquals([ranges.length, await exists(part), await exists(`${path}.lock`)], [1, false, false]);
  });
});

Deno.test("fetchWeights() takes the published address where no mirror is set", async () => {
  await inFolder((folder) =>
    withServer(file, {}, async ({ url }) => {
      const { path } = await fetchWeights({ ...entry, url: `${url}/published/net.pth` }, { folder });
      assertEquals(await Deno.readFile(path), file);
    })
  );
});

Deno.test("fetchWeights() goes on where the connection broke", async () => {
  let isFirst = true;
  const answer = () => {
    if (!isFirst) return undefined;
    isFirst = false;
    return broken(file, 100_000, "close");
  };
  await scene({ answer }, async ({ fetch, path, part, ranges }) => {
    await assertRejects(() => fetch(), InputError, "Run the command again to continue the download");
    assertEquals([await exists(path), await Deno.readFile(part)], [false, file.slice(0, 100_000)]);
    await fetch();
    assertEquals([ranges, await Deno.readFile(path)], [[null, "bytes=100000-"], file]);
  });
});

Deno.test("fetchWeights() starts over where the server does not heed the range", async () => {
  await scene({ ranges: false }, async ({ fetch, path, part }) => {
    await Deno.writeFile(part, file.slice(0, 50_000));
    await fetch();
    assertEquals(await Deno.readFile(path), file);
  });
});

Deno.test("fetchWeights() refuses a range that it did not ask for", async () => {
  const headers = { "content-range": `bytes 1-${file.length - 1}/${file.length}` };
  const answer = () => new Response(file.slice(1), { status: 206, headers });
  await scene({ answer }, async ({ fetch, part }) => {
    await Deno.writeFile(part, file.slice(0, 50_000));
    await assertRejects(() => fetch(), InputError, "not from 50000 on");
  });
});

Deno.test("fetchWeights() drops a part that is of another file, and fetches all of it", async () => {
  await scene({}, async ({ fetch, path, part, ranges }) => {
    await Deno.writeFile(part, new Uint8Array(50_000));
    await fetch();
    assertEquals([ranges, await Deno.readFile(path)], [["bytes=50000-", null], file]);
  });
});

Deno.test("fetchWeights() drops a part that is longer than the file, or as long and wrong", async () => {
  for (const length of [file.length + 1, file.length]) {
    await scene({}, async ({ fetch, path, part, ranges }) => {
      await Deno.writeFile(part, new Uint8Array(length));
      await fetch();
      assertEquals([ranges, await Deno.readFile(path)], [[null], file]);
    });
  }
});

Deno.test("fetchWeights() takes a part that was complete already", async () => {
  await scene({}, async ({ fetch, path, part, ranges }) => {
    await Deno.writeFile(part, file);
    await fetch();
    assertEquals([ranges, await Deno.readFile(path)], [[], file]);
  });
});

Deno.test("fetchWeights() keeps nothing of a file with another hash", async () => {
  await scene({}, async ({ fetch, path, part }) => {
    const { message } = await assertRejects(() => fetch({ sha256: "0".repeat(64) }), InputError, sha256(file));
    assertStringIncludes(message, "it was deleted");
    assertEquals([await exists(path), await exists(part)], [false, false]);
  });
});

Deno.test("fetchWeights() takes a file of another size for another file, before it is downloaded", async () => {
  await scene({}, async ({ fetch, part }) => {
    await assertRejects(() => fetch({ bytes: 299_999 }), InputError, "has 300000 bytes, not 299999");
    assertEquals(await exists(part), false);
  });
});

Deno.test("fetchWeights() stops where a server sends more than the file has", async () => {
  const answer = () => new Response(new Blob([file, file]).stream());
  await scene({ answer }, async ({ fetch, part }) => {
    await assertRejects(() => fetch(), InputError, "more than 300000 bytes");
    assert((await Deno.stat(part).catch(() => ({ size: 0 }))).size <= file.length);
  });
});

Deno.test("fetchWeights() says what a server answers, and where the file is to be had and put", async () => {
  const answer = () => new Response("no such file", { status: 404 });
  await scene({ answer }, async ({ fetch, path, url }) => {
    const { message } = await assertRejects(() => fetch(), InputError, `${url}/net.pth answers 404 Not Found`);
    for (const part of [entry.url, path, "weights add", "CTSURV_WEIGHTS_URL"]) assertStringIncludes(message, part);
  });
});

Deno.test("fetchWeights() says so when the server cannot be reached", async () => {
  await inFolder(async (folder) => {
    const mirror = "http://127.0.0.1:1";
    await assertRejects(() => fetchWeights(entry, { folder, mirror }), InputError, "cannot be reached");
    await assertRejects(() => fetchWeights(entry, { folder, mirror: "nonsense" }), InputError, "cannot be reached");
  });
});

Deno.test("fetchWeights() gives up on a server that sends nothing more, and keeps what came", async () => {
  const answer = () => broken(file, 1000, "stall");
  await scene({ answer }, async ({ fetch, part }) => {
    await assertRejects(() => fetch(), InputError, "sent nothing for 1 s");
    assertEquals(await Deno.readFile(part), file.slice(0, 1000));
  });
});

Deno.test("fetchWeights() follows a redirect, with the range", async () => {
  const answer = ({ url }: Request, { pathname }: URL) =>
    pathname === "/net.pth" ? Response.redirect(new URL("/elsewhere", url)) : undefined;
  await scene({ answer }, async ({ fetch, path, part, ranges }) => {
    await Deno.writeFile(part, file.slice(0, 10));
    await fetch();
    assertEquals([ranges, await Deno.readFile(path)], [["bytes=10-", "bytes=10-"], file]);
  });
});

Deno.test("fetchWeights() says so when the disk is full", async () => {
  if (!await exists("/dev/full")) return console.log("skipped: no /dev/full, which stands for a full disk");
  await scene({}, async ({ fetch, part }) => {
    await Deno.symlink("/dev/full", part);
    await assertRejects(() => fetch(), InputError, "No space left on device");
  });
});

Deno.test("fetchWeights() does not replace a damaged file unasked", async () => {
  await scene({}, async ({ fetch, path, ranges }) => {
    await Deno.writeFile(path, file.slice(1));
    await assertRejects(() => fetch(), InputError, `Delete ${path}`);
    assertEquals(ranges, []);
  });
});

Deno.test("fetchWeights() checks a file without a published hash by its names and shapes", async () => {
  const unknown = CATALOGUE.find((other) => other.sha256 === undefined)!;
  const { bytes: _bytes, sha256: _sha256, ...others } = entry;
  await inFolder((folder) =>
    withServer(file, {}, async ({ url }) => {
      const asked = { ...unknown, ...others, url };
      await assertRejects(() => fetchWeights(asked, { folder }), InputError, "not a valid checkpoint file");
    })
  );
});

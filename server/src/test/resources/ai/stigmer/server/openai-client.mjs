// Calls a server with OpenAI's own client: node openai-client.mjs FOLDER URL CASE; the token stands in OPENAI_API_KEY.
import { createRequire } from "node:module";

const [folder, url, name] = process.argv.slice(2);
const { OpenAI } = createRequire(folder + "/package.json")("openai");
const client = new OpenAI({ baseURL: url + "/v1", maxRetries: 0 });
const ask = (more) =>
  client.chat.completions.create({
    model: "helper",
    messages: [{ role: "user", content: "What is here?" }],
    ...more,
  });

const cases = {
  models: async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    return { ids, one: await client.models.retrieve("helper") };
  },
  whole: () => ask({ temperature: 0.3, user: "somebody" }),
  conversation: () =>
    ask({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "Hello to you" },
        { role: "user", content: [{ type: "text", text: "What is here?" }] },
      ],
    }),
  stream: async () => {
    const chunks = [];
    for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true } }))
      chunks.push(chunk);
    return chunks;
  },
  abandon: async () => {
    for await (const chunk of await ask({ stream: true }))
      if (chunk.choices[0]?.delta?.content) return { id: chunk.id };
    return {};
  },
  unknown: () => ask({ model: "nobody" }),
  tools: () => ask({ tools: [{ type: "function", function: { name: "f", parameters: {} } }] }),
  stranger: () => new OpenAI({ baseURL: url + "/v1", apiKey: "x".repeat(43), maxRetries: 0 }).models.list(),
};

try {
  console.log(JSON.stringify(await cases[name]()));
} catch (e) {
  console.log(JSON.stringify({ class: e.constructor.name, status: e.status, code: e.code, message: e.message }));
}

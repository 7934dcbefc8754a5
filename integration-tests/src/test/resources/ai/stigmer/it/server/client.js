// Calls a server with the gRPC client of somebody else: node client.js MODULES PROTOSET ADDRESS TOKEN
const [modules, protoset, address, token] = process.argv.slice(2);
const {createRequire} = require('module');
const path = require('path');
const fs = require('fs');
const load = createRequire(path.join(modules, 'node_modules', 'x.js'));
const grpc = load('@grpc/grpc-js');
const loader = load('@grpc/proto-loader');

const api = grpc.loadPackageDefinition(
    loader.loadFileDescriptorSetFromBuffer(fs.readFileSync(protoset), {keepCase: true, enums: String}));
const agentic = api.ai.stigmer.agentic;
const metadata = new grpc.Metadata();
metadata.set('authorization', 'Bearer ' + token);

const client = Service => new Service(address, grpc.credentials.createInsecure());
const call = (service, method, request, meta = metadata) =>
    new Promise((resolve, reject) =>
        service[method](request, meta, (error, answer) => error ? reject(error) : resolve(answer)));
const code = promise => promise.then(() => 'OK', error => grpc.status[error.code]);

async function main() {
  const agents = client(agentic.agent.v1.AgentCommandController);
  const executions = client(agentic.agentexecution.v1.AgentExecutionCommandController);
  const queries = client(agentic.agentexecution.v1.AgentExecutionQueryController);
  const told = {};
  told.withoutToken = await code(call(agents, 'create', {}, new grpc.Metadata()));
  told.shortInstructions = await new Promise(resolve =>
      agents.create({metadata: {name: 'a'}, spec: {instructions: 'short'}}, metadata, error => resolve(error.details)));
  const agent = await call(agents, 'create',
      {metadata: {name: 'Foreign'}, spec: {instructions: 'You are called from afar.'}});
  told.again = await code(call(agents, 'create',
      {metadata: {name: 'Foreign'}, spec: {instructions: 'You are called from afar.'}}));
  const execution = await call(executions, 'create',
      {spec: {agent_id: agent.metadata.id, message: 'Say hello.'}});
  const phases = [];
  let last;
  await new Promise((resolve, reject) => {
    const stream = queries.subscribe({value: execution.metadata.id}, metadata);
    stream.on('data', state => { phases.push(state.status.phase); last = state; });
    stream.on('end', resolve);
    stream.on('error', reject);
  });
  told.phases = [...new Set(phases)];
  told.messages = last.status.messages.map(message => message.type + ': ' + message.content);
  const listed = await call(queries, 'listBySession', {session_id: execution.spec.session_id});
  told.listed = listed.entries.map(one => one.metadata.id === execution.metadata.id);
  console.log(JSON.stringify(told));
  process.exit(0);
}
main().catch(error => { console.error(error); process.exit(1); });

// Serves the google provider's schema over Terraform's plugin protocol. It makes nothing: tests mock the resources, Terraform checks what is
// configured against the schema. Prints what TF_REATTACH_PROVIDERS takes, and ends with its standard input.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const LIST = 2; // Schema.NestedBlock's nesting
const here = dirname(fileURLToPath(import.meta.url));
const bindings = dirname(createRequire(import.meta.url).resolve('@cdktf/provider-google/package.json'));
const types = JSON.parse(readFileSync(join(bindings, '.jsii'), 'utf8')).types;

const snake = name => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
// The bindings' documentation names the exact argument: "{@link …/resources/pubsub_topic#name PubsubTopic#name}".
const argument = property => /#(\w+) \w+#\w+\}/.exec(property.docs?.remarks ?? '')?.[1] ?? snake(property.name);
const primitives = { string: 'string', number: 'number', boolean: 'bool' };

const shape = type => {
  if (type.union) return shape(type.union.types.find(one => one.fqn !== 'cdktf.IResolvable'));
  if (type.primitive) return { attribute: primitives[type.primitive] ?? 'string' };
  if (type.fqn) return types[type.fqn] ? { block: type.fqn, most: 1 } : undefined;
  const element = shape(type.collection.elementtype);
  if (element?.attribute) return { attribute: [type.collection.kind === 'map' ? 'map' : 'list', element.attribute] };
  return element && { block: element.block, most: 0 };
};

const meta = new Set(['count', 'connection', 'dependsOn', 'forEach', 'lifecycle', 'provider', 'provisioners', 'timeouts']);
const blockOf = (fqn, top = false) => {
  const block = { attributes: [], blocks: [] };
  for (const property of types[fqn].properties ?? []) {
    const is = (top && meta.has(property.name)) ? undefined : shape(property.type);
    if (is?.attribute) {
      block.attributes.push({
        name: argument(property), type: Buffer.from(JSON.stringify(is.attribute)), required: !property.optional, optional: !!property.optional, computed: !!property.optional,
      });
    } else if (is) {
      block.blocks.push({ name: argument(property), block: blockOf(is.block), nesting: LIST, min_items: property.optional ? 0 : 1, max_items: is.most });
    }
  }
  return block;
};

const schemaOf = (type, config) => {
  const block = blockOf(config, true);
  const known = new Set([...block.attributes, ...block.blocks].map(one => one.name));
  for (const property of type.properties ?? []) { // what only the provider knows: the class tells it, the configuration does not
    const name = snake(property.name);
    if (property.immutable && !property.static && property.type.primitive && !property.name.endsWith('Input') && !known.has(name)) {
      block.attributes.push({ name, type: Buffer.from(JSON.stringify(primitives[property.type.primitive] ?? 'string')), computed: true });
      known.add(name);
    }
  }
  return { version: 0, block };
};

const schemas = { resources: {}, data_sources: {} };
for (const type of Object.values(types)) {
  const name = /\b(google_\w+)\}/.exec(JSON.stringify(type.docs ?? {}))?.[1];
  const config = type.initializer?.parameters?.find(parameter => parameter.name === 'config')?.type?.fqn;
  if (name && config) schemas[/^Data[A-Z]/.test(type.name) ? 'data_sources' : 'resources'][name] = schemaOf(type, config);
}
// The bindings mark the provider's arguments as optional; none of them is computed there.
const provider = blockOf(Object.keys(types).find(fqn => fqn.endsWith('.GoogleProviderConfig')), true);
provider.attributes = provider.attributes.filter(attribute => attribute.name !== 'alias').map(attribute => ({ ...attribute, computed: false }));

const definition = grpc.loadPackageDefinition(loadSync(join(here, 'tfplugin5.proto'), { keepCase: true })).tfplugin5.Provider.service;
const nothing = (_call, answer) => answer(null, {});
const server = new grpc.Server({ 'grpc.max_send_message_length': -1 });
server.addService(definition, {
  GetSchema: (_call, answer) => answer(null, { provider: { version: 0, block: provider }, ...schemas }),
  PrepareProviderConfig: (call, answer) => answer(null, { config: call.request.config }),
  ValidateResourceTypeConfig: nothing,
  ValidateDataSourceConfig: nothing,
  Configure: nothing,
  Stop: nothing,
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(JSON.stringify({
    'registry.terraform.io/hashicorp/google': {
      Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    },
  }));
});
process.stdin.resume().on('end', () => server.forceShutdown());

// control.proto as the official loader reads it: the same file the C# side is generated from.
import { dirname } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

export const failureText = 'keine Funktion „ü“ 100%\nsecond line';

// grpc-js stops at 4 MB by default; the tests send 5.
export const limits = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

export function loadControl(protoPath) {
  // Imports are named from the project's folder, as the C# generator reads them.
  const includeDirs = [dirname(dirname(protoPath))];
  const definition = loader.loadSync(protoPath, { keepCase: true, longs: Number, defaults: true, oneofs: true, includeDirs });
  return grpc.loadPackageDefinition(definition).lorafaas.control.v1.Control;
}

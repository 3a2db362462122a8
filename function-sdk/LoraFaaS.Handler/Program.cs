using System.Runtime.InteropServices;
using LoraFaaS.Handler;
using LoraFaaS.Linux.Sockets;

// The worker decides when a handler ends. A Ctrl-C in its terminal goes to the whole process group: only the worker is to act on it.
using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);

if (args is not ["--descriptor", var number] || !int.TryParse(number, out var descriptor))
{
    Console.Error.WriteLine("Usage: LoraFaaS.Handler --descriptor NUMBER (of the inherited socket to the worker)");
    return 2;
}

// Code has no business being sent descriptors.
await using var stream = DescriptorStream.Inherited(descriptor, maxPending: 0);
return await HandlerPipeline.RunAsync(stream, TimeProvider.System, CancellationToken.None);

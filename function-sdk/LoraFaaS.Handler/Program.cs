using System.Net.Sockets;
using System.Runtime.InteropServices;
using LoraFaaS.Handler;

// The worker decides when a handler ends. A Ctrl-C in its terminal goes to the whole process group: only the worker is to act on it.
using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);

if (args is not ["--socket", var path])
{
    Console.Error.WriteLine("Usage: LoraFaaS.Handler --socket PATH");
    return 2;
}

using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
await using var stream = new NetworkStream(socket);
return await HandlerPipeline.RunAsync(stream, TimeProvider.System, CancellationToken.None);

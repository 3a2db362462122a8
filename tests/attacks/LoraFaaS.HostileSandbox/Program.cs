using LoraFaaS.HostileSandbox;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;

// The sandbox program as if its engine had been taken over: honest for every trust domain but those whose name begins with "evil".
var log = new JsonLog(Console.OpenStandardError(), TimeProvider.System);

if (args is not ["--descriptor", var number] || !int.TryParse(number, out var descriptor))
{
    return (int)SandboxExit.Usage;
}

await using var connection = WorkerConnection.Inherited(descriptor);
using var outbox = new Outbox(connection.Writer, log);
var writing = outbox.WriteAllAsync(CancellationToken.None);
var frame = await connection.ReadAsync(CancellationToken.None);
Prepare? prepared = null;

while (frame.Message is { KindCase: ToSandbox.KindOneofCase.RehearsalPiece or ToSandbox.KindOneofCase.Prepare } early)
{
    frame.Descriptor?.Dispose();
    prepared = early.Prepare ?? prepared;
    frame = await connection.ReadAsync(CancellationToken.None);
}

if (frame is not { Status: FrameReadStatus.Message, Message.Open: { } open, Descriptor: { } backbone })
{
    return (int)SandboxExit.Done;
}

if (prepared is not null && open.TextFiles.Count == 0)
{
    open.TextFiles.Add(prepared.TextFiles);
}

var kept = new KeptDescriptor(backbone);
var opened = (OpenOutcome.Opened)new SandboxOpener(TimeProvider.System, log).Open(open, backbone);
using var sandbox = opened.Sandbox;
outbox.Post(new FromSandbox { Ready = new Ready { Kernels = sandbox.Backend.Kernels, PageBytes = sandbox.Engine.Pages.PageBytes, Pages = sandbox.Engine.Pages.Total } });

if (open.TrustDomain.StartsWith("evil", StringComparison.Ordinal))
{
    return (int)await new HostileStation(sandbox, connection, outbox, kept).RunAsync();
}

using var stations = new SandboxStations(sandbox, outbox, TimeProvider.System, log);
var exit = await stations.ServeAsync(connection, CancellationToken.None);
outbox.Complete();
await writing;
return (int)exit;

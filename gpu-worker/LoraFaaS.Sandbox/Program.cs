using System.Runtime.InteropServices;
using LoraFaaS.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;

// The worker decides when a sandbox ends. A Ctrl-C in its terminal goes to the whole process group: only the worker is to act on it.
using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
var log = new JsonLog(Console.OpenStandardError(), TimeProvider.System);

if (args is not ["--descriptor", var number] || !int.TryParse(number, out var descriptor))
{
    log.Error("Usage: LoraFaaS.Sandbox --descriptor NUMBER (of the inherited socket to the worker)", null);
    return (int)SandboxExit.Usage;
}

try
{
    return (int)await SandboxPipeline.RunAsync(descriptor, TimeProvider.System, log, CancellationToken.None);
}
catch (Exception fault)
{
    // The last place where a fault can still be given its name; the worker sees the socket close and the exit code.
    log.Error("The sandbox failed", fault);
    return (int)SandboxExit.Fault;
}

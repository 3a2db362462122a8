using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Warmup;
using LoraFaaS.Sandbox.Diagnostics;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// Compiles what a first token runs through while a blank process waits for its first frame: the kernels, on one thread and without weights, then all the
/// rest in a <see cref="Rehearsal"/>. When the frame comes first, what is not yet compiled is left to the first step.
/// </summary>
internal sealed class BlankWarmup : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _running;

    public BlankWarmup(TimeProvider time, JsonLog log) => _running = Task.Run(() => RunAsync(time, log));

    /// <summary>Returns after the round that runs; a fault of the engine on blank weights is thrown here, before it has any others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _running;
        _enough.Dispose();
    }

    private async Task RunAsync(TimeProvider time, JsonLog log)
    {
        using (var backend = new CpuBackend(new EngineOptions { Threads = 1 }))
        {
            EngineWarmup.Run(backend, _enough.Token);
        }

        if (!_enough.IsCancellationRequested)
        {
            await Rehearsal.RunAsync(time, log, _enough.Token);
        }
    }
}

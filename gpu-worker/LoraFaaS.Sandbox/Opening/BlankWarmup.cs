using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Warmup;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// Compiles the kernels while a blank process waits for its first frame, on one thread and without weights. When the frame comes first,
/// what is not yet compiled is left to the first step.
/// </summary>
internal sealed class BlankWarmup : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _running;

    public BlankWarmup() => _running = Task.Run(() =>
    {
        using var backend = new CpuBackend(new EngineOptions { Threads = 1 });
        EngineWarmup.Run(backend, _enough.Token);
    });

    /// <summary>Returns after the round that runs; a fault of the engine on blank weights is thrown here, before it has any others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _running;
        _enough.Dispose();
    }
}

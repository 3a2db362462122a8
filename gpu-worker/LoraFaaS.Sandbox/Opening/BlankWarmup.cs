using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Warmup;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// Compiles what a first token runs through while a blank process waits for its first frame: the kernels, on one thread and without weights, then all the
/// rest in a <see cref="Rehearsal"/>, once the worker has given what it is played with. When the frame comes first, what is not yet compiled is left to the
/// first step.
/// </summary>
internal sealed class BlankWarmup : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly RehearsalPieces _pieces = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public BlankWarmup(TimeProvider time, JsonLog log) => _running = Task.Run(() => RunAsync(time, log));

    /// <summary>One piece of what a rehearsal is played with. Those that come after the last are closed.</summary>
    public void Take(RehearsalRole role, SafeFileHandle descriptor)
    {
        if (_complete.Task.IsCompleted)
        {
            descriptor.Dispose();
            return;
        }

        _pieces.Put(role, descriptor);

        if (_pieces.IsComplete)
        {
            _complete.SetResult();
        }
    }

    /// <summary>Returns after the round that runs; a fault of the engine on blank weights is thrown here, before it has any others.</summary>
    public ValueTask DisposeAsync()
    {
        // Mostly it is over by then, and what ends it in the middle is code that nothing has compiled.
        if (!_running.IsCompletedSuccessfully)
        {
            return new ValueTask(EndAsync());
        }

        Close();
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync()
    {
        await _enough.CancelAsync();

        try
        {
            await _running;
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        _pieces.Dispose();
        _enough.Dispose();
    }

    private async Task RunAsync(TimeProvider time, JsonLog log)
    {
        using (var backend = new CpuBackend(new EngineOptions { Threads = 1 }))
        {
            EngineWarmup.Run(backend, _enough.Token);
        }

        // Never faults: it is set, or there is enough.
        await Task.WhenAny(_complete.Task, Task.Delay(Timeout.InfiniteTimeSpan, time, _enough.Token));

        if (!_enough.IsCancellationRequested)
        {
            await Rehearsal.RunAsync(_pieces, time, log, _enough.Token);

            // Here and not when the process is wanted, when it would be compiled on the way of who waits.
            _pieces.Dispose();
        }
    }
}

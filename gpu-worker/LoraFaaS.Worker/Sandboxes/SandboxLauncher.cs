using System.Collections.Concurrent;
using System.Diagnostics;
using LoraFaaS.Linux.Processes;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Starts processes from one thread that has given up gaining privileges. A child inherits that from the thread that forks it, for every
/// thread it will ever have; a prctl in the child's own Main would come too late for the threads its runtime has by then.
/// </summary>
internal sealed class SandboxLauncher : IDisposable
{
    private readonly BlockingCollection<(Process Process, TaskCompletionSource Started)> _orders = new(boundedCapacity: 256);
    private readonly Thread _thread;

    public SandboxLauncher()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "sandbox-launcher" };
        _thread.Start();
    }

    /// <summary>Completes when the program runs; fails as <see cref="Process.Start()"/> does.</summary>
    public Task StartAsync(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add((process, started));
        return started.Task;
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private void Run()
    {
        ProcessControl.ForbidNewPrivileges();

        foreach (var (process, started) in _orders.GetConsumingEnumerable())
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception failure)
            {
                // Whatever it is, it belongs to whoever ordered the process.
                started.SetException(failure);
            }
        }
    }
}

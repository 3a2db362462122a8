using System.Collections.Concurrent;
using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// The threads that count digests and pack adapters. They give way to the sandboxes' own (<c>Worker:LoadNice</c>): on a CPU the device that tokens are computed
/// on is the same that loads would be packed on, and running sequences come first.
/// </summary>
internal sealed class LoadThreads : IDisposable
{
    /// <summary>A core's thread in four: more would only wait for the disk, or for the sandboxes.</summary>
    private const int ProcessorsEach = 4;

    /// <summary>One adapter keeps two busy: its digest is counted while it is packed.</summary>
    private const int Fewest = 2;

    private const int Capacity = 1_024;

    private readonly BlockingCollection<Action> _work = new(Capacity);
    private readonly List<Thread> _threads = [];
    private readonly IsolationStation _isolation;
    private readonly long _shares;

    public LoadThreads(IsolationStation isolation, IOptions<WorkerOptions> options, IOptions<IsolationOptions> confinement)
    {
        _isolation = isolation;
        var nice = options.Value.LoadNice;
        _shares = LoadShares.Of(nice, confinement.Value.CpuWeight, options.Value.SandboxThreads(Environment.ProcessorCount));

        for (var number = 0; number < Math.Max(Fewest, Environment.ProcessorCount / ProcessorsEach); number++)
        {
            var thread = new Thread(() => Run(nice)) { IsBackground = true, Name = $"adapter-load-{number}" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>So many works run at once.</summary>
    public int Count => _threads.Count;

    /// <summary>Runs on one of the threads, after what came before. Blocks only while a thousand others wait.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);

        _work.Add(
            () =>
            {
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    done.SetResult(work());
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    done.SetCanceled(cancellationToken);
                }
#pragma warning disable CA1031 // Whatever it is belongs to who awaits the work, not to this thread.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    done.SetException(fault);
                }
            },
            cancellationToken);

        return await done.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _threads.ForEach(thread => thread.Join());
        _work.Dispose();
    }

    private void Run(int nice)
    {
        ThreadNice.TryRaise(nice);

        if (!_work.TryTake(out var first, Timeout.Infinite))
        {
            return;
        }

        // With the first work: by then it is known which groups can be entered here.
        using (nice > 0 ? CgroupThread.TryEnter(_isolation.Machine.Groups, _isolation.LoadGroup, _shares) : null)
        {
            first();

            foreach (var work in _work.GetConsumingEnumerable())
            {
                work();
            }
        }
    }
}

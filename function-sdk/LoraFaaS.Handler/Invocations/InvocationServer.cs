using System.Collections.Concurrent;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Functions;
using LoraFaaS.Handler.Connection;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Invocations;

/// <summary>Reads the worker's frames and gives each to the invocation it is for. It never waits for an author's code.</summary>
internal sealed class InvocationServer(ILoraFunction function, FunctionId id, FunctionSecrets secrets, Outbox outbox, TimeProvider time)
{
    private readonly ConcurrentDictionary<ulong, RunningInvocation> _running = new();
    private readonly ConcurrentDictionary<ulong, Task> _tasks = new();

    /// <summary>Returns when the worker has said the end and all that runs is done, or when the worker is gone.</summary>
    public async Task ServeAsync(FrameReader<ToHandler> frames, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(frames, cancellationToken);

            switch (read?.KindCase)
            {
                case null:
                    return;
                case ToHandler.KindOneofCase.End:
                    await Task.WhenAll(_tasks.Values);
                    return;
                case ToHandler.KindOneofCase.Invoke:
                    Start(read.Invoke);
                    break;
                case ToHandler.KindOneofCase.Withdraw:
                    Withdraw(read.Withdraw.Invocation);
                    break;
                case ToHandler.KindOneofCase.ReplyCredit:
                    Find(read.ReplyCredit.Invocation)?.AddCredits(read.ReplyCredit.Credits);
                    break;
                case ToHandler.KindOneofCase.Generated:
                    Find(read.Generated.Invocation)?.Generator.Deliver(read.Generated);
                    break;
                default:
                    break;
            }
        }
    }

    private static async Task<ToHandler?> ReadAsync(FrameReader<ToHandler> frames, CancellationToken cancellationToken)
    {
        try
        {
            return (await frames.ReadAsync(cancellationToken)).Message;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private RunningInvocation? Find(ulong invocation) => _running.GetValueOrDefault(invocation);

    private void Withdraw(ulong invocation)
    {
        if (Find(invocation) is { } running)
        {
            var withdrawing = running.WithdrawAsync();
            _ = _tasks.AddOrUpdate(invocation, withdrawing, (_, run) => Task.WhenAll(run, withdrawing));
        }
    }

    private void Start(Invoke invoke)
    {
        var running = new RunningInvocation(invoke, outbox);
        _running[invoke.Invocation] = running;
        _tasks[invoke.Invocation] = Task.Run(() => RunAsync(invoke.Invocation, running), CancellationToken.None);
    }

    private async Task RunAsync(ulong invocation, RunningInvocation running)
    {
        await running.RunAsync(function, id, secrets, time);
        _running.TryRemove(invocation, out _);
        _tasks.TryRemove(invocation, out _);
    }
}

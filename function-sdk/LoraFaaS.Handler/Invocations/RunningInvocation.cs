using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Functions;
using LoraFaaS.Handler.Connection;
using LoraFaaS.Handler.Generation;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Invocations;

/// <summary>One invocation in the author's hands, from the frame that brought it to the one that ends it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A frame for it may be in the reader's hands when it ends; a token source without a timer holds memory only.")]
internal sealed class RunningInvocation
{
    private readonly Invoke _invoke;
    private readonly Outbox _outbox;
    private readonly CancellationTokenSource _withdrawn = new();
    private readonly ReplyStream _reply;

    public RunningInvocation(Invoke invoke, Outbox outbox)
    {
        _invoke = invoke;
        _outbox = outbox;
        _reply = new ReplyStream(invoke.Invocation, invoke.ReplyCredits, outbox, _withdrawn.Token);
        Generator = new SocketGenerator(invoke.Invocation, outbox, _withdrawn.Token);
    }

    public SocketGenerator Generator { get; }

    public void AddCredits(int credits) => _reply.AddCredits(credits);

    /// <summary>The code's own callbacks run elsewhere: the reader of frames waits for no author.</summary>
    public Task WithdrawAsync() => _withdrawn.CancelAsync();

    /// <summary>Runs the function, and says how it ended. Never fails, whatever the function does.</summary>
    public async Task RunAsync(ILoraFunction function, FunctionId id, FunctionSecrets secrets, TimeProvider time)
    {
        IFunctionLog log = new SocketLog(_outbox);
        var context = new FunctionContext
        {
            CallId = new CallId(_invoke.CallId),
            Function = id,
            Request = RequestReader.Read(_invoke),
            Response = _reply.Attach(),
            Generator = Generator,
            Secrets = secrets,
            Log = log,
            Deadline = time.GetUtcNow() + TimeSpan.FromMilliseconds(_invoke.TimeLeftMs),
        };

        try
        {
            await function.InvokeAsync(context, _withdrawn.Token);
            await _reply.EndAsync();
            await EndAsync(new FromHandler { Done = new Done { Invocation = _invoke.Invocation } });
        }
        catch (OperationCanceledException) when (_withdrawn.IsCancellationRequested)
        {
            await EndAsync(new FromHandler { Done = new Done { Invocation = _invoke.Invocation } });
        }
        catch (Exception failure)
        {
            // Whatever it is, it is this one call's: the others of this process go on.
            _reply.Forbid();
            log.Error($"invocation {_invoke.CallId} threw {failure}");
            await EndAsync(new FromHandler { Faulted = Fault(failure) });
        }
    }

    private Faulted Fault(Exception failure)
    {
        var message = $"{failure.GetType().Name}: {failure.Message}";

        return new Faulted
        {
            Invocation = _invoke.Invocation,
            Message = message.Length > HandlerLimits.MaxLineChars ? message[..HandlerLimits.MaxLineChars] : message,
            Generation = failure is GenerationException lost ? Generator.IndexOf(lost) : 0,
        };
    }

    private async Task EndAsync(FromHandler last)
    {
        try
        {
            await _outbox.SendAsync(last, CancellationToken.None);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The worker is gone, and this process with it.
        }
    }
}

using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Async;

/// <summary>
/// One leased call: execute, report, deliver, report. It may be cut off anywhere; what was not reported is done again, by whoever leases it then.
/// </summary>
internal sealed partial class CallRunner(
    CallsClient calls, AsyncExecutor executor, CallbackSender callbacks, TimeProvider time, ILogger<CallRunner> logger)
{
    private const int PhaseInvoke = 0;

    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>An answer is worth this much patience with a controller that is being restarted: the alternative is to execute again.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(2);

    /// <summary>Giving a call back only saves the next holder the wait for the lease's end.</summary>
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    public async Task RunAsync(CallRun run, CancellationToken stopping)
    {
        var ticket = run.Leased.Ticket;

        try
        {
            var answer = run.Leased.Answer;

            if (ticket.Phase == PhaseInvoke)
            {
                var executed = await executor.ExecuteAsync(ticket, run.Leased.Call, run.Stopped);
                var reply = await SettleAsync(new SettleRequest { Ticket = ticket, Executed = executed }, run.Stopped);

                if (reply is not { Next: SettleReply.Types.Next.Deliver })
                {
                    return;
                }

                (ticket, answer) = (reply.Ticket, executed.Answer);
            }

            // An answer the store has lost cannot be delivered; the callback is told as of a call that could not be made.
            answer ??= new CallAnswer { Status = StatusCodes.Status503ServiceUnavailable };
            var delivered = await callbacks.SendAsync(ticket, run.Leased.Call, answer, run.Stopped);
            await SettleAsync(new SettleRequest { Ticket = ticket, Delivered = delivered }, run.Stopped);
        }
        catch (OperationCanceledException) when (run.Stopped.IsCancellationRequested)
        {
            if (stopping.IsCancellationRequested)
            {
                await ReleaseAsync(ticket);
            }
            else
            {
                LogLost(ticket.CallId);
            }
        }
        catch (Exception exception)
        {
            // Its lease runs out, and it is tried again as one that was cut off; the other calls go on.
            LogFailed(exception, ticket.CallId);
        }
    }

    /// <summary>Null: the controller could not be told for so long that the lease is another's by now.</summary>
    private async Task<SettleReply?> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();

        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await calls.SettleAsync(request, SettleTimeout, cancellationToken);
            }
            catch (GrpcStatusException exception) when (time.GetElapsedTime(began) > SettlePatience || exception.Code is GrpcStatusCode.InvalidArgument)
            {
                LogNotSettled(request.Ticket.CallId, exception.Status.ToString());
                return null;
            }
            catch (GrpcStatusException)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private async Task ReleaseAsync(CallTicket ticket)
    {
        try
        {
            await calls.SettleAsync(new SettleRequest { Ticket = ticket, Released = new Released() }, ReleasePatience, CancellationToken.None);
        }
        catch (Exception exception) when (exception is GrpcStatusException or ObjectDisposedException)
        {
            LogNotSettled(ticket.CallId, exception.Message);
        }
    }

    [LoggerMessage(2801, LogLevel.Warning, "Asynchronous call {CallId} has passed to another gateway; what was done here is dropped")]
    private partial void LogLost(string callId);

    [LoggerMessage(2802, LogLevel.Warning, "The controller could not be told of asynchronous call {CallId}: {Reason}")]
    private partial void LogNotSettled(string callId, string reason);

    [LoggerMessage(2803, LogLevel.Error, "Asynchronous call {CallId} broke this gateway's own code")]
    private partial void LogFailed(Exception exception, string callId);
}

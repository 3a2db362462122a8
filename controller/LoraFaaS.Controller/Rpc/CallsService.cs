using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Async;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Controller.Rpc;

/// <summary>What gateways ask about asynchronous calls.</summary>
internal sealed class CallsService(AsyncCalls calls, IHostApplicationLifetime lifetime) : ICallsService
{
    private const int MostAtOnce = 1_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(5);

    public async Task<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        if (request.Call is null || !CallWire.TryRead(request.Call, out var call))
        {
            throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "this is no call");
        }

        return await StoredAsync(() => calls.EnqueueAsync(call, cancellationToken)) switch
        {
            EnqueueOutcome.Accepted or EnqueueOutcome.Known => new EnqueueReply(),
            EnqueueOutcome.Conflict => new EnqueueReply
            {
                ErrorCode = ErrorCode.Conflict.ToWire(), ErrorMessage = $"the call id {call.Id} is in use by another function's call",
            },
            EnqueueOutcome.Full => new EnqueueReply
            {
                ErrorCode = ErrorCode.QueueFull.ToWire(),
                ErrorMessage = "as many asynchronous calls are waiting as may",
                RetryAfterMs = (int)FullRetry.TotalMilliseconds,
            },
            _ => throw new UnreachableException(),
        };
    }

    public async Task<LeaseReply> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(request.WaitMs, 0, (int)LongestWait.TotalMilliseconds));

        // A waiting gateway must not hold up a controller that stops.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);

        try
        {
            var leased = await StoredAsync(() => calls.LeaseAsync(Math.Clamp(request.Most, 1, MostAtOnce), wait, ended.Token));
            return new LeaseReply { LeaseMs = (int)calls.LeaseDuration.TotalMilliseconds, Calls = { leased.Select(CallWire.ToWire) } };
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, "the controller stops");
        }
    }

    public async Task<RenewReply> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        var leases = request.Tickets.DistinctBy(ticket => ticket.CallId).ToDictionary(ticket => new CallId(ticket.CallId), ticket => ticket.Lease);
        var held = await StoredAsync(() => calls.RenewAsync(leases, cancellationToken));
        return new RenewReply { CallIds = { held.Select(id => id.Value) } };
    }

    public async Task<CancelReply> CancelAsync(CancelRequest request, CancellationToken cancellationToken)
    {
        var id = new CallId(request.CallId);

        if (await StoredAsync(() => calls.FindAsync(id, cancellationToken)) is not { Request.Function: var function })
        {
            return new CancelReply { Outcome = (int)CallCancellation.Unknown };
        }

        var outcome = request.Confirmed ? await StoredAsync(() => calls.CancelAsync(id, cancellationToken)) : CallCancellation.Unknown;
        return new CancelReply { Outcome = (int)outcome, Namespace = function.Namespace.Value, Function = function.Name.Value };
    }

    public async Task<SettleReply> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        if (request.Ticket is not { } ticket || request.ToOutcome() is not { } outcome)
        {
            throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "a ticket and an outcome are required");
        }

        return await StoredAsync(() => calls.SettleAsync(ticket.ToTry(), outcome, cancellationToken)) switch
        {
            null => new SettleReply { Next = SettleReply.Types.Next.Lost },
            { KeepsLease: true } deliver => new SettleReply { Next = SettleReply.Types.Next.Deliver, Ticket = ticket.Next(deliver) },
            { Phase: CallPhase.Completed or CallPhase.Dead } => new SettleReply { Next = SettleReply.Types.Next.Finished },
            _ => new SettleReply { Next = SettleReply.Types.Next.RetryLater },
        };
    }

    private static async Task<T> StoredAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (StoreUnavailableException exception)
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, exception.Message, exception);
        }
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>The controller's queue at the wire, in memory: every call taken in is leased once.</summary>
internal sealed class FakeCalls : ICallsService
{
    private readonly Channel<LeasedCall> _waiting = Channel.CreateUnbounded<LeasedCall>();

    public ConcurrentQueue<CallRequest> Enqueued { get; } = [];

    public ConcurrentQueue<SettleRequest> Settled { get; } = [];

    /// <summary>Ids whose leases are no longer renewed.</summary>
    public ConcurrentDictionary<string, bool> Lost { get; } = [];

    public int LeaseMs { get; set; } = 30_000;

    public Func<EnqueueRequest, EnqueueReply> OnEnqueue { get; set; } = _ => new EnqueueReply();

    public Task<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        var reply = OnEnqueue(request);

        if (reply.ErrorCode.Length == 0)
        {
            Enqueued.Enqueue(request.Call);
            Lease(request.Call);
        }

        return Task.FromResult(reply);
    }

    public void Lease(CallRequest call, int leaseNumber = 1, int execution = 0) => _waiting.Writer.TryWrite(new LeasedCall
    {
        Call = call,
        Ticket = new CallTicket
        {
            CallId = call.CallId,
            Lease = Guid.NewGuid().ToString(),
            Namespace = call.Namespace,
            Function = call.Function,
            Attempt = 1,
            HasCallback = call.CallbackUrl.Length > 0,
            LeaseNumber = leaseNumber,
            Execution = execution,
        },
    });

    public async Task<LeaseReply> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        if (!await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, "it stops");
        }

        var reply = new LeaseReply { LeaseMs = LeaseMs };

        while (reply.Calls.Count < request.Most && _waiting.Reader.TryRead(out var call))
        {
            reply.Calls.Add(call);
        }

        return reply;
    }

    /// <summary>A call that was leased counts as running: it is ended by losing its lease.</summary>
    public Task<CancelReply> CancelAsync(CancelRequest request, CancellationToken cancellationToken)
    {
        if (Enqueued.FirstOrDefault(call => call.CallId == request.CallId) is not { } found)
        {
            return Task.FromResult(new CancelReply());
        }

        var outcome = !request.Confirmed ? 0 : Lost.TryAdd(request.CallId, true) ? 2 : 1;
        return Task.FromResult(new CancelReply { Outcome = outcome, Namespace = found.Namespace, Function = found.Function });
    }

    public Task<RenewReply> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new RenewReply { CallIds = { request.Tickets.Select(ticket => ticket.CallId).Where(id => !Lost.ContainsKey(id)) } });

    public Task<SettleReply> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        Settled.Enqueue(request);
        var delivers = request.OutcomeCase is SettleRequest.OutcomeOneofCase.Executed && request.Ticket.HasCallback;

        return Task.FromResult(new SettleReply
        {
            Next = delivers ? SettleReply.Types.Next.Deliver : SettleReply.Types.Next.Finished,
            Ticket = request.Ticket,
        });
    }

    public void Stop() => _waiting.Writer.TryComplete();
}

using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Async;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Controller.Rpc;

/// <summary>Asynchronous calls as messages and back.</summary>
internal static class CallWire
{
    private const int MaxIdLength = 128;

    /// <summary>False: the gateway sent what no door lets in.</summary>
    public static bool TryRead(CallRequest call, [NotNullWhen(true)] out AsyncRequest? request)
    {
        request = null;

        if (call.CallId.Length is 0 or > MaxIdLength || !NamespaceName.TryParse(call.Namespace, out var @namespace)
            || !FunctionName.TryParse(call.Function, out var name) || HoldsNul(call))
        {
            return false;
        }

        request = new AsyncRequest
        {
            Id = new CallId(call.CallId),
            Function = new FunctionId(@namespace, name),
            Path = call.Path,
            Query = call.Query,
            Headers = new Dictionary<string, string>(call.Headers),
            Body = call.Body.Memory,
            CallbackUrl = call.CallbackUrl.Length > 0 ? call.CallbackUrl : null,
            StartedAt = DateTimeOffset.UnixEpoch.AddTicks(call.StartedUnixNanos / TimeSpan.NanosecondsPerTick),
        };
        return true;
    }

    public static LeasedCall ToWire(this AsyncCall call)
    {
        var request = call.Request;
        var leased = new LeasedCall
        {
            Ticket = Ticket(call),
            Call = new CallRequest
            {
                CallId = request.Id.Value,
                Namespace = request.Function.Namespace.Value,
                Function = request.Function.Name.Value,
                Path = request.Path,
                Query = request.Query,
                Headers = { request.Headers.ToDictionary() },
                CallbackUrl = request.CallbackUrl ?? "",
                StartedUnixNanos = (request.StartedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
            },
        };

        if (call.Progress is { Phase: CallPhase.Deliver, Result: { } result })
        {
            leased.Answer = ToWire(result);
        }
        else
        {
            leased.Call.Body = UnsafeByteOperations.UnsafeWrap(request.Body);
        }

        return leased;
    }

    public static CallTicket Next(this CallTicket ticket, CallSettlement settlement)
    {
        var next = ticket.Clone();
        next.Phase = (int)settlement.Phase;
        next.Attempt = settlement.Attempts;
        next.GivenUp = settlement.GivenUp is not null;
        next.Error = settlement.Error ?? "";
        return next;
    }

    public static CallTry ToTry(this CallTicket ticket) => new(
        new CallId(ticket.CallId),
        ticket.Lease,
        new FunctionId(new NamespaceName(ticket.Namespace), new FunctionName(ticket.Function)),
        (CallPhase)ticket.Phase,
        ticket.Attempt,
        ticket.HasCallback,
        ticket.GivenUp,
        ticket.Error.Length > 0 ? ticket.Error : null);

    public static CallOutcome? ToOutcome(this SettleRequest request) => request.OutcomeCase switch
    {
        SettleRequest.OutcomeOneofCase.Executed when request.Executed.Answer is { } answer =>
            new CallOutcome.Executed(ToResult(answer), OrNull(request.Executed.RetryAfterMs), request.Executed.FunctionGone),
        SettleRequest.OutcomeOneofCase.Delivered => new CallOutcome.Delivered(
            request.Delivered.Error.Length > 0 ? request.Delivered.Error : null, OrNull(request.Delivered.RetryAfterMs), request.Delivered.IsFinal),
        SettleRequest.OutcomeOneofCase.Released => new CallOutcome.Released(),
        _ => null,
    };

    private static CallTicket Ticket(AsyncCall call) => new()
    {
        CallId = call.Request.Id.Value,
        Lease = call.Progress.Lease,
        Namespace = call.Request.Function.Namespace.Value,
        Function = call.Request.Function.Name.Value,
        Phase = (int)call.Progress.Phase,
        Attempt = call.Progress.Attempts,
        HasCallback = call.Request.CallbackUrl is not null,
        GivenUp = call.Progress.GivenUp is not null,
        Error = call.Progress.Error ?? "",
        LeaseNumber = call.Progress.Leases,
        Execution = call.Progress.Executions,
    };

    private static CallAnswer ToWire(CallResult result) => new()
    {
        Status = result.Status,
        Headers = { result.Headers.ToDictionary() },
        Body = UnsafeByteOperations.UnsafeWrap(result.Body),
        DurationSeconds = result.DurationSeconds,
        Truncated = result.Truncated,
    };

    private static CallResult ToResult(CallAnswer answer) =>
        new(answer.Status, new Dictionary<string, string>(answer.Headers), answer.Body.Memory, answer.DurationSeconds, answer.Truncated);

    private static TimeSpan? OrNull(long milliseconds) => milliseconds > 0 ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)) : null;

    /// <summary>U+0000 cannot be stored, and one such call would take its whole batch with it.</summary>
    private static bool HoldsNul(CallRequest call) =>
        call.CallId.Contains('\0') || call.Path.Contains('\0') || call.Query.Contains('\0') || call.CallbackUrl.Contains('\0');
}

using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Metering;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Second station, around every invocation of every dialect: counts it in, gives it its id and its clock, and sees it off with one log line
/// and its metrics, however it ended.
/// </summary>
internal sealed partial class AdmissionStation(
    InFlightGate gate, DoorQueue door, KeyMeters keys, KeyPlaces places, InvocationMeter meter, TimeProvider time, ILogger<AdmissionStation> logger)
{
    private readonly Action<Invocation> _resolved = meter.Resolved;

    public async Task RunAsync(HttpContext context, IDialect dialect)
    {
        using var invocation = new Invocation(CallIds.For(context.Request), dialect.Name, time, _resolved, context)
        {
            Caller = KeyDesk.CallerOf(context),
            Usage = context.Features.Get<UsageKey>() ?? UsageKey.Draw(),
        };
        PrepareResponse(context, invocation);
        using var activity = InvocationMeter.Begin(invocation);

        if (!gate.TryEnter())
        {
            await WriteProblemAsync(context, dialect, invocation, new Problem(
                ErrorCode.QueueFull, "the gateway has as many invocations in flight as it may", RetryAfter: door.RetryAfter()));
            meter.End(invocation, context.Response.StatusCode, activity);
            return;
        }

        try
        {
            if (await TryEnterLimitsAsync(context, dialect, invocation))
            {
                await HandleAsync(context, dialect, invocation);
            }
        }
        finally
        {
            LeaveLimits(invocation);

            if (invocation.Place is { } place)
            {
                door.Leave(place);
            }

            gate.Leave();
            meter.End(invocation, context.Response.StatusCode, activity);
        }
    }

    /// <summary>False: the caller was told which limit of the key is reached, or is gone.</summary>
    private ValueTask<bool> TryEnterLimitsAsync(HttpContext context, IDialect dialect, Invocation invocation)
    {
        if (invocation.Caller is not { } caller)
        {
            return new(true);
        }

        var usage = keys.For(caller);

        if (usage.TryEnter() is { } over)
        {
            return RefuseAsync(context, dialect, invocation, over);
        }

        if (usage.Limits.MaxConcurrent > 0)
        {
            return TryEnterPlaceAsync(context, dialect, invocation, caller, usage);
        }

        invocation.KeyUsage = usage;
        return new(true);
    }

    private void LeaveLimits(Invocation invocation)
    {
        if (invocation.Usage.Payer is { } payer)
        {
            keys.Charge(payer, invocation.Spent);
        }

        if (invocation is not { KeyUsage: { } usage, Caller: { } caller })
        {
            return;
        }

        usage.Leave(invocation.Spent);

        if (usage.Limits.MaxConcurrent > 0)
        {
            places.Leave(caller.Id);
        }
    }

    private static async ValueTask<bool> RefuseAsync(HttpContext context, IDialect dialect, Invocation invocation, Problem problem)
    {
        await WriteProblemAsync(context, dialect, invocation, problem);
        return false;
    }

    /// <summary>False: the caller was told why not, or is gone.</summary>
    private async ValueTask<bool> TryEnterPlaceAsync(HttpContext context, IDialect dialect, Invocation invocation, CallerKey caller, KeyMeter usage)
    {
        KeyEntry entry;

        try
        {
            entry = await places.EnterAsync(caller, invocation.Stopped);
        }
        catch (OperationCanceledException)
        {
            usage.Withdraw();
            ClientGone(context, invocation);
            return false;
        }

        switch (entry)
        {
            case KeyEntry.Entered:
                invocation.KeyUsage = usage;
                return true;

            case KeyEntry.Full:
                await WriteProblemAsync(context, dialect, invocation, usage.Withdraw());
                return false;

            case KeyEntry.Unknown:
                usage.Withdraw();
                await WriteProblemAsync(context, dialect, invocation, new Problem(
                    ErrorCode.ControllerUnavailable, "no controller says how many invocations of the API key run at other gateways", RetryAfter: TimeSpan.FromSeconds(1)));
                return false;

            default:
                throw new UnreachableException();
        }
    }

    private static void PrepareResponse(HttpContext context, Invocation invocation)
    {
        var headers = context.Response.Headers;
        headers[WireHeaders.CallId] = invocation.CallId.Value;
        headers["x-request-id"] = invocation.CallId.Value;
        headers[WireHeaders.StartTime] = UnixNanoseconds(invocation.StartedAt).ToString(CultureInfo.InvariantCulture);
        headers[WireHeaders.ServedBy] = GatewayVersion.ServedBy;

        // A slow reader is slow at its own cost: the deadline bounds it, and credits keep it from stalling a batch.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static long UnixNanoseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    private async Task HandleAsync(HttpContext context, IDialect dialect, Invocation invocation)
    {
        try
        {
            await dialect.HandleAsync(context, invocation);
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Client || context.RequestAborted.IsCancellationRequested)
        {
            ClientGone(context, invocation);
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline)
        {
            await FailAsync(context, dialect, invocation, invocation.DeadlineProblem("the invocation"));
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            ClientGone(context, invocation);
        }
        catch (Exception exception)
        {
            LogUnexpected(exception, invocation.CallId.Value);
            await FailAsync(context, dialect, invocation, new Problem(ErrorCode.Internal, $"internal error; call {invocation.CallId}"));
        }
    }

    private static void ClientGone(HttpContext context, Invocation invocation)
    {
        invocation.Abort(AbortCause.Client);
        invocation.Failure = ErrorCode.Cancelled;

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = ErrorCode.Cancelled.ToHttpStatus();
        }
    }

    private static Task FailAsync(HttpContext context, IDialect dialect, Invocation invocation, Problem problem)
    {
        if (!context.Response.HasStarted)
        {
            return WriteProblemAsync(context, dialect, invocation, problem);
        }

        // The status line is out: a cut connection is the only way left to say that the answer is not whole.
        invocation.Failure = problem.Code;
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task WriteProblemAsync(HttpContext context, IDialect dialect, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return dialect.WriteProblemAsync(context, problem);
    }
}

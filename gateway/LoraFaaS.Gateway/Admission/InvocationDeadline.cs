using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Policies.Admission;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// What every dialect asks when it has found the function: whether this caller may invoke it, until when, and for a place to run in. The one deadline is
/// the function's timeout, or less where the caller's X-Timeout says so; waiting for the place is in it.
/// </summary>
internal sealed class InvocationDeadline(KeyDesk keys, FunctionBound functions, FunctionPlaces places, DoorQueue door, IOptions<GatewayOptions> options)
{
    public const string Header = "X-Timeout";

    /// <summary>Null when it may go on, its deadline is set and its place is taken; otherwise why not.</summary>
    public async ValueTask<Problem?> ApplyAsync(Invocation invocation, RouteEntry route, HttpRequest request)
    {
        if (Check(invocation, route, request) is { } wrong)
        {
            return wrong;
        }

        var (share, full) = functions.Enter(route.Function);

        if (full is not null)
        {
            return full;
        }

        invocation.FunctionShare = share;
        var (place, crowded) = await places.EnterAsync(route, invocation.Stopped);

        if (crowded is not null)
        {
            return crowded;
        }

        invocation.FunctionPlace = place;
        var priority = CallPriority.Decide(route.Revision.Priority, invocation.Caller?.Priority, PriorityHeader.Of(request));

        switch (await door.EnterAsync(route.Function.Namespace, priority, invocation.Stopped))
        {
            case DoorEntry.Entered entered:
                invocation.Place = entered.Place;
                return null;

            case DoorEntry.Refused refused:
                return refused.Problem;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Problem? Check(Invocation invocation, RouteEntry route, HttpRequest request)
    {
        if (keys.CheckFunction(invocation.Caller, route.Function) is { } refused)
        {
            return refused;
        }

        var timeout = route.Revision.Timeout > TimeSpan.Zero ? route.Revision.Timeout : options.Value.DefaultTimeout;

        if (request.Headers[Header] is [{ } given])
        {
            if (!TimeoutHeader.TryParse(given, out var wanted) || wanted <= TimeSpan.Zero)
            {
                return new Problem(ErrorCode.InvalidRequest, "must be a number of seconds or a duration like 500ms", Header);
            }

            timeout = wanted < timeout ? wanted : timeout;
        }

        invocation.SetTimeout(timeout);
        return null;
    }
}

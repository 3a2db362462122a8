using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// What every dialect asks when it has found the function: whether this caller may invoke it, and until when. The one deadline is the
/// function's timeout, or less where the caller's X-Timeout says so.
/// </summary>
internal sealed class InvocationDeadline(KeyDesk keys, IOptions<GatewayOptions> options)
{
    public const string Header = "X-Timeout";

    /// <summary>Null when it may go on and the deadline is set; otherwise why not.</summary>
    public Problem? Apply(Invocation invocation, RouteEntry route, HttpRequest request)
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

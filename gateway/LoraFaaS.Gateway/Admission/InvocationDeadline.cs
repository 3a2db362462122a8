using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>Sets the one deadline: the function's timeout, or less where the caller's X-Timeout says so.</summary>
internal sealed class InvocationDeadline(IOptions<GatewayOptions> options)
{
    public const string Header = "X-Timeout";

    /// <summary>Null when it is set; otherwise what is wrong with the header.</summary>
    public Problem? Apply(Invocation invocation, RouteEntry route, HttpRequest request)
    {
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

using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>
/// Who may invoke what. At the door a key is looked up before anything of the request is read; when the function is known its scope
/// is checked. A key that was given and is wrong is refused even where none is asked for: its holder relies on it.
/// </summary>
internal sealed class KeyDesk(RouteBoard board, AdminCredentials credentials, IOptions<GatewayOptions> options, TimeProvider time)
{
    private static readonly object CallerItem = new();

    private readonly bool _required = options.Value.RequireApiKeys;

    public static CallerKey? CallerOf(HttpContext context) => context.Items[CallerItem] as CallerKey;

    /// <summary>Null: come in.</summary>
    public Problem? CheckDoor(HttpContext context)
    {
        if (credentials.Accepts(context.Request.Headers.Authorization))
        {
            context.Items[CallerItem] = CallerKey.Operator;
            return null;
        }

        switch (board.Table.Access.Find(context.Request.Headers.Authorization, time.GetUtcNow()))
        {
            case KeyLookup.Found found:
                context.Items[CallerItem] = found.Key;
                return null;

            // Without a table nobody's key is known, and a right one must not be called wrong.
            case KeyLookup.Refused or KeyLookup.Absent when _required && !board.HasRoutes:
                return RouteBoard.NoTableYet;

            case KeyLookup.Refused refused:
                return new Problem(ErrorCode.InvalidApiKey, refused.Reason);

            default:
                return _required ? Missing() : null;
        }
    }

    /// <summary>Null: this caller may invoke this function.</summary>
    public Problem? CheckFunction(CallerKey? caller, RouteEntry route)
    {
        if (caller is not null)
        {
            return caller.Covers(route.Function) ? null : new Problem(ErrorCode.Forbidden, $"the API key does not cover {route.Function}");
        }

        return board.Table.Access.IsLocked(route.Function.Namespace) ? Missing() : null;
    }

    public bool MaySee(CallerKey? caller, RouteEntry route) => CheckFunction(caller, route) is null;

    private static Problem Missing() => new(ErrorCode.InvalidApiKey, "an API key is required: Authorization: Bearer lfk_...");
}

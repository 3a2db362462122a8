using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>
/// Who may invoke what. At the door a key is looked up before anything of the request is read; when the function is known its scope
/// is checked. A key that was given and is wrong is refused even where none is asked for: its holder relies on it.
/// </summary>
internal sealed class KeyDesk(RouteBoard board, AdminCredentials credentials, IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly bool _required = options.Value.RequireApiKeys;

    /// <summary>Kept with the request's features, which the server forgets with the request: a dictionary of items would be made for it.</summary>
    public static CallerKey? CallerOf(HttpContext context) => context.Features.Get<CallerKey>();

    /// <summary>Nothing more is asked of this request: it comes from an operator, or was let in before.</summary>
    public static void Trust(HttpContext context) => context.Features.Set(CallerKey.Operator);

    /// <summary>Null: come in.</summary>
    public Problem? CheckDoor(HttpContext context)
    {
        if (credentials.Accepts(context.Request.Headers.Authorization))
        {
            Trust(context);
            return null;
        }

        switch (board.Table.Access.Find(context.Request.Headers.Authorization, time.GetUtcNow()))
        {
            case KeyLookup.Found found:
                context.Features.Set(found.Key);
                return CheckNamed(found.Key, context);

            // Without a table nobody's key is known, and a right one must not be called wrong.
            case KeyLookup.Refused or KeyLookup.Absent when _required && !board.HasRoutes:
                return RouteBoard.NoTableYet;

            case KeyLookup.Refused refused:
                return new Problem(ErrorCode.InvalidApiKey, refused.Reason);

            default:
                return _required ? Missing() : CheckNamed(null, context);
        }
    }

    /// <summary>Null: this caller may invoke this function.</summary>
    public Problem? CheckFunction(CallerKey? caller, FunctionId function)
    {
        if (caller is not null)
        {
            return caller.Covers(function) ? null : new Problem(ErrorCode.Forbidden, $"the API key does not cover {function}");
        }

        return board.Table.Access.IsLocked(function.Namespace) ? Missing() : null;
    }

    public bool MaySee(CallerKey? caller, RouteEntry route) => CheckFunction(caller, route.Function) is null;

    /// <summary>Where the path itself names the function it is judged before the table is asked: who may not call it does not learn whether it exists.</summary>
    private Problem? CheckNamed(CallerKey? caller, HttpContext context) =>
        context.Request.RouteValues["name"] is string name && FunctionId.TryParse(RevisionLookup.Unpinned(name), out var function) ? CheckFunction(caller, function) : null;

    private static Problem Missing() => new(ErrorCode.InvalidApiKey, "an API key is required: Authorization: Bearer lfk_...");
}

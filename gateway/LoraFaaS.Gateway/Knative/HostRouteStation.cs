using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Knative;

/// <summary>
/// Before routing: <c>function.namespace.domain</c> is the door of that function, whatever the path, as Knative gives each service a host of its own,
/// and <c>tag-function.…</c> and <c>function-00002.…</c> are the doors of its revisions.
/// Nothing else can be reached under such a host: not the control API, not another function.
/// </summary>
internal sealed class HostRouteStation(RequestDelegate next, RouteBoard board, IOptions<GatewayOptions> options)
{
    private readonly string _domain = options.Value.Domain;

    public Task InvokeAsync(HttpContext context)
    {
        if (_domain.Length == 0)
        {
            return next(context);
        }

        switch (FunctionHost.Read(context.Request.Host.Value ?? "", _domain))
        {
            case FunctionHost.Function { Id: var id }:
                context.Request.Path = new PathString($"/function/{NameOf(id)}").Add(context.Request.Path);
                return next(context);

            case FunctionHost.Nobody:
                return UnknownRoute.WriteAsync(context);

            default:
                return next(context);
        }
    }

    /// <summary>A function's own name before all: a tag cannot take a function's host away.</summary>
    private string NameOf(FunctionId id)
    {
        var table = board.Table;
        return table.Routes.ContainsKey(id) ? id.ToString() : RevisionLookup.FindHost(table, id) ?? id.ToString();
    }
}

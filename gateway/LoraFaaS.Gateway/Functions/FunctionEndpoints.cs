using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Functions;

/// <summary>Functions under every method that OpenFaaS lets through; others get 405 from routing. Metered as invocations, so not as requests as well.</summary>
internal static class FunctionEndpoints
{
    private static readonly string[] Methods =
    [
        HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Head, HttpMethods.Options,
    ];

    public static void MapFunctions(this IEndpointRouteBuilder routes)
    {
        var admission = routes.ServiceProvider.GetRequiredService<AdmissionStation>();
        var dialect = routes.ServiceProvider.GetRequiredService<FunctionDialect>();

        routes.MapMethods("/function/{name}/{**path}", Methods, context =>
            IsName((string)context.Request.RouteValues["name"]!)
                ? admission.RunAsync(context, dialect)
                : UnknownRoute.WriteAsync(context)).DisableHttpMetrics();
    }

    /// <summary>OpenFaaS's path pattern, and a revision behind the name; what does not match it is no route at all.</summary>
    private static bool IsName(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or RevisionLookup.Pin))
            {
                return false;
            }
        }

        return name.Length > 0;
    }
}

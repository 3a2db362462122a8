using System.Globalization;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Kserve.Wire;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>The Open Inference Protocol, version 2, for text: server, models, health, inference of one text, and its generate extension.</summary>
internal static class KserveEndpoints
{
    public const string Platform = "lorafaas_lora";

    public static void MapKserve(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var admission = services.GetRequiredService<AdmissionStation>();
        var whole = ActivatorUtilities.CreateInstance<KserveDialect>(services, KserveShape.Whole);
        var stream = ActivatorUtilities.CreateInstance<KserveDialect>(services, KserveShape.Stream);
        var tensors = ActivatorUtilities.CreateInstance<KserveDialect>(services, KserveShape.Tensors);
        var board = services.GetRequiredService<RouteBoard>();
        var keys = services.GetRequiredService<KeyDesk>();
        var readiness = services.GetRequiredService<DoorReadiness>();
        var version = services.GetRequiredService<HostIdentity>().Version;

        routes.MapGet("/v2", context => context.Response.WriteAsJsonAsync(
            new KserveServer("lorafaas", version, ["generate"]), KserveJson.Default.KserveServer, cancellationToken: context.RequestAborted));
        routes.MapGet("/v2/health/live", context => WriteAsync(context, new KserveState(Live: true), isWell: true));
        routes.MapGet("/v2/health/ready", context =>
        {
            var isReady = readiness.IsReady;
            return WriteAsync(context, new KserveState(Ready: isReady), isReady);
        });
        routes.MapGet("/v2/models", context => context.Response.WriteAsJsonAsync(
            new KserveModels([.. board.Table.Routes.Values.Where(route => keys.MaySee(KeyDesk.CallerOf(context), route)).Select(NameOf).Order(StringComparer.Ordinal)]),
            KserveJson.Default.KserveModels,
            cancellationToken: context.RequestAborted));

        foreach (var model in (string[])["/v2/models/{name}", "/v2/models/{name}/versions/{version}"])
        {
            routes.MapGet(model, context => WriteModelAsync(context, board, keys));
            routes.MapGet(model + "/ready", context => WriteReadyAsync(context, board, keys));
            routes.MapPost(model + "/infer", context => admission.RunAsync(context, tensors));
            routes.MapPost(model + "/generate", context => admission.RunAsync(context, whole));
            routes.MapPost(model + "/generate_stream", context => admission.RunAsync(context, stream));
        }
    }

    /// <summary>As the path says it; a version is a revision in use, and any other is another model's name, which nobody has.</summary>
    public static string ModelOf(HttpContext context)
    {
        var board = context.RequestServices.GetRequiredService<RouteBoard>();
        return ModelOf(board, (string)context.Request.RouteValues["name"]!, (string?)context.Request.RouteValues["version"]);
    }

    /// <summary>As a path says it; a version that is absent or empty is any.</summary>
    public static string ModelOf(RouteBoard board, string name, string? version)
    {
        if (string.IsNullOrEmpty(version) || board.Table.FindModel(name) is not { } route
            || (route.Split is null && version == VersionOf(route)))
        {
            return name;
        }

        return RevisionLookup.FindModel(board.Table, $"{name}@{version}") is not null ? $"{name}@{version}" : $"{name}/versions/{version}";
    }

    /// <summary>Null also where the caller may not call it: he does not learn whether there is one.</summary>
    private static RouteEntry? Find(HttpContext context, RouteBoard board, KeyDesk keys) =>
        RevisionLookup.FindModel(board.Table, ModelOf(context)) is { } route && keys.MaySee(KeyDesk.CallerOf(context), route) ? route : null;

    private static Task WriteModelAsync(HttpContext context, RouteBoard board, KeyDesk keys)
    {
        if (Find(context, board, keys) is not { } route)
        {
            return KserveErrors.WriteAsync(context, KserveErrors.ModelNotFound(ModelOf(context)));
        }

        var text = new KserveTensor("text_input", "BYTES", [1]);
        var model = new KserveModel(NameOf(route), VersionsOf(route), Platform, [text], [text with { Name = "text_output" }]);
        return context.Response.WriteAsJsonAsync(model, KserveJson.Default.KserveModel, cancellationToken: context.RequestAborted);
    }

    /// <summary>A function that sleeps is ready: its first invocation wakes it.</summary>
    private static Task WriteReadyAsync(HttpContext context, RouteBoard board, KeyDesk keys) =>
        Find(context, board, keys) is { } route
            ? WriteAsync(context, new KserveState(Ready: true, Name: NameOf(route)), isWell: true)
            : KserveErrors.WriteAsync(context, KserveErrors.ModelNotFound(ModelOf(context)));

    private static Task WriteAsync(HttpContext context, KserveState state, bool isWell)
    {
        context.Response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(state, KserveJson.Default.KserveState, cancellationToken: context.RequestAborted);
    }

    public static string NameOf(RouteEntry route) => route.IsBackbone ? route.Revision.Backbone.Value : route.ModelId;

    public static string[] VersionsOf(RouteEntry route) =>
        route.Split is { } split ? [.. split.Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))] : [VersionOf(route)];

    private static string VersionOf(RouteEntry route) => route.Revision.Number.ToString(CultureInfo.InvariantCulture);
}

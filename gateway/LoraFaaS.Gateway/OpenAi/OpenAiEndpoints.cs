using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>The part of OpenAI's API that serves text generation.</summary>
internal static class OpenAiEndpoints
{
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var admission = services.GetRequiredService<AdmissionStation>();
        var chat = services.GetRequiredService<ChatDialect>();
        var text = services.GetRequiredService<TextDialect>();
        var board = services.GetRequiredService<RouteBoard>();
        var keys = services.GetRequiredService<KeyDesk>();

        routes.MapPost("/v1/chat/completions", context => admission.RunAsync(context, chat)).DisableHttpMetrics();
        routes.MapPost("/v1/completions", context => admission.RunAsync(context, text)).DisableHttpMetrics();
        routes.MapGet("/v1/models", context =>
            context.Response.WriteAsJsonAsync(
                ModelCatalogue.List(board.Table, route => keys.MaySee(KeyDesk.CallerOf(context), route)), OpenAiJson.Readable.ModelList, cancellationToken: context.RequestAborted));
        routes.MapGet("/v1/models/{**id}", context => WriteModelAsync(context, board, keys));
    }

    private static Task WriteModelAsync(HttpContext context, RouteBoard board, KeyDesk keys)
    {
        var id = Uri.UnescapeDataString((string?)context.Request.RouteValues["id"] ?? "");

        return ModelCatalogue.Find(board.Table, id, route => keys.MaySee(KeyDesk.CallerOf(context), route)) is { } model
            ? context.Response.WriteAsJsonAsync(model, OpenAiJson.Readable.ModelEntry, cancellationToken: context.RequestAborted)
            : OpenAiErrors.WriteAsync(context, OpenAiErrors.ModelNotFound(id));
    }
}

using System.Text.Json;
using LoraFaaS.Functions;

namespace LoraFaaS.Samples.Tickets;

/// <summary>
/// Post-processing: the adapter names queue and priority of a support ticket as JSON text; this makes sure that it did, adds what follows from them, and
/// answers with one JSON object. What is not one of the known queues never reaches the caller.
/// </summary>
public sealed class TicketsFunction : ILoraFunction
{
    /// <summary>422: the request is fine, and what the adapter made of it is not.</summary>
    private const int Unprocessable = 422;

    public async Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var text = context.Request.ReadText().Trim();

        if (text.Length == 0)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("the body is the ticket's text", cancellationToken);
            return;
        }

        var generation = await context.Generator.GenerateAsync(text, cancellationToken);

        if (TicketRoute.TryParse(generation.Text) is not { } route)
        {
            context.Log.Warning($"not a route: {generation.Text}");
            context.Response.StatusCode = Unprocessable;
            await context.Response.WriteJsonAsync(new RouteFailure("the adapter's answer names no known queue and priority", generation.Text), TicketsJson.Default.RouteFailure, cancellationToken);
            return;
        }

        await context.Response.WriteJsonAsync(route, TicketsJson.Default.TicketRoute, cancellationToken);
    }
}

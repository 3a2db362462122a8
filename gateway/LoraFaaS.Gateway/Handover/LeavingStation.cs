namespace LoraFaaS.Gateway.Handover;

/// <summary>
/// While this process leaves, each answer over HTTP/1.1 closes its connection, in words: a connection that is closed between two calls, just when the second is sent, costs a caller an error
/// that it cannot tell from a call that was made. HTTP/2 has a word of its own for it, which the server says when it stops.
/// </summary>
internal sealed class LeavingStation(RequestDelegate next, Leaving leaving)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (leaving.IsUnderWay && HttpProtocol.IsHttp11(context.Request.Protocol) && context.Request.Headers.Upgrade.Count == 0)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }
}

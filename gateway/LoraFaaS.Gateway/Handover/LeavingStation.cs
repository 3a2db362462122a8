namespace LoraFaaS.Gateway.Handover;

/// <summary>
/// While this process leaves, each answer closes its connection, in words: a connection that is closed between two calls, just when the second is sent, costs a caller an error that it cannot
/// tell from a call that was made. Over HTTP/1.1 the word is a header. Over HTTP/2 it is GOAWAY (RFC 9113, 6.8), said while a call of that connection is under way: the server's own, at its stop, is
/// followed by the connection's end at once where nothing is, and a client that has just chosen that connection for its next call fails then.
/// </summary>
internal sealed class LeavingStation(RequestDelegate next, Leaving leaving)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (leaving.IsUnderWay)
        {
            if (HttpProtocol.IsHttp2(context.Request.Protocol))
            {
                context.Connection.RequestClose();
            }
            else if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Request.Headers.Upgrade.Count == 0)
            {
                context.Response.Headers.Connection = "close";
            }
        }

        return next(context);
    }
}

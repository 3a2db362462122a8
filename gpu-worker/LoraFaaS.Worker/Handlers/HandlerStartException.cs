namespace LoraFaaS.Worker.Handlers;

/// <summary>A handler program that could not be started, or ended before it connected.</summary>
internal sealed class HandlerStartException : Exception
{
    public HandlerStartException(string message)
        : base(message)
    {
    }

    public HandlerStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
